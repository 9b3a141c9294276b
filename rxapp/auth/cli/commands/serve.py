"""`serve`: serves the built app, as `reflex run --env prod` does, with uvicorn."""

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from rxapp.auth import Settings
from rxapp.auth.cli.opening import open_settings
from rxapp.auth.cli.refusals import refuse, refuse_without_reflex
from rxapp.auth.core.settings.loopback import LOOPBACK_ADDRESS, is_loopback
from rxapp.auth.core.settings.production_checks import unsafe_workers
from rxapp.auth.core.settings.worker_count import requested_workers

DEFAULT_PORT = 3000


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: Reflex's, in production all]")] = None,
    port: Annotated[int, typer.Option(help="For pages and API.")] = DEFAULT_PORT,
    backend_only: Annotated[bool, typer.Option("--backend-only", help="Another web server serves the pages.")] = False,
) -> None:
    """Serve the built app in production mode, with WEB_CONCURRENCY workers; a worker that dies is replaced.

    It builds nothing, so that it starts within seconds. Build first: reflex export --frontend-only --no-zip
    RXAPP_ENVIRONMENT must be set, unless --host is a loopback address.
    """
    refuse_without_reflex("serve")
    settings = open_settings()
    _refuse_unnamed_environment(settings, host)
    # Other commands start faster without Reflex.
    from reflex_base.config import get_config  # noqa: PLC0415
    from reflex_base.constants import Env  # noqa: PLC0415
    from reflex_base.environment import environment  # noqa: PLC0415

    from rxapp.auth.web.reflex_internals.app import directory_of_built_pages  # noqa: PLC0415

    directory = directory_of_built_pages()
    if not backend_only and not any(directory.rglob("*.html")):
        refuse(f"There are no built pages in {directory}. Build them with: reflex export --frontend-only --no-zip")
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(not backend_only)
    config = get_config()
    _refuse_unsafe_workers(settings)  # again, because Reflex has loaded its own file of variables now
    config._set_persistent(frontend_port=port, backend_port=port)
    _start(settings, host or config.backend_host, port)


def _start(settings: Settings, host: str, port: int) -> None:
    from reflex.utils import exec as reflex_server  # noqa: PLC0415
    from reflex.utils.processes import get_num_workers  # noqa: PLC0415

    from rxapp.auth.http.runtime.service import get_service  # noqa: PLC0415
    from rxapp.auth.web.reflex_internals.app import load_app  # noqa: PLC0415
    from rxapp.auth.web.server.workers import serve_app  # noqa: PLC0415

    load_app()
    with suppress(RuntimeError):  # any Reflex app can be served, also one without our parts
        settings = get_service().settings
    serve_app(
        reflex_server.get_app_instance_from_file(),
        host,
        port,
        workers=_named_workers() or get_num_workers(),
        message_limit=settings.websocket_message_limit,
        forks=reflex_server._backend_start_method() == "fork" and reflex_server._preload_for_fork(None),
    )


def _named_workers() -> int | None:
    return next((workers.number for workers in requested_workers(os.environ, ())), None)


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
