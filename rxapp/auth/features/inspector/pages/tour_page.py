"""A tour in seven steps, for people who have never heard of refresh tokens. Each step is tried in the lab."""

from typing import NamedTuple, Unpack

import reflex as rx

from rxapp.auth.features.inspector.lab import losing, stealing
from rxapp.auth.features.inspector.pages.lab_page import LabState, attack_button, result
from rxapp.auth.features.inspector.pages.routes import LAB, SESSION
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import in_frame
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.slots import Slots

STEP = "step"
"""The id of the step's heading, which takes the focus."""


class _Stop(NamedTuple):
    """The paragraphs of `says` are separated by empty lines."""

    title: str
    says: str
    attack: str = ""
    is_bound: bool = True


STOPS = (
    _Stop(
        "You log in",
        """
        You show your password once. The server gives your browser two texts, called tokens, and your browser keeps them.

        The first is the access token. It says who you are, and your browser shows it with each request, as one shows a badge at a
        door. Whoever has a copy of it is let in, too (step 7 changes that). So it is good for a few minutes only.
        """,
    ),
    _Stop(
        "It expires",
        """
        After some minutes your badge is worth nothing, in your hand and in a thief's. But you do not want to type your password
        every five minutes.

        That is what the second token is for, the refresh token. It opens no door. It is good for one thing: to get the next two
        tokens.

        Why not one token that lasts? It would be shown with every click, and to other servers as well. The refresh token is
        shown once in a while, to one server, and that one can look closely: has this person logged out, has a copy been used?
        That is why there are two. Try it.
        """,
        losing.expire_now.__name__,
    ),
    _Stop(
        "Each refresh token is used once",
        """
        When the two tokens are exchanged, you get a new refresh token as well, and the old one is spent. This is called rotation,
        and you do not notice it.

        Why? If a spent token is shown again, two people hold tokens of the same session, and one has stolen theirs. Nobody
        can say which. So the session ends for both, and you log in again.
        """,
        stealing.replay_the_spent_token.__name__,
    ),
    _Stop(
        "An answer is lost",
        """
        You close your laptop just while the tokens are exchanged. The server has done it, and your browser has never got the
        answer. It still holds the old token, and that one is spent.

        Is this a theft? No: nobody has used the new token yet. Until somebody does, the old one gets the same answer again. You
        may open the laptop in the evening: you are still logged in. After a day without use you log in anew.
        """,
        losing.lose_the_answer.__name__,
    ),
    _Stop(
        "Two tabs at once",
        """
        You have the app open in two tabs, and both notice at once that the access token has expired. Both show the same
        refresh token.

        One is first by a hair. The other must not count as a thief: it gets the same pair.
        """,
        losing.two_tabs_at_once.__name__,
    ),
    _Stop(
        "A thief",
        """
        Somebody copies what your browser keeps, and goes on with it elsewhere. For this step there is nothing but the tokens.

        The thief is in until you come back. Then one of you shows a spent token, and it is over for both: you are asked to log
        in, and told that a token was used twice. If you never come back, the thief stays in for a week at most. That is better
        than nothing, and not good enough.
        """,
        stealing.copy_local_storage.__name__,
        is_bound=False,
    ),
    _Stop(
        "A key that cannot be copied",
        """
        It is better if the copy is worth nothing at once. At the login your browser makes a key. It lets the page sign with it,
        and gives the secret half to nobody. Whoever uses a token must prove that they have the key. The standard is called DPoP.

        The same theft again. What does the thief get now? Only what runs inside your own open page could still act for you, and
        only while it is open.
        """,
        stealing.copy_local_storage.__name__,
    ),
)


class TourState(rx.State):
    """`stop` counts from 0."""

    stop: int = 0

    @event
    async def begin(self) -> None:
        """On load: where one was, or the first step."""
        await self._go_to(self.stop)

    @event
    async def go_on(self) -> rx.event.EventSpec:
        """To the next step."""
        return await self._go_to(self.stop + 1)

    @event
    async def go_back(self) -> rx.event.EventSpec:
        """To the step before."""
        return await self._go_to(self.stop - 1)

    async def _go_to(self, stop: int) -> rx.event.EventSpec:
        self.stop = min(max(stop, 0), len(STOPS) - 1)
        (await self.get_state(LabState))._forget()
        return rx.set_focus(STEP)


def tour_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `TourState.begin` on load."""
    return in_frame(
        rx.el.h1(slots.get("title") or "What a session is, in seven steps", class_name=style.HEADING),
        rx.el.p(
            "Each step can be tried on this running server. Beside it, the same happens to a small server of the kind that many "
            "tutorials build.",
            class_name="mt-2 " + style.TEXT,
        ),
        rx.match(TourState.stop, *((number, _view(number, stop)) for number, stop in enumerate(STOPS)), rx.fragment()),
        rx.el.nav(
            rx.el.button(
                "Back", type="button", on_click=TourState.go_back, disabled=TourState.stop == 0, class_name=style.SECONDARY
            ),
            rx.cond(
                TourState.stop == len(STOPS) - 1,
                link("Now try all of it in the lab", to=LAB, class_name=style.LINK),
                rx.el.button("Next", type="button", on_click=TourState.go_on, class_name=style.PRIMARY),
            ),
            aria_label="Steps",
            class_name="mt-6 flex items-center justify-between gap-4",
        ),
        result(),
        **slots,
    )


def _view(number: int, stop: _Stop) -> rx.Component:
    return rx.el.section(
        rx.el.p(f"Step {number + 1} of {len(STOPS)}", class_name=style.SMALL),
        rx.el.h2(stop.title, id=STEP, tab_index=-1, class_name=style.TITLE + " outline-none"),
        *(rx.el.p(words, class_name="mt-3 " + style.TEXT) for words in stop.says.strip().split("\n\n")),
        rx.el.div(
            attack_button(stop.attack, is_bound=stop.is_bound)
            if stop.attack
            else link("Look inside your own access token", to=SESSION, class_name=style.LINK),
            class_name="mt-4 max-w-sm",
        ),
        aria_label=stop.title,
        class_name="mt-6 p-6 " + style.CARD,
    )
