"""The ready-made registration page, with one more field. `profile.keep_profile` gets its text."""

import reflex as rx

from notes.profile import CITY_MAXIMUM_LENGTH
from rxapp.auth import web as auth


@auth.page("/register", public=True, title="Create an account · Notes")
def register() -> rx.Component:
    """The registration form with a field for the city."""
    city = auth.text_field("City (if you like)", "city", auto_complete="address-level2", max_length=CITY_MAXIMUM_LENGTH)
    return auth.register_page(extra=city)
