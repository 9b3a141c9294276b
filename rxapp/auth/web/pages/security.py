"""How a person protects their account: a page of sections, which features add. It is there if there are any."""

from typing import Unpack

import reflex as rx

from rxapp.auth.web.pages.parts.account_frame import account_frame
from rxapp.auth.web.pages.parts.routes import SECURITY
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.ui.slots import Slots


def security_page(**slots: Unpack[Slots]) -> rx.Component:
    """All sections of the page. It needs `places.loads` on load: each section loads what it shows."""
    return account_frame(SECURITY, *places.sections(places_on.SECURITY), **slots)
