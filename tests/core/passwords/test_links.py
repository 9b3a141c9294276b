"""Set-password links: computed and never stored, good for one person, once, for a day."""

import base64
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import given
from sqlalchemy import text

from rxapp.auth import InvalidCredentials, InvalidToken, NotFound, PasswordRefused, SessionRevoked, User
from rxapp.auth.core.accounts.users import has_password, unset_password_hash
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.passwords.links import PREFIX, PasswordLinks, PresentedLink
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.clock import MovableClock
from tests.conftest import PASSWORD
from tests.keys import ring_of

KEYS = Keys.derive("k" * 40)
RING = ring_of("k" * 40)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
GOOD = "plumb orbit cadet vixen"

hashes = st.text(st.characters(codec="utf-8"), max_size=100)


def person(user_id: UUID | None = None, password_hash: str = "") -> User:
    return User(id=user_id or uuid4(), user_name="anna", password_hash=password_hash or unset_password_hash(), created_at=NOW)


@pytest.fixture
def links(settings, clock):
    return PasswordLinks(settings, RING, clock)


def refused(links, token, user):
    with pytest.raises(InvalidToken):
        links.verify(PresentedLink.parse(token), user)
    return True


class TestToken:
    @given(st.uuids(), hashes)
    def test_it_carries_its_user_and_the_end_of_its_lifetime_and_verifies(self, settings, user_id, password_hash):
        user = person(user_id, password_hash)
        links = PasswordLinks(settings, RING, MovableClock())
        presented = PresentedLink.parse(links.issue(user))
        assert (presented.user_id, presented.expires_at) == (user_id, NOW + timedelta(days=1))
        links.verify(presented, user)

    @given(st.uuids(), st.integers(0, 56 * 8 - 1))
    def test_one_flipped_bit_anywhere_is_refused(self, settings, user_id, bit):
        """So nobody gives a link more time, or points it at somebody else."""
        user = person(user_id)
        links = PasswordLinks(settings, RING, MovableClock())
        raw = bytearray(base64.urlsafe_b64decode(links.issue(user).removeprefix(PREFIX) + "="))
        raw[bit // 8] ^= 1 << bit % 8
        assert refused(links, PREFIX + base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), user)

    @given(st.uuids(), st.integers(min_value=0), st.characters() | st.sampled_from("-_+/="))
    def test_it_has_exactly_one_spelling(self, settings, user_id, position, replacement):
        user = person(user_id)
        links = PasswordLinks(settings, RING, MovableClock())
        token = links.issue(user)
        position %= len(token)
        other = token[:position] + replacement + token[position + 1 :]
        assert other == token or refused(links, other, user)

    def test_not_even_the_unused_bits_of_its_last_character_are_free(self, links):
        user = person()
        token = links.issue(user)
        for last in string.ascii_letters + string.digits + "-_+/":
            assert token.endswith(last) or refused(links, token[:-1] + last, user)

    @given(st.integers(0, 79))
    def test_a_truncated_one_is_refused(self, settings, length):
        user = person()
        links = PasswordLinks(settings, RING, MovableClock())
        assert refused(links, links.issue(user)[:length], user)

    @given(st.one_of(st.text(st.characters()), st.binary(), st.none(), st.integers(), st.text().map(lambda text: PREFIX + text)))
    def test_arbitrary_input_is_an_invalid_token_and_nothing_else(self, token):
        with pytest.raises(InvalidToken):
            PresentedLink.parse(token)

    @given(st.binary(min_size=56, max_size=56))
    def test_arbitrary_bytes_of_the_right_length_are_an_invalid_token_and_nothing_else(self, settings, raw):
        """Among them moments that no calendar has."""
        links = PasswordLinks(settings, RING, MovableClock())
        assert refused(links, PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("="), person(UUID(bytes=raw[:16])))

    def test_it_is_good_until_its_lifetime_ends_and_no_longer(self, links, clock):
        user = person()
        token = links.issue(user)
        clock.move(hours=23, minutes=59, seconds=59)
        links.verify(PresentedLink.parse(token), user)
        clock.move(seconds=1)
        assert refused(links, token, user)

    def test_the_database_alone_cannot_make_one(self, settings, links, clock):
        """Who has read the password hash but not the server's key."""
        user = person()
        assert refused(links, PasswordLinks(settings, ring_of("another key, of more than 32 bytes."), clock).issue(user), user)

    def test_the_server_key_alone_cannot_make_one(self, links):
        """Who has the key but has not read the hash that stands, not even of an account without a password."""
        user = person()
        assert refused(links, links.issue(person(user.id)), user)

    def test_one_of_another_user_does_not_verify(self, links):
        presented = PresentedLink.parse(links.issue(person(UUID(int=1), "!same")))
        moved = PresentedLink(UUID(int=2), presented.expires_at, presented.mac)
        with pytest.raises(InvalidToken):
            links.verify(moved, person(UUID(int=2), "!same"))

    def test_no_other_key_of_the_server_signs_links(self):
        assert len({KEYS.access_token_key, KEYS.refresh_token_secret, KEYS.password_link_key}) == 3

    def test_neither_the_mac_nor_the_key_is_in_a_repr(self, links):
        presented = PresentedLink.parse(links.issue(person()))
        assert repr(presented.mac) not in repr(presented)
        assert repr(KEYS.password_link_key) not in repr(KEYS)


@pytest.fixture
def invited(service):
    """A user without a password, and the token of the link to set one."""
    return service.administration.create_user("anna", "Anna", [])


def assert_dead(service, token):
    with pytest.raises(InvalidToken):
        service.accounts.user_of_link(token)
    with pytest.raises(InvalidToken):
        log_in_by_link(service, token, GOOD)


class TestUse:
    def test_it_says_whose_password_it_sets(self, service, invited):
        user, token = invited
        assert service.accounts.user_of_link(token).id == user.id

    def test_it_works_once(self, service, invited):
        _, token = invited
        log_in_by_link(service, token, GOOD)
        assert service.log_in("anna", GOOD)
        with pytest.raises(InvalidToken):
            service.accounts.user_of_link(token)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token, f"{GOOD} again")
        assert service.log_in("anna", GOOD)

    def test_until_then_nobody_logs_in_to_an_account_without_a_password(self, service, invited):
        user, token = invited
        for guess in ("", "!", user.password_hash, user.password_hash[1:], token, "anna"):
            with pytest.raises(InvalidCredentials):
                service.log_in("anna", guess)

    def test_it_is_spent_by_any_change_of_the_password(self, service, pair, johndoe):
        token = service.administration.issue_password_link(johndoe.id)
        service.accounts.change_password(service.verify_access(pair.access_token), PASSWORD, GOOD)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token, f"{GOOD} again")

    def test_using_one_spends_all_others(self, service, invited, clock):
        user, first = invited
        clock.move(hours=1)
        second = service.administration.issue_password_link(user.id)
        log_in_by_link(service, second, GOOD)
        with pytest.raises(InvalidToken):
            service.accounts.user_of_link(first)

    def test_until_it_is_used_the_old_password_is_good(self, service, johndoe):
        service.administration.issue_password_link(johndoe.id)
        assert service.log_in("johndoe", PASSWORD)

    def test_it_ends_all_sessions_and_returns_their_ids(self, service, pair, johndoe):
        other = service.log_in("johndoe", PASSWORD)
        held = [service.verify_access(each.access_token).session_id for each in (pair, other)]
        ended = log_in_by_link(service, service.administration.issue_password_link(johndoe.id), GOOD).ended
        assert sorted(ended) == sorted(held)
        for each in (pair, other):
            with pytest.raises(SessionRevoked) as revoked:
                service.verify_access(each.access_token)
            assert revoked.value.reason == "password_changed"
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_a_password_that_is_refused_does_not_spend_it(self, service, invited):
        _, token = invited
        for refused_password in ("short", "passwordpassword", "anna anna anna anna", "x" * 257):
            with pytest.raises(PasswordRefused):
                log_in_by_link(service, token, refused_password)
        assert log_in_by_link(service, token, GOOD).ended == {}

    def test_it_is_too_old_after_its_lifetime(self, service, invited, clock):
        _, token = invited
        clock.move(days=1)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token, GOOD)

    def test_it_dies_when_its_user_is_disabled_and_stays_dead_when_they_are_enabled_again(self, service, invited):
        """Whoever has the mail that it was sent in is perhaps why the user was disabled."""
        user, token = invited
        service.administration.disable(user.id)
        assert_dead(service, token)
        service.administration.enable(user.id)
        assert_dead(service, token)
        assert log_in_by_link(service, service.administration.issue_password_link(user.id), GOOD).ended == {}

    @pytest.mark.parametrize("roles", [["Admin"], ["Manager"], ["Admin", "Manager", "Cook"]])
    def test_it_dies_when_its_user_gets_other_roles(self, service, roles):
        """A link that was made for a new colleague must not open an administrator's account."""
        service.administration.create_user("another", "", ["Admin"])
        user, token = service.administration.create_user("anna", "Anna", ["Cook"])
        service.administration.set_roles(user.id, roles)
        assert_dead(service, token)
        service.administration.set_roles(user.id, ["Cook"])
        assert_dead(service, token)

    def test_the_same_roles_once_more_change_nothing(self, service):
        user, token = service.administration.create_user("anna", "Anna", ["Cook"])
        service.administration.set_roles(user.id, ["Cook"])
        assert log_in_by_link(service, token, GOOD).ended == {}

    def test_it_dies_when_another_is_made(self, service, johndoe):
        first = service.administration.issue_password_link(johndoe.id)
        second = service.administration.issue_password_link(johndoe.id)
        assert first != second, "made at the same moment"
        assert_dead(service, first)
        assert log_in_by_link(service, second, GOOD).ended == {}

    def test_it_dies_when_an_administrator_sets_the_password(self, service, invited):
        user, token = invited
        service.administration.set_password(user.id, GOOD)
        assert_dead(service, token)

    @pytest.mark.parametrize("happens", ["disable", "promote", "issue"])
    def test_what_kills_it_while_the_new_password_is_being_hashed_does_so_too(self, service, invited, happens, monkeypatch):
        """Hashing takes long, on purpose."""
        user, token = invited
        administration, hash_password = service.administration, service.passwords.hash_password
        kill = {
            "disable": lambda: administration.disable(user.id),
            "promote": lambda: administration.give_role(user.id, "Admin"),
            "issue": lambda: administration.issue_password_link(user.id),
        }

        def hash_meanwhile(password):
            kill[happens]()
            return hash_password(password)

        monkeypatch.setattr(service.passwords, "hash_password", hash_meanwhile)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token, GOOD)
        assert not has_password(service.administration.get_user(user.id))

    def test_one_that_was_made_before_links_were_bound_to_more_is_good_until_then(self, service, johndoe):
        """The day of an upgrade."""
        with service.database.write() as db:
            db.connection().execute(text("UPDATE auth_user SET link_nonce = ''"))
        links = PasswordLinks(service.settings, service.key_ring, service.clock)
        old = links.issue(service.administration.get_user(johndoe.id))
        assert service.accounts.user_of_link(old).id == johndoe.id
        service.administration.give_role(johndoe.id, "Cook")
        assert_dead(service, old)

    def test_one_of_a_deleted_user_is_invalid(self, service, pair, johndoe):
        token = service.administration.issue_password_link(johndoe.id)
        service.accounts.delete(service.verify_access(pair.access_token), PASSWORD)
        with pytest.raises(InvalidToken):
            service.accounts.user_of_link(token)

    def test_none_is_made_for_a_user_who_does_not_exist(self, service):
        with pytest.raises(NotFound):
            service.administration.issue_password_link(uuid4())
