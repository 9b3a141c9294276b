"""`serve`: serves the built app as `reflex run --env prod` does, and replaces a worker that dies."""

import functools
import os
import sys
from typing import Annotated, Any

import typer

from rxapp.auth import Settings
from rxapp.auth.cli.opening import open_settings
from rxapp.auth.cli.refusals import refuse, refuse_without_reflex
from rxapp.auth.core.settings.loopback import LOOPBACK_ADDRESS, is_loopback
from rxapp.auth.core.settings.production_checks import unsafe_workers

DEFAULT_PORT = 3000

STOP_TIMEOUT_SECONDS = 30
"""Requests in flight are finished by then. A worker that still runs is killed."""


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: Reflex's, in production all]")] = None,
    port: Annotated[int, typer.Option(help="For pages and API.")] = DEFAULT_PORT,
    backend_only: Annotated[bool, typer.Option("--backend-only", help="Another web server serves the pages.")] = False,
) -> None:
    """Serve the built app in production mode, with GRANIAN_WORKERS workers; a worker that dies is replaced.

    It builds nothing, so that it starts within seconds. Build first: reflex export --frontend-only --no-zip
    RXAPP_ENVIRONMENT must be set, unless --host is a loopback address.
    """
    refuse_without_reflex("serve")
    settings = open_settings()
    _refuse_unnamed_environment(settings, host)
    # Other commands start faster without Reflex.
    from reflex.utils.exec import run_backend_prod  # noqa: PLC0415
    from reflex_base.config import get_config  # noqa: PLC0415
    from reflex_base.constants import Env  # noqa: PLC0415
    from reflex_base.environment import environment  # noqa: PLC0415

    from rxapp.auth.web.reflex_internals.app import directory_of_built_pages  # noqa: PLC0415

    directory = directory_of_built_pages()
    if not backend_only and not any(directory.rglob("*.html")):
        refuse(f"There are no built pages in {directory}. Build them with: reflex export --frontend-only --no-zip")
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    config = get_config()
    _refuse_unsafe_workers(settings)  # again, because Reflex has loaded its own file of variables now
    config._set_persistent(frontend_port=port, backend_port=port)
    _tell_granian_of_workers()
    run_backend_prod(host or config.backend_host, port, mount_frontend_compiled_app=not backend_only)


def _refuse_unnamed_environment(settings: Settings, host: str | None) -> None:
    """A production server that lacks this variable would have demo users, /docs, and no HSTS."""
    if "environment" in settings.model_fields_set:
        return
    if host is None or not is_loopback(host):
        refuse(
            "RXAPP_ENVIRONMENT is not set. Then this is development, with users whose password everybody knows, "
            "on every address of this machine. On a server set RXAPP_ENVIRONMENT=production. "
            f"To try it out here, add --host {LOOPBACK_ADDRESS}."
        )
    typer.echo(f"RXAPP_ENVIRONMENT is not set: this is development, and only this machine can reach it ({host}).", err=True)


def _refuse_unsafe_workers(settings: Settings) -> None:
    for why in unsafe_workers(settings, os.environ, sys.argv):
        if settings.in_production or "not a number" in why:
            refuse(why)


def _tell_granian_of_workers() -> None:
    """By default, Granian ends the server when one worker dies, and waits for ever for a worker that does not stop.

    Reflex has no settings for this. A worker that dies again within seconds still ends the server; a supervisor must restart it.
    A worker that did not stop was seen twice: it had a WebSocket whose page had just closed.
    """
    import granian.server  # noqa: PLC0415

    wanted: dict[str, Any] = {"respawn_failed_workers": True, "workers_kill_timeout": STOP_TIMEOUT_SECONDS}
    granian.server.Server = functools.partial(granian.server.Server, **wanted)  # type: ignore[assignment]
