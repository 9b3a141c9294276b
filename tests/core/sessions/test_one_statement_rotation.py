"""A rotation of a session whose salt is known: one statement decides, and never otherwise than the protocol's table."""

from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import event, update

from rxapp.auth import AuthError, AuthService, AuthSession, Client, InvalidToken, SessionRevoked, TokenReused, TooManyRequests
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.sessions import rotation_statements, statements
from rxapp.auth.core.sessions.rotation import RotationDecision, decide_rotation
from rxapp.auth.core.tokens.refresh_tokens import SESSIONS_KEPT, RefreshTokens
from tests.conftest import PASSWORD
from tests.keys import ring_of

_session = AuthTable.metadata.tables[AuthSession.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IDLE_TIMEOUT = timedelta(days=7)

OF_A_SESSION = ("generation", "generation_seen_at", "last_used_at", "expires_at", "revoked_at")


@pytest.fixture
def session_id(service, pair):
    return service.access_tokens.identify(pair.access_token).session_id


@pytest.fixture
def asked(database):
    """The first words of what the database is asked."""
    words = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: words.append(arguments[2].split()[0]))
    return words


@pytest.fixture
def limited_service(settings, database, clock):
    return AuthService(settings.model_copy(update={"refresh_rate_limit": 2}), database, clock)


def step(db, session_id, generation, device_key=None):
    return rotation_statements.rotate(db, session_id, generation, NOW, idle_since=NOW - IDLE_TIMEOUT, device_key=device_key)


def refresh(service, pair, client=None):
    return service.refresh(pair.access_token, pair.refresh_token, *([client] if client else []))


AROUND = [timedelta(microseconds=offset) for offset in (-1, 0, 1)]
STATES = [
    SimpleNamespace(
        generation=generation,
        generation_seen_at=seen_at,
        last_used_at=NOW - IDLE_TIMEOUT + used,
        expires_at=NOW + expires,
        revoked_at=revoked_at,
        disabled_at=disabled_at,
        revoked_reason=None,
        id=None,
        user_id=None,
    )
    for generation, seen_at, used, expires, revoked_at, disabled_at in product(
        range(3), [None, NOW], AROUND, AROUND, [None, NOW], [None, NOW]
    )
]
"""Of a session and its user, at the moments at which it ends and beside them."""


def test_the_statement_takes_a_step_exactly_where_the_table_says_so(settings, database, session_id):
    settings = settings.model_copy(update={"session_idle_timeout": IDLE_TIMEOUT})
    steps = 0
    for state in STATES:
        try:
            is_a_step = decide_rotation(state, 1, NOW, settings) is RotationDecision.ROTATE
        except AuthError:
            is_a_step = False
        with database.connect() as db:
            db.execute(update(_session).values({name: getattr(state, name) for name in OF_A_SESSION}))
            db.execute(update(_user).values(disabled_at=state.disabled_at))
            row = step(db, session_id, 1)
            after = statements.get(db, session_id)
        assert (row is not None) == is_a_step, state
        assert after.generation == state.generation + is_a_step
        if row:
            assert row == tuple(getattr(after, name) for name in row._fields)
            assert (after.generation_seen_at, after.last_used_at) == (None, NOW)
            steps += 1
    assert steps == 2  # with the generation seen before, and not


@pytest.mark.parametrize(("bound_to", "proved"), list(product([None, "t" * 43], [None, "t" * 43, "u" * 43])))
def test_it_takes_a_step_only_with_the_key_that_the_session_is_bound_to(database, session_id, bound_to, proved):
    with database.connect() as db:
        db.execute(update(_session).values(device_key_thumbprint=bound_to, expires_at=NOW + IDLE_TIMEOUT))
        assert (step(db, session_id, 0, proved) is not None) == (bound_to == proved)
        assert statements.get(db, session_id).generation == (bound_to == proved)


def test_who_has_issued_a_token_asks_the_database_once_for_its_successor(service, pair, asked):
    for _ in range(3):
        pair = refresh(service, pair)
    assert asked == ["UPDATE"] * 3


def test_another_process_looks_first_and_then_knows(settings, database, clock, pair, asked):
    other = AuthService(settings, database, clock)
    pair = refresh(other, pair)
    assert asked[-2:] == ["SELECT", "UPDATE"]
    del asked[:]
    refresh(other, pair)
    assert asked == ["UPDATE"]


def test_a_forged_token_of_a_known_session_changes_nothing(service, pair, session_id, database):
    forged = pair.refresh_token[:-3] + ("AAA" if pair.refresh_token[-3:] != "AAA" else "BBB")
    with pytest.raises(InvalidToken):
        service.refresh(pair.access_token, forged)
    with database.connect() as db:
        assert statements.get(db, session_id).generation == 0


def test_a_session_that_was_ended_elsewhere_is_not_rotated_for_being_known(settings, database, clock, service, pair, session_id):
    AuthService(settings, database, clock).revoke(session_id)
    with pytest.raises(SessionRevoked):
        refresh(service, pair)


def test_a_retry_is_replayed_and_a_spent_token_is_reuse(service, pair):
    successor = refresh(service, pair)
    assert refresh(service, pair).refresh_token == successor.refresh_token
    refresh(service, successor)
    with pytest.raises(TokenReused):
        refresh(service, pair)


def test_reuse_is_found_even_where_no_more_rotations_are_allowed(limited_service, johndoe):
    pair = limited_service.log_in("johndoe", PASSWORD)
    newest = refresh(limited_service, refresh(limited_service, pair))
    with pytest.raises(TooManyRequests):
        refresh(limited_service, newest)
    with pytest.raises(TokenReused):
        refresh(limited_service, pair)


def test_a_replay_counts_once(limited_service, johndoe):
    pair = limited_service.log_in("johndoe", PASSWORD)
    refresh(limited_service, pair)
    refresh(limited_service, pair)
    with pytest.raises(TooManyRequests):
        refresh(limited_service, pair)


def test_whoever_cannot_prove_the_sessions_key_does_not_use_up_its_rotations(limited_service, johndoe):
    owner = Client(device_key=ProvedKey("o" * 43))
    pair = limited_service.log_in("johndoe", PASSWORD, owner)
    for _ in range(5):
        with pytest.raises(InvalidDpopProof):
            refresh(limited_service, pair)
    assert refresh(limited_service, pair, owner)


def test_salts_are_kept_in_bounded_number():
    tokens = RefreshTokens(ring_of("k" * 40))
    for number in range(SESSIONS_KEPT + 1):
        tokens.issue(UUID(int=number), 0, bytes(32))
    assert tokens.known_salt(UUID(int=0)) is None
    assert tokens.known_salt(UUID(int=SESSIONS_KEPT)) == bytes(32)


@pytest.mark.parametrize("is_known", [True, False], ids=["by one statement", "by reading it first"])
def test_a_session_that_was_given_to_another_user_by_a_write_to_its_table_gives_no_pair(service, pair, is_known):
    """Whoever can write to this one table would be anybody, without password and second factor."""
    victim = service.create_user("victim", PASSWORD)
    with service.database.transaction() as db:
        db.execute(update(_session).values(user_id=victim.id))
    one = service if is_known else AuthService(service.settings, service.database, service.clock)
    for _ in range(2):
        with pytest.raises(InvalidToken):
            one.refresh(pair.access_token, pair.refresh_token)
