"""The names that people give to their devices and passkeys."""

from rxapp.auth.core.errors import InputRefused
from rxapp.auth.core.identity.written_names import display_name_in
from rxapp.auth.core.input_rules import InputRule

NAME_MAXIMUM_LENGTH = 64


def factor_name_in(text: str) -> str:
    """The name in the form that is kept. Raises `InputRefused` for one that is empty, too long, or cannot be seen."""
    name = display_name_in(text) if len(text.strip()) <= NAME_MAXIMUM_LENGTH else None
    if not name or len(name) > NAME_MAXIMUM_LENGTH:
        raise InputRefused(InputRule.DEVICE_NAME_REFUSED, limit=NAME_MAXIMUM_LENGTH)
    return name
