"""In development without a mail server: the mailbox in which one reads what would have been sent.

Whoever reads this has everybody's mail. So this module is loaded only where the page is added (`add_pages`).
"""

from dataclasses import dataclass
from typing import Any, Unpack

import reflex as rx

from rxapp.auth.features.email.mail.compose import NothingToSend, letter_of
from rxapp.auth.features.email.rules import outbox
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import form_page
from rxapp.auth.web.ui.slots import Slots

SHOWN = 50


@dataclass
class LetterRow:
    """A message in the mailbox of development."""

    id: str
    subject: str
    recipient: str
    text: str
    link: str


class MailboxState(rx.State):
    """The newest messages, with what they say."""

    letters: list[LetterRow] = []

    @event(public=True)
    async def load(self) -> None:
        """On load."""
        self.letters = await in_thread(_letters)


def _letters() -> list[LetterRow]:
    service, letters = get_service(), []
    for each in outbox.newest(service.database, limit=SHOWN):
        try:
            letter = letter_of(service, each)
        except NothingToSend:
            continue
        token = letter.secrets.link if letter.secrets is not None else ""
        link = f"{service.settings.mail_link_page}#{token}" if token in letter.text and token else ""
        letters.append(LetterRow(str(each.id), letter.subject, letter.recipient, letter.text, link))
    return letters


def mailbox_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `MailboxState.load` on load."""
    texts = site.texts.mail
    letters: Any = MailboxState.letters
    return form_page(
        texts.mailbox,
        rx.el.p(texts.mailbox_why, class_name=style.SMALL + " mb-4"),
        rx.cond(letters.length() == 0, rx.el.p(texts.none, class_name=style.TEXT)),
        rx.foreach(letters, _letter),
        **slots,
    )


def _letter(letter: Any) -> rx.Component:
    return rx.el.article(
        rx.el.h2(letter.subject, class_name=style.SUBHEADING),
        rx.el.p(letter.recipient, class_name=style.SMALL + " mb-2 break-all"),
        rx.el.pre(letter.text, class_name=style.TEXT_COLOUR + " whitespace-pre-wrap text-sm wrap-anywhere font-sans"),
        rx.cond(letter.link, rx.el.a(site.texts.email.go_on, href=letter.link, class_name=style.LINK + " mt-2 inline-block")),
        key=letter.id,
        aria_label=letter.subject,
        class_name=style.CARD + " mb-4 p-4",
    )
