"""What goes over the WebSocket can be sent, whatever a browser has reported or a person has typed."""

import re
from typing import Any

import reflex as rx

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def send_halves_of_characters(app: rx.App) -> None:
    """Write a lone surrogate as its JSON escape.

    It cannot be encoded in UTF-8: Engine.IO's writer would end without a word, and the page would wait for ever.
    """
    sio: Any = app.sio
    packets = sio.packet_class
    dumps = packets.json.dumps

    def sendable(value: Any, **options: Any) -> str:
        return _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", dumps(value, **options))

    packets.json = type(packets.json)(dumps=sendable, loads=packets.json.loads)
