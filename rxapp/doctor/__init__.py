"""Looks at a deployment and says what is wrong with it and how to mend it: `python -m rxapp doctor`."""

from rxapp.doctor.examination import examine
from rxapp.doctor.findings import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
