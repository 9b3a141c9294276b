"""What we rely on inside of Reflex, and of what it is made of. When a new version moves one, its sentence says what breaks.

Names are looked up when a test runs, so that one that has gone fails its own test only.
"""

import ast
import dataclasses
import inspect
import pkgutil
from typing import NamedTuple

import pytest

from tests.test_architecture import DOOR, INNER_MODULES, INNER_NAMES, PACKAGE, inner_reliances, own_names

STATE, SHARED, REDIS, MEMORY = (
    "reflex.state:BaseState",
    "reflex.istate.shared:SharedStateBaseInternal",
    "reflex.istate.manager.redis:StateManagerRedis",
    "reflex.istate.manager.memory:StateManagerMemory",
)
NAMESPACE, TOKENS, CONTEXT = "reflex.app:EventNamespace", "reflex.utils.token_manager", "reflex_base.registry:RegistrationContext"
PROCESSOR = "reflex_base.event.processor"


class Reliance(NamedTuple):
    """`where` is written as `pkgutil.resolve_name` takes it. `parameters`: those that we pass; all, if it `is_replaced`."""

    where: str
    breaks: str
    parameters: str | None = None
    is_replaced: bool = False

    @property
    def names(self) -> list[str]:
        return (self.parameters or "").split()


def calls(where: str, parameters: str, breaks: str) -> Reliance:
    return Reliance(where, breaks, parameters)


def replaces(where: str, parameters: str, breaks: str) -> Reliance:
    return Reliance(where, breaks, parameters, is_replaced=True)


def reads(where: str, breaks: str) -> Reliance:
    return Reliance(where, breaks)


RELIED_ON = [
    # app.py
    reads("reflex_base.config:Config._non_default_attributes", "the default address of the pages counts as named"),
    reads("reflex.app:App._api", "uploads need no ticket, and any site may read answers"),
    reads("reflex.app:App._unevaluated_pages", "a page of the app's hides one of ours, or the other way round"),
    replaces("reflex.app:App.get_load_events", "self path", "on a page without our guard nobody is logged in"),
    calls("reflex.app:App.add_page", "self component route", "a page of the app's hides one of ours"),
    reads("reflex.app:App.router", "nobody knows which pages are guarded"),
    reads("reflex.app:UnevaluatedPage.component", "nobody knows which pages are guarded"),
    reads("reflex.app:UnevaluatedPage.on_load", "handlers on load of a guarded page run for visitors"),
    calls("reflex.event:Event.from_event_type", "events", "handlers on load of a guarded page run for visitors"),
    reads("reflex.event:EventHandler.is_background", "a background task on load runs for whoever has just lost the role"),
    reads("reflex.app:App.event_processor", "events that have waited never go on"),
    reads("reflex.app:App.state_manager", "what a closed page held is not forgotten"),
    calls("reflex.app:App.modify_state", "self token", "pages are not told that their session has ended"),
    calls(f"{CONTEXT}.get", "", "nothing of what is registered is found"),
    reads(f"{CONTEXT}.app", "no page can be pushed to"),
    reads(f"{CONTEXT}.event_handlers", "an event's guard is not found"),
    reads(f"{CONTEXT}.base_states", "`doctor` overlooks what `setvar` calls"),
    reads(f"{CONTEXT}.decorated_pages", "a page of `@rx.page` hides one of ours"),
    calls("reflex_base.config:get_config", "", "paths and origins are not known"),
    calls("reflex_base.config:Config.prepend_backend_path", "self path", "the gate stands where no WebSocket comes"),
    calls("reflex_base.config:Config.prepend_frontend_path", "self path", "set-password links lead nowhere"),
    reads("reflex_base.constants:Endpoint.EVENT", "the gate stands where no WebSocket comes"),
    reads("reflex_base.constants:Endpoint.UPLOAD", "uploads need no ticket"),
    reads("reflex_base.environment:environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP", "pages come without security headers"),
    calls("reflex.utils.prerequisites:get_redis", "", "each worker counts its own pages only"),
    calls("reflex.utils.prerequisites:get_web_dir", "", "the policy for scripts blocks those of the built pages"),
    calls("reflex.utils.prerequisites:get_app", "", "`doctor` cannot load the app"),
    reads("reflex.utils.prerequisites:get_compiled_app", "`doctor` does not look at states of components"),
    # components.py
    reads("reflex_components_core.react_router:link", "pages need Radix's link, and become larger"),
    reads("reflex_components_core.base.error_boundary:error_boundary", "an app cannot say itself that a page has failed"),
    reads("reflex_components_core.core.banner:has_too_many_connection_errors", "no notice says that the server is away"),
    # connections.py, and auth_state/connection_watch.py, which stands around the namespace's methods
    replaces(f"{NAMESPACE}.on_connect", "self sid environ auth", "a connection that shows nothing is sent what is private"),
    replaces(f"{NAMESPACE}.on_event", "self sid data", "one connection can fill the memory with events"),
    replaces(f"{NAMESPACE}.on_disconnect", "self sid", "tokens of closed pages stay in memory"),
    replaces(f"{NAMESPACE}.emit_update", "self update token", "what is one person's is sent to the next"),
    reads(f"{NAMESPACE}.sid_to_token", "nobody knows which page has closed"),
    reads(f"{TOKENS}:TokenManager.token_to_socket", "nobody knows where a page is"),
    reads(f"{TOKENS}:TokenManager.sid_to_token", "nobody knows which page has closed"),
    replaces(f"{TOKENS}:RedisTokenManager.link_token_to_sid", "self token sid", "two connections get one client token"),
    replaces(f"{TOKENS}:LocalTokenManager.link_token_to_sid", "self token sid", "nobody connects while Redis is away"),
    calls(f"{TOKENS}:RedisTokenManager._get_redis_key", "self token", "two connections get one client token"),
    calls(f"{TOKENS}:RedisTokenManager._store_socket_record", "self token socket_record", "two connections get one client token"),
    calls(f"{TOKENS}:RedisTokenManager._ensure_socket_record_task", "self", "a worker does not hear of the others' pages"),
    calls(f"{TOKENS}:_get_new_token", "", "whose client token is taken gets no other"),
    calls(f"{TOKENS}:SocketRecord", "instance_id sid", "no record of a connection can be stored"),
    reads("socketio:exceptions.ConnectionRefusedError", "a handshake that names no page makes a state"),
    calls("engineio:AsyncServer.create_queue", "self", "a client that does not read fills the memory"),
    # events.py
    replaces(
        f"{PROCESSOR}.base_state_processor:BaseStateEventProcessor._execute_event",
        "self entry registered_handler",
        "a form whose handler has failed stays busy",
    ),
    reads("reflex_base.constants.state:FIELD_MARKER", "nothing is public, so no page is asked who it is"),
    *(reads(f"reflex_base.constants:RouteVar.{name}", "events are of no connection") for name in ("SESSION_ID", "CLIENT_TOKEN")),
    *(reads(f"reflex_base.constants:RouteVar.{name}", "a page's address is lost") for name in ("PATH", "ORIGIN", "QUERY")),
    calls("reflex_base.utils.format:format_event_handler", "handler", "connecting counts as a click, and waits for ever"),
    calls("reflex.state:_apply_client_storage_vars", "state vars", "nobody is signed in"),
    calls(f"{PROCESSOR}.base_state_processor:_transform_event_payload", "payload type_hints", "nobody is signed in"),
    calls("reflex_base.event.context:EventContext.emit_delta", "self delta", "a page does not say that Redis is away"),
    replaces(f"{PROCESSOR}:EventProcessor.enqueue", "self token event ev_ctx", "chained events run for whoever comes next"),
    replaces(f"{PROCESSOR}:EventProcessor.enqueue_stream_delta", "self token event", "uploads run for nobody"),
    # registered_handlers.py
    reads(f"{STATE}._mixin", "guards in mixins count as ones that never run"),
    reads("reflex_base.constants:SETTER_PREFIX", "`doctor` overlooks what `setvar` calls"),
    reads("reflex_base.event:EventHandler.fn", "no guard of any handler is found"),
    # sealed_state.py
    replaces(f"{STATE}._serialize", "self", "states lie readable in Redis"),
    replaces(f"{STATE}._deserialize", "data fp", "a forged state runs code in every worker"),
    reads(f"{TOKENS}:pickle", "a forged record of a socket runs code in every worker"),
    reads("reflex.istate.manager.token:pickle", "a forged state runs code in every worker"),
    reads("reflex_base.utils.exceptions:StateSchemaMismatchError", "a state under another key is an error, not a new page"),
    # shared_states.py
    replaces(f"{SHARED}._internal_patch_linked_state", "self token full_delta", "who leaves a shared state still reads it"),
    replaces(f"{SHARED}._link_to", "self token", "who knows a client token links to that page and reads it"),
    calls(f"{SHARED}._linked_locks_holder", "self", "what a shared state stands for is never forgotten"),
    reads(f"{SHARED}._exit_stack", "what a shared state stands for is never forgotten"),
    reads(f"{SHARED}._reflex_internal_links", "the next person is linked as the last one was"),
    reads("reflex.istate.shared:SharedState._linked_from", "a page that has left is still sent what happens there"),
    reads("reflex.istate.shared:SharedState._linked_to", "leaving a page empties what all others share"),
    reads("reflex_base.utils.exceptions:ReflexRuntimeError", "a refused link is no error of Reflex's"),
    # state_managers.py, and page_session/work.py, which stands around `modify_state_with_links`
    replaces(f"{REDIS}._lock", "self token event_name", "a page is dead for ten seconds after its worker"),
    replaces(f"{REDIS}._wait_lock", "self lock_key lock_id", "a cancelled event leaves its lock behind"),
    calls(f"{REDIS}._lock_key", "token", "locks are not renewed"),
    reads(f"{REDIS}.lock_expiration", "a lock stands as long as its handler may run"),
    reads(f"{REDIS}.redis", "locks are not renewed"),
    reads(f"{MEMORY}.states", "closed pages get a state again"),
    reads(f"{MEMORY}._states_locks", "a page that is in use is removed"),
    calls(f"{MEMORY}._purge_token", "self token", "pages of nobody fill the memory"),
    calls("reflex.istate.manager.token:BaseStateToken._state_key", "self cls", "pages of nobody fill Redis"),
    reads("reflex.istate.manager.token:BaseStateToken.cache_key", "closed pages get a state again"),
    reads("reflex.istate.manager.token:BaseStateToken.lock_key", "a page that is in use is removed"),
    replaces(
        "reflex.istate.manager:StateManager.modify_state_with_links",
        "self token previous_dirty_vars context",
        "a task goes on in the page of the next person",
    ),
    # state_reset.py
    calls(f"{STATE}._mark_dirty", "self", "what was forgotten is still shown"),
    reads(f"{STATE}._was_touched", "what was forgotten is still in Redis"),
    calls(f"{STATE}._is_client_storage", "prop_name_or_field", "signing out empties what the browser keeps"),
    calls(f"{STATE}.get_fields", "", "what a state holds is not known"),
    calls(f"{STATE}.get_substates", "", "states below another are not forgotten"),
    reads("reflex_base.vars.base:Field._owner", "a var of a parent is set back twice"),
    reads("reflex_base.vars.base:ComputedVar._cache", "a computed var still shows the last person's"),
    reads("reflex_base.vars.base:ComputedVar._cache_attr", "a computed var still shows the last person's"),
    reads("reflex.istate.storage:SessionStorage", "what a tab keeps is handed on to the next person"),
    # state_trees.py
    calls(f"{STATE}._get_root_state", "self", "only one state of a page is forgotten"),
    calls(f"{STATE}._reset_client_storage", "self", "tokens of closed pages stay in memory"),
    calls(f"{STATE}._clean", "self", "an empty token overwrites the browser's"),
    calls(f"{STATE}.__init__", "self parent_state init_substates _reflex_internal_init", "states are not replaced"),
    calls("reflex.istate.proxy:StateProxy._is_mutable", "self", "guards in background tasks never answer"),
    reads("reflex.istate.data:SessionData.client_token", "events are of no page"),
    reads("reflex.istate.data:SessionData.session_id", "events are of no connection"),
    reads("reflex.istate.data:SessionData.client_ip", "limits for one address count nobody"),
    reads("reflex.state:State.rx_router_session", "events are of no connection"),
    reads("reflex.state:State.rx_router_headers", "sessions do not name their browser"),
    # uploads.py
    calls("reflex._upload:upload", "app", "there are no uploads"),
    reads("reflex_components_core.core._upload:UploadFile", "an upload counts as a click of no connection"),
    reads("reflex_components_core.core._upload:UploadChunkIterator", "an upload counts as a click of no connection"),
    # rxconfig/ and cli/commands/serve.py
    reads("reflex_base.constants:ReactRouter.VITE_CONFIG_FILE", "pages are built without LeanBuild"),
    *(calls(f"reflex_base.plugins:Plugin.{name}", "self", "LeanBuild does nothing") for name in ("pre_compile", "post_build")),
    calls("reflex_base.plugins:Plugin.get_static_assets", "self", "pages are built without LeanBuild"),
    replaces("reflex_base.config:Config._replace_defaults", "self kwargs", "`AuthPlugin` sets no option, and stops the build"),
    reads("reflex_base.config:Config.plugins", "`AuthPlugin` sets no option, and stops the build"),
    reads("reflex_base.constants:StateManagerMode.MEMORY", "`AuthPlugin` leaves a file for each page that was ever open"),
    calls("reflex.utils.exec:get_app_instance_from_file", "", "`serve` does not start"),
    calls("reflex.utils.exec:_backend_start_method", "", "`serve` does not start"),
    calls("reflex.utils.exec:_preload_for_fork", "app_target", "each worker of `serve` loads the app again"),
    calls("reflex.utils.processes:get_num_workers", "", "`serve` does not start without a number of workers"),
    reads("reflex_base.environment:environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP", "`serve` serves no pages"),
    reads("reflex_base.constants:Env.PROD", "`serve` starts in development mode"),
    reads("reflex_base.environment:environment.REFLEX_ENV_MODE", "`serve` starts in development mode"),
    reads("reflex_base.environment:environment.REFLEX_SKIP_COMPILE", "`serve` builds the pages anew"),
    calls("reflex_base.config:Config._set_persistent", "self", "workers of `serve` listen on another port"),
]


def moved(reliance: Reliance) -> str | None:
    """What to say if it is not as we need it."""
    named = reliance.where.replace(":", ".")
    try:
        found = _found(reliance.where)
    except (AttributeError, ImportError):
        return f"There is no {named} any more. Without it: {reliance.breaks}."
    if reliance.parameters is None:
        return None
    there = list(inspect.signature(found).parameters)
    wanted = reliance.names
    if there == wanted or (not reliance.is_replaced and there[: len(wanted)] == wanted):
        return None
    return f"{named} takes ({', '.join(there)}), and we know it with ({', '.join(wanted)}). Without it: {reliance.breaks}."


def _found(where: str) -> object:
    try:
        return pkgutil.resolve_name(where)
    except AttributeError:  # of an instance, as its class declares it
        owner, _, name = where.rpartition(".")
        cls = pkgutil.resolve_name(owner)
        declared = {name for base in cls.__mro__ for name in (*vars(base).get("__annotations__", {}), *_set_by(base))}
        if name not in declared | {field.name for field in (dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ())}:
            raise
        return None


def _set_by(cls: type) -> set[str]:
    """The attributes of `self` that are set when an instance is made."""
    make = vars(cls).get("__init__")
    return set(make.__code__.co_names) if hasattr(make, "__code__") else set()


@pytest.mark.parametrize("reliance", RELIED_ON, ids=lambda reliance: reliance.where)
def test_reflex_still_has(reliance):
    assert moved(reliance) is None


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            f"{STATE}._get_root_state",
            "There is no reflex.state.BaseState._get_root_state any more. Without it: only one state",
        ),
        (f"{TOKENS}:_get_new_token", "There is no reflex.utils.token_manager._get_new_token any more. Without it: whose client"),
    ],
)
def test_of_one_that_has_gone_it_says_what_breaks(where, says, monkeypatch):
    (reliance,) = [reliance for reliance in RELIED_ON if reliance.where == where]
    owner, _, name = where.rpartition("." if "." in where.partition(":")[2] else ":")
    monkeypatch.delattr(pkgutil.resolve_name(owner), name)
    with pytest.raises(AssertionError) as failure:
        test_reflex_still_has(reliance)
    assert says in str(failure.value)


def test_of_one_that_takes_something_else_it_says_both():
    known = replaces(f"{NAMESPACE}.on_event", "self connection", "one connection can fill the memory")
    assert moved(known) == (
        "reflex.app.EventNamespace.on_event takes (self, sid, data), and we know it with (self, connection). "
        "Without it: one connection can fill the memory."
    )


BEHIND_THE_DOOR = {
    name.as_posix(): ast.parse((PACKAGE / name).read_text())
    for name in (file.relative_to(PACKAGE) for file in sorted(PACKAGE.rglob("*.py")))
    if name.as_posix().startswith(DOOR)
}


@pytest.mark.parametrize("name", BEHIND_THE_DOOR)
def test_all_that_is_relied_on_is_in_the_list(name):
    """Each import, and each name that begins with an underscore."""
    tree, listed = BEHIND_THE_DOOR[name], [reliance.where.replace(":", ".") for reliance in RELIED_ON]
    imported = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if INNER_MODULES.match(f"{node.module}.{alias.name}")
    }
    assert [each for each in imported if not any(f"{one}.".startswith(f"{each}.") for one in listed)] == []
    named = {part for where in listed for part in where.split(".")} | set(
        " ".join(reliance.parameters or "" for reliance in RELIED_ON).split()
    )
    touched = {text.strip("'=").rpartition(".")[2] for text in inner_reliances(tree) if " " not in text}
    assert touched - named - ELSEWHERE - (own_names(tree) - INNER_NAMES) == set()


ELSEWHERE = {"_token_manager"}
"""Of instances only, so it is looked for in a running app: `test_connections.py`."""
