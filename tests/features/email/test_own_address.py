"""A person's own address: what confirms it, who cannot, and how a change is taken back."""

import pytest

from rxapp.auth import InputRefused, InvalidCredentials, NotFound, SecondFactorRequired, SessionRevoked, TooManyRequests
from rxapp.auth.core.accounts import users
from rxapp.auth.core.login.email_errors import EmailAddressTaken, EmailRequired, InvalidEmailAddress, MailedProofEnded
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.core.login.second_factor import WrongCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import own_address, recovery
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.features.passkeys.rules.own_password import set_password
from tests.authenticator import add_passkey
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS, ELSEWHERE, HERE
from tests.mailbox import confirm_address, letters, newest
from tests.one_time_codes import enrol


def other(service, name="mallory"):
    """Somebody else who is logged in."""
    service.create_user(name, PASSWORD)
    return service.verify_access(service.log_in(name, PASSWORD).access_token)


def test_an_address_counts_when_its_code_was_typed(service, identity):
    proof_id = own_address.begin(service, identity, f"  {ADDRESS} ", HERE)
    assert own_address.address_of(service, identity.user_id) == ""
    with pytest.raises(WrongCode):
        own_address.confirm(service, identity, MailedCode(proof_id=str(proof_id), code="000000"), HERE)
    code = newest(service, kind="confirm").code
    assert (
        own_address.confirm(service, identity, MailedCode(proof_id=str(proof_id), code=f"{code[:3]} {code[3:]}"), HERE) == ADDRESS
    )
    assert own_address.address_of(service, identity.user_id) == ADDRESS


def test_or_when_its_link_was_used_by_whoever_is_logged_in(service, identity):
    own_address.begin(service, identity, ADDRESS, HERE)
    link = newest(service).link
    assert own_address.confirm(service, identity, MailedCode(link), ELSEWHERE) == ADDRESS
    with pytest.raises(MailedProofEnded):
        own_address.confirm(service, identity, MailedCode(link), ELSEWHERE)


def test_who_reads_the_mail_cannot_confirm_it_for_an_account_that_is_not_theirs(service, identity):
    """Somebody opens an account with a stranger's address, and waits until the stranger clicks."""
    mallory = other(service)
    own_address.begin(service, mallory, ADDRESS)
    with pytest.raises(MailedProofEnded):
        own_address.confirm(service, identity, MailedCode(newest(service, ADDRESS).link))
    assert own_address.address_of(service, mallory.user_id) == own_address.address_of(service, identity.user_id) == ""


def test_an_address_that_is_not_confirmed_blocks_nobody(service, identity):
    mallory = other(service)
    own_address.begin(service, mallory, ADDRESS)
    mallorys = newest(service, ADDRESS)
    confirm_address(service, identity, ADDRESS)
    with pytest.raises(EmailAddressTaken):
        own_address.confirm(service, mallory, MailedCode(mallorys.link))
    assert own_address.address_of(service, mallory.user_id) == ""


def test_an_address_of_somebody_else_is_answered_like_any_other_and_its_owner_is_told(service, john):
    mallory = other(service)
    own_address.begin(service, mallory, ADDRESS.upper(), HERE)
    told = newest(service)
    assert (told.kind, told.recipient.lower()) == ("address_in_use", ADDRESS.lower())
    assert (told.link, told.code) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "john",
        "john@",
        "@example.com",
        "a@b",
        "jo hn@example.com",
        "john@example.com\nBcc: x@y.example",
        "ö@example.com",
        "x" * 65 + "@example.com",
        "j@" + "x" * 250 + ".com",
        "john@[127.0.0.1]",
        '"john doe"@example.com',
        "john@example..com",
    ],
)
def test_what_is_no_address_is_refused(service, identity, text):
    with pytest.raises(InvalidEmailAddress):
        own_address.begin(service, identity, text)
    assert letters(service) == []


def test_an_international_domain_is_compared_in_the_form_of_the_protocol(service, identity):
    confirm_address(service, identity, "john@xn--mnchen-3ya.example")
    with pytest.raises(InvalidEmailAddress):
        own_address.begin(service, identity, "John@MÜNCHEN.example")


def test_the_old_address_hears_of_a_change_and_takes_it_back(service, john):
    others = service.verify_access(service.log_in("johndoe", PASSWORD, ELSEWHERE).access_token, ELSEWHERE)
    confirm_address(service, john, "mallory@example.org")
    told = newest(service, ADDRESS, "address_changed")
    ended = own_address.undo(service, told.link)
    assert own_address.address_of(service, john.user_id) == ADDRESS
    assert set(ended) == {john.session_id, others.session_id}
    with pytest.raises(SessionRevoked):
        service.verify_session(john.session_id)
    assert newest(service, ADDRESS, "reset").link
    with pytest.raises(MailedProofEnded):
        own_address.undo(service, told.link)


def test_a_thief_who_changes_it_twice_cannot_take_the_owners_step_back(service, john):
    confirm_address(service, john, "mallory@example.org")
    confirm_address(service, john, "mallory@example.net")
    own_address.undo(service, newest(service, ADDRESS, "address_changed").link)
    with pytest.raises(MailedProofEnded):
        own_address.undo(service, newest(service, "mallory@example.org", "address_changed").link)
    assert own_address.address_of(service, john.user_id) == ADDRESS


def test_it_is_taken_back_within_seven_days(service, john, clock):
    confirm_address(service, john, "new@example.org")
    link = newest(service, ADDRESS, "address_changed").link
    clock.move(days=7)
    with pytest.raises(MailedProofEnded):
        own_address.undo(service, link)


def test_nothing_is_taken_back_from_an_account_that_has_the_address_now(service, john):
    confirm_address(service, john, "new@example.org")
    confirm_address(service, other(service), ADDRESS)
    with pytest.raises(EmailAddressTaken):
        own_address.undo(service, newest(service, ADDRESS, "address_changed").link)
    assert own_address.address_of(service, john.user_id) == "new@example.org"
    assert service.verify_session(john.session_id)


def test_a_removed_address_can_be_restored_and_opens_nothing_meanwhile(service, john):
    own_address.remove(service, john)
    assert own_address.address_of(service, john.user_id) == ""
    with pytest.raises(NotFound):
        own_address.remove(service, john)
    own_address.undo(service, newest(service, ADDRESS, "address_removed").link)
    assert own_address.address_of(service, john.user_id) == ADDRESS


def test_where_everybody_needs_one_it_is_not_removed(service, john, settings):
    strict = AuthService(settings.model_copy(update={"email": "required"}), service.database, service.clock)
    with pytest.raises(EmailRequired):
        own_address.remove(strict, john)


def test_the_last_way_in_is_not_removed(service, john):
    with service.database.write() as db:
        users.lock_user(db, john.user_id).password_hash = users.unset_password_hash()
    with pytest.raises(LastWayIn):
        own_address.remove(service, john)


def test_the_same_address_again_is_refused(service, john):
    with pytest.raises(InputRefused) as refused:
        own_address.begin(service, john, ADDRESS.lower())
    assert refused.value.rule == "email_unchanged"


def test_this_was_not_me_ends_all_sessions_and_sends_a_link(service, john):
    service.log_in("johndoe", PASSWORD, ELSEWHERE)
    told = newest(service, ADDRESS, "new_device")
    assert john.session_id in own_address.disown(service, told.link)
    assert newest(service, ADDRESS, "reset").link
    with pytest.raises(MailedProofEnded):
        own_address.disown(service, told.link)


def test_a_notice_to_an_address_that_is_given_up_ends_nothing(service, john):
    service.log_in("johndoe", PASSWORD, ELSEWHERE)
    told = newest(service, ADDRESS, "new_device")
    confirm_address(service, john, "new@example.org")
    with pytest.raises(MailedProofEnded):
        own_address.disown(service, told.link)
    assert service.verify_session(john.session_id)


@pytest.mark.parametrize("act", [own_address.undo, own_address.disown])
def test_a_link_of_one_kind_is_good_for_nothing_else(service, john, act):
    for told in letters(service):
        with pytest.raises(MailedProofEnded):
            act(service, told.link)
    assert service.verify_session(john.session_id)


@pytest.mark.parametrize("by", ["undo", "disown"])
def test_a_thief_with_the_password_is_out_and_stays_out(service, john, by):
    """They log in again, change the address again and end the owner's link: so the password is worth nothing any more."""
    thief = service.verify_access(service.log_in("johndoe", PASSWORD, ELSEWHERE).access_token, ELSEWHERE)
    if by == "undo":
        confirm_address(service, thief, "mallory@example.org", ELSEWHERE)
        own_address.undo(service, newest(service, ADDRESS, "address_changed").link)
    else:
        own_address.disown(service, newest(service, ADDRESS, "new_device").link)
    with pytest.raises(InvalidCredentials):
        service.log_in("johndoe", PASSWORD, ELSEWHERE)
    with pytest.raises(LoginIncomplete) as incomplete:
        recovery.log_in(service, HERE, link=newest(service, ADDRESS, "reset").link)
    assert incomplete.value.stage == "new_password"


@pytest.mark.parametrize("by", ["undo", "disown"])
def test_a_second_factor_that_a_thief_has_added_does_not_lock_the_owner_out(service, john, clock, by):
    thief = service.verify_access(service.log_in("johndoe", PASSWORD, ELSEWHERE).access_token, ELSEWHERE)
    if by == "undo":
        confirm_address(service, thief, "mallory@example.org", ELSEWHERE)
    enrol(service, thief, clock)
    add_passkey(service, thief)
    if by == "undo":
        own_address.undo(service, newest(service, ADDRESS, "address_changed").link)
    else:
        own_address.disown(service, newest(service, ADDRESS, "new_device").link)
    assert service.second_factors.methods_of(john.user_id) == ()
    with pytest.raises(LoginIncomplete) as incomplete:
        recovery.log_in(service, HERE, link=newest(service, ADDRESS, "reset").link)
    assert incomplete.value.stage == "new_password"


def test_one_that_the_owner_had_before_is_still_asked_for(service, john, clock):
    """Whoever reads the mail alone does not get around it."""
    enrol(service, john, clock)
    clock.move(minutes=1)
    service.accounts.change_password(service.verify_session(john.session_id), PASSWORD, "plumb orbit cadet vixen", HERE)
    own_address.disown(service, newest(service, ADDRESS, "notice").link)
    with pytest.raises(SecondFactorRequired):
        recovery.log_in(service, HERE, link=newest(service, ADDRESS, "reset").link)


@pytest.mark.parametrize("ends", ["disown", "new password"])
def test_a_link_for_another_address_that_a_thief_has_asked_for_ends_with_what_the_owner_does(service, john, ends):
    thief = service.verify_access(service.log_in("johndoe", PASSWORD, ELSEWHERE).access_token, ELSEWHERE)
    own_address.begin(service, thief, "mallory@example.org", ELSEWHERE)
    trap = newest(service, "mallory@example.org", "confirm").link
    if ends == "disown":
        own_address.disown(service, newest(service, ADDRESS, "new_device").link)
    else:
        john = service.accounts.change_password(john, PASSWORD, "plumb orbit cadet vixen", HERE).identity
    with pytest.raises(MailedProofEnded):
        own_address.confirm(service, john, MailedCode(trap))


def test_one_account_does_not_send_to_many_mailboxes(service, john):
    strict = AuthService(service.settings.model_copy(update={"mail_rate_limit": 5}), service.database, service.clock)
    for number in range(10):
        own_address.begin(strict, john, f"stranger{number}@example.org")
    with pytest.raises(TooManyRequests):
        own_address.begin(strict, john, "stranger10@example.org")


def test_nor_to_one_by_sub_addresses(service, john):
    strict = AuthService(service.settings.model_copy(update={"mail_rate_limit": 5}), service.database, service.clock)
    for number in range(5):
        own_address.begin(strict, john, f"stranger+{number}@example.org", HERE)
    with pytest.raises(TooManyRequests):
        own_address.begin(strict, john, "stranger+5@example.org", HERE)


@pytest.mark.parametrize("what", ["second_factor_added", "passkey_added"])
def test_the_notice_of_a_second_factor_takes_that_one_back(service, john, clock, what):
    """With a stolen session alone: there is no other notice."""
    (enrol(service, john, clock) if what == "second_factor_added" else add_passkey(service, john))
    own_address.disown(service, newest(service, ADDRESS, "notice").link)
    assert service.second_factors.methods_of(john.user_id) == ()


def test_a_confirmation_that_was_on_its_way_when_the_owner_took_a_change_back_does_not_count(service, john, monkeypatch):
    confirm_address(service, john, "mallory@example.org")
    undo = newest(service, ADDRESS, "address_changed").link
    own_address.begin(service, john, "mallory@example.net")
    read, link = MailedCode.read, newest(service, "mallory@example.net", "confirm").link

    def read_and_wait(*arguments):
        found = read(*arguments)
        monkeypatch.undo()
        own_address.undo(service, undo)
        return found

    monkeypatch.setattr(MailedCode, "read", read_and_wait)
    with pytest.raises(MailedProofEnded):
        own_address.confirm(service, john, MailedCode(link))
    assert own_address.address_of(service, john.user_id) == ADDRESS


@pytest.mark.parametrize("act", ["enrol", "passkey", "password", "remove"])
def test_what_a_session_had_begun_when_it_was_disowned_does_not_count(service, john, clock, act):
    thief = service.verify_access(service.log_in("johndoe", PASSWORD, ELSEWHERE).access_token, ELSEWHERE)
    own_address.disown(service, newest(service, ADDRESS, "new_device").link)
    acts = {
        "enrol": lambda: enrol(service, thief, clock),
        "passkey": lambda: add_passkey(service, thief),
        "password": lambda: set_password(service, thief, "plumb orbit cadet vixen"),
        "remove": lambda: own_address.remove(service, thief),
    }
    with pytest.raises((SessionRevoked, LastWayIn)):
        acts[act]()
    assert service.second_factors.methods_of(john.user_id) == ()
    with pytest.raises(InvalidCredentials):
        service.log_in("johndoe", "plumb orbit cadet vixen")
    assert own_address.address_of(service, john.user_id) == ADDRESS
