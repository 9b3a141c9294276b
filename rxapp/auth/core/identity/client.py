"""What a request says about its origin: for the audit log, and for a person's own list of sessions."""

import re
from dataclasses import dataclass

from ua_parser import parse

from rxapp.auth.core.identity.proved_key import ProvedKey

MAXIMUM_ADDRESS_LENGTH = 64
MAXIMUM_USER_AGENT_LENGTH = 256
_MAXIMUM_DEVICE_LENGTH = 64

_PRODUCT = re.compile(r"([A-Za-z][\w.+-]{0,31})/\d")
"""A product token: a program's name and its version (RFC 9110 §10.1.5)."""

_NO_BRANDS = ("Generic", "Spider")
"""The parser's brands for an unnamed device: Chrome calls every Android phone "K"."""


UNKNOWN_DEVICE = "Unknown device"
SEPARATOR = " on "


@dataclass(frozen=True, slots=True)
class Client:
    """The sender of a request: network address and user agent, both shortened and cleaned, so that neither can forge a log line.

    `device_key` is the key that the sender proved to hold with this request, if any.
    """

    address: str = ""
    user_agent: str = ""
    device_key: ProvedKey | None = None

    @classmethod
    def of(cls, address: str | None, user_agent: str | None, device_key: ProvedKey | None = None) -> "Client":
        """Make one of raw values from the network."""
        return cls(_clean(address, MAXIMUM_ADDRESS_LENGTH), _clean(user_agent, MAXIMUM_USER_AGENT_LENGTH), device_key)

    def describe_device(self) -> str:
        """The browser and the operating system, such as "Firefox on Windows"; for another program, its product name."""
        found = parse(self.user_agent)
        program = _PRODUCT.match(self.user_agent)
        browser = found.user_agent.family if found.user_agent else program[1] if program else ""
        is_named = found.device and found.device.brand and not found.device.brand.startswith(_NO_BRANDS)
        system = found.device.family if found.device and is_named else found.os.family if found.os else ""
        return (SEPARATOR.join(part for part in (browser, system) if part) or UNKNOWN_DEVICE)[:_MAXIMUM_DEVICE_LENGTH]


NO_CLIENT = Client()
"""For actions that did not come over a network."""


def browser_and_system(device: str) -> tuple[str, str]:
    """Split the text of `describe_device`, to translate it. The second part is empty if there was one part only."""
    browser, _, system = device.partition(SEPARATOR)
    return browser, system


def _clean(text: str | None, length: int) -> str:
    return "".join(character if character.isprintable() else "?" for character in (text or "")[:length])
