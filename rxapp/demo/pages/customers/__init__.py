"""The customers page, which registers itself when it is imported."""

from rxapp.demo.pages.customers import page  # noqa: F401
