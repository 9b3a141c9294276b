"""Forgotten passwords and codes to log in with: for known and unknown, once, in time, in one browser, with the second factor."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from rxapp.auth import Client, InvalidCredentials, NotFound, OtherDevice, SecondFactorRequired, SessionRevoked, TooManyRequests
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.features import included_features
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import WrongCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.email.rules import own_address, proof_rows, proofs, recovery
from rxapp.auth.features.email.rules.proof_rows import Purpose
from rxapp.auth.features.new_password.rules import ANSWER
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS, ELSEWHERE, HERE
from tests.mailbox import confirm_address, letters, newest
from tests.one_time_codes import code_at, enrol

NEW = "plumb orbit cadet vixen"


def use(service, client=HERE, **mailed):
    """Go on with a code or a link of a reset. Returns the pending login."""
    with pytest.raises(LoginIncomplete) as incomplete:
        recovery.log_in(service, client, **mailed)
    return incomplete.value


def reset(service, client=HERE, **mailed):
    return service.login.go_on(use(service, client, **mailed).pending_login, {ANSWER: NEW}, client)


@pytest.mark.parametrize("login", ["johndoe", ADDRESS, ADDRESS.upper(), f" {ADDRESS}"])
def test_a_forgotten_password_is_replaced_by_code_and_all_sessions_end(service, john, login):
    proof_id = recovery.ask_for_reset(service, login, HERE)
    logged_in = reset(service, proof_id=str(proof_id), code=newest(service, ADDRESS, "reset").code)
    assert john.session_id in logged_in.ended
    with pytest.raises(SessionRevoked):
        service.verify_session(john.session_id)
    assert service.log_in("johndoe", NEW)
    with pytest.raises(InvalidCredentials):
        service.log_in("johndoe", PASSWORD)


def test_or_by_link_in_any_browser(service, john):
    recovery.ask_for_reset(service, "johndoe", HERE)
    assert reset(service, ELSEWHERE, link=newest(service).link).pair


def test_for_nobody_the_answer_is_the_same_and_nothing_is_sent(service, john):
    before = letters(service)
    proof_id = recovery.ask_for_reset(service, "nobody@example.com", HERE)
    for _ in range(5):
        with pytest.raises(WrongCode):
            recovery.log_in(service, HERE, proof_id=str(proof_id), code="123456")
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, proof_id=str(proof_id), code="123456")
    assert letters(service) == before


def test_for_somebody_wrong_codes_are_answered_in_the_same_way(service, john):
    proof_id = recovery.ask_for_reset(service, "johndoe", HERE)
    for _ in range(5):
        with pytest.raises(WrongCode):
            recovery.log_in(service, HERE, proof_id=str(proof_id), code="")
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, proof_id=str(proof_id), code=newest(service, ADDRESS, "reset").code)


def test_of_20_guesses_at_once_five_are_compared(service, john):
    proof_id = str(recovery.ask_for_reset(service, "johndoe", HERE))

    def guess(number):
        try:
            recovery.log_in(service, HERE, proof_id=proof_id, code=f"x{number}")
        except Exception as error:  # noqa: BLE001
            return type(error)

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(guess, range(20)))
    assert (answers.count(WrongCode), answers.count(MailedProofEnded)) == (5, 15)


def test_somebody_without_an_address_and_a_disabled_user_count_as_nobody(service, john):
    service.create_user("jane", PASSWORD)
    service.administration.disable(john.user_id)
    before = letters(service)
    recovery.ask_for_reset(service, "jane")
    recovery.ask_for_reset(service, "johndoe")
    assert letters(service) == before


def test_a_link_sent_before_the_user_was_disabled_is_worth_nothing(service, john):
    recovery.ask_for_reset(service, "johndoe", HERE)
    link = newest(service).link
    service.administration.disable(john.user_id)
    service.administration.enable(john.user_id)
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, link=link)


@pytest.mark.parametrize(("minutes", "by"), [(10, "code"), (30, "link")])
def test_it_is_good_for_its_time(service, john, clock, minutes, by):
    proof_id = recovery.ask_for_reset(service, "johndoe", HERE)
    sent = newest(service)
    mailed = {"link": sent.link} if by == "link" else {"proof_id": str(proof_id), "code": sent.code}
    clock.move(minutes=minutes)
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, **mailed)


def test_it_is_good_once_and_all_that_were_sent_end_with_the_new_password(service, john):
    proofs = [recovery.ask_for_reset(service, "johndoe", HERE) for _ in range(2)]
    first, second = letters(service, ADDRESS, "reset")
    reset(service, link=first.link)
    for sent, proof_id in ((first, proofs[1]), (second, proofs[0])):
        with pytest.raises(MailedProofEnded):
            recovery.log_in(service, HERE, link=sent.link)
        with pytest.raises((MailedProofEnded, WrongCode)):
            recovery.log_in(service, HERE, proof_id=str(proof_id), code=sent.code)


def test_of_two_at_once_with_one_link_only_one_gets_on(service, john):
    recovery.ask_for_reset(service, "johndoe", HERE)
    link = newest(service).link

    def go(_):
        try:
            recovery.log_in(service, HERE, link=link)
        except Exception as error:  # noqa: BLE001
            return type(error)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(go, range(8)))
    assert sorted(answer.__name__ for answer in answers) == ["LoginIncomplete"] + ["MailedProofEnded"] * 7


def test_a_code_of_another_browser_is_refused(service, john):
    proof_id = recovery.ask_for_reset(service, "johndoe", HERE)
    with pytest.raises(OtherDevice):
        recovery.log_in(service, ELSEWHERE, proof_id=str(proof_id), code=newest(service).code)


def test_the_second_factor_is_still_asked_for(service, john, clock):
    made = enrol(service, john, clock)
    clock.move(minutes=1)
    recovery.ask_for_reset(service, "johndoe", HERE)
    with pytest.raises(SecondFactorRequired) as asked:
        recovery.log_in(service, HERE, link=newest(service, kind="reset").link)
    with pytest.raises(LoginIncomplete) as incomplete:
        service.login.go_on(asked.value.pending_login, {"method": "otp", "code": code_at(made.secret, clock())}, HERE)
    assert incomplete.value.stage == "new_password"
    assert service.login.go_on(incomplete.value.pending_login, {ANSWER: NEW}, HERE).pair


def test_adding_a_second_factor_ends_what_was_sent_before(service, john, clock):
    recovery.ask_for_reset(service, "johndoe", HERE)
    link = newest(service).link
    enrol(service, john, clock)
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, link=link)


def test_one_logs_in_with_a_code_and_the_session_says_how(service, john):
    proof_id = recovery.ask_for_code(service, ADDRESS, HERE)
    pair = recovery.log_in(service, HERE, proof_id=str(proof_id), code=newest(service, ADDRESS, "login").code).pair
    assert service.verify_access(pair.access_token, HERE).amr == ("email",)


def test_or_with_the_link_in_the_browser_that_has_asked_only(service, john):
    recovery.ask_for_code(service, ADDRESS, HERE)
    link = newest(service, ADDRESS, "login").link
    with pytest.raises(OtherDevice):
        recovery.log_in(service, ELSEWHERE, link=link)
    assert recovery.log_in(service, HERE, link=link).pair
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, link=link)


def test_a_browser_without_a_key_cannot_use_the_link_for_nothing_ties_it_to_the_one_that_asked(service, john):
    recovery.ask_for_code(service, ADDRESS, Client())
    with pytest.raises(OtherDevice):
        recovery.log_in(service, Client(), link=newest(service, ADDRESS, "login").link)


def test_other_codes_end_when_one_has_let_somebody_in(service, john):
    first, second = (recovery.ask_for_code(service, ADDRESS, HERE) for _ in range(2))
    sent = letters(service, ADDRESS, "login")
    recovery.log_in(service, HERE, proof_id=str(second), code=sent[0].code)
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, proof_id=str(first), code=sent[1].code)


def test_a_code_to_log_in_is_asked_for_a_second_factor_too(service, john, clock):
    enrol(service, john, clock)
    proof_id = recovery.ask_for_code(service, ADDRESS, HERE)
    with pytest.raises(SecondFactorRequired):
        recovery.log_in(service, HERE, proof_id=str(proof_id), code=newest(service, ADDRESS, "login").code)


def test_codes_are_off_unless_they_are_set(service, john, settings):
    without = AuthService(settings.model_copy(update={"email_codes": False}), service.database, service.clock)
    with pytest.raises(NotFound):
        recovery.ask_for_code(without, ADDRESS)


def test_nobody_logs_in_by_the_link_of_a_reset_without_a_new_password(service, john):
    recovery.ask_for_reset(service, "johndoe", HERE)
    pending = use(service, link=newest(service).link)
    with pytest.raises(PendingLoginEnded):
        service.login.go_on(pending.pending_login + "x", {ANSWER: NEW}, HERE)
    assert pending.stage == "new_password"


def from_network(number):
    return Client.of(f"198.51.{number // 250}.{number % 250}", "")


def limited(service, **limits):
    """A service that counts, with the database of the other."""
    settings = service.settings.model_copy(update={"login_rate_limit": 5, "mail_rate_limit": 5} | limits)
    return AuthService(settings, service.database, service.clock)


@pytest.mark.parametrize("login", ["johndoe", "nobody", ADDRESS, "nobody@example.com"])
def test_nobody_fills_a_mailbox_and_one_network_does_not_use_it_up_for_another(service, john, clock, login):
    strict = limited(service)
    for _ in range(5):
        recovery.ask_for_reset(strict, login, HERE)
    with pytest.raises(TooManyRequests):
        recovery.ask_for_reset(strict, login.upper(), HERE)
    for number in range(5):
        recovery.ask_for_reset(strict, login, from_network(number))
    with pytest.raises(TooManyRequests):
        recovery.ask_for_reset(strict, login, from_network(99))
    clock.move(hours=1, seconds=1)
    recovery.ask_for_reset(strict, login, from_network(100))


def test_by_name_and_by_address_a_mailbox_gets_twice_as_many_and_by_other_spellings_no_more(service, john):
    """A common limit would tell that the names are one person's."""
    strict = limited(service)
    for login in ("johndoe", ADDRESS, "ｊohndoe", ADDRESS.upper()):
        for number in range(10):
            with contextlib.suppress(TooManyRequests):
                recovery.ask_for_reset(strict, login, from_network(number))
    assert len(letters(service, ADDRESS, "reset")) == 20


def test_one_network_does_not_use_up_the_day_of_a_mailbox(service, john, clock):
    strict = limited(service)
    for _ in range(24):
        for _ in range(6):
            with contextlib.suppress(TooManyRequests):
                recovery.ask_for_reset(strict, "johndoe", from_network(1))
        clock.move(hours=1)
    assert recovery.ask_for_reset(strict, "johndoe", HERE)
    assert newest(service, ADDRESS, "reset")


def test_what_was_asked_for_while_the_address_was_changed_lets_nobody_in(service, john):
    """The row of the proof is written after the change, with the address of before."""
    confirm_address(service, john, "mallory@example.org")
    own_address.undo(service, newest(service, ADDRESS, "address_changed").link)
    with service.database.transaction() as db:
        facts = {"user_id": john.user_id, "counted_as": "x"}
        proof_id = proof_rows.add(db, Purpose.RESET, "mallory@example.org", HERE, service.clock(), **facts)
        late = proofs.secrets_of(service.key_ring, proof_rows.find(db, proof_id))
    with pytest.raises(MailedProofEnded):
        recovery.log_in(service, HERE, link=late.link)


def test_nor_many_mailboxes_from_one_network(service, john):
    strict = limited(service)
    for number in range(50):
        recovery.ask_for_reset(strict, f"user{number}", HERE)
    with pytest.raises(TooManyRequests):
        recovery.ask_for_reset(strict, "user50", HERE)


@pytest.mark.parametrize("login", ["johndoe", "nobody"])
def test_from_all_networks_a_day_has_few_guesses(service, john, clock, login):
    """As many as there are messages, times five. For nobody it is the same."""
    strict, compared = limited(service), 0
    for number in range(26 * 20):
        client = from_network(number)
        with contextlib.suppress(TooManyRequests):
            proof_id = str(recovery.ask_for_reset(strict, login, client))
            for _ in range(6):
                with contextlib.suppress(MailedProofEnded, WrongCode):
                    with pytest.raises(WrongCode):
                        recovery.log_in(strict, client, proof_id=proof_id, code="000000")
                    compared += 1
        clock.move(minutes=3)
    assert compared == 20 * 5


@pytest.mark.parametrize("login", ["johndoe", "nobody"])
def test_a_stranger_does_not_use_up_the_guesses_of_the_owner(service, john, login):
    strict = limited(service)
    elsewhere = from_network(7)
    for _ in range(3):
        proof_id = str(recovery.ask_for_reset(strict, login, elsewhere))
        for _ in range(5):
            with contextlib.suppress(WrongCode, TooManyRequests):
                recovery.log_in(strict, elsewhere, proof_id=proof_id, code="000000")
    with pytest.raises(TooManyRequests):
        recovery.log_in(strict, elsewhere, proof_id=str(recovery.ask_for_reset(strict, login, elsewhere)), code="000000")
    proof_id = str(recovery.ask_for_reset(strict, login, HERE))
    with pytest.raises(WrongCode):
        recovery.log_in(strict, HERE, proof_id=proof_id, code="000000")
    if login == "johndoe":
        use(strict, proof_id=proof_id, code=newest(service, ADDRESS, "reset").code)


@pytest.mark.parametrize("code", ["\ud800", "١٢٣٤٥٦", "1" * 100_000, "\0", "12345 6\ud800"])
@pytest.mark.parametrize("login", ["johndoe", "nobody"])
def test_what_is_no_code_is_a_wrong_one_for_known_and_unknown(service, john, login, code):
    proof_id = str(recovery.ask_for_reset(service, login, HERE))
    with pytest.raises(WrongCode):
        recovery.log_in(service, HERE, proof_id=proof_id, code=code)


def test_in_another_browser_known_and_unknown_take_the_same_queries(service, john):
    counted = []
    for login in ("johndoe", "nobody"):
        proof_id = str(recovery.ask_for_reset(service, login, HERE))
        with queries_of(service.database) as queries, pytest.raises(OtherDevice):
            recovery.log_in(service, ELSEWHERE, proof_id=proof_id, code="000000")
        counted.append(len(queries))
        with queries_of(service.database) as queries, pytest.raises(WrongCode):
            recovery.log_in(service, HERE, proof_id=proof_id, code="000000")
        counted.append(len(queries))
    assert counted[:2] == counted[2:]


@contextlib.contextmanager
def queries_of(database):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_audit_log_has_who_asked_and_not_what_was_typed(service, john):
    recovery.ask_for_reset(service, "my secret password", HERE)
    recovery.ask_for_reset(service, "johndoe", HERE)
    _, events = service.administration.events(EventFilter(kind="email_reset_asked"), limit=10)
    assert [(event.user_id, event.address, event.detail) for event in events] == [
        (john.user_id, HERE.address, ""),
        (None, HERE.address, ""),
    ]


def test_known_and_unknown_take_the_same_time(service, john):
    """Interleaved rounds. The shortest of each says what is computed, and not what else the machine did meanwhile."""
    taken = {"johndoe": [], "nobody12": []}
    for _ in range(60):
        for login, times in taken.items():
            began = time.perf_counter()
            recovery.ask_for_reset(service, login, HERE)
            times.append(time.perf_counter() - began)
    known, unknown = (min(times) for times in taken.values())
    assert 0.6 < known / unknown < 1.6


def test_the_settings_that_need_the_stage_of_new_passwords_say_so(service, settings):
    without = [feature for feature in included_features() if feature.name != "new_password"]
    with pytest.raises(ValueError, match="needs the feature new_password"):
        AuthService(settings, service.database, features=without)


def test_without_e_mail_nothing_of_it_is_there(service):
    off = AuthService(Settings(_env_file=None, secret_key="k" * 40), service.database)
    assert "email" not in [feature.name for feature in off.features]
