"""The table of the protocol: which refresh token is answered how."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from rxapp.auth import InvalidToken, SessionExpired, SessionIdle, SessionRevoked
from rxapp.auth.core.sessions.rotation import RotationDecision, decide_rotation

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Session:
    id: UUID = uuid4()
    user_id: UUID = uuid4()
    generation: int = 5
    generation_seen_at: datetime | None = None
    last_used_at: datetime = NOW
    expires_at: datetime = NOW + timedelta(days=7)
    revoked_at: datetime | None = None
    revoked_reason: str | None = None
    disabled_at: datetime | None = None


def ago(**duration):
    return NOW - timedelta(**duration)


@pytest.mark.parametrize(
    ("presented", "seen_at", "answer"),
    [
        (5, None, RotationDecision.ROTATE),
        (5, ago(days=1), RotationDecision.ROTATE),
        (4, None, RotationDecision.REPLAY),
        (4, ago(seconds=0), RotationDecision.REPLAY),
        (4, ago(seconds=10), RotationDecision.REPLAY),
        (4, ago(seconds=10, microseconds=1), RotationDecision.REUSE),
        (4, ago(days=1), RotationDecision.REUSE),
        (3, None, RotationDecision.REUSE),
        (3, ago(seconds=0), RotationDecision.REUSE),
        (0, None, RotationDecision.REUSE),
    ],
)
def test_a_genuine_token_of_a_standing_session(settings, presented, seen_at, answer):
    assert decide_rotation(Session(generation_seen_at=seen_at), presented, NOW, settings) is answer


def test_a_token_of_a_generation_not_issued_yet_is_invalid(settings):
    """Only a database that was rolled back can meet one."""
    with pytest.raises(InvalidToken):
        decide_rotation(Session(), 6, NOW, settings)


@pytest.mark.parametrize("presented", [0, 3, 4, 5, 6])
@pytest.mark.parametrize(
    ("ended", "error"),
    [
        ({"expires_at": NOW}, SessionExpired),
        ({"last_used_at": ago(days=1)}, SessionIdle),
        ({"revoked_at": NOW}, SessionRevoked),
        ({"disabled_at": NOW}, SessionRevoked),
        ({"revoked_at": NOW, "expires_at": NOW, "last_used_at": ago(days=1)}, SessionRevoked),
        ({"expires_at": NOW, "last_used_at": ago(days=1)}, SessionExpired),
    ],
)
def test_an_ended_session_says_how_it_ended_whatever_is_presented(settings, presented, ended, error):
    with pytest.raises(error):
        decide_rotation(replace(Session(), **ended), presented, NOW, settings)


def test_one_moment_before_its_end_a_session_stands(settings):
    moment = timedelta(microseconds=1)
    session = replace(Session(), expires_at=NOW + moment, last_used_at=ago(days=1) + moment)
    assert decide_rotation(session, 5, NOW, settings) is RotationDecision.ROTATE
