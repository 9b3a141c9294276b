"""The ways in, as the core sees them: it knows none by name."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from rxapp.auth.core.accounts import users
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.core.login.ways_in import WaysIn


class Keys:
    """A way in of which everybody has the same number."""

    def __init__(self, number):
        self.number, self.removed_since = number, None

    def count(self, db, user_id):
        return self.number

    def remove_all(self, db, user_id, since):
        self.removed_since = since
        return self.number


def user(password_hash):
    return User(
        user_name="ada",
        user_name_key="ada",
        search_key="ada",
        display_name="ada",
        roles=[],
        created_at=None,
        password_hash=password_hash,
    )


@pytest.mark.parametrize("numbers", [(), (0,), (0, 0)])
def test_a_password_is_enough_and_without_it_nothing_is_not(numbers):
    ways = WaysIn([Keys(number) for number in numbers])
    ways.require_one(None, user("$argon2id$"))
    with pytest.raises(LastWayIn):
        ways.require_one(None, user(users.unset_password_hash()))
    with pytest.raises(LastWayIn):
        ways.require_one_besides_password(None, uuid4())


@pytest.mark.parametrize("numbers", [(1,), (0, 1), (2, 0), (1, 1)])
def test_one_of_any_kind_is_enough(numbers):
    ways = WaysIn([Keys(number) for number in numbers])
    ways.require_one(None, user(users.unset_password_hash()))
    ways.require_one_besides_password(None, uuid4())


def test_what_was_added_since_is_removed_of_every_kind():
    kinds, moment = [Keys(0), Keys(3)], datetime(2026, 1, 1, tzinfo=UTC)
    WaysIn(kinds).remove_added(None, uuid4(), moment)
    assert [each.removed_since for each in kinds] == [moment, moment]
