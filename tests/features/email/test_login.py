"""Logging in by an address, the stage that asks for one, codes that confirm who one is, and invitations."""

import pytest

from rxapp.auth import InvalidCredentials, InvalidUserName, NotFound, TooManyRequests, UserNameTaken
from rxapp.auth.core.accounts import users
from rxapp.auth.core.login.email_errors import EmailAddressTaken, InvalidEmailAddress, MailedProofEnded
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import WrongCode, WrongStepUpCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import own_address, recovery, step_up
from rxapp.auth.features.email.rules.invitations import Invited, invite
from rxapp.auth.features.new_password.rules import ANSWER
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS, ELSEWHERE, HERE
from tests.mailbox import confirm_address, letters, newest

NEW = "plumb orbit cadet vixen"


@pytest.mark.parametrize("typed", [ADDRESS, ADDRESS.upper(), f" {ADDRESS} "])
def test_the_confirmed_address_stands_for_the_user_name(service, john, typed):
    assert service.verify_access(service.log_in(typed, PASSWORD).access_token).user_name == "johndoe"


def test_an_address_that_is_not_confirmed_does_not(service, identity):
    own_address.begin(service, identity, ADDRESS)
    with pytest.raises(InvalidCredentials):
        service.log_in(ADDRESS, PASSWORD)


def test_an_older_user_name_that_is_an_address_stays_its_own(service, john):
    """Confirming an address takes nobody's way in."""
    user = users.new_user(ADDRESS, "", service.passwords.hash_password(NEW), [], service.clock(), is_imported=True)
    with service.database.write() as db:
        users.add(db, user)
    assert service.verify_access(service.log_in(ADDRESS, NEW).access_token).user_id == user.id
    assert service.log_in("johndoe", PASSWORD)


@pytest.mark.parametrize("name", ["john.doe@example.com", "john.doe＠example.com", "@john"])
def test_nobody_registers_a_strangers_address_as_their_name(service, name):
    """They would stand in the way of whoever confirms that address."""
    with pytest.raises(InvalidUserName, match="has no @"):
        service.accounts.register(name, "", NEW)
    with pytest.raises(InvalidUserName, match="has no @"):
        service.administration.create_user(name, "", [])


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.com"])
def test_a_limit_does_not_tell_whether_an_address_has_an_account(service, john, address):
    """However it is written it is one address, and it is another name than that of its owner."""
    settings = service.settings.model_copy(update={"login_rate_limit": 5})
    strict = AuthService(settings, service.database, service.clock)
    for number in range(5):
        with pytest.raises(InvalidCredentials):
            strict.log_in((address, address.upper(), f" {address}")[number % 3], "wrong", HERE)
    local, _, domain = address.partition("@")
    for same in (address, f"{local}@{domain.replace('.', '。')}"):
        with pytest.raises(TooManyRequests):
            strict.log_in(same, "wrong", HERE)
    with pytest.raises(InvalidCredentials):
        strict.log_in("johndoe", "wrong", HERE)


@pytest.fixture
def strict(service, settings):
    """Everybody must have an address."""
    return AuthService(settings.model_copy(update={"email": "required"}), service.database, service.clock)


def begin(service, client=HERE):
    with pytest.raises(LoginIncomplete) as incomplete:
        service.log_in("johndoe", PASSWORD, client)
    return incomplete.value


def test_where_everybody_needs_an_address_the_login_asks_for_it(strict, johndoe):
    pending = begin(strict)
    assert pending.stage == "email"
    proof_id = own_address.begin_in_login(strict, pending.pending_login, ADDRESS, HERE)
    with pytest.raises(WrongCode):
        strict.login.go_on(pending.pending_login, {"proof": str(proof_id), "code": "0"}, HERE)
    code = newest(strict).code
    assert strict.login.go_on(pending.pending_login, {"proof": str(proof_id), "code": code}, HERE).pair
    assert own_address.address_of(strict, johndoe.id) == ADDRESS
    assert strict.log_in(ADDRESS, PASSWORD, HERE)


def test_the_code_of_another_account_does_not_complete_it(strict, johndoe):
    strict.create_user("mallory", PASSWORD)
    with pytest.raises(LoginIncomplete) as other:
        strict.log_in("mallory", PASSWORD, HERE)
    proof_id = own_address.begin_in_login(strict, other.value.pending_login, ADDRESS, HERE)
    with pytest.raises(MailedProofEnded):
        strict.login.go_on(begin(strict).pending_login, {"proof": str(proof_id), "code": newest(strict).code}, HERE)


@pytest.mark.parametrize("answers", [{}, {"proof": "x"}, {"proof": "x", "code": "\0"}, {"code": "123456"}])
def test_what_is_malformed_completes_nothing(strict, johndoe, answers):
    with pytest.raises(MailedProofEnded):
        strict.login.go_on(begin(strict).pending_login, answers, HERE)


def test_a_pending_login_at_another_stage_sends_nothing(service, john, clock):
    recovery.ask_for_reset(service, "johndoe", HERE)
    with pytest.raises(LoginIncomplete) as incomplete:
        recovery.log_in(service, HERE, link=newest(service).link)
    before = letters(service)
    with pytest.raises(PendingLoginEnded):
        own_address.begin_in_login(service, incomplete.value.pending_login, "new@example.com", HERE)
    assert letters(service) == before


def test_a_mailed_code_confirms_who_one_is_once_in_the_session_that_asked(service, john, clock):
    clock.move(minutes=11)
    proof_id = step_up.ask_for_step_up(service, john, HERE)
    answer = f"{proof_id} {newest(service, ADDRESS, 'step_up').code}"
    other = service.verify_access(service.log_in("johndoe", PASSWORD, HERE).access_token, HERE)
    with pytest.raises(MailedProofEnded):
        service.confirmation.confirm(other, "email", answer, HERE)
    assert service.confirmation.methods_of(john) == ["pwd", "email"]
    with pytest.raises(WrongStepUpCode):
        service.confirmation.confirm(john, "email", f"{proof_id} 1", HERE)
    replaced = service.confirmation.confirm(john, "email", answer, HERE)
    service.require_fresh(replaced.identity)
    assert replaced.identity.amr == ("pwd", "email")
    with pytest.raises(MailedProofEnded):
        service.confirmation.confirm(replaced.identity, "email", answer, HERE)


def test_that_code_logs_nobody_in_and_a_code_to_log_in_confirms_nothing(service, john):
    proof_id = str(step_up.ask_for_step_up(service, john, HERE))
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, proof_id=proof_id, code=newest(service, ADDRESS, "step_up").code)
    proof_id = str(recovery.ask_for_code(service, ADDRESS, HERE))
    with pytest.raises(MailedProofEnded):
        service.confirmation.confirm(john, "email", f"{proof_id} {newest(service, ADDRESS, 'login').code}", HERE)


def test_who_has_no_address_is_sent_no_code_to_confirm(service, identity):
    with pytest.raises(NotFound):
        step_up.ask_for_step_up(service, identity)
    assert service.confirmation.methods_of(identity) == ["pwd"]


def test_who_is_invited_sets_a_password_and_has_confirmed_the_address(service):
    user = invite(service, Invited("Jane@example.com", "jane", "Jane Doe", ["Manager"]))
    with pytest.raises(InvalidCredentials):
        service.log_in("jane", "")
    sent = newest(service, "Jane@example.com", "invite")
    with pytest.raises(LoginIncomplete) as incomplete:
        recovery.log_in(service, ELSEWHERE, link=sent.link)
    assert incomplete.value.stage == "new_password"
    logged_in = service.login.go_on(incomplete.value.pending_login, {ANSWER: NEW}, ELSEWHERE)
    identity = service.verify_access(logged_in.pair.access_token, ELSEWHERE)
    assert (identity.user_id, identity.roles) == (user.id, {"Manager"})
    assert own_address.address_of(service, user.id) == "Jane@example.com"
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, ELSEWHERE, link=sent.link)


def test_an_invitation_is_all_or_nothing(service, john):
    for invited, error in (
        (Invited(ADDRESS, "jane"), EmailAddressTaken),
        (Invited("no address", "jane"), InvalidEmailAddress),
        (Invited("jane@example.com", "JohnDoe"), UserNameTaken),
    ):
        with pytest.raises(error):
            invite(service, invited)
    assert service.administration.find_user("jane") is None
    assert letters(service, kind="invite") == []


def test_an_invitation_to_an_address_that_somebody_confirmed_meanwhile_lets_in_nobody(service, identity):
    invite(service, Invited(ADDRESS, "jane"))
    link = newest(service).link
    confirm_address(service, identity, ADDRESS)
    with pytest.raises(EmailAddressTaken):
        recovery.log_in(service, HERE, link=link)
