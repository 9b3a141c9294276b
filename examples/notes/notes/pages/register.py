"""The ready-made registration page, with one more field. What is typed into it comes to `profile.keep_profile`."""

import reflex as rx

from notes.profile import CITY_MAXIMUM_LENGTH
from rxapp.auth import web as auth


@auth.page("/register", public=True, title="Create an account · Notes")
def register() -> rx.Component:
    """The form, with the city."""
    city = auth.text_field("City (if you like)", "city", auto_complete="address-level2", max_length=CITY_MAXIMUM_LENGTH)
    return auth.register_page(extra=city)
