"""What libraries log: what stands in their source code, listed sentences, frames without texts, and repetitions as a number."""

import importlib.metadata
import importlib.util
import io
import logging
import tomllib
import traceback
import types
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa
from packaging.requirements import Requirement
from pydantic import BaseModel

from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.http.logs.library_records.exceptions import DEPTH_LIMIT, text_of
from rxapp.auth.http.logs.library_records.libraries import is_library
from rxapp.auth.http.logs.library_records.records import MAXIMUM_TRACEBACK_LENGTH, LibraryRecords, keep_payloads_out
from rxapp.auth.http.logs.library_records.repeats import COMPLAINTS_LIMIT, PERIOD_SECONDS, Repeats
from rxapp.auth.http.logs.library_records.sentences import SENTENCES
from tests.conftest import ROOT

LIBRARY = """
import logging
import traceback
logger = logging.getLogger(__name__)
TEMPLATE = "a constant of the module: %s"

def constant(value): logger.warning("received %s of %r at 100%%", value, value)
def put_together(value): logger.warning(f"received {value}")
def put_together_with_gaps(value): logger.warning(f"{value} for %s", value)
def of_the_module(value): logger.warning(TEMPLATE, value)
def an_object(value): logger.warning(ValueError(value))
def by_another_logger(value, other): other.warning(f"received {value}")
def failing(value):
    try: raise KeyError(value)
    except KeyError: logger.exception("it failed")
def calling(value, function):
    try: function(value)
    except Exception: logger.exception("it failed")
def with_stack(value): logger.warning(f"received {value}", stack_info=True)
"""
"""The ways in which code logs, as the code of a module of a library."""

SENT = "hunter2"
NOT_LISTED = "not shown because it may contain what was sent"


class MovableSeconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return MovableSeconds()


@pytest.fixture
def written():
    return io.StringIO()


@pytest.fixture(params=[False, True], ids=["production", "development"])
def in_development(request):
    return request.param


@pytest.fixture
def in_place(written, seconds):
    """Our factory, with a handler on the root as any app has one: put in place by this call."""
    before, root = logging.getLogRecordFactory(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level

    def put(make=logging.LogRecord, *, in_development=False, formatter=None):
        logging.setLogRecordFactory(LibraryRecords(make, in_development, Repeats(seconds)))
        handler.setFormatter(formatter)

    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield put
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(before)


@pytest.fixture
def library():
    """A module that belongs to Reflex."""
    return module_of("reflex.made_up", "/venv/lib/python3/site-packages/reflex/made_up.py", LIBRARY)


def module_of(name: str, file: str, source: str) -> types.ModuleType:
    module = types.ModuleType(name)
    exec(compile(source, file, "exec"), module.__dict__)
    return module


class TestMessages:
    def test_what_stands_in_the_source_code_is_shown_with_its_gaps(self, in_place, library, written):
        in_place()
        library.constant(SENT)
        assert written.getvalue() == "received … of … at 100%\n"

    @pytest.mark.parametrize("way", ["put_together", "put_together_with_gaps", "of_the_module", "an_object", "with_stack"])
    def test_what_is_put_together_is_not_and_its_place_is_told(self, in_place, in_development, library, written, way):
        in_place(in_development=in_development)
        getattr(library, way)(SENT)
        assert SENT not in written.getvalue()
        assert f"A message of reflex.made_up:{way}, {NOT_LISTED}." in written.getvalue()

    def test_whichever_logger_a_library_is_given_what_it_logs_is_the_librarys(self, in_place, library, written):
        in_place()
        library.by_another_logger(SENT, logging.getLogger("shop"))
        assert SENT not in written.getvalue()

    @pytest.mark.parametrize("name", ["shop", "reflex", "uvicorn.error", "asyncio"])
    def test_whichever_logger_the_author_uses_what_the_author_logs_is_as_it_was(self, in_place, written, name):
        in_place()
        put_together = f"put together with {SENT}"
        for _ in range(2):
            logging.getLogger(name).error("%s and %d", SENT, 7)
            logging.getLogger(name).error(put_together, extra={"more": SENT})
        assert written.getvalue() == f"{SENT} and 7\nput together with {SENT}\n" * 2

    def test_the_authors_exceptions_logged_by_the_author_are_as_they_were(self, in_place, written):
        in_place()
        try:
            raise ValueError(SENT)  # noqa: TRY301
        except ValueError:
            logging.getLogger("shop").exception("it failed")
            as_python_shows_it = traceback.format_exc()
        assert written.getvalue() == f"it failed\n{as_python_shows_it}"

    def test_compiled_code_has_no_source_so_its_sentences_are_listed(self, in_place, written, monkeypatch):
        in_place()
        for name in ("_granian", "_granian.asgi"):  # granian's own set-up, which another test may have called, turns them off
            monkeypatch.setattr(logging.getLogger(name), "disabled", False)
            monkeypatch.setattr(logging.getLogger(name), "propagate", True)
            monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
            logging.getLogger(name).manager._clear_cache()
        for message in (f"Application callable raised an exception\n{SENT}", "Started worker-1", f"Started {SENT}"):
            logger = logging.getLogger("_granian.asgi")
            logger.handle(logger.makeRecord(logger.name, logging.INFO, "src/asgi.rs", 7, message, (), None))
        assert SENT not in written.getvalue()
        assert written.getvalue().startswith("Application callable raised an exception\nStarted worker-1\n")

    def test_what_compiled_code_logs_is_a_librarys_whatever_its_logger_is_called(self, in_place, written):
        in_place()
        logger = logging.getLogger("tungstenite.protocol")
        logger.handle(logger.makeRecord(logger.name, logging.DEBUG, "/cargo/src/protocol.rs", 7, f"closed: {SENT}", (), None))
        assert SENT not in written.getvalue()
        assert NOT_LISTED in written.getvalue()

    def test_a_record_that_is_made_of_members_or_for_no_file_is_as_it_was(self, in_place, written):
        """So do receivers of records from other processes, and libraries for logging."""
        in_place()
        logger = logging.getLogger("shop")
        logger.handle(logging.makeLogRecord({"name": "shop", "levelno": logging.INFO, "msg": f"of another process: {SENT}"}))
        logger.handle(logger.makeRecord("shop", logging.INFO, "", 0, f"of another library: {SENT}", (), None))
        assert written.getvalue() == f"of another process: {SENT}\nof another library: {SENT}\n"

    def test_of_sql_statements_are_shown_in_development_and_values_never(self, in_place, in_development, written):
        in_place(in_development=in_development)
        with sa.create_engine("sqlite://", echo=True).begin() as connection:
            for _ in range(2):
                connection.execute(sa.text("SELECT :sent AS made_up"), {"sent": SENT}).all()
        assert SENT not in written.getvalue()
        assert written.getvalue().count("SELECT ? AS made_up") == (2 if in_development else 0)

    def test_the_name_of_the_task_is_not_told_for_a_client_token_is_in_it(self, in_place, library, written):
        def make_as_newer_pythons_do(*arguments, **more):
            record = logging.LogRecord(*arguments, **more)
            record.taskName = f"reflex_event|{SENT}"
            return record

        in_place(make_as_newer_pythons_do, formatter=logging.Formatter("%(message)s %(taskName)s"))
        library.constant(SENT)
        assert written.getvalue() == "received … of … at 100% None\n"


class TestExceptions:
    def test_of_a_library_are_types_files_lines_and_functions(self, in_place, in_development, library, written):
        in_place(in_development=in_development)
        library.failing(SENT)
        assert SENT not in written.getvalue()
        assert "KeyError (what it says is not shown" in written.getvalue()
        assert 'reflex/made_up.py", line 14, in failing' in written.getvalue()

    def test_of_the_apps_own_code_say_what_they_say_in_development_only(self, in_place, in_development, library, written):
        def handler(value):
            raise ValueError(f"no such thing: {value}")

        in_place(in_development=in_development)
        library.calling(SENT, handler)
        assert (f"ValueError: no such thing: {SENT}" in written.getvalue()) is in_development
        assert "test_library_records.py" in written.getvalue()

    def test_that_only_passed_through_a_middleware_of_the_app_say_nothing(self, in_place, library, written):
        inner = module_of("starlette.made_up", "/x/site-packages/starlette/made_up.py", "def app(value): raise KeyError(value)")

        def middleware(value):
            inner.app(value)

        in_place(in_development=True)
        library.calling(SENT, middleware)
        assert SENT not in written.getvalue()

    def test_causes_contexts_groups_and_notes_are_told_in_the_same_way(self, in_development):
        def fail():
            try:
                raise KeyError(SENT)  # noqa: TRY301
            except KeyError as error:
                group = ExceptionGroup(SENT, [ValueError(SENT), ExceptionGroup(SENT, [TypeError(SENT)])])
                group.add_note(SENT)
                raise group from error

        with pytest.raises(ExceptionGroup) as raised:
            fail()
        text = text_of(raised.value, in_development=False)
        assert SENT not in text
        for name in ("KeyError", "ExceptionGroup", "ValueError", "TypeError", "direct cause"):
            assert name in text
        assert SENT in text_of(raised.value, in_development=True)

    def test_of_ours_with_a_constant_sentence_say_it(self):
        assert text_of(InvalidCredentials(), in_development=False).endswith(InvalidCredentials.message)

    def test_of_the_system_say_its_code(self):
        with pytest.raises(FileNotFoundError) as raised:
            Path("/nowhere", SENT).read_text()
        assert "FileNotFoundError ENOENT (" in text_of(raised.value, in_development=False)

    def test_that_cannot_be_turned_into_text_that_go_in_circles_or_deep_do_no_harm(self):
        class Mute(Exception):
            def __str__(self) -> str:
                raise ValueError

        first, second = Mute(), ValueError()
        first.__cause__, second.__cause__ = second, first
        deep = ValueError()
        for _ in range(5 * DEPTH_LIMIT):
            deep = ExceptionGroup("", [deep])
        for error in (first, deep):
            assert text_of(error, in_development=True)
            assert text_of(error, in_development=False)

    def test_carry_no_variables_to_handlers_that_would_show_them(self, in_place, library):
        in_place()
        records = []
        logging.getLogger().addHandler(handler := logging.Handler())
        handler.emit = records.append
        library.failing(SENT)
        logging.getLogger().removeHandler(handler)
        assert records[0].exc_info[2] is None
        assert SENT not in str(records[0].__dict__)
        assert len(records[0].exc_text) <= MAXIMUM_TRACEBACK_LENGTH


class TestRepeats:
    def test_the_same_complaint_is_logged_once_a_minute_and_the_others_are_counted(self, in_place, library, written, seconds):
        in_place()
        for _ in range(4313):
            library.put_together(SENT)
        assert len(written.getvalue().splitlines()) == 1
        seconds.now += PERIOD_SECONDS
        logging.getLogger("shop").warning("whatever is logged next")
        first, more, next_line = written.getvalue().splitlines()
        assert more == f"and 4,312 more like it in the last {PERIOD_SECONDS} s: {first}"
        assert next_line == "whatever is logged next"

    def test_after_that_it_is_logged_again(self, in_place, library, written, seconds):
        in_place()
        for _ in range(2):
            library.put_together(SENT)
            seconds.now += PERIOD_SECONDS
        assert written.getvalue().count("A message of") == 2
        assert "more like it" not in written.getvalue()

    def test_another_place_or_another_failure_is_another_complaint(self, in_place, library, written):
        in_place()
        for function in (int, lambda value: {}[value]):
            library.calling(SENT, function)
        library.put_together(SENT)
        assert written.getvalue().count("it failed") == 2
        assert written.getvalue().count("A message of") == 1

    def test_in_development_an_author_who_tries_twice_reads_it_twice(self, in_place, library, written):
        def handler(value):
            raise ValueError(value)

        in_place(in_development=True)
        for _ in range(2):
            library.calling(SENT, handler)
        assert written.getvalue().count(f"ValueError: {SENT}") == 2

    def test_lines_of_ours_are_all_logged_for_they_name_the_request_but_the_same_traceback_once(self, in_place, written):
        ours = module_of("rxapp.auth.web.made_up", "/x/rxapp/auth/web/made_up.py", LIBRARY)
        in_place()
        for _ in range(3):
            ours.calling(SENT, int)
        assert written.getvalue().count("it failed") == 3
        assert written.getvalue().count("Traceback") == 1
        assert SENT not in written.getvalue()

    def test_no_more_than_so_many_are_remembered_and_what_is_forgotten_is_told(self, seconds):
        repeats = Repeats(seconds)
        for number in range(COMPLAINTS_LIMIT + 1):
            for _ in range(2):
                repeats.is_first(number, "reflex", logging.ERROR, f"number {number}")
        assert [complaint.text for complaint in repeats.over()] == ["number 0"]
        assert repeats.over() == []

    def test_what_is_counted_is_heard_by_no_handler_of_any_level(self, in_place, library):
        in_place()
        heard = []
        logging.getLogger("reflex").addHandler(handler := logging.Handler(logging.NOTSET))
        handler.emit = heard.append
        for _ in range(3):
            library.constant(SENT)
        logging.getLogger("reflex").removeHandler(handler)
        assert len(heard) == 1


class TestPutInPlace:
    def test_a_factory_of_the_apps_own_makes_the_records_and_is_given_nothing_that_was_sent(self, in_place, library, written):
        given = []

        def make(*arguments, **more):
            given.append(arguments)
            return logging.LogRecord(*arguments, **more)

        in_place(make)
        library.put_together(SENT)
        assert SENT not in str(given)
        assert "A message of" in written.getvalue()

    def test_twice_around_each_other_is_as_good_as_once(self, in_place, library, written, seconds):
        in_place()
        in_place(logging.getLogRecordFactory())
        library.constant(SENT)
        library.put_together(SENT)
        assert written.getvalue().splitlines()[0] == "received … of … at 100%"
        assert len(written.getvalue().splitlines()) == 2

    def test_is_done_by_installing_and_again_does_nothing(self, in_place, settings):
        in_place()
        ours = logging.getLogRecordFactory()
        keep_payloads_out(settings)
        assert logging.getLogRecordFactory() is ours


class TestWarnings:
    @pytest.fixture
    def _formatted_by_us(self, settings, in_place, monkeypatch):
        monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
        keep_payloads_out(settings)

    @pytest.mark.usefixtures("_formatted_by_us")
    def test_of_libraries_do_not_quote_what_was_sent_and_the_apps_own_do(self):
        class Order(BaseModel):
            amount: int

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            Order.model_construct(amount=SENT).model_dump()
            warnings.warn(f"the author's: {SENT}", stacklevel=1)
        texts = [warnings.formatwarning(each.message, each.category, each.filename, each.lineno) for each in caught]
        assert SENT in str(caught[0].message)
        assert [SENT in text for text in texts] == [False, True]


def requirements_of(names):
    """Everything that is installed for these, with their own requirements."""
    seen, waiting = set(), [Requirement(name) for name in names]
    while waiting:
        requirement = waiting.pop()
        if requirement.name.lower() in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(requirement.name.lower())
        try:
            waiting += map(Requirement, importlib.metadata.requires(requirement.name) or [])
        except importlib.metadata.PackageNotFoundError:
            continue
    return seen


LOG_NOTHING_FROM_OUTSIDE = {"httpcore", "httpx", "packaging", "pyasn1", "rich"}
"""What the app's own code asks of other servers, what draws and reads names of versions, and what reads certificates: `pyasn1`
logs only when somebody has called its `debug.set_logger`.
"""


class TestLists:
    def test_every_package_that_logs_and_comes_with_us_is_a_library(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        extras = [name for extra in project["optional-dependencies"].values() for name in extra]
        needed = requirements_of([*project["dependencies"], *extras])
        logging_modules = {
            module
            for module, distributions in importlib.metadata.packages_distributions().items()
            for distribution in distributions
            if distribution.lower() in needed and logs(module, distribution)
        }
        assert {"reflex", "socketio", "engineio", "granian", "sqlalchemy", "redis", "psycopg"} <= logging_modules
        assert {module for module in logging_modules if not is_library(module)} == LOG_NOTHING_FROM_OUTSIDE

    @pytest.mark.parametrize(("module", "function"), SENTENCES, ids=lambda name: name)
    def test_every_listed_place_is_there_and_logs(self, module, function):
        file = Path(importlib.util.find_spec(module).origin)
        source = file.read_text()
        assert f"def {function}(" in source
        assert "logger." in source


def logs(module: str, distribution: str) -> bool:
    files = importlib.metadata.files(distribution) or []
    own = [file.locate() for file in files if file.parts[0] in (module, f"{module}.py") and file.suffix == ".py"]
    return any("getLogger(" in Path(file).read_text(errors="ignore") for file in own if Path(file).exists())
