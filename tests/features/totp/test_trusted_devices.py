"""Trusted devices: where the password is enough for a while, for whom, and everything that ends it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from rxapp.auth import AuthService, Client, NotFound, RevocationReason, SecondFactorRequired
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE
from rxapp.auth.core.maintenance.pruning import prune
from rxapp.auth.core.sessions.device_trust import DEVICES_PER_USER
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link, log_in_by_link
from rxapp.auth.features.totp.rules import devices
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at, enrol

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
MINE = Client("203.0.113.1", CHROME, ProvedKey("a" * 43))
OTHER = Client("203.0.113.2", CHROME, ProvedKey("b" * 43))
NO_KEY = Client("203.0.113.1", CHROME)
GOOD = "plumb orbit cadet vixen"


def trust(service, enrolled, clock, client=MINE, *, answer="true", password=PASSWORD):
    """Log in with both factors, and ask for trust. Who the new session belongs to."""
    clock.move(seconds=61)  # a new code
    answers = {"method": "otp", "code": code_at(enrolled.secret, clock()), TRUST_DEVICE: answer}
    pair = service.login.go_on(begin(service, password=password, client=client), answers, client).pair
    return service.verify_access(pair.access_token, client)


def is_asked(service, client=MINE, password=PASSWORD) -> bool:
    try:
        service.log_in("johndoe", password, client)
    except SecondFactorRequired:
        return True
    return False


def kinds(service, user_id, kind):
    return [event.detail for event in service.administration.events(EventFilter(user_id, kind), limit=99)[1]]


class TestTrust:
    def test_lasts_as_long_as_the_setting_says_from_when_it_was_given_and_is_not_renewed_by_use(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        clock.move(days=29)
        assert not is_asked(service)
        clock.move(days=1, seconds=-1)
        assert not is_asked(service)
        clock.move(seconds=1)
        assert is_asked(service)

    def test_is_that_of_the_browsers_key_and_of_nobody_without_it(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        assert is_asked(service, OTHER)
        assert is_asked(service, NO_KEY)
        assert not is_asked(service)

    def test_is_that_of_one_user(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        anna = service.create_user("anna", PASSWORD)
        enrol(service, service.verify_access(service.log_in("anna", PASSWORD).access_token), clock)
        with pytest.raises(SecondFactorRequired):
            service.log_in(anna.user_name, PASSWORD, MINE)

    def test_is_no_second_factor_and_the_session_says_so(self, service, enrolled, clock):
        assert trust(service, enrolled, clock).amr == ("pwd", "otp", "mfa")
        pair = service.log_in("johndoe", PASSWORD, MINE)
        assert service.verify_access(pair.access_token, MINE).amr == ("pwd",)

    @pytest.mark.parametrize("answer", ["", "false", "True", "1"])
    def test_is_given_to_nobody_who_did_not_ask_for_it(self, service, enrolled, clock, answer):
        trust(service, enrolled, clock, answer=answer)
        assert is_asked(service)

    def test_of_a_client_without_a_key_is_nothing(self, service, enrolled, clock):
        who = trust(service, enrolled, clock, NO_KEY)
        assert is_asked(service, NO_KEY)
        assert not service.trusted_devices.of(who)

    @pytest.mark.parametrize("answers", [{}, {"method": "otp", "code": "000000"}, {"method": "recovery", "code": "x"}])
    def test_is_not_given_without_a_right_code(self, service, enrolled, johndoe, identity, answers):
        with pytest.raises(Exception, match=r"code"):
            service.login.go_on(begin(service, client=MINE), answers | {TRUST_DEVICE: "true"}, MINE)
        assert not service.trusted_devices.of(identity)
        assert is_asked(service)

    def test_needs_the_right_password_as_ever(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        with pytest.raises(Exception, match=r"password"):
            service.log_in("johndoe", "wrong", MINE)

    def test_excuses_nobody_who_comes_by_a_link(self, service, enrolled, clock, johndoe):
        trust(service, enrolled, clock)
        link = service.administration.issue_password_link(johndoe.id)
        with pytest.raises(SecondFactorRequired):
            log_in_by_link(service, link, GOOD, MINE)

    def test_asked_for_on_the_way_to_a_new_password_is_not_given(self, service, enrolled, clock, johndoe, identity):
        """A change of the password ends all trust, so none begins with it."""
        incomplete = begin_by_link(service, service.administration.issue_password_link(johndoe.id), MINE)
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock()), TRUST_DEVICE: "true"}
        with pytest.raises(LoginIncomplete) as late:
            service.login.go_on(incomplete.pending_login, answers, MINE)
        service.login.go_on(late.value.pending_login, {ANSWER: GOOD}, MINE)
        assert is_asked(service, password=GOOD)

    def test_is_given_to_at_most_twenty_and_then_the_oldest_goes(self, service, enrolled, clock):
        clients = [Client(device_key=ProvedKey(f"{number:043}")) for number in range(DEVICES_PER_USER + 1)]
        for client in clients:
            who = trust(service, enrolled, clock, client)
        assert len(service.trusted_devices.of(who)) == DEVICES_PER_USER
        assert is_asked(service, clients[0])
        assert not is_asked(service, clients[1])

    def test_given_again_to_the_same_browser_is_one(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        clock.move(days=30)
        who = trust(service, enrolled, clock)
        assert len(service.trusted_devices.of(who)) == 1
        assert not is_asked(service)

    def test_is_audited_with_the_device_and_its_session(self, service, enrolled, clock, johndoe):
        who = trust(service, enrolled, clock)
        _, (event,) = service.administration.events(EventFilter(johndoe.id, "device_trusted"), limit=9)
        assert (event.user_agent, event.session_id, event.address) == (CHROME, who.session_id, "203.0.113.1")

    def test_with_a_lifetime_of_0_is_neither_given_nor_looked_at(self, settings, service, enrolled, clock, database):
        who = trust(service, enrolled, clock)
        off = AuthService(settings.model_copy(update={"trusted_device_lifetime": timedelta(0)}), database, clock)
        assert is_asked(off)
        assert not off.trusted_devices.of(who)
        assert not off.trusted_devices.can_trust(MINE)
        trust(off, enrolled, clock, OTHER)
        assert is_asked(service, OTHER)

    def test_ends_sooner_if_the_operator_shortens_its_lifetime(self, settings, service, enrolled, clock, database):
        trust(service, enrolled, clock)
        shorter = AuthService(settings.model_copy(update={"trusted_device_lifetime": timedelta(days=7)}), database, clock)
        clock.move(days=7)
        assert is_asked(shorter)
        assert not is_asked(service)

    def test_that_is_out_of_date_is_pruned(self, service, enrolled, clock):
        who = trust(service, enrolled, clock)
        trusted_later = trust(service, enrolled, clock, OTHER)
        clock.move(days=30, seconds=-1)
        removed = {batch.pruner.kind: batch.rows for batch in prune(service.settings, service.database, clock)}
        assert removed["trusted devices"] == 1
        assert len(service.trusted_devices.of(trusted_later)) == 1
        assert not is_asked(service, OTHER)
        assert who.user_id == trusted_later.user_id


def add_app(service, who, clock, _enrolled):
    enrol(service, who, clock, name="Tablet")


def app_of(service, who):
    with service.database.connect() as db:
        return devices.devices_of(db, who.user_id)[0].id


def remove_app(service, who, _clock, _enrolled):
    devices.remove(service, who, app_of(service, who), MINE)


def change_password_and_keep_sessions(service, who, _clock, _enrolled):
    service.accounts.change_password(who, PASSWORD, GOOD, MINE, ends_other_sessions=False)


def set_password_by_link(service, who, clock, enrolled):
    incomplete = begin_by_link(service, service.administration.issue_password_link(who.user_id), OTHER)
    clock.move(seconds=61)
    with pytest.raises(LoginIncomplete) as late:
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock())}
        service.login.go_on(incomplete.pending_login, answers, OTHER)
    service.login.go_on(late.value.pending_login, {ANSWER: GOOD}, OTHER)


def disable_and_enable(service, who, _clock, _enrolled):
    service.administration.disable(who.user_id)
    service.administration.enable(who.user_id)


ENDS = {
    "own change of the password": lambda service, who, *_: service.accounts.change_password(who, PASSWORD, GOOD, MINE),
    "own change of the password that keeps other sessions": change_password_and_keep_sessions,
    "password set by a link": set_password_by_link,
    "password set by an administrator": lambda service, who, *_: service.administration.set_password(who.user_id, GOOD),
    "another app is added": add_app,
    "an app is removed": remove_app,
    "all second factors are reset": lambda service, who, *_: service.second_factors.reset(who.user_id),
    "the user is disabled": disable_and_enable,
    "logged out everywhere else": lambda service, who, *_: service.accounts.end_other_sessions(who, MINE),
    "all sessions ended by an administrator": lambda service, who, *_: service.administration.end_sessions(who.user_id),
    "all sessions of everybody ended": lambda service, *_: service.administration.end_all_sessions(),
    "its session is ended by its owner": lambda service, who, *_: service.accounts.end_session(who, who.session_id, OTHER),
    "its session is ended by an administrator": lambda service, who, *_: service.administration.end_session(who.session_id),
    "its session was used in two places": lambda service, who, *_: service.revoke(who.session_id, RevocationReason.TOKEN_REUSED),
    "the user is deleted": lambda service, who, *_: service.administration.delete(who.user_id),
    "the user deletes their account": lambda service, who, *_: service.accounts.delete(who, PASSWORD),
    "the owner ends it": lambda service, who, *_: service.trusted_devices.end(who, service.trusted_devices.of(who)[0].id),
}


@pytest.mark.parametrize("how", ENDS)
def test_it_ends_for_good_when(service, enrolled, clock, how):
    who = trust(service, enrolled, clock)
    assert len(service.trusted_devices.of(who)) == 1
    ENDS[how](service, who, clock, enrolled)
    assert not service.trusted_devices.of(who)
    assert kinds(service, who.user_id, "device_trust_ended") == ["Chrome on Linux"]


STAYS = {
    "its session is logged out": lambda service, who, _: service.revoke(who.session_id, RevocationReason.SIGNED_OUT),
    "a program logs its session out": lambda service, who, _: service.revoke(who.session_id),
    "an app is renamed": lambda service, who, _: devices.rename(service, who, app_of(service, who), "Old phone"),
    "the recovery codes are renewed": lambda service, who, _: devices.renew_recovery_codes(service, who),
    "the display name is changed": lambda service, who, _: service.accounts.rename(who, "John Doe"),
    "the roles are changed": lambda service, who, _: service.administration.set_roles(who.user_id, ["Manager", "Sales"]),
}


@pytest.mark.parametrize("how", STAYS)
def test_it_stays_when(service, enrolled, clock, how):
    who = trust(service, enrolled, clock)
    STAYS[how](service, who, clock)
    assert not is_asked(service)


def test_ending_the_session_of_another_device_ends_only_the_trust_in_that(service, enrolled, clock):
    trust(service, enrolled, clock)
    other = trust(service, enrolled, clock, OTHER)
    service.accounts.end_session(other, other.session_id, MINE)
    assert is_asked(service, OTHER)
    assert not is_asked(service, MINE)


def test_an_ended_session_that_is_ended_again_ends_no_trust(service, enrolled, clock):
    who = trust(service, enrolled, clock)
    service.revoke(who.session_id, RevocationReason.SIGNED_OUT)
    assert service.administration.end_session(who.session_id) is False
    assert not is_asked(service)


def test_the_audit_log_names_the_administrator_who_ended_it(service, enrolled, clock):
    who, actor = trust(service, enrolled, clock), service.create_user("admin", PASSWORD)
    service.administration.end_sessions(who.user_id, Actor(actor.id))
    _, (event,) = service.administration.events(EventFilter(who.user_id, "device_trust_ended"), limit=9)
    assert event.actor_id == actor.id


class TestOwn:
    def test_is_listed_with_its_device_and_times_the_newest_first(self, service, enrolled, clock):
        trust(service, enrolled, clock)
        who = trust(service, enrolled, clock, OTHER)
        newest, oldest = service.trusted_devices.of(who)
        assert newest.trusted_at > oldest.trusted_at
        assert newest.device == "Chrome on Linux"
        assert newest.expires_at - newest.trusted_at == timedelta(days=30)

    def test_that_is_another_persons_is_not_found(self, service, enrolled, clock):
        who = trust(service, enrolled, clock)
        (mine,) = service.trusted_devices.of(who)
        service.create_user("anna", PASSWORD)
        anna = service.verify_access(service.log_in("anna", PASSWORD).access_token)
        for trust_id in (mine.id, uuid4()):
            with pytest.raises(NotFound):
                service.trusted_devices.end(anna, trust_id)
        assert not is_asked(service)
