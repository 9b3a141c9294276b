"""The two kinds of texts that are more than a string: one with a number, and many of which a code chooses one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """`one` for the number 1, else `other` with the number at `{count}`; `none` for 0 if that has words of its own.

    A language with more forms writes the number apart: `Counted("Sesje: 1", "Sesje: {count}")`.
    """

    one: str
    other: str
    none: str = ""

    def of(self, count: int) -> str:
        """The text for this number."""
        if count == 0 and self.none:
            return self.none
        return self.one if count == 1 else self.other.format(count=count)


class ByCode:
    """Base of texts whose fields are named as the codes that they put into words."""

    __slots__ = ()

    def of(self, code: str | None) -> str:
        """The text for the code; empty if there is none, for a code may come from the URL."""
        fields: dict[str, object] = getattr(self, "__dataclass_fields__", {})
        return getattr(self, code) if code in fields else ""
