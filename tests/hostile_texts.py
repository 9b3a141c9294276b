"""Texts as long as one message may be, of characters that make somebody's work grow faster than their number."""

from rxapp.auth.core.settings.settings import WEBSOCKET_MESSAGE_LIMIT_BYTES

CPU_SECONDS = 0.5
"""What one call may take of a processor, whatever it is given: on a slow and busy machine too this is far more than it needs.

The event loop and every other thread wait for the interpreter meanwhile.
"""


def _filled(pattern: str) -> str:
    return pattern * (WEBSOCKET_MESSAGE_LIMIT_BYTES // len(pattern.encode("utf-8", "surrogatepass")))


LONGEST = {
    "combining marks in the wrong order": _filled("\u0301\u0316"),  # normalization sorts them, one by one
    "a letter and such marks": "a" + _filled("\u0301\u0316")[:-1],
    "U+FDFA": _filled("\ufdfa"),  # one character is eighteen when it is decomposed
    "U+0390": _filled("\u0390"),  # casefolding makes three of it
    "Hangul": _filled("\u1100\u1161\u11a8"),
    "halves of characters": _filled("\ud800"),
    "what is never shown": _filled("\u200b"),
    "NUL": _filled("\0"),
    "spaces": _filled(" "),
    "a": _filled("a"),
    "digits": _filled("9"),
    "commas": _filled("x,"),
    "slashes": _filled("/"),
    "dots": _filled("a."),
    "percents": _filled("%e2%80%8b"),
    "brackets": _filled("["),
    "passwords": _filled("password='"),
}
"""Each of the size of the largest message that a page may send."""
