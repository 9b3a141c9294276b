"""One text that is as long as a message may be holds up nobody: whatever takes text from outside looks at its length first."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest

from rxapp.auth import AuthError, AuthService, Client
from rxapp.auth.core.dpop.proof import read_proof
from rxapp.auth.core.errors import InvalidUserName
from rxapp.auth.core.identity.network_address import network_of
from rxapp.auth.core.identity.role_names import InvalidRole
from rxapp.auth.core.identity.user_names import FOLDED_MAXIMUM_LENGTH, is_searchable, user_name_key
from rxapp.auth.core.passwords.links import PresentedLink
from rxapp.auth.core.passwords.policy import MAXIMUM_LENGTH, strength_of
from rxapp.auth.core.tokens.refresh_tokens import PresentedRefreshToken
from rxapp.auth.features.new_password.rules import log_in_by_link
from rxapp.auth.http.logs.redaction import redact
from tests.conftest import PASSWORD
from tests.hostile_texts import CPU_SECONDS, LONGEST

GOOD = "plumb orbit cadet vixen"


def seconds_of(call: Callable, *arguments: Any) -> float:
    """Of this thread's processor time. A refusal is an answer; anything else that is raised is a fault."""
    began = time.thread_time()
    with contextlib.suppress(AuthError):
        call(*arguments)
    return time.thread_time() - began


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
class TestTheLongestMessage:
    def test_is_the_name_of_nobody(self, text):
        assert seconds_of(user_name_key, text) < CPU_SECONDS
        assert not is_searchable(user_name_key(text))

    def test_as_a_user_name_is_refused_at_once(self, service: AuthService, johndoe, text):
        administration = service.administration
        assert seconds_of(service.log_in, text, PASSWORD) < CPU_SECONDS
        assert seconds_of(service.accounts.register, text, "", GOOD) < CPU_SECONDS
        assert seconds_of(administration.find_user, text) < CPU_SECONDS
        assert seconds_of(lambda search: administration.find_users(search, limit=1), text) < CPU_SECONDS
        assert seconds_of(administration.create_user, text, "", []) < CPU_SECONDS
        with pytest.raises(InvalidUserName):
            service.accounts.register(text.replace(" ", "x"), "", GOOD)

    def test_as_a_display_name_is_refused_at_once(self, service, pair, text):
        identity = service.verify_access(pair.access_token)
        assert seconds_of(service.accounts.rename, identity, text) < CPU_SECONDS
        assert seconds_of(service.accounts.register, "new", text, GOOD) < CPU_SECONDS

    def test_as_a_password_is_refused_at_once(self, service, pair, settings, text):
        identity, accounts = service.verify_access(pair.access_token), service.accounts
        assert seconds_of(service.log_in, "johndoe", text) < CPU_SECONDS
        assert seconds_of(service.log_in, "nobody", text) < CPU_SECONDS
        assert seconds_of(accounts.register, "new", "", text) < CPU_SECONDS
        assert seconds_of(accounts.change_password, identity, text, GOOD) < CPU_SECONDS
        assert seconds_of(accounts.change_password, identity, PASSWORD, text) < CPU_SECONDS
        assert seconds_of(service.confirmation.confirm, identity, "pwd", text) < CPU_SECONDS
        assert seconds_of(accounts.delete, identity, text) < CPU_SECONDS
        assert seconds_of(strength_of, text, "", settings) < CPU_SECONDS
        assert seconds_of(strength_of, GOOD, text, settings) < CPU_SECONDS

    def test_as_a_role_is_refused_at_once(self, service, johndoe, text):
        assert seconds_of(service.administration.give_role, johndoe.id, text) < CPU_SECONDS
        assert seconds_of(service.administration.set_roles, johndoe.id, text.split(",")) < CPU_SECONDS

    def test_as_a_token_is_refused_at_once(self, service, pair, clock, text):
        assert seconds_of(service.verify_access, text) < CPU_SECONDS
        assert seconds_of(service.end_session_of, text) < CPU_SECONDS
        assert seconds_of(service.refresh, text, pair.refresh_token) < CPU_SECONDS
        assert seconds_of(service.refresh, pair.access_token, text) < CPU_SECONDS
        for prefix in ("", "rxr1_", "rxp1_", "eyJ"):
            assert seconds_of(PresentedRefreshToken.parse, prefix + text) < CPU_SECONDS
            assert seconds_of(PresentedLink.parse, prefix + text) < CPU_SECONDS
            assert seconds_of(log_in_by_link, service, prefix + text, GOOD) < CPU_SECONDS
            assert seconds_of(lambda proof: read_proof(proof, method="POST", urls=(), now=clock()), prefix + text) < CPU_SECONDS

    def test_as_an_address_or_user_agent_is_shortened_at_once(self, text):
        assert seconds_of(network_of, text) < CPU_SECONDS
        assert seconds_of(lambda sent: Client.of(sent, sent).describe_device(), text) < CPU_SECONDS

    def test_in_the_log_is_looked_through_at_once(self, text):
        assert seconds_of(redact, text) < CPU_SECONDS


def test_whatever_may_be_a_password_or_a_name_is_folded_whole():
    assert FOLDED_MAXIMUM_LENGTH >= MAXIMUM_LENGTH, "a user name at the end of a long password is found"
    assert user_name_key("É" * FOLDED_MAXIMUM_LENGTH) == "é" * FOLDED_MAXIMUM_LENGTH


def test_of_too_long_names_as_of_any_other_failures_count(service):
    """All of them are one account, which nobody has: they are slowed down as guesses are."""
    assert user_name_key("a" * 1000) == user_name_key("b" * 2000)


def test_nobody_gets_so_many_roles_that_their_access_token_is_too_long_to_be_read(service, johndoe):
    """It would never be accepted: they would be signed out for good, and an administrator could do it to everybody."""
    longest = ["\U0001f98a" * 64, *(f"role {number:03}" for number in range(17))]
    service.administration.set_roles(johndoe.id, longest)
    assert service.verify_access(service.log_in("johndoe", PASSWORD).access_token).roles == frozenset(longest)
    with pytest.raises(InvalidRole, match="together"):
        service.administration.set_roles(johndoe.id, [f"role {number}" for number in range(100_000)])


def test_somebody_who_has_too_many_roles_already_can_be_rid_of_them(service):
    user = service.create_user("many", PASSWORD, roles=[f"role {number}" for number in range(1000)])
    assert len(service.administration.take_role(user.id, "role 7").roles) == 999
    with pytest.raises(InvalidRole, match="together"):
        service.administration.give_role(user.id, "another")
