"""The field that this app adds to registration: stored for the person, or refused together with the registration."""

import asyncio

import pytest
from notes.profile import city_of, keep_profile

from rxapp.auth import InputRefused
from rxapp.auth import web as auth


def registration(user, **extra_fields):
    return auth.Registration(user.id, user.user_name, user.display_name, extra_fields)


@pytest.mark.parametrize(("typed", "kept"), [(" Bern ", "Bern"), ("", ""), (None, "")], ids=["typed", "left-empty", "not-sent"])
def test_it_is_kept(database, anna, typed, kept):
    asyncio.run(keep_profile(registration(anna, **({} if typed is None else {"city": typed}))))
    assert city_of(database, anna.id) == kept


@pytest.mark.parametrize("city", ["x" * 81, "Be\nrn", "\0"], ids=["long", "two-lines", "nul"])
def test_what_is_no_city_is_refused(database, anna, city):
    with pytest.raises(InputRefused):
        asyncio.run(keep_profile(registration(anna, city=city)))


def test_who_never_registered_has_none(database, bob):
    assert city_of(database, bob.id) == ""
