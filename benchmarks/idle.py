"""Whether others use the machine. A figure from a busy one says little, and a ratio flatters whoever is less hindered."""

import os

IDLE = 0.5
"""The load average of the last minute, below which nobody else works."""


def idleness() -> str:
    """The load before anything was started, in a sentence."""
    load = os.getloadavg()[0]
    return f"Load average {load:.1f} before it began: {'idle' if load < IDLE else 'NOT idle, others used the machine too'}."
