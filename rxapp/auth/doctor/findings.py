"""The results of the checks."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How serious a finding is. Only a problem makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was checked, the result, and how to fix it. It contains no secret."""

    check: str
    verdict: Verdict
    says: str
    mend: str = ""


def ok(check: str, says: str) -> Finding:
    """The check has passed."""
    return Finding(check, Verdict.OK, says)


def warning(check: str, says: str, mend: str) -> Finding:
    """It works, but should be changed."""
    return Finding(check, Verdict.WARNING, says, mend)


def problem(check: str, says: str, mend: str) -> Finding:
    """It does not work, or it is unsafe."""
    return Finding(check, Verdict.PROBLEM, says, mend)
