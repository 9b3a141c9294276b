"""The service: logging in, creating users, ending sessions. Refreshing is in `test_races.py` and `test_protocol_model.py`."""

from uuid import uuid4

import pytest
from sqlmodel import select

from rxapp.auth import AuthService, AuthSession, Client, InvalidCredentials, InvalidToken, SessionRevoked, User, UserNameTaken
from tests.conftest import PASSWORD


class TestLogIn:
    def test_it_begins_a_session_of_seven_days_at_generation_zero(self, service, pair, clock):
        with service.database.read() as db:
            session = db.exec(select(AuthSession)).one()
        assert session.generation == 0
        assert (session.expires_at - clock()).days == 7
        assert pair.refresh_token.startswith("rxr1_")

    @pytest.mark.parametrize("user_name", ["johndoe", "JohnDoe", "JOHNDOE", " johndoe ", "ｊｏｈｎｄｏｅ"])
    def test_a_user_name_is_compared_without_regard_to_case_or_unicode_form(self, service, johndoe, user_name):
        assert service.verify_access(service.log_in(user_name, PASSWORD).access_token).user_id == johndoe.id

    @pytest.mark.parametrize(("user_name", "password"), [("johndoe", "wrong"), ("nobody", PASSWORD), ("", ""), ("johndoe", "")])
    def test_wrong_credentials_are_refused_with_the_same_words(self, service, johndoe, user_name, password):
        with pytest.raises(InvalidCredentials) as refused:
            service.log_in(user_name, password)
        assert str(refused.value) == "The user name or the password is wrong."
        with service.database.read() as db:
            assert db.exec(select(AuthSession)).all() == []

    def test_whatever_is_typed_is_wrong_and_no_fault_of_the_servers(self, service, johndoe):
        """PostgreSQL has no NUL, neither database half a character, and passlib no password of over 4096 characters."""
        for typed in ("\0", "john\0doe", "\ud800", "johndoe\n\n", "\u202e", "x" * 5_000, "%", "🦊" * 2_000):
            for user_name, password in ((typed * 2, PASSWORD), ("johndoe", typed), ("nobody", typed), (typed * 2, typed)):
                with pytest.raises(InvalidCredentials):
                    service.log_in(user_name, password)

    def test_the_session_knows_the_device_and_the_address(self, service, johndoe):
        service.log_in("johndoe", PASSWORD, Client.of("192.0.2.7", "curl/8.5.0"))
        with service.database.read() as db:
            session = db.exec(select(AuthSession)).one()
        assert (session.device, session.address) == ("curl", "192.0.2.7")

    def test_a_disabled_user_is_refused_like_an_unknown_one(self, service, johndoe, clock):
        with service.database.write() as db:
            db.get_one(User, johndoe.id).disabled_at = clock()
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_a_password_hashed_with_older_parameters_is_rehashed(self, service, database, settings, clock, johndoe):
        stronger = AuthService(settings.model_copy(update={"argon2_time_cost": 2}), database, clock)
        stronger.log_in("johndoe", PASSWORD)
        with database.read() as db:
            assert "t=2" in db.get_one(User, johndoe.id).password_hash
        assert stronger.log_in("johndoe", PASSWORD)


class TestCreateUser:
    def test_a_name_that_reads_the_same_is_taken(self, service, johndoe):
        with pytest.raises(UserNameTaken):
            service.create_user("JohnDoe", PASSWORD)

    def test_the_password_is_not_stored(self, service, johndoe):
        assert PASSWORD not in johndoe.password_hash
        assert johndoe.password_hash.startswith("$argon2id$")
        assert johndoe.password_hash not in repr(johndoe)


class TestVerifyAccess:
    def test_it_names_the_user_and_the_roles(self, service, pair, johndoe):
        identity = service.verify_access(pair.access_token)
        assert (identity.user_id, identity.user_name) == (johndoe.id, "johndoe")
        assert identity.has_role("Manager")
        assert identity.has_role("Admin", "Manager")
        assert not identity.has_role("Admin")
        assert identity.has_role()

    def test_a_token_of_a_session_that_is_gone_is_invalid(self, service, pair, johndoe):
        with service.database.write() as db:
            db.delete(db.exec(select(AuthSession)).one())
        with pytest.raises(InvalidToken):
            service.verify_access(pair.access_token)

    def test_a_token_whose_subject_is_not_the_sessions_user_is_invalid(self, service, pair, clock):
        claims = service.access_tokens.identify(pair.access_token)
        forged = service.access_tokens.issue(
            subject=uuid4(),
            session_id=claims.session_id,
            generation=0,
            user_name="johndoe",
            roles=["Manager"],
            session_expires_at=claims.expires_at,
        )
        with pytest.raises(InvalidToken):
            service.verify_access(forged)

    def test_deleting_a_user_ends_the_sessions(self, service, pair, johndoe):
        with service.database.write() as db:
            db.delete(db.get_one(User, johndoe.id))
        with pytest.raises(InvalidToken):
            service.verify_access(pair.access_token)


class TestEndSession:
    def test_it_works_with_an_expired_access_token(self, service, pair, clock):
        clock.move(minutes=6)
        assert service.end_session_of(pair.access_token) is not None
        with pytest.raises(SessionRevoked):
            service.refresh(pair.access_token, pair.refresh_token)

    def test_it_does_nothing_for_a_token_that_is_not_genuine(self, service, pair):
        assert service.end_session_of("garbage") is None
        assert service.verify_access(pair.access_token)

    def test_the_first_reason_stays(self, service, pair):
        session_id = service.end_session_of(pair.access_token)
        assert service.revoke(session_id) is False
        with pytest.raises(SessionRevoked) as refused:
            service.verify_access(pair.access_token)
        assert refused.value.reason == "signed_out"


class TestRefresh:
    @pytest.mark.parametrize("access", ["", "garbage", None])
    @pytest.mark.parametrize("refresh", ["", "garbage", "rxr1_", None])
    def test_garbage_is_invalid_and_changes_nothing(self, service, pair, access, refresh):
        with pytest.raises(InvalidToken):
            service.refresh(access, refresh)
        with pytest.raises(InvalidToken):
            service.refresh(access, pair.refresh_token)
        with pytest.raises(InvalidToken):
            service.refresh(pair.access_token, refresh)
        assert service.refresh(pair.access_token, pair.refresh_token)

    def test_a_genuine_looking_token_of_a_generation_not_issued_yet_is_invalid(self, service, pair):
        with service.database.read() as db:
            session = db.exec(select(AuthSession)).one()
        ahead = service.refresh_tokens.issue(session.id, 7, session.salt)
        with pytest.raises(InvalidToken):
            service.refresh(pair.access_token, ahead)

    def test_the_tokens_are_not_in_a_repr(self, pair):
        assert pair.access_token not in repr(pair)
        assert pair.refresh_token not in repr(pair)

    def test_nothing_that_can_be_used_is_stored(self, service, pair):
        with service.database.read() as db:
            stored = str(db.exec(select(AuthSession)).one().model_dump())
        assert pair.refresh_token not in stored
        assert pair.access_token not in stored
