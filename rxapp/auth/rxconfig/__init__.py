"""What an app's `rxconfig.py` imports from us."""

from rxapp.auth.core.extras import require_reflex

require_reflex("rxapp.auth.rxconfig")

from rxapp.auth.rxconfig.auth_plugin import AuthPlugin
from rxapp.auth.rxconfig.lean_build import LeanBuild
from rxapp.auth.rxconfig.options import reflex_options

__all__ = ["AuthPlugin", "LeanBuild", "reflex_options"]
