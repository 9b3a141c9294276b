"""The QR code is drawn as it was computed: each dark square, and a border of four light ones."""

import re

import segno

from rxapp.auth.features.totp.rules.codes import enrolment_uri, new_secret
from rxapp.auth.features.totp.rules.qr_code import BORDER, qr_code


def test_its_path_fills_exactly_the_dark_squares():
    uri = enrolment_uri(new_secret(), "johndoe", "rxapp")
    drawn = qr_code(uri)
    filled = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path):
        filled |= {(int(x) + step, int(y)) for step in range(int(width))}
    matrix = segno.make(uri, error="m", micro=False).matrix
    assert filled == {(x + BORDER, y + BORDER) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert drawn.size == len(matrix) + 2 * BORDER
