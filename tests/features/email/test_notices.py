"""Notices: a person hears of what has happened to their account, once, in the transaction in which it happened."""

import pytest

from rxapp.auth import Client
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import notices, outbox, recovery
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS, ELSEWHERE, HERE
from tests.mailbox import letters, text_of
from tests.one_time_codes import enrol

NEW = "plumb orbit cadet vixen"


def told(service):
    """The events that were told, the newest first."""
    return [each.facts.get("event", each.kind) for each in outbox.newest(service.database, limit=99) if each.kind != "confirm"]


def test_of_a_login_on_a_new_device_and_not_of_the_next_one_there(service, john):
    service.log_in("johndoe", PASSWORD, HERE)
    assert told(service) == ["new_device"]
    service.log_in("johndoe", PASSWORD, HERE)
    assert told(service) == ["new_device"]
    service.log_in("johndoe", PASSWORD, ELSEWHERE)
    assert told(service) == ["new_device"] * 2
    assert letters(service)[0].recipient == ADDRESS


def test_a_client_without_a_key_is_known_by_what_it_calls_itself(service, john):
    for agent in ("curl/8.0", "curl/8.1", "wget/1.0"):
        service.log_in("johndoe", PASSWORD, Client.of("203.0.113.7", agent))
    assert told(service) == ["new_device"] * 2


def test_a_program_is_not_known_as_the_browser_whose_name_it_takes(service, john):
    service.log_in("johndoe", PASSWORD, HERE)
    service.log_in("johndoe", PASSWORD, Client.of("198.51.100.9", HERE.user_agent))
    assert told(service) == ["new_device"] * 2


def test_of_a_login_after_so_long_that_no_session_is_kept(service, john, clock):
    clock.move(days=60)
    with service.database.transaction() as db:
        db.exec_driver_sql("DELETE FROM auth_session")
    service.log_in("johndoe", PASSWORD, HERE)
    assert told(service) == ["new_device"]


def test_not_of_the_very_first_login(service, settings):
    from rxapp.auth.features.email.rules.addresses import mailbox_in, put

    user = service.create_user("jane", PASSWORD)
    with service.database.transaction() as db:
        put(db, user.id, mailbox_in("jane@example.com"), service.clock())
    service.log_in("jane", PASSWORD, HERE)
    assert told(service) == []


def test_of_a_changed_password_and_who_did_it(service, john):
    service.accounts.change_password(john, PASSWORD, NEW, HERE)
    assert told(service) == ["password_changed"]
    text = text_of(service, "notice")
    assert "The password of your account was changed." in text
    assert "Firefox on Linux" in text
    assert "203.0.113.7" in text
    assert "1 January 2026, 12:00 UTC" in text
    assert "This was not me: https://app.example/mail-link#rxm1_" in text


def test_of_what_an_administrator_does(service, john):
    admin = service.create_user("root", PASSWORD, roles=["Admin"])
    service.administration.set_password(john.user_id, NEW, Actor(admin.id, HERE))
    assert told(service) == ["password_set"]
    assert "It was done by an administrator." in text_of(service, "notice")


def test_of_second_factors_and_of_a_stolen_token(service, john, clock):
    enrol(service, john, clock)
    service.revoke(john.session_id, RevocationReason.TOKEN_REUSED, ELSEWHERE)
    assert set(told(service)) == {"token_reused", "second_factor_added"}


def test_of_the_deletion_of_the_account_without_a_link(service, john):
    service.accounts.delete(john, PASSWORD, HERE)
    assert told(service) == ["user_deleted"]
    text = text_of(service, "notice")
    assert "Your account was deleted." in text
    assert "https://" not in text


def test_somebody_without_an_address_is_sent_nothing(service, identity):
    service.accounts.change_password(identity, PASSWORD, NEW, HERE)
    assert told(service) == []


def test_what_is_rolled_back_is_not_told(service, john):
    with pytest.raises(Exception):  # noqa: B017
        service.accounts.change_password(john, "wrong", NEW, HERE)
    assert told(service) == []


def test_after_ten_new_devices_in_an_hour_one_says_that_there_are_more(service, john, clock):
    for number in range(20):
        service.log_in("johndoe", PASSWORD, Client.of("203.0.113.7", f"{'abcdefghijklmnopqrst'[number]}x/1"))
    assert told(service).count("new_device") == notices.NEW_DEVICES_AN_HOUR + 1
    assert [each.kind for each in outbox.newest(service.database, limit=99)].count("more_notices") == 1
    clock.move(hours=1, seconds=1)
    service.log_in("johndoe", PASSWORD, ELSEWHERE)
    assert letters(service)[0].kind == "new_device"


def test_a_thief_does_not_hide_a_change_behind_other_messages(service, john):
    """With the password they can cause as many log-ins and requests as they like."""
    for number in range(20):
        service.log_in("johndoe", PASSWORD, Client.of("203.0.113.7", f"{'abcdefghijklmnopqrst'[number]}x/1"))
        recovery.ask_for_reset(service, "johndoe")
    service.accounts.change_password(john, PASSWORD, NEW, HERE)
    assert told(service)[0] == "password_changed"


def test_the_operator_may_leave_out_new_devices_and_nothing_else(service, john, settings):
    quiet = settings.model_copy(update={"email_notices_left_out": ("new_device",)})
    service = AuthService(quiet, service.database, service.clock)
    service.log_in("johndoe", PASSWORD, ELSEWHERE)
    assert told(service) == []
    with pytest.raises(ValueError, match="only new_device may be left out"):
        type(settings)(_env_file=None, secret_key="k" * 40, email_notices_left_out="password_changed")


@pytest.mark.parametrize(
    "agent",
    ["evil.example/1.0", "Call-1-800-555-0199-now/1.0", "Win/1.0 (Linux; Android 13; Evil Shop 555) Firefox/1.0"],
)
def test_a_program_does_not_choose_a_word_of_a_message(service, john, agent):
    service.log_in("johndoe", PASSWORD, Client.of("203.0.113.7", agent))
    text = text_of(service, "new_device")
    assert not [word for word in ("evil", "555", "Win") if word in text]


def test_a_service_without_e_mail_tells_nothing_although_there_are_addresses(service, john, settings):
    off = AuthService(settings.model_copy(update={"email": "off"}), service.database, service.clock)
    off.log_in("johndoe", PASSWORD, ELSEWHERE)
    assert told(service) == []
