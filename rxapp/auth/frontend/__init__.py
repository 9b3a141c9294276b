"""What an app's `rxconfig.py` can have of `rxapp.auth`: how the pages are built. It knows nothing of sessions and pages."""

from rxapp.auth.frontend.lean_build import LeanBuild

__all__ = ["LeanBuild"]
