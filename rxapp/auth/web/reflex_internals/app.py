"""The app that Reflex runs: its configuration, its pages and its HTTP routes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import reflex as rx
from reflex import app as app_module
from reflex.event import Event
from reflex.utils import prerequisites
from reflex_base import config, constants
from reflex_base.environment import environment
from reflex_base.registry import RegistrationContext
from starlette.applications import Starlette

get_config = config.get_config
"""Needs: the configuration in force, made of `rxconfig.py`, the environment and the command line.
Why: `rx.Config` only makes a new one. Paths, plugins, origins and the API's URL are read when they are needed.
Without it: nothing knows under which path the app is served, and `install_auth` fails at once."""

Endpoint = constants.Endpoint
"""Needs: the paths at which Reflex takes WebSockets and uploads.
Why: the gate in front of WebSockets and the route for uploads use these paths.
Without it: both would be at paths that nothing uses, and Reflex's own would take everything."""

default_backend_exception_handler = app_module.default_backend_exception_handler
"""Needs: the handler of exceptions in an app that has set none.
Why: an app's own handler is called as ever. Reflex's own is not, because our page and our log tell the same, and more safely.
Without it: each failure is in the log twice."""

registrations = RegistrationContext.get
"""Needs: what is registered in this process: the app, its states, its pages, and its event handlers by their names.
Why: the code that handles an event has no reference to `rx.App`, and an event names its handler by a string.
Without it: nothing can be pushed to a page, no page can be loaded again, and the handler of an event is unknown."""

get_redis = prerequisites.get_redis
"""Needs: a client for the Redis that Reflex itself uses, or None.
Why: workers tell each other through Redis which pages are open, and nobody configures Redis twice.
Without it: each worker counts its own pages only."""


def named_address() -> str:
    """The address of the pages, if somebody has named it; empty if it is Reflex's default.

    Needs: `Config._non_default_attributes`.
    Why: behind a proxy on this machine the named address is one of this machine, and so is the default.
    Without it: the default would count as named, and pages of an app in development could open WebSockets to a public app.
    """
    address = get_config().deploy_url if "deploy_url" in get_config()._non_default_attributes else None
    return address or ""


def http_app(app: rx.App) -> Starlette | None:
    """The Starlette app with Reflex's own routes.

    Needs: `App._api`, made when `rx.App()` is.
    Why: our upload route must come before Reflex's, and CORS must not allow every origin. Reflex has no option for either.
    Without it: uploads need no ticket, and any site may read responses.
    """
    return app._api


def routes_of_pages(app: rx.App) -> Iterator[str]:
    """The routes of all pages that the app has declared so far.

    Needs: `App._unevaluated_pages`, and what `@rx.page` has registered.
    Why: if the app and we have a page at the same route, an error says so.
    Without it: one page silently hides the other.
    """
    yield from app._unevaluated_pages
    for _, options in registrations().decorated_pages:
        yield options.get("route", "")


def view_at(app: rx.App, path: str) -> Any:
    """The view of the page at this path, which is without the app's prefix. None if there is no page.

    Needs: `App.router`, and `App._unevaluated_pages`, which keeps each page as it was declared.
    Why: whether a page is guarded is a mark of its view, however the page was added.
    Without it: no page is guarded, so visitors see an empty page instead of the login page.
    """
    page = _page_at(app, path)
    return None if page is None else page.component


def handlers_on_load(app: rx.App, path: str) -> frozenset[str]:
    """The names of the event handlers that the page at this path has on load.

    Needs: `UnevaluatedPage.on_load`, and `Event.from_event_type()`, by which Reflex makes events of it.
    Why: they run only for who may see the page.
    Without it: they run for visitors too.
    """
    page = _page_at(app, path)
    return frozenset() if page is None else frozenset(event.name for event in Event.from_event_type(page.on_load))


def _page_at(app: rx.App, path: str) -> Any:
    route = app.router(path)
    return None if route is None else app._unevaluated_pages.get(route)


def forget_decorated_page(view: Any) -> None:
    """Undo `rx.page` for this view.

    Needs: `RegistrationContext.decorated_pages`.
    Why: a page that stops the build stands in for `install_auth` until it is called.
    Without it: no app that declares its pages before `install_auth` can be built.
    """
    pages = RegistrationContext.ensure_context().decorated_pages
    pages[:] = [page for page in pages if page[0] is not view]


def load_first(app: rx.App, handler: Any) -> None:
    """From now on this handler runs first when any page is loaded, one that is not ours and one that does not exist included.

    Needs: `App.get_load_events()`, which Reflex asks at each load.
    Why: who is there is known on every page, and a page that is added later has no place of its own to say so.
    Without it: on a page without our guard a person who is logged in looks logged out.
    """
    of_page = app.get_load_events

    def with_ours(path: str) -> list[Any]:
        return [handler, *of_page(path)]

    app.get_load_events = with_ours


def directory_of_built_pages() -> Path:
    """Where Reflex builds the pages.

    Needs: `get_web_dir()`.
    Why: inline scripts of the built pages are hashed for the Content-Security-Policy.
    Without it: that policy blocks them, and no page starts.
    """
    return prerequisites.get_web_dir() / rx.constants.Dirs.STATIC / get_config().frontend_path.strip("/")


def serves_built_pages() -> bool:
    """Whether this process serves the built pages.

    Needs: the variable `REFLEX_MOUNT_FRONTEND_COMPILED_APP`, which Reflex sets for its workers.
    Why: only then do we set headers and caching of the pages.
    Without it: pages come without security headers.
    """
    return environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.get()


def is_development() -> bool:
    """Whether the pages come from Reflex's development server.

    Needs: the mode that `reflex run` has set.
    Why: what the policy forbids in production must be forbidden, and said, in development too.
    Without it: a toast or a picture works in development, and does nothing in production.
    """
    return environment.REFLEX_ENV_MODE.get() == constants.Env.DEV


def is_run_by_reflex() -> bool:
    """Whether `reflex run`, and no other server, serves the app for a developer.

    Needs: that `reflex run` names the mode. Any other server finds none, and `is_development()` is then a guess.
    Why: pages that are for the developer alone must not be there if uvicorn serves the app to everybody.
    Without it: `uvicorn --host 0.0.0.0` would serve them.
    """
    return environment.REFLEX_ENV_MODE.is_set() and is_development()


def load_app() -> Any:
    """Import the app that `rxconfig.py` names.

    Needs: `get_app()`.
    Why: `doctor` checks the event handlers of any app, with any name of its module.
    Without it: `doctor` says that the app cannot be loaded.
    """
    return prerequisites.get_app()


def compile_without_writing() -> None:
    """Evaluate all pages of the app, and write nothing.

    Needs: `get_compiled_app()` with `dry_run`.
    Why: the states of an `rx.ComponentState` are made when a page is built, and `doctor` must check their handlers too.
    Without it: `doctor` warns that it has not checked them.
    """
    prerequisites.get_compiled_app(dry_run=True, use_rich=False)
