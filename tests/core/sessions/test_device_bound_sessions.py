"""A session bound to a device's key: whoever has its tokens and not the key has nothing."""

from dataclasses import replace

import pytest

from rxapp.auth import AuthService, Client, SessionRevoked, TokenReused
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.errors import DeviceKeyRequired, InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey
from tests.conftest import PASSWORD

OWNER = Client("192.0.2.7", "Firefox/133.0", ProvedKey("o" * 43))
THIEF = Client("198.51.100.9", "curl/8.5.0")
THIEF_WITH_A_KEY = replace(THIEF, device_key=ProvedKey("t" * 43))


@pytest.fixture
def bound(service, johndoe):
    return service.log_in("johndoe", PASSWORD, OWNER)


def kinds(service):
    with service.database.connect() as db:
        return [event.kind for event in events.oldest_first(db, EventFilter())]


def attempts(service):
    with service.database.connect() as db:
        return list(events.oldest_first(db, EventFilter(kind="device_proof_refused")))


def test_the_access_token_names_the_key(service, bound):
    assert service.access_tokens.verify(bound.access_token).device_key_thumbprint == "o" * 43


def test_a_session_without_a_key_has_a_token_without_one(service, pair):
    assert service.access_tokens.verify(pair.access_token).device_key_thumbprint is None
    assert service.verify_access(pair.access_token)
    assert service.refresh(pair.access_token, pair.refresh_token)


def test_its_owner_gets_in_and_rotates(service, bound, clock):
    for _ in range(3):
        assert service.verify_access(bound.access_token, OWNER).user_name == "johndoe"
        clock.move(minutes=6)
        bound = service.refresh(bound.access_token, bound.refresh_token, OWNER)
    assert attempts(service) == []


@pytest.mark.parametrize("thief", [THIEF, THIEF_WITH_A_KEY], ids=["no key", "another key"])
class TestAThief:
    def test_does_not_get_in_and_it_is_written_down(self, service, bound, johndoe, thief):
        with pytest.raises(InvalidDpopProof):
            service.verify_access(bound.access_token, thief)
        (attempt,) = attempts(service)
        session_id = service.access_tokens.verify(bound.access_token).session_id
        assert (attempt.user_id, attempt.session_id, attempt.address) == (johndoe.id, session_id, "198.51.100.9")

    def test_does_not_rotate_and_the_owner_still_does(self, service, bound, thief):
        with pytest.raises(InvalidDpopProof):
            service.refresh(bound.access_token, bound.refresh_token, thief)
        assert len(attempts(service)) == 1
        assert service.refresh(bound.access_token, bound.refresh_token, OWNER)

    def test_does_not_sign_the_owner_out_with_a_spent_token(self, service, bound, thief, clock):
        fresh = service.refresh(bound.access_token, bound.refresh_token, OWNER)
        service.verify_access(fresh.access_token, OWNER)
        clock.move(seconds=11)
        with pytest.raises(InvalidDpopProof):
            service.refresh(bound.access_token, bound.refresh_token, thief)
        assert service.verify_access(fresh.access_token, OWNER)

    def test_does_not_sign_the_owner_out_by_logging_out(self, service, bound, thief):
        assert service.end_session_of(bound.access_token, thief) is None
        assert service.verify_access(bound.access_token, OWNER)

    def test_does_not_learn_whether_the_session_stands(self, service, bound, thief):
        assert service.end_session_of(bound.access_token, OWNER)
        with pytest.raises(InvalidDpopProof):
            service.refresh(bound.access_token, bound.refresh_token, thief)


def test_its_owner_logs_out(service, bound):
    assert service.end_session_of(bound.access_token, OWNER)
    with pytest.raises(SessionRevoked):
        service.verify_access(bound.access_token, OWNER)


def test_with_the_key_reuse_is_found_as_ever(service, bound, clock):
    """Somebody who can use the key, a script in the page say."""
    fresh = service.refresh(bound.access_token, bound.refresh_token, OWNER)
    service.verify_access(fresh.access_token, OWNER)
    clock.move(seconds=11)
    with pytest.raises(TokenReused):
        service.refresh(bound.access_token, bound.refresh_token, OWNER)


class TestAProofThatIsGoodOnce:
    def with_proof(self, proof_id):
        return replace(OWNER, device_key=ProvedKey("o" * 43, proof_id))

    def test_is_used_up_by_a_refresh_and_the_session_lives_on(self, service, bound, clock):
        clock.move(minutes=6)
        fresh = service.refresh(bound.access_token, bound.refresh_token, self.with_proof("one"))
        with pytest.raises(InvalidDpopProof):
            service.refresh(bound.access_token, bound.refresh_token, self.with_proof("one"))
        with pytest.raises(InvalidDpopProof):
            service.verify_access(fresh.access_token, self.with_proof("one"))
        assert service.verify_access(fresh.access_token, self.with_proof("two"))
        assert len(attempts(service)) == 2

    def test_is_used_up_by_a_login(self, service, johndoe):
        service.log_in("johndoe", PASSWORD, self.with_proof("one"))
        with pytest.raises(InvalidDpopProof):
            service.log_in("johndoe", PASSWORD, self.with_proof("one"))

    def test_along_with_tokens_that_are_bound_to_nothing_is_refused(self, service, pair):
        with pytest.raises(InvalidDpopProof):
            service.verify_access(pair.access_token, self.with_proof("one"))


class TestWhereAKeyIsRequired:
    @pytest.fixture
    def strict(self, service, settings):
        return AuthService(settings.model_copy(update={"require_device_key": True}), service.database, service.clock)

    def test_nobody_signs_in_without_one(self, strict, johndoe):
        with pytest.raises(DeviceKeyRequired):
            strict.log_in("johndoe", PASSWORD, THIEF)
        assert "login" not in kinds(strict)

    def test_with_one_they_do(self, strict, johndoe):
        assert strict.log_in("johndoe", PASSWORD, OWNER)

    def test_sessions_from_before_go_on(self, strict, pair):
        assert strict.refresh(pair.access_token, pair.refresh_token)
