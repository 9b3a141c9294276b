"""Sentences that replace a library's message when the library puts values into the text before it logs."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` may name local variables of the place, but only those whose value comes from the app's code, never from outside.

    `exception` names the variable of an exception that the place has written into its message. With `is_counted`, the sentence
    is logged once a minute, and its repeats as a number.
    """

    text: str
    exception: str | None = None
    is_counted: bool = True


SENTENCES = {
    ("reflex.app", "_component_from_import_path"): Sentence("{feature_name} {import_path} cannot be loaded, see {log_path}"),
    ("reflex.app", "_get_frontend_packages"): Sentence("Remove {package} from `frontend_packages`: components name it."),
    ("reflex.app", "_register_prepared_page"): Sentence("Page {page.route} is defined again with the same component."),
    ("reflex.app", "default_backend_exception_handler"): Sentence("An event handler failed.", exception="exception"),
    ("reflex.app", "default_frontend_exception_handler"): Sentence(
        "A page reports an error in the browser. What it says comes from outside and is not shown; "
        "rx.App(frontend_exception_handler=...) is given it."
    ),
    ("reflex.app", "on_connect"): Sentence("A page connects without a token, or was built for another version of the app."),
    ("reflex.app", "on_event"): Sentence("An event is not well-formed, or comes from a connection without a token."),
    ("reflex.app", "emit_update"): Sentence("An update for a page that is not connected was dropped."),
    ("reflex.state", "_check_state_size"): Sentence("A state is large: {state_full_name}, {pickle_state_size} bytes."),
    ("reflex_base.event", "_check_event_args_subclass_of_callback"): Sentence(
        "Event handler {key} expects ({expect_string}) and gets ({given_string})."
    ),
    ("reflex_base.event.processor.base_state_processor", "_prepare_event_payload"): Sentence(
        "An argument of an event does not fit the annotations of {handler.fn.__qualname__}."
    ),
    ("reflex_base.event.processor.event_processor", "_process_queue"): Sentence("An event names an unknown handler."),
    ("reflex_base.utils.serializers", "wrapper"): Sentence("{message}"),
    ("reflex_base.vars.base", "__set__"): Sentence(
        "{state.__class__.__name__}.{self._name} was set to a {value.__class__.__name__}, which its annotation does not allow."
    ),
    ("reflex_base.vars.base", "_check_deprecated_return_type"): Sentence(
        "The computed var {instance.__class__.__name__}.{self._name} returned a {value.__class__.__name__}, "
        "which its annotation does not allow."
    ),
    ("asyncio.base_events", "default_exception_handler"): Sentence(
        "Something failed on the event loop, and nothing waited for it."
    ),
    ("engineio.async_server", "run_async_handler"): Sentence("A message on a WebSocket could not be handled."),
    ("engineio.base_server", "_log_error_once"): Sentence("A WebSocket was refused: {message_key}."),
    ("granian.log", "log_request"): Sentence("{req[path]!r} {res_code}", is_counted=False),
}
"""Each sentence by its module and function."""

STATEMENTS = "sqlalchemy.engine.base"
"""It logs (`echo=True`) the statements of the app's code, and separately their values. Statements are shown in development only:
one that was built from parts of a request could be among them."""

COMPILED_MESSAGES = re.compile(r"Application callable raised an exception|St(?:arted|opping) worker-\d+(?: runtime-\d+)?")
"""What Granian's compiled code logs. The rest of such a message is not shown."""

HANDLE_NO_REQUESTS = (
    "alembic.",
    "granian.server",
    "reflex.assets",
    "reflex.compiler",
    "reflex.page",
    "reflex.reflex",
    *(f"reflex.utils.{name}" for name in ("build", "exec", "export", "frontend_skeleton", "js_runtimes", "path_ops")),
    *(f"reflex.utils.{name}" for name in ("prerequisites", "processes", "redir", "registry", "rename", "templates")),
    "reflex_base.components",
    "reflex_base.config",
    "reflex_base.constants",
    "reflex_base.environment",
    "reflex_base.plugins",
    "reflex_base.utils.log",
    "reflex_base.utils.pyi_generator",
    "reflex_cli",
    *(f"reflex_components_{name}" for name in ("dataeditor", "lucide", "plotly", "react_player")),
    "reflex_components_core.base.script",
    "uvicorn.config",
    "uvicorn.lifespan",
    "uvicorn.server",
    "uvicorn.supervisors",
    "watchfiles",
)
"""Modules that build, configure, migrate, start and stop. No request reaches them, so their messages are shown in full."""
