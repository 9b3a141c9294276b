"""Back-channel logout: who is logged out at a provider is logged out here."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from rxapp.auth import Client, SessionRevoked
from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.provider_errors import ProviderLoginEnded
from rxapp.auth.features.passkeys.rules.own_password import set_password
from rxapp.auth.features.providers.rules import login, logout, own_links, provider_logouts
from rxapp.auth.features.providers.rules.transactions import Purpose
from tests.features.providers.arrivals import (
    ISSUERS,
    arrive,
    configured,
    enter,
    events_of,
    link,
    profile_of,
    sealed,
    service_with,
    settings_without_network,
    ticket_for,
    without,
)
from tests.one_time_codes import code_at, enrol

GOOD = "plumb orbit cadet vixen"
HERE = Client.of("203.0.113.7", "Firefox", ProvedKey("h" * 43))
PROVIDER = Client.of("192.0.2.1", "acme/1.0")


@pytest.fixture(scope="session")
def settings():
    return settings_without_network()


def logged_out(service, provider="acme", **claims):
    """The sessions that a logout token with these claims ends. It is of this moment, if they do not say another."""
    return set(logout.end_sessions(service, {"iss": ISSUERS[provider], "iat": service.clock().timestamp()} | claims, PROVIDER))


def has_ended(service, identity):
    try:
        service.verify_session(identity.session_id)
    except SessionRevoked as ended:
        assert ended.reason == "logged_out_at_provider"
        return True
    return False


def begun(service):
    """Three sessions of Ada, in two at the provider, and one of Bob."""
    return [enter(service, sub=sub, sid=sid) for sub, sid in (("ada", "a"), ("ada", "a"), ("ada", "b"), ("bob", "c"))]


class TestALogoutToken:
    @pytest.fixture
    def sessions(self, service):
        return begun(service)

    def test_ends_the_sessions_that_it_names_and_no_other(self, service, clock):
        for claims, ended in [
            ({"sid": "a"}, [0, 1]),
            ({"sub": "ada"}, [0, 1, 2]),
            ({"sub": "ada", "sid": "b"}, [2]),
            ({"sub": "bob"}, [3]),
        ]:
            sessions = begun(service)
            assert logged_out(service, **claims) == {sessions[number].session_id for number in ended}, claims
            assert [has_ended(service, each) for each in sessions] == [number in ended for number in range(4)], claims
            logged_out(service, sub="ada"), logged_out(service, sub="bob")
            clock.move(seconds=1)

    def test_of_what_nobody_here_has_begun_with_ends_nothing(self, service, sessions):
        for claims in (
            *({"sub": "bob", "sid": "b"}, {"sub": "ada", "sid": "unknown"}, {"sid": "unknown"}, {"sub": "unknown"}),
            *({"sub": "ADA"}, {"sub": "a%"}, {"sid": "%"}, {"sid": "A"}),
        ):
            assert logged_out(service, **claims) == set(), claims
        for claims in ({"sid": "a"}, {"sub": "ada"}, {"sub": "ada", "sid": "a"}):
            assert logged_out(service, "umbrella", **claims) == set()
        assert not any(has_ended(service, each) for each in sessions)

    @pytest.mark.parametrize("claims", [{"sub": "ada"}, {"sid": "a"}, {"sub": "ada", "sid": "a"}], ids=str)
    def test_that_comes_again_ends_nothing_more(self, service, clock, sessions, claims):
        token = {"iat": int(clock().timestamp())} | claims
        assert logged_out(service, **token)
        assert logged_out(service, **token) == set()
        clock.move(seconds=11)
        again = enter(service, sub="ada", sid="a")
        assert logged_out(service, **token) == set()
        assert not has_ended(service, again)

    def test_is_believed_of_a_clock_that_is_ten_seconds_slow_and_no_more(self, service, clock):
        began_at = int(clock().timestamp())
        identity = enter(service, sub="ada", sid="a")
        assert logged_out(service, sid="a", iat=began_at - 11) == set()
        assert logged_out(service, sid="a", iat=began_at - 9) == {identity.session_id}

    def test_that_comes_several_times_at_once_ends_each_session_once(self, service, sessions):
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda _: logged_out(service, sub="ada"), range(6)))
        assert sorted(map(len, found)) == [0] * 5 + [3]

    def test_is_in_the_audit_log_with_its_reason_and_its_sender(self, service, sessions):
        logged_out(service, sub="bob")
        assert events_of(service, sessions[3].user_id)[-1] == ("session_revoked", "logged_out_at_provider")
        assert service.why_revoked(sessions[3]) == "logged_out_at_provider"

    def test_tells_only_of_sessions_that_were_still_active(self, service, sessions):
        service.revoke(sessions[0].session_id)
        assert logged_out(service, sid="a") == {sessions[1].session_id}


class TestTheSession:
    def test_without_an_id_at_the_provider_ends_with_the_account(self, service):
        identity = enter(service, sub="ada")
        assert logged_out(service, sid="x") == set()
        assert logged_out(service, sub="ada") == {identity.session_id}

    def test_without_an_id_ends_also_if_the_token_names_one_besides_the_account(self, service):
        identity = enter(service, sub="ada")
        assert logged_out(service, sub="ada", sid="x") == {identity.session_id}

    def test_that_began_with_a_password_stays(self, service, johndoe, pair):
        identity = service.verify_access(pair.access_token)
        link(service, identity, sub="ada", sid="a")
        assert logged_out(service, sub="ada") == set()

    def test_that_only_was_confirmed_by_the_provider_stays(self, service, clock):
        identity = enter(service, "plain", sub="p")
        link(service, identity, sub="ada", sid="a")
        ticket = ticket_for(service, Purpose.CONFIRM, identity, sub="ada", sid="a", auth_time=int(clock().timestamp()))
        service.confirmation.confirm(identity, "provider", ticket)
        assert logged_out(service, sid="a") == set()

    def test_of_a_provider_that_is_given_up_can_still_be_ended(self, service):
        identity = enter(service, sub="ada", sid="a")
        assert logged_out(without(service, "acme"), sid="a") == {identity.session_id}

    def test_is_followed_when_a_new_password_replaces_it(self, service):
        identity = enter(service, sub="ada", sid="a")
        set_password(service, identity, GOOD)
        replaced = service.accounts.change_password(identity, GOOD, f"{GOOD} two").identity
        assert replaced.session_id != identity.session_id
        assert logged_out(service, sid="a") == {replaced.session_id}

    @pytest.mark.parametrize("times", [1, 3])
    def test_is_followed_when_a_confirmation_replaces_it(self, service, clock, times):
        identity = enter(service, sub="ada", sid="a")
        for _ in range(times):
            ticket = ticket_for(service, Purpose.CONFIRM, identity, sub="ada", auth_time=int(clock().timestamp()))
            replacement = service.confirmation.confirm(identity, "provider", ticket)
            assert replacement.replaced == identity.session_id
            identity = replacement.identity
        assert logged_out(service, sub="ada", sid="a") == {identity.session_id}

    def test_that_is_bound_to_a_key_stays_the_same_and_ends(self, service):
        identity = enter(service, client=HERE, sub="ada", sid="a")
        set_password(service, identity, GOOD)
        assert service.confirmation.confirm(identity, "pwd", GOOD, HERE) is None
        assert logged_out(service, sid="a") == {identity.session_id}

    def test_that_is_refreshed_ends(self, service, clock):
        pair = arrive(service, sub="ada", sid="a").login.pair
        clock.move(minutes=10)
        pair = service.refresh(pair.access_token, pair.refresh_token)
        assert logged_out(service, sid="a") == {service.access_tokens.identify(pair.access_token).session_id}
        with pytest.raises(SessionRevoked):
            service.refresh(pair.access_token, pair.refresh_token)

    def test_ends_also_after_its_link_was_removed_elsewhere(self, service):
        identity = enter(service, sub="ada", sid="a")
        link(service, identity, "plain", sub="p")
        (first, _) = own_links.links_of(service, identity.user_id)
        own_links.unlink(service, identity, first.id)
        assert logged_out(service, sid="a") == {identity.session_id}

    def test_leaves_no_row_when_its_user_is_deleted(self, service):
        identity = enter(service, sub="ada", sid="a")
        service.administration.delete(identity.user_id)
        with service.database.connect() as db:
            assert db.exec_driver_sql("SELECT count(*) FROM auth_provider_session").scalar() == 0
        assert logged_out(service, sub="ada") == set()

    def test_is_known_however_many_services_share_the_database(self, service):
        identity = enter(service_with(configured(service, label="Other")), sub="ada", sid="a")
        assert logged_out(service, sid="a") == {identity.session_id}


class TestALoginThatIsUnderWay:
    """The provider has said who they are, and there is no session yet that a logout there could end."""

    @pytest.fixture
    def person(self, service, johndoe, pair):
        link(service, service.verify_access(pair.access_token), sub="ada")
        return johndoe

    @pytest.fixture
    def app(self, service, person, pair, clock):
        """The app with which the person makes one-time codes."""
        made = enrol(service, service.verify_access(pair.access_token), clock)
        clock.move(minutes=1)
        return made

    @pytest.fixture
    def ticket(self, service, person):
        return sealed(service, profile_of(service, sub="ada", sid="a"))

    @pytest.mark.parametrize("claims", [{"sub": "ada"}, {"sid": "a"}, {"sub": "ada", "sid": "a"}], ids=str)
    def test_begins_no_session_after_a_logout_there(self, service, clock, ticket, claims):
        clock.move(seconds=1)
        assert logged_out(service, **claims) == set()
        clock.move(seconds=1)
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service, ticket)

    @pytest.mark.parametrize("claims", [{"sub": "bob"}, {"sid": "b"}, {"sub": "ada", "sid": "b"}, {"sub": "ADA"}], ids=str)
    def test_begins_one_after_a_logout_of_another_session_or_account(self, service, ticket, claims):
        logged_out(service, **claims)
        logged_out(service, "umbrella", sub="ada")
        assert login.log_in(service, ticket).login.pair

    def test_without_an_id_of_its_session_there_ends_with_each_of_its_account(self, service, person):
        ticket = sealed(service, profile_of(service, sub="ada"))
        logged_out(service, sub="ada", sid="x")
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service, ticket)

    def test_begins_no_session_at_the_second_factor_either(self, service, clock, app):
        pending = arrive(service, sub="ada", sid="a").login.pending_login
        clock.move(seconds=1)
        logged_out(service, sid="a")
        with pytest.raises(ProviderLoginEnded):
            service.login.go_on(pending, {"method": "otp", "code": code_at(app.secret, clock())}, NO_CLIENT)

    def test_makes_no_account_of_somebody_new(self, service):
        ticket = sealed(service, profile_of(service, sub="new", sid="n", preferred_username="newcomer"))
        logged_out(service, sid="n")
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service, ticket)
        with service.database.read() as db:
            assert find_user(db, "newcomer") is None

    def test_that_came_after_the_logout_begins_one(self, service, clock, person):
        logged_out(service, sub="ada")
        clock.move(seconds=1)
        assert enter(service, sub="ada", sid="b").user_id == person.id

    def test_is_not_let_in_again_by_an_older_token_that_comes_once_more(self, service, clock, person):
        old = {"sub": "ada", "iat": clock().timestamp()}
        logged_out(service, **old)
        clock.move(minutes=2)
        ticket = sealed(service, profile_of(service, sub="ada"))
        clock.move(seconds=1)
        logged_out(service, sub="ada")
        logged_out(service, **old)
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service, ticket)

    def test_at_once_with_the_logout_leaves_no_session(self, service, person):
        for number in range(12):
            ticket, start = sealed(service, profile_of(service, sub="ada", sid=f"s{number}")), Barrier(2)

            def come(ticket=ticket, start=start):
                start.wait()
                with suppress(ProviderLoginEnded):
                    return service.verify_access(login.log_in(service, ticket).login.pair.access_token)

            def go(number=number, start=start):
                start.wait()
                return logged_out(service, sid=f"s{number}")

            with ThreadPoolExecutor(2) as threads:
                came, gone = threads.submit(come), threads.submit(go)
            assert came.result() is None or gone.result() == {came.result().session_id}

    def test_is_forgotten_when_no_login_can_be_so_old(self, service, clock):
        logged_out(service, sub="ada")
        clock.move(minutes=59)
        assert provider_logouts.PRUNER.remove(service.settings, service.database, clock) == 0
        clock.move(minutes=2)
        assert provider_logouts.PRUNER.count(service.settings, service.database, clock) == 1
        assert provider_logouts.PRUNER.remove(service.settings, service.database, clock) == 1
