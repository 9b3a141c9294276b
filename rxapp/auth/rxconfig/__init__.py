"""What an app's `rxconfig.py` imports from us."""

from rxapp.auth.rxconfig.lean_build import LeanBuild
from rxapp.auth.rxconfig.options import reflex_options

__all__ = ["LeanBuild", "reflex_options"]
