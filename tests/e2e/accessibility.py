"""What axe-core says of a page as it stands now, at desktop and phone width, light and dark."""

import itertools
import os
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
SCHEMES = {"light": None, "dark": {"runOnly": ["color-contrast"]}}
"""With what axe-core looks for in each: between them only colours differ."""

EVERY_LOOK = os.environ.get("RXAPP_TEST_LOOKS") == "all"
"""If not, axe-core is asked on the phone only. `make test-below-a-path` and `make test-thorough` ask on a desktop too."""

SETTLE = """() => document.getAnimations().forEach((animation) => {
    if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();
})"""
"""Colours half way from light to dark are nobody's."""


def assert_accessible(tab: Page, prepare: Callable[[], object] = lambda: None) -> None:
    """Axe-core finds nothing, and nothing is cut off, in any look of the page; it is left as a desktop shows it, light.

    `prepare` is called in each look.
    """
    for (width, size), (scheme, rules) in itertools.product(reversed(WIDTHS.items()), reversed(SCHEMES.items())):
        tab.set_viewport_size(size)
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_function("scheme => document.documentElement.classList.contains(scheme)", arg=scheme)
        prepare()
        tab.evaluate(SETTLE)
        if EVERY_LOOK or width == "phone":
            found = Axe().run(tab, options=rules).response["violations"]
            assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == [], (width, scheme)
        is_whole = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert tab.evaluate(is_whole), f"sideways scrolling: {width}, {scheme}"
