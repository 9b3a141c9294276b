"""The settings of e-mail: whether people have addresses, and how messages are sent."""

import re
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.values import Origins, Seconds

OFF, OPTIONAL, REQUIRED = "off", "optional", "required"

SUBMISSION_PORT, SMTPS_PORT = 587, 465
"""RFC 6409 §3.1 and RFC 8314 §3.3."""

NOTICES_THAT_MAY_BE_LEFT_OUT = frozenset({"new_device"})
"""All others tell of a change of what a person logs in with: ASVS 6.3.7 wants people to hear of these."""

_LINK = re.compile(r"https?://[^\s#?]+")


class MailServer:
    """The parts of `RXAPP_SMTP_URL`. `encryption` is `tls` from the first byte, `starttls`, or empty for none."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.port = parts.port or (SMTPS_PORT if parts.scheme == "smtps" else SUBMISSION_PORT)
        self.user_name = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.encryption = _encryption(parts)

    @property
    def is_plain(self) -> bool:
        """Whether messages cross a network without TLS. Their links let somebody in."""
        return not self.encryption and not is_loopback(self.host)


def _encryption(parts: SplitResult) -> str:
    if parts.scheme == "smtps":
        return "tls"
    asked = parse_qs(parts.query).get("starttls", [""])[0]
    return "" if asked == "never" or (not asked and is_loopback(parts.hostname or "")) else "starttls"


class MailSettings(BaseSettings):
    """A part of `Settings`."""

    email: Literal["", "off", "optional", "required"] = ""
    email_codes: bool = False
    email_notices_left_out: Annotated[tuple[str, ...], NoDecode] = ()
    smtp_url: SecretStr = SecretStr("")
    smtp_timeout: Seconds = timedelta(seconds=20)
    mail_from: str = Field(default="", max_length=320)
    mail_link: str = Field(default="", max_length=512)
    mail_language: Literal["", "en", "de"] = ""
    mail_templates: Path | None = None
    public_origins: Origins = ()

    @property
    def has_email(self) -> bool:
        """Whether people can have an address."""
        return self.email_mode != OFF

    @property
    def email_mode(self) -> str:
        """`off`, `optional` or `required`. Without a word about it: optional if messages can be sent."""
        return self.email or (OPTIONAL if self.smtp_url.get_secret_value() else OFF)

    @property
    def mail_server(self) -> MailServer | None:
        """The server that takes our messages, if one is set."""
        url = self.smtp_url.get_secret_value()
        return MailServer(url) if url else None

    @property
    def mail_link_page(self) -> str:
        """The address of the page that takes the links in messages, without a fragment. Empty if no address is known.

        It never comes from a request: whoever asks for a message could send any `Host`, and the link would lead to them.
        """
        return self.mail_link or (f"{self.public_origins[0]}/mail-link" if self.public_origins else "")

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_names_a_server(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value().strip()
        if not text:
            return SecretStr("")
        try:
            parts = urlsplit(text)
            is_good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError("has the form smtp://user:password@mail.example.com:587, or smtps://… for TLS from the first byte")
        return SecretStr(text)

    @field_validator("mail_from")
    @classmethod
    def _mail_from_is_an_address(cls, text: str) -> str:
        if text and ("@" not in parseaddr(text)[1] or not text.isprintable()):
            raise ValueError("has the form rxapp@example.com, or: My App <rxapp@example.com>")
        return text

    @field_validator("mail_link")
    @classmethod
    def _mail_link_is_an_address(cls, text: str) -> str:
        if text and not _LINK.fullmatch(text):
            raise ValueError("has the form https://app.example.com/mail-link, without ? and #")
        return text

    @field_validator("email_notices_left_out", mode="before")
    @classmethod
    def _notices_left_out(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("email_notices_left_out")
    @classmethod
    def _only_some_may_be_left_out(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := set(kinds) - NOTICES_THAT_MAY_BE_LEFT_OUT:
            may = ", ".join(sorted(NOTICES_THAT_MAY_BE_LEFT_OUT))
            raise ValueError(f"{', '.join(sorted(wrong))}: only {may} may be left out. People must hear of all other changes")
        return kinds

    @field_validator("smtp_timeout")
    @classmethod
    def _timeout_is_positive(cls, value: timedelta) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError("must be at least one second")
        return value
