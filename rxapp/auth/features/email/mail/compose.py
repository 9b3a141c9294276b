"""Makes a message from its row: the words, the link and the code, in text and in HTML. Nothing of it is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.client import browser_and_system
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.loopback import LOOPBACK_NAME
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.email.mail.german import GERMAN
from rxapp.auth.features.email.mail.texts import ENGLISH, MailTexts
from rxapp.auth.features.email.rules import notices, own_address, proof_rows, proofs
from rxapp.auth.features.email.rules.outbox import StoredMail
from rxapp.auth.features.email.rules.proof_rows import Purpose
from rxapp.auth.features.email.rules.proofs import Secrets

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}

OWN_TEMPLATES = Path(__file__).parent / "templates"

_NAMELESS = frozenset({Purpose.CONFIRM.value})
"""Messages to an address of which nobody knows whose it is. A stranger who asks for it must not choose a word of it."""

_OF_NOTICES = frozenset({notices.NOTICE, notices.NEW_DEVICE, notices.MORE})
_ALIKE = {notices.NEW_DEVICE: notices.NOTICE}
"""Kinds that are worded like another."""

_WITHOUT_PLACE = frozenset({Purpose.INVITE.value, notices.MORE})


class NothingToSend(Exception):
    """The message is about what has ended meanwhile: its link was used or is too old, or its account is gone."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words."""

    subject: str
    text: str
    html: str
    recipient: str
    secrets: Secrets | None = field(repr=False)


def letter_of(service: AuthService, stored: StoredMail) -> Letter:
    """The words of a message. Raises `NothingToSend`."""
    with service.database.read() as session:
        proof = proof_rows.find(session.connection(), stored.proof_id) if stored.proof_id is not None else None
        user = session.get(User, stored.user_id) if stored.user_id is not None else None
        asker = session.get(User, proof.user_id) if proof is not None and proof.user_id is not None else None
    if stored.proof_id is not None and (proof is None or not proof_rows.is_good(proof, asker, service.clock())):
        raise NothingToSend
    secrets = proofs.secrets_of(service.key_ring, proof) if proof is not None else None
    texts = LANGUAGES[service.settings.mail_language or ENGLISH.language]
    words = _words(service.settings, texts, stored, user, secrets)
    render = _templates(service.settings.mail_templates)
    names = [f"{stored.kind}.{{}}", "mail.{}"]
    text, html = (render.select_template([name.format(kind) for name in names]).render(words) for kind in ("txt", "html"))
    return Letter(words["subject"], text, html, stored.recipient, secrets)


def message_of(service: AuthService, stored: StoredMail) -> EmailMessage:
    """The message as it is sent. Its Message-ID is the same at each attempt. Raises `NothingToSend`."""
    letter, sender = letter_of(service, stored), sender_of(service.settings)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = sender
    message["To"] = Address(addr_spec=stored.recipient)
    message["Date"] = format_datetime(stored.created_at)
    message["Message-ID"] = f"<{stored.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def sender_of(settings: Settings) -> Address:
    """The address from which messages come. Without a setting, one that exists nowhere, for development."""
    name, address = parseaddr(settings.mail_from or f"rxapp@{LOOPBACK_NAME}")
    return Address(name or settings.app_name, addr_spec=address)


def _words(
    settings: Settings, texts: MailTexts, stored: StoredMail, user: User | None, secrets: Secrets | None
) -> dict[str, Any]:
    """What the templates are filled with."""
    letter, is_notice = texts.letters[_ALIKE.get(stored.kind, stored.kind)], stored.kind in _OF_NOTICES
    notice = texts.notices.get(stored.facts.get("event", ""), "")
    filled = {
        "app": settings.app_name or "rxapp",
        "user_name": user.user_name if user is not None else "",
        "notice": notice,
        "notice_subject": notice.partition(".")[0],
    }
    has_link = secrets is not None and bool(letter.button or is_notice) and bool(settings.mail_link_page)
    return {
        "language": texts.language,
        "app": filled["app"],
        "subject": letter.subject.format(**filled),
        "greeting": texts.greeting.format(**filled) if user is not None and stored.kind not in _NAMELESS else "",
        "says": letter.says.format(**filled),
        "code": secrets.code if secrets is not None and own_address.BY_LINK_ONLY not in stored.facts else "",
        "code_says": letter.code,
        "details": [] if stored.kind in _WITHOUT_PLACE else _details(texts, stored.facts),
        "by_other": texts.by_other if stored.facts.get("by") else "",
        "link_why": (texts.not_me_why if is_notice else letter.link) if has_link else "",
        "link": f"{settings.mail_link_page}#{secrets.link}" if secrets is not None and has_link else "",
        "button": texts.not_me if is_notice else letter.button,
        "below": letter.below.format(**filled),
        "footer": texts.footer.format(**filled),
    }


def _details(texts: MailTexts, facts: dict[str, str]) -> list[tuple[str, str]]:
    browser, system = browser_and_system(facts.get("device", ""))
    device = texts.browser_on.format(browser=browser, system=system) if system else browser
    moment = _moment(texts, facts["when"]) if facts.get("when") else ""
    found = [(texts.when, moment), (texts.device, device), (texts.network, facts.get("network", ""))]
    return [(label, value) for label, value in found if value]


def _moment(texts: MailTexts, when: str) -> str:
    moment = datetime.fromisoformat(when)
    parts = {"day": moment.day, "month": texts.months[moment.month - 1], "year": moment.year}
    return texts.moment.format(hour=moment.hour, minute=moment.minute, **parts)


@lru_cache(maxsize=4)
def _templates(own: Path | None) -> "Environment":
    """The templates. Those in the directory of the app come first: `mail.html`, `mail.txt`, or one for a kind, `reset.html`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415  the extra may be missing

    directories = [directory for directory in (own, OWN_TEMPLATES) if directory is not None]
    return Environment(
        loader=FileSystemLoader(directories), autoescape=select_autoescape(["html"]), undefined=StrictUndefined, trim_blocks=False
    )
