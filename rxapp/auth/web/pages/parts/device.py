"""A browser or program in words, and its icon."""

from rxapp.auth.core.identity.client import UNKNOWN_DEVICE, browser_and_system
from rxapp.auth.web.site.registry import site

_COMPUTERS = ("Windows", "Mac", "Linux", "Ubuntu", "Chrome OS", "Fedora", "Debian", "FreeBSD", "OpenBSD")


def device_in_words(device: str) -> str:
    """The text of `Client.describe_device` in the language of the pages. Sessions store it in English."""
    texts, (browser, system) = site.texts.sessions, browser_and_system(device)
    if device == UNKNOWN_DEVICE:
        return texts.unknown_device
    return texts.device.format(browser=browser, system=system) if system else device


def device_icon(device: str) -> str:
    """The icon for the text of `Client.describe_device`: a computer, a phone or tablet, or a program without a screen."""
    if device == UNKNOWN_DEVICE:
        return "globe"
    _, system = browser_and_system(device)
    if not system:
        return "program"
    return "computer" if system.startswith(_COMPUTERS) else "phone"
