"""What an app's `rxconfig.py` imports from us."""

from rxapp.auth.core.extras import require_reflex

require_reflex("rxapp.auth.rxconfig")

from rxapp.auth.rxconfig.lean_build import LeanBuild
from rxapp.auth.rxconfig.options import reflex_options

__all__ = ["LeanBuild", "reflex_options"]
