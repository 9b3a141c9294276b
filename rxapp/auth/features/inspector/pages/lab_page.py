"""The attack lab: a button for each attack, and what came of it."""

from dataclasses import dataclass, field
from typing import Any, Unpack

import httpx
import reflex as rx

from rxapp.auth.core.settings.loopback import LOOPBACK_ADDRESS
from rxapp.auth.features.inspector.lab.attacks import ATTACKS, try_attack
from rxapp.auth.features.inspector.lab.lab_browser import LabCannot
from rxapp.auth.features.inspector.lab.story import Verdict
from rxapp.auth.features.inspector.pages.diagram import StepRow, arrows, step_row
from rxapp.auth.features.inspector.pages.routes import SESSION, TOUR
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import in_frame
from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.slots import Slots

TIMEOUT_SECONDS = 10
RESULT = "result"
"""The id of the result, which takes the focus."""

BUTTONS = "buttons"
"""The id of what is above the result."""


@dataclass
class Result:
    """What the page shows of a verdict."""

    title: str = ""
    is_safe: bool = False
    outcome: str = ""
    session: str = ""
    naive: str = ""
    rule: str = ""
    place: str = ""
    code: str = ""
    document: str = ""
    link: str = ""
    database: str = ""
    actors: list[str] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)


class LabState(rx.State):
    """`running` is the name of the attack that is being tried."""

    is_bound: bool = True
    running: str = ""
    failed: str = ""
    result: Result = Result()

    @event
    async def begin(self) -> None:
        """On load: nothing has been tried."""
        self._forget()

    def _forget(self) -> None:
        self.running, self.failed, self.result = "", "", Result()

    @event
    async def bind(self, is_bound: bool) -> None:
        """Whether the next session is bound to a key. The result of the last one would only mislead."""
        self._forget()
        self.is_bound = is_bound

    @event
    async def attack(self, name: str, is_bound: bool) -> Any:
        """Try one, on an account that is made for it, in a session that is bound to a key or not."""
        if not isinstance(name, str) or name not in ATTACKS:  # the browser can send anything
            return
        self._forget()
        self.running = name
        yield
        address = f"http://{LOOPBACK_ADDRESS}:{get_config().backend_port}"
        try:
            async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False) as http:
                verdict = await try_attack(get_service(), name, http, is_bound=is_bound)
            self.result = _result(ATTACKS[name].title, verdict)
        except LabCannot as error:
            self.failed = str(error)
        finally:
            self.running = ""
        yield rx.set_focus(RESULT)


def _result(title: str, verdict: Verdict) -> Result:
    rule = verdict.rule
    return Result(
        title,
        verdict.is_safe,
        verdict.outcome,
        "Bound to a key of the browser." if verdict.is_bound else "Not bound to a key: its two tokens are all that there is.",
        verdict.naive,
        rule.words,
        rule.place,
        rule.code,
        rule.document,
        rule.link,
        verdict.database,
        [*verdict.actors, "Server", "Database"],
        [step_row(step, (*verdict.actors, "Server", "Database")) for step in verdict.steps],
    )


def lab_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `LabState.begin` on load."""
    bind: Any = LabState.bind  # for a checkbox Reflex passes a bool
    return in_frame(
        rx.el.h1(slots.get("title") or "Attack lab", class_name=style.HEADING),
        rx.el.p(
            "Each button attacks this running server, with an account that is made for it and deleted before the next attack. "
            "Beside it, the same is tried on a small server of the kind that many tutorials build: it keeps one refresh token "
            "for each person, reads it, compares it, and overwrites it.",
            class_name="mt-2 " + style.TEXT,
        ),
        rx.el.p(
            link("Begin with the tour", to=TOUR, class_name=style.LINK + " mr-4"),
            link("Your own session", to=SESSION, class_name=style.LINK),
            class_name="mt-2",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", checked=LabState.is_bound, on_change=bind, class_name=style.CHECKBOX),
            "The session is bound to a key of the browser (it matters where a thief has a copy)",
            class_name="mt-6 flex items-center gap-2 " + style.TEXT,
        ),
        rx.el.ul(*map(_attack, ATTACKS), id=BUTTONS, class_name="mt-4 grid gap-3 sm:grid-cols-2"),
        result(),
        **slots,
    )


def _attack(name: str) -> rx.Component:
    return rx.el.li(
        attack_button(name, is_bound=LabState.is_bound), rx.el.p(ATTACKS[name].what, class_name="mt-1 " + style.SMALL)
    )


def attack_button(name: str, *, is_bound: Any) -> rx.Component:
    """The button that tries this attack."""
    return rx.el.button(
        rx.cond(LabState.running == name, "Trying…", ATTACKS[name].title),
        type="button",
        on_click=LabState.attack(name, is_bound),
        disabled=LabState.running != "",
        class_name=style.SECONDARY + " w-full",
    )


def result() -> rx.Component:
    """What came of the last attack."""
    return rx.el.div(_failure(), _outcome(), id=RESULT, tab_index=-1, aria_live="polite", class_name="outline-none")


def _failure() -> rx.Component:
    return rx.cond(LabState.failed, rx.el.p(LabState.failed, class_name=style.ALARM_NOTICE + " mt-6"))


def _outcome() -> rx.Component:
    result: Any = LabState.result
    return rx.cond(
        result.title,
        rx.el.section(
            rx.el.h2(result.title, class_name=style.SUBHEADING + " mb-2"),
            rx.el.p(
                result.outcome,
                class_name=rx.cond(result.is_safe, style.SUCCESS_NOTICE, style.ALARM_NOTICE),
            ),
            rx.el.dl(
                _said("The session", result.session),
                _said("In the database", result.database),
                _said("The rule that decided", result.rule),
                _said("On a tutorial's server", result.naive),
                _said("In the code", _code(result)),
                _said("In the standard", rx.el.a(result.document, href=result.link, class_name=style.LINK)),
                class_name=style.themed("my-4 divide-y divide-@line"),
            ),
            arrows(result.actors, result.steps),
            rx.el.a("Up again", href=f"#{BUTTONS}", class_name=style.LINK + " mt-4 inline-block"),
            aria_label=result.title,
            class_name="mt-6 p-6 " + style.CARD,
        ),
    )


def _code(result: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(rx.el.code(result.place, class_name="break-all"), class_name="cursor-pointer text-sm " + style.FOCUS),
        rx.el.pre(
            rx.el.code(result.code),
            tab_index=0,
            class_name=style.themed("mt-2 max-h-96 overflow-auto rounded border border-@line p-3 text-xs " + style.FOCUS),
        ),
    )


def _said(name: str, what: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="text-sm sm:w-44 sm:shrink-0 " + style.STRONG),
        rx.el.dd(what, class_name=style.TEXT),
        class_name="py-2 sm:flex sm:gap-4",
    )
