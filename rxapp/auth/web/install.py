"""Fits the auth core into a Reflex app, beside whatever the app already has."""

from collections.abc import Collection
from functools import partial

import reflex as rx
from fastapi import FastAPI

from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.service import AuthService
from rxapp.auth.settings import Settings, get_settings
from rxapp.auth.web.built_pages import BuiltPages
from rxapp.auth.web.closed_pages import is_a_page
from rxapp.auth.web.components.device_key import DeviceKey
from rxapp.auth.web.components.token_store import TokenStore
from rxapp.auth.web.components.upload_ticket import UploadTicket
from rxapp.auth.web.connection_watch import watch_connections
from rxapp.auth.web.forms import forms_script
from rxapp.auth.web.hooks import Hooks, LoginHook, RegistrationHook, use_hooks
from rxapp.auth.web.host import require_free_api, show_tables_to_reflex, warn_of_missing_styles
from rxapp.auth.web.http.api import create_api
from rxapp.auth.web.http.operations import add_operations
from rxapp.auth.web.http.request_log import RequestLog
from rxapp.auth.web.http.turnstile import put_turnstile_outside
from rxapp.auth.web.library_records import keep_payloads_out
from rxapp.auth.web.look import Look
from rxapp.auth.web.open_pages import leave_replaced_session, sign_out_open_pages
from rxapp.auth.web.origins import allow_no_strangers, origin_check, with_public_origins
from rxapp.auth.web.outage import telling_outages
from rxapp.auth.web.page_counts import announce_pages, count_pages_everywhere
from rxapp.auth.web.page_gate import PageGate
from rxapp.auth.web.pages import add_pages
from rxapp.auth.web.pages.confirm import confirm_dialog
from rxapp.auth.web.pages.connection_notice import connection_notice
from rxapp.auth.web.pages.outage_notice import outage_notice
from rxapp.auth.web.pages.slow_down import slow_down_notice
from rxapp.auth.web.prepared_database import prepared_database
from rxapp.auth.web.pruning_task import pruned_regularly
from rxapp.auth.web.runtime import use_service
from rxapp.auth.web.security_headers import DEFAULT_HEADERS, SecurityHeaders, add_security_headers
from rxapp.auth.web.session_listeners import SessionListeners, listen
from rxapp.auth.web.session_watch import watch_sessions
from rxapp.auth.web.shared_states import note_what_is_linked
from rxapp.auth.web.site import site
from rxapp.auth.web.socket_gate import gate_sockets
from rxapp.auth.web.socket_queue import PacketQueue
from rxapp.auth.web.socket_text import send_halves_of_characters
from rxapp.auth.web.state import AuthState
from rxapp.auth.web.state_at_rest import seal_states
from rxapp.auth.web.state_locks import renew_state_locks
from rxapp.auth.web.texts import ENGLISH, Texts
from rxapp.auth.web.uploads import ask_for_tickets

_ON_EVERY_PAGE = (6, "RxappAuth")
_REFLEX_OVERLAY = (5, "Overlay")
"""What Reflex puts into every page to say that the server cannot be reached: with its toaster."""


def install_auth(
    app: rx.App,
    *,
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    login_route: str = "/login",
    home_route: str = "/",
    look: Look | None = None,
    texts: Texts = ENGLISH,
    extra_fields: Collection[str] = (),
    own_pages: Collection[str] = (),
    security_headers: SecurityHeaders | None = DEFAULT_HEADERS,
    migrates: bool = True,
    on_login: LoginHook | None = None,
    on_register: RegistrationHook | None = None,
    on_sign_out: LoginHook | None = None,
) -> FastAPI:
    """Give `app` the ready-made pages, the guards' inner works and the HTTP API; returns the API, for more routes.

    `look` fits the pages into the app, `texts` are all that they say (`GERMAN`; the language of the document is the app's to
    name, `rx.App(html_lang="de")`). `own_pages` are the routes of ready-made pages for which the app has its own; `Slots` are
    what can be put into ours. `extra_fields` names inputs that the app adds to the registration form, for `on_register`.
    The app's own `api_transformer` and head components stay in force. In an app without Reflex's toaster, `rx.App(toaster=None)`,
    which makes its pages 10 KB lighter, a notice of ours says when the server cannot be reached.
    `security_headers` says what they shall be beyond the default; None sends none. In development our tables are brought up
    to date at start, unless `migrates` is False, for an app whose own migrations include ours; in production that is never done.

    The hooks are awaited: `on_login` before anybody gets the tokens and `on_register` before the new person is let in (each
    refuses by raising an `AuthError`, whose message the form shows), `on_sign_out` after the session has ended.

    Raises `RouteTaken` or `InstalledTwice`, and `UnsafeSettings` in production.
    """
    settings = with_public_origins(settings or get_settings())
    keep_payloads_out(settings)
    warn_of_missing_styles()
    show_tables_to_reflex()
    database = database or Database.of(settings)
    use_service(AuthService(settings, database, clock))
    seal_states(settings.secret_key.get_secret_value())
    renew_state_locks(app)
    site.install(app, login_route=login_route, home_route=home_route)
    use_hooks(Hooks(on_login, on_register, on_sign_out))
    listen(SessionListeners(sign_out_open_pages, leave_replaced_session, count_pages_everywhere))
    site.furnish(look or Look(), texts, extra_fields)
    app.add_middleware(PageGate(), index=0)
    watch_connections(app)
    note_what_is_linked(partial(is_a_page, app))
    ask_for_tickets(app)
    app.register_lifespan_task(keep_payloads_out, settings=settings)  # again, when all of the app has set up its logging
    app.register_lifespan_task(prepared_database(migrates=migrates))
    app.register_lifespan_task(watch_sessions)
    app.backend_exception_handler = telling_outages(app.backend_exception_handler)
    app.register_lifespan_task(announce_pages)
    app.register_lifespan_task(pruned_regularly)
    app.head_components.append(forms_script())
    app.extra_app_wraps[_ON_EVERY_PAGE] = lambda _stateful: rx.fragment(
        TokenStore.create(
            command=AuthState.storage_command,
            person=AuthState.person,
            status=AuthState.status,
            on_session_change=AuthState.session_changed,
        ),
        DeviceKey.create(challenge=AuthState.key_challenge, on_proof=AuthState.prove_key),
        UploadTicket.create(ticket=AuthState.upload_ticket, on_ask=AuthState.ask_for_upload),
        confirm_dialog(),
        slow_down_notice(),
        outage_notice(),
    )
    if app.toaster is None:
        app.app_wraps[_REFLEX_OVERLAY] = lambda _stateful: rx.fragment(connection_notice())
    allow_no_strangers(app, settings)
    app.sio.eio.cors_allowed_origins = origin_check(settings)
    app.sio.eio.max_http_buffer_size = settings.websocket_message_limit
    app.sio.eio.create_queue = PacketQueue
    send_halves_of_characters(app)
    if security_headers is not None:
        add_security_headers(app, settings, security_headers)
    app.register_lifespan_task(put_turnstile_outside())
    add_pages(besides=own_pages)
    api = create_api(settings)
    add_operations(api, settings)
    own = app.api_transformer if isinstance(app.api_transformer, list | tuple) else [app.api_transformer]
    own = [transformer for transformer in own if transformer is not None]
    require_free_api(own, api)
    app.api_transformer = [*own, BuiltPages, api, RequestLog, gate_sockets(app, settings)]
    return api
