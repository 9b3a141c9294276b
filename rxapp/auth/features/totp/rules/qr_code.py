"""The QR code of an enrolment link, as the outline of its dark squares. A page draws it as inline SVG."""

from itertools import groupby
from typing import NamedTuple

import segno

BORDER = 4
"""Light squares around the code, which readers need (ISO/IEC 18004, the quiet zone)."""


class QrCode(NamedTuple):
    """A field of `size` by `size` squares, the border included, and the path that fills the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The QR code of this text. Error correction M: a screen is clean, and the code stays small enough for a phone."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    return QrCode(len(rows) + 2 * BORDER, "".join(_dark_runs(row, y) for y, row in enumerate(rows, BORDER)))


def _dark_runs(row: bytes, y: int) -> str:
    path, x = "", BORDER
    for is_dark, squares in groupby(row):
        width = len(list(squares))
        path += f"M{x} {y}h{width}v1h-{width}z" if is_dark else ""
        x += width
    return path
