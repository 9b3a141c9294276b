"""The words for a device in a message: only those of browsers and systems that we know.

A program says itself what it is. Whoever asks for a message to a stranger must not choose a word of it.
"""

from ua_parser import parse

from rxapp.auth.core.identity.client import SEPARATOR

_BROWSERS = {
    **{name: name for name in ("Firefox", "Chrome", "Safari", "Edge", "Opera", "Samsung Internet", "Vivaldi", "HeadlessChrome")},
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Mobile Safari": "Safari",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
}
"""By the names that the parser gives them."""

_SYSTEMS = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Android", "iOS", "Chrome OS"})


def known_device(user_agent: str) -> str:
    """Such as "Firefox on Linux", or an empty text for whatever is not known."""
    found = parse(user_agent)
    browser = _BROWSERS.get(found.user_agent.family) if found.user_agent else None
    system = found.os.family if found.os and found.os.family in _SYSTEMS else ""
    return SEPARATOR.join(part for part in (browser, system) if part) if browser else ""
