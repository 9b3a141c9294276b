"""Fits the auth core into a Reflex app, next to all that the app already has."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import reflex as rx
from fastapi import FastAPI

from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.features import Feature
from rxapp.auth.core.settings.provider_settings import NamedProvider, with_providers
from rxapp.auth.core.settings.settings import Settings, get_settings
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.api.installation_conflicts import require_free_api
from rxapp.auth.http.install import start_service
from rxapp.auth.http.logs.library_records import keep_payloads_out
from rxapp.auth.http.middleware.request_border import RequestBorder
from rxapp.auth.http.middleware.security_headers import DEFAULT_HEADERS, SecurityHeaders
from rxapp.auth.http.operations.feature_tasks import feature_tasks
from rxapp.auth.http.operations.pruning_task import regular_pruning
from rxapp.auth.http.operations.routes import add_operations
from rxapp.auth.http.operations.startup import prepared_database
from rxapp.auth.http.runtime.hooks import NO_HOOKS, Hooks
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.http.runtime.session_listeners import SessionListeners, listen
from rxapp.auth.web.auth_state.closed_pages import is_a_page
from rxapp.auth.web.auth_state.connection_watch import watch_connections
from rxapp.auth.web.auth_state.event_gate import PageGate
from rxapp.auth.web.auth_state.outage import telling_failures
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.browser_storage.device_key import DeviceKey
from rxapp.auth.web.browser_storage.storage_fault import missing_storage_script
from rxapp.auth.web.browser_storage.token_store import VARS, TokenStore
from rxapp.auth.web.delivery.api_first import answer_api_first, policy_for_development
from rxapp.auth.web.delivery.built_pages import BuiltPages
from rxapp.auth.web.delivery.mail_links import with_mail_links
from rxapp.auth.web.delivery.origins import allow_no_strangers, origin_check, with_public_origins
from rxapp.auth.web.delivery.provider_addresses import with_provider_addresses
from rxapp.auth.web.open_pages.counts import announce_pages, count_pages_everywhere
from rxapp.auth.web.open_pages.redis_return import connect_pages_when_redis_is_back
from rxapp.auth.web.open_pages.registry import leave_replaced_session, log_out_open_pages
from rxapp.auth.web.open_pages.watch import watch_sessions
from rxapp.auth.web.pages import add_pages
from rxapp.auth.web.pages.notices.connection_notice import connection_notice
from rxapp.auth.web.pages.notices.key_notice import key_notice
from rxapp.auth.web.pages.notices.news_notice import news_notice
from rxapp.auth.web.pages.notices.outage_notice import outage_notice
from rxapp.auth.web.pages.notices.slow_down import slow_down_notice
from rxapp.auth.web.pages.notices.storage_notice import storage_notice
from rxapp.auth.web.pages.parts.confirm import confirm_dialog
from rxapp.auth.web.reflex_internals.app import is_development, load_first
from rxapp.auth.web.reflex_internals.connections import bound_sockets, send_halves_of_characters
from rxapp.auth.web.reflex_internals.events import REPORTING, name_of_var, note_failed_events
from rxapp.auth.web.reflex_internals.sealed_state import seal_states
from rxapp.auth.web.reflex_internals.shared_states import note_what_is_linked
from rxapp.auth.web.reflex_internals.state_managers import renew_state_locks
from rxapp.auth.web.site.app_name import with_app_name
from rxapp.auth.web.site.conflicts import show_tables_to_reflex, warn_of_missing_styles
from rxapp.auth.web.site.page_layout import DEFAULT_PAGES, Pages
from rxapp.auth.web.site.places import EVERY_PAGE, places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.sockets.gate import gate_sockets
from rxapp.auth.web.sockets.queue import PacketQueue
from rxapp.auth.web.ui.components.arrivals import Arrivals
from rxapp.auth.web.ui.components.inline_script import InlineStyle
from rxapp.auth.web.ui.forms import forms_script
from rxapp.auth.web.ui.sent_calls.components import components_for_policy
from rxapp.auth.web.ui.theme import stylesheet
from rxapp.auth.web.uploads.route import ask_for_tickets
from rxapp.auth.web.uploads.upload_ticket import UploadTicket

_ON_EVERY_PAGE = (6, "RxappAuth")
_REFLEX_OVERLAY = (5, "Overlay")
"""Reflex's component in every page that says that the server cannot be reached. It uses Reflex's toaster."""


def install_auth(
    app: rx.App,
    *,
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    features: Sequence[Feature] | None = None,
    providers: Sequence[NamedProvider] | None = None,
    pages: Pages = DEFAULT_PAGES,
    hooks: Hooks = NO_HOOKS,
    security_headers: SecurityHeaders | None = DEFAULT_HEADERS,
    migrates: bool = True,
) -> FastAPI:
    """Add the ready-made pages, the machinery of the guards and the HTTP API to `app`. Returns the API, for more routes.

    `features` are further ways to log in (`rxapp.auth.features`), by default all that need no configuration. `providers` are
    others with which people log in, such as `google()`; the environment can name more. `pages` fits the ready-made pages into
    the app. `hooks` are called when somebody logs in, registers or logs out. `security_headers` changes the default headers;
    None sends none. In development our tables are migrated at start. `migrates=False` prevents this, for an app whose own
    migrations include ours. In production nothing is migrated at start.

    The app's own `api_transformer` and head components stay in force. In an app without Reflex's toaster, `rx.App(toaster=None)`,
    each page is 10 KB smaller, and our own notice says when the server cannot be reached.

    Raises `RouteTaken` or `InstalledTwice`, and `UnsafeSettings` in production.
    """
    settings = with_providers(with_public_origins(settings or get_settings()), providers)
    settings = with_provider_addresses(with_mail_links(with_app_name(settings), app.html_lang))
    start_service(settings, database, clock, features, hooks)
    warn_of_missing_styles()
    show_tables_to_reflex()
    seal_states(settings.secret_key.get_secret_value())
    renew_state_locks(app)
    site.install(app, login_route=pages.login_route, home_route=pages.home_route)
    listen(SessionListeners(log_out_open_pages, leave_replaced_session, count_pages_everywhere))
    site.furnish(pages.look, pages.texts, pages.extra_fields)
    app.add_middleware(PageGate(), index=0)
    load_first(app, AuthState.enter)
    watch_connections(app)
    note_what_is_linked(partial(is_a_page, app))
    ask_for_tickets(app)
    app.register_lifespan_task(keep_payloads_out, settings=settings)  # again, after the whole app has set up its logging
    app.register_lifespan_task(prepared_database(migrates=migrates))
    app.register_lifespan_task(watch_sessions)
    app.register_lifespan_task(note_failed_events, app=app)
    app.backend_exception_handler = telling_failures(app.backend_exception_handler)
    app.register_lifespan_task(announce_pages)
    app.register_lifespan_task(connect_pages_when_redis_is_back)
    app.register_lifespan_task(regular_pruning)
    app.register_lifespan_task(feature_tasks)
    app.head_components.extend([missing_storage_script(), forms_script(), InlineStyle.of(stylesheet(pages.look))])
    site.security_headers = security_headers
    if security_headers is not None and is_development():
        app.head_components.append(policy_for_development(security_headers))
    app.extra_app_wraps[_ON_EVERY_PAGE] = lambda _stateful: rx.fragment(
        TokenStore.create(
            command=AuthState.storage_command,
            person=AuthState.person,
            status=AuthState.status,
            reported_as={key: name_of_var(AuthState, var) for key, var in VARS.items()},
            on_report=REPORTING,
            on_session_change=AuthState.session_changed,
        ),
        DeviceKey.create(challenge=AuthState.key_challenge, on_proof=AuthState.prove_key),
        Arrivals.create(),
        *components_for_policy(security_headers),
        UploadTicket.create(ticket=AuthState.upload_ticket, on_ask=AuthState.ask_for_upload),
        confirm_dialog(),
        slow_down_notice(),
        key_notice(),
        rx.cond(AuthState.status == IN, storage_notice(class_name="fixed inset-x-4 bottom-4 z-40 mx-auto max-w-md")),
        outage_notice(),
        news_notice(),
        *places.sections(EVERY_PAGE),
    )
    if app.toaster is None:
        app.app_wraps[_REFLEX_OVERLAY] = lambda _stateful: rx.fragment(connection_notice())
    allow_no_strangers(app, settings)
    bound_sockets(app, allowed=origin_check(settings), message_limit=settings.websocket_message_limit, queue=PacketQueue)
    send_halves_of_characters(app)
    add_pages(get_service().features, exclude=pages.own)
    api = create_api(settings, get_service().features)
    add_operations(api, settings)
    own: Any = app.api_transformer if isinstance(app.api_transformer, list | tuple) else [app.api_transformer]
    own = [transformer for transformer in own if transformer is not None]
    require_free_api(own, api)
    app.api_transformer = [*own, BuiltPages, api, RequestBorder, gate_sockets(app, settings)]
    app.register_lifespan_task(answer_api_first(app, api, settings, security_headers))
    return api
