"""Checks a deployment, and says what is wrong and how to fix it: `python -m rxapp doctor`."""

from rxapp.auth.doctor.examination import examine
from rxapp.auth.doctor.findings import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
