"""What an examination finds."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is. Only a problem makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and in words how to mend it. No secret is in it."""

    check: str
    verdict: Verdict
    says: str
    mend: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, says)


def warning(check: str, says: str, mend: str) -> Finding:
    """It works, and should be otherwise."""
    return Finding(check, Verdict.WARNING, says, mend)


def problem(check: str, says: str, mend: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(check, Verdict.PROBLEM, says, mend)
