"""The icon of a browser or program."""

from rxapp.auth.core.identity.client import UNKNOWN_DEVICE, browser_and_system

_COMPUTERS = ("Windows", "Mac", "Linux", "Ubuntu", "Chrome OS", "Fedora", "Debian", "FreeBSD", "OpenBSD")


def device_icon(device: str) -> str:
    """The icon for the text of `Client.describe_device`: a computer, a phone or tablet, or a program without a screen."""
    if device == UNKNOWN_DEVICE:
        return "globe"
    _, system = browser_and_system(device)
    if not system:
        return "program"
    return "computer" if system.startswith(_COMPUTERS) else "phone"
