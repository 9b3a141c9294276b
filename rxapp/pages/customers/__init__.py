"""The customers page, which registers itself when it is imported."""

from rxapp.pages.customers import page  # noqa: F401
