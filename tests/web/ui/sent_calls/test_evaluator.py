"""The code that Reflex sends for toasts and alerts is read without being evaluated; all other code is refused."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import reflex as rx
from hypothesis import given
from hypothesis import strategies as st
from reflex.app import default_backend_exception_handler
from reflex.event import Event

from rxapp.auth.web.ui import sent_calls

EVALUATOR = Path(sent_calls.__file__).with_name("evaluator.js")
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or "node"


class Undoing(rx.State):
    @rx.event
    def undo(self, number: int):
        """Whatever it does."""

    @rx.event
    def hear(self, text: str):
        """Whatever it does."""


UNDO = f"{Undoing.get_full_name()}.undo"


@pytest.fixture(scope="module")
def evaluate():
    command = [NODE, str(Path(__file__).with_name("evaluating.mjs")), str(EVALUATOR)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:

        def evaluate(code: str) -> dict:
            process.stdin.write(json.dumps(code) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield evaluate
        process.stdin.close()


def code_of(event) -> str:
    (sent,) = Event.from_event_type(event)
    return sent.payload["function"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
OPTIONS = st.fixed_dictionaries(
    {"description": TEXTS, "duration": st.integers(0, 10**9), "close_button": st.booleans(), "position": st.just("top-center")}
)


@given(text=TEXTS, options=OPTIONS)
def test_a_toast_has_every_text_and_option_as_it_was_given(evaluate, text, options):
    sent = {"closeButton" if name == "close_button" else name: value for name, value in options.items()}
    assert evaluate(code_of(rx.toast.info(text, **options)))["said"] == [["info", text, sent]]
    assert evaluate(code_of(rx.toast(text)))["said"] == [["toast", text]]


@given(text=TEXTS)
def test_whatever_else_takes_a_text_gets_it_as_it_was_given(evaluate, text):
    for event, name in ((rx.window_alert, "alert"), (rx.console_log, "log"), (rx.set_clipboard, "copy")):
        assert evaluate(code_of(event(text)))["said"] == [[name, text]]


@given(number=st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e15, 1e15)))
def test_the_action_of_a_toast_sends_its_event(evaluate, number):
    toast = rx.toast.error("Deleted", action={"label": "Undo", "on_click": Undoing.undo(number)})
    shown, sent = evaluate(code_of(toast))["said"]
    assert shown == ["error", "Deleted", {"action": {"label": "Undo"}}]
    assert sent == ["addEvents", [[UNDO, {"number": number}]]]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (rx.toast.dismiss("one"), [["dismiss", "one"]]),
        (rx.toast.dismiss(), [["dismiss"]]),
        (rx.scroll_to("end"), [["scroll to end", True]]),
        (rx.noop(), []),
    ],
    ids=["dismiss one", "dismiss all", "scroll", "nothing"],
)
def test_the_other_calls_are_carried_out(evaluate, event, said):
    assert evaluate(code_of(event))["said"] == said


def test_an_injected_text_sends_no_event_by_itself(evaluate):
    """Reflex puts the id of a toast into the code as it is."""
    injected = "'.replaceAll('', () => {addEvents([ReflexEvent('of.an.injected.text', {})])}) , '"
    code = code_of(rx.toast.dismiss(injected.replace(" , '", " && '"))), code_of(rx.toast.dismiss(injected))
    for each in code:
        assert "addEvents" not in [name for name, *_ in evaluate(each).get("said", [])]


def test_a_click_on_a_toast_may_show_another_and_its_end_may_send_an_event(evaluate):
    toast = rx.toast("t", on_dismiss=Undoing.undo(1), action={"label": "More", "on_click": [Undoing.undo(2), rx.toast("more")]})
    ((name, text, options), (_, (first, second))) = evaluate(code_of(toast))["said"]
    assert (name, text, options["action"]["label"]) == ("toast", "t", "More")
    assert (first, second[0], second[1]["callback"]) == ([UNDO, {"number": 2}], "_call_function", None)


def test_the_notice_of_reflex_that_a_handler_has_failed_is_shown(evaluate):
    ((name, text, options),) = evaluate(code_of(default_backend_exception_handler(ValueError("made to fail"))))["said"]
    assert (name, text) == ("error", "An error occurred.")
    assert "made to fail" in options["description"]


def test_the_answer_of_a_call_is_sent_to_its_handler(evaluate):
    (sent,) = Event.from_event_type(rx.call_function("() => 6", callback=Undoing.hear))
    assert evaluate(sent.payload["function"])["made"] == 6
    assert evaluate(sent.payload["callback"])["said"] == [["addEvents", [[f"{Undoing.get_full_name()}.hear", {"text": "given"}]]]]


@pytest.mark.parametrize(
    "code",
    [
        "document.title",
        "(() => (document.cookie))",
        "(() => (fetch('https://evil.example.com')))",
        "(() => (localStorage.getItem('jwt')))",
        "(() => (window.location))",
        "(() => (window.alert.constructor('return 1')()))",
        "(() => (''.constructor.constructor('return 1')()))",
        "(() => (''['replaceAll']['constructor']('return 1')()))",
        "(() => (refs['__toast'].constructor('return 1')()))",
        "(() => (refs.__proto__.polluted))",
        "(() => ({}.constructor.constructor('return 1')()))",
        "(() => ([].constructor.constructor('return 1')()))",
        "(() => ((() => 1).constructor('return 1')()))",
        "(() => { addEvents.call })",
        "(() => (addEvents([ReflexEvent('of.an.injected.text', {})])))",
        "(() => (refs['__toast'].dismiss(''.replaceAll(addEvents([]), ''))))",
        "(() => (this))",
        "(() => (globalThis))",
        "(() => (eval('1')))",
        "(() => (new Date()))",
        "(() => (`${document.cookie}`))",
        "(() => { window.alert('x'); while (true) {} })",
        "(() => (window.alert = 1))",
        "(() => (1 + 1))",
        "(() => (/x/))",
        "(() => (window.alert('x'))) // and more",
        "(() => (",
        "()",
        "",
        '(() => ("unfinished))',
    ],
)
def test_all_other_code_is_refused(evaluate, code):
    assert evaluate(code).keys() == {"refused"}


@given(code=st.text(alphabet="()=>{}[]'\"`\\.?:;,abcrefs_ window$0 9-+"))
def test_no_code_stops_the_reading(evaluate, code):
    assert evaluate(code).keys() & {"said", "refused", "failed"}
