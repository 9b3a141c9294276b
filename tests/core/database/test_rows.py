"""Rows are what their classes say: a type checker believes these, and only a database knows."""

from datetime import UTC, datetime
from types import UnionType
from typing import get_args, get_origin, get_type_hints
from uuid import UUID

import pytest

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import EventNews, ListedEvent
from rxapp.auth.core.identity.identity import SessionWithUser
from rxapp.auth.core.keys import stored_keys
from rxapp.auth.core.keys.stored_keys import StoredKey
from rxapp.auth.core.maintenance import key_rotation
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.rows import ListedSession, ListedSessionOfUser, RotatedSession, StoredSession
from rxapp.auth.core.tokens.refresh_tokens import PresentedRefreshToken
from rxapp.auth.core.tokens.token_pair import PairSession, PairUser

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def session_id(pair) -> UUID:
    return PresentedRefreshToken.parse(pair.refresh_token).session_id


ROWS = {
    StoredSession: lambda db, _user_id, session_id, _now: [sessions.find(db, session_id)],
    RotatedSession: lambda db, _user_id, session_id, now: [
        rotation_statements.rotate(db, session_id, 0, now, idle_since=LONG_AGO, device_key=None)
    ],
    ListedSession: lambda db, user_id, _session_id, now: sessions.active_of(db, user_id, now, LONG_AGO),
    ListedSessionOfUser: lambda db, _user_id, _session_id, now: sessions.all_active(db, now, LONG_AGO),
    ListedEvent: lambda db, *_: [*events.newest(db, EventFilter(), limit=9), *events.oldest_first(db, EventFilter())],
    EventNews: lambda db, *_: events.since(db, 0),
    StoredKey: lambda db, *_: stored_keys.select_all(db),
}


@pytest.mark.parametrize("row_type", ROWS)
def test_a_row_has_the_columns_that_its_class_names_and_values_of_their_types(service, johndoe, session_id, clock, row_type):
    key_rotation.rotate(service.settings, service.database, clock)
    with service.database.transaction() as db:
        rows = ROWS[row_type](db, johndoe.id, session_id, clock())
    assert rows
    for row in rows:
        types = get_type_hints(row_type)
        assert set(row._fields) == set(types)
        for name, wanted in types.items():
            assert is_of(getattr(row, name), wanted), (name, wanted)


def is_of(value, wanted) -> bool:
    if isinstance(wanted, UnionType):
        return any(is_of(value, each) for each in get_args(wanted))
    if get_origin(wanted) is list:
        return type(value) is list and all(is_of(each, get_args(wanted)[0]) for each in value)
    return type(value) is wanted


@pytest.mark.parametrize("part", [SessionWithUser, PairSession, PairUser, RotatedSession])
def test_what_decides_and_what_issues_ask_for_no_column_that_is_not_read(part):
    assert get_type_hints(part).items() <= get_type_hints(StoredSession).items()
