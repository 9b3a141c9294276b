"""Whose account it is when somebody comes from a provider, and who gets one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError

from rxapp.auth import (
    AuthError,
    AuthService,
    Client,
    DeviceKeyRequired,
    FreshAuthenticationRequired,
    NotFound,
    PendingLoginEnded,
    SecondFactorRequired,
    SessionRevoked,
    TooManyRequests,
)
from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import OPERATOR
from rxapp.auth.core.errors import OtherDevice
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.email_errors import EmailAddressTaken, MailedProofEnded
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.core.login.provider_errors import (
    ProviderAccountDisabled,
    ProviderAddressUnverified,
    ProviderLinkedElsewhere,
    ProviderLoginEnded,
    ProviderLoginRefused,
    ProviderSignUpClosed,
)
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy
from rxapp.auth.features.email.rules import own_address, recovery
from rxapp.auth.features.email.rules.invitations import Invited, invite
from rxapp.auth.features.email.rules.own_address import MailedCode, address_of
from rxapp.auth.features.passkeys.rules.own_password import remove_password
from rxapp.auth.features.providers.rules import links, login, logout, own_links, sign_up
from rxapp.auth.features.providers.rules.completion import ProviderCompletion
from rxapp.auth.features.providers.rules.provider import LIFETIMES
from rxapp.auth.features.providers.rules.transactions import Purpose, Step, Ticket, Transaction, open_transaction, seal
from tests.conftest import PASSWORD
from tests.features.providers.arrivals import (
    ADA,
    ISSUERS,
    PAGE,
    TickingClock,
    accounts_of,
    address_owner,
    arrive,
    believed,
    configured,
    enter,
    events_of,
    everybody,
    link,
    profile_of,
    sealed,
    service_with,
    settings_without_network,
    told,
    without,
)
from tests.mailbox import confirm_address, newest
from tests.one_time_codes import code_at, enrol

ADDRESS = ADA["email"]
MICROSOFT_AT = "https://login.microsoftonline.com"
MICROSOFT = f"{MICROSOFT_AT}/11111111-1111-1111-1111-111111111111/v2.0"
HERE = Client.of("203.0.113.7", "Firefox", ProvedKey("h" * 43))
ELSEWHERE = Client.of("198.51.100.9", "Firefox", ProvedKey("e" * 43))


@pytest.fixture(scope="session")
def settings():
    return settings_without_network()


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def ada(service):
    """Somebody here with a password and a confirmed address, who has never come from a provider."""
    service.create_user("ada", PASSWORD)
    identity = service.verify_access(service.log_in("ada", PASSWORD).access_token)
    confirm_address(service, identity, ADDRESS)
    return identity


@pytest.fixture
def postgresql_only(service):
    if service.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")


def before_the_lock(monkeypatch, act):
    """Do this while the transaction that begins the session has begun, and has locked nobody yet."""
    lock = ProviderCompletion.lock

    def act_and_lock(*arguments):
        monkeypatch.undo()
        act()
        return lock(*arguments)

    monkeypatch.setattr(ProviderCompletion, "lock", act_and_lock)


def at_once(number, call):
    """What each of these calls returns or raises, all at the same time."""
    barrier = Barrier(number)

    def wait_and_call(which):
        barrier.wait()
        try:
            return call(which)
        except Exception as error:  # noqa: BLE001  the test looks at it
            return error

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(wait_and_call, range(number)))


class TestSomebodyKnown:
    def test_logs_in_again_to_the_same_account(self, service):
        first, second = (enter(service, sub="1", **ADA) for _ in range(2))
        assert first.user_id == second.user_id
        assert first.session_id != second.session_id
        assert len(everybody(service)) == 1

    def test_also_when_their_address_there_has_changed_and_ours_stays(self, service):
        first = enter(service, sub="1", **ADA)
        for claims in ({"email": "new@example.org", "email_verified": True}, {"email": "new@example.org"}, {}):
            assert enter(service, sub="1", **claims).user_id == first.user_id
        assert address_of(service, first.user_id) == ADDRESS
        assert address_owner(service, "new@example.org") is None

    def test_also_when_their_address_there_is_that_of_somebody_else_here(self, service, ada):
        bob = enter(service, sub="2", email="bob@example.com", email_verified=True)
        assert enter(service, sub="2", **ADA).user_id == bob.user_id != ada.user_id
        assert accounts_of(service, ada.user_id) == set()

    def test_also_where_nobody_new_is_let_in(self, service):
        first = enter(service, sub="1", **ADA)
        for options in ({"sign_up": "closed"}, {"domains": "acme.example"}, {"addresses": "ignored"}):
            assert enter(configured(service, **options), sub="1", **ADA).user_id == first.user_id

    def test_is_known_by_issuer_and_subject_exactly_as_they_are_written(self, service):
        subjects = ["a", "A", " a", "a ", "ａ", "\u0061\u0301", "\u00e1"]
        found = {enter(service, name, sub=subject).user_id for name in ("acme", "umbrella") for subject in subjects}
        assert len(found) == 2 * len(subjects)

    def test_has_a_link_that_knows_when_it_was_used(self, service, clock):
        identity = enter(service, sub="1", **ADA)
        clock.move(hours=1)
        enter(service, sub="1", **ADA)
        (only,) = own_links.links_of(service, identity.user_id)
        assert only.last_used_at - only.created_at >= timedelta(hours=1)
        assert only.label == ADDRESS

    def test_who_was_deleted_here_is_new_again(self, service):
        first = enter(service, sub="1", **ADA)
        service.administration.delete(first.user_id)
        assert accounts_of(service, first.user_id) == set()
        assert enter(service, sub="1", **ADA).user_id != first.user_id


class TestTheFirstVisit:
    def test_makes_an_account_with_the_names_the_roles_and_the_verified_address(self, service):
        entered = arrive(service, sub="1", preferred_username="ada", name="Ada Lovelace", groups=["staff", "other"], **ADA)
        user = everybody(service)["ada"]
        assert (user.display_name, user.roles) == ("Ada Lovelace", ["Manager"])
        assert not users.has_password(user)
        assert address_of(service, user.id) == ADDRESS
        assert entered.new_user.id == user.id
        assert accounts_of(service, user.id) == {(ISSUERS["acme"], "1")}
        assert events_of(service, user.id)[:3] == [("user_registered", "Acme"), ("email_confirmed", ""), ("login", "")]

    def test_is_new_only_once(self, service):
        assert arrive(service, sub="1", **ADA).new_user is not None
        assert arrive(service, sub="1", **ADA).new_user is None

    def test_begins_a_session_that_says_how(self, service):
        assert enter(service, sub="1").amr == ("provider",)

    def test_makes_an_account_into_which_no_password_lets_anybody(self, service):
        enter(service, sub="1", preferred_username="ada", **ADA)
        for password in ("", PASSWORD, "!"):
            for name in ("ada", ADDRESS):
                with pytest.raises(AuthError):
                    service.log_in(name, password)

    def test_without_an_address_makes_an_account_without_one(self, service):
        assert address_of(service, enter(service, sub="1", preferred_username="ada").user_id) == ""

    def test_with_an_address_that_is_none_makes_an_account_without_one(self, service):
        for number, address in enumerate(["ada", "@", "ö@example.com", "a@b@c", "ada@[127.0.0.1]", "a\n@example.com"]):
            identity = enter(service, sub=str(number), email=address, email_verified=True)
            assert address_of(service, identity.user_id) == ""

    def test_sends_no_notice_of_a_new_device(self, service):
        enter(service, sub="1", **ADA)
        assert told(service) == []

    def test_is_counted_ten_times_as_generously_as_other_registrations(self, service):
        strict = service_with(service, registration_rate_limit=1)
        for number in range(sign_up.SIGN_UPS_PER_REGISTRATION):
            enter(strict, sub=str(number), client=HERE)
        with pytest.raises(TooManyRequests):
            enter(strict, sub="one more", client=HERE)
        assert enter(strict, sub="0", client=HERE)
        assert events_of(service, kind="throttled")


class TestTheUserName:
    def test_is_that_at_the_provider_or_as_near_to_it_as_can_be(self, service):
        for claims, name in [
            ({"preferred_username": "Ada.Lovelace"}, "Ada.Lovelace"),
            ({"preferred_username": "ada@corp.example"}, "ada"),
            ({"nickname": "ada"}, "ada"),
            ({"email": "ada@example.com", "email_verified": True}, "ada"),
            ({"name": "Ada King, Countess of Lovelace"}, "ada-king-countess-of-lovelace"),
            ({"preferred_username": "日本太郎"}, "日本太郎"),
            ({"preferred_username": "Zoë"}, "Zoë"),
            ({"preferred_username": "ad\u200ba"}, "ad-a"),
            ({"preferred_username": "ad\u202eba"}, "ad-ba"),
            ({"preferred_username": "\u2800"}, "user"),
            ({"preferred_username": "\u0301"}, "user"),
            ({"preferred_username": "p\u0430ypal"}, "p-ypal"),
            ({"preferred_username": "x" * 200}, "x" * 40),
            ({"preferred_username": "x" * 10_000}, "user"),
            ({"preferred_username": "@"}, "user"),
            ({"preferred_username": "---", "name": "???"}, "---"),
            ({"preferred_username": ""}, "user"),
            ({"preferred_username": "  ", "nickname": "ada"}, "ada"),
            ({}, "user"),
        ]:
            identity = enter(service, sub="1", **claims)
            assert identity.user_name == name, claims
            service.administration.delete(identity.user_id)

    def test_that_is_taken_gets_a_number(self, service, johndoe):
        names = [enter(service, sub=str(number), preferred_username="JohnDoe").user_name for number in range(3)]
        assert names == ["johndoe-2", "johndoe-3", "johndoe-4"]

    def test_has_random_digits_when_the_numbers_are_used_up(self, service):
        names = [enter(service, sub=str(number), preferred_username="ada").user_name for number in range(12)]
        assert names[8] == "ada-9"
        assert len(set(names)) == 12
        assert all(name.startswith("ada-") and len(name) == 10 for name in names[9:])

    def test_does_not_look_like_somebody_elses(self, service):
        service.create_user("scope", PASSWORD)
        assert enter(service, sub="1", preferred_username="\u0455\u0441\u043e\u0440\u0435").user_name == "user"
        assert enter(service, sub="2", preferred_username="sc0pe").user_name != "scope"

    def test_is_shown_where_the_display_name_cannot_be(self, service):
        for number, name in enumerate(["x" * 200, "a\u202eb", "\u2800", "", "   ", "a\nb"]):
            identity = enter(service, sub=str(number), preferred_username="ada", name=name)
            assert identity.display_name == identity.user_name

    def test_of_two_accounts_with_the_same_name_at_once_differs(self, service):
        found = at_once(6, lambda which: enter(service, sub=str(which), preferred_username="ada").user_name)
        assert set(found) == {"ada", *(f"ada-{number}" for number in range(2, 7))}


class TestSeveralAtOnce:
    def test_of_one_account_at_the_provider_make_one_here(self, service):
        found = at_once(6, lambda _: enter(service, sub="1", preferred_username="ada", **ADA).user_id)
        assert len(set(found)) == 1, found
        assert len(everybody(service)) == 1
        assert [kind for kind, _ in events_of(service) if kind == "user_registered"] == ["user_registered"]

    def test_of_one_address_at_two_providers_make_one_here(self, service):
        found = at_once(6, lambda which: enter(service, ("acme", "umbrella")[which % 2], sub="1", **ADA).user_id)
        assert len(set(found)) == 1, found
        assert accounts_of(service, found[0]) == {(ISSUERS["acme"], "1"), (ISSUERS["umbrella"], "1")}

    def test_of_somebody_invited_accept_it_once(self, service):
        invited = invite(service, Invited(ADDRESS, "ada"))
        found = at_once(6, lambda _: enter(service, sub="1", **ADA).user_id)
        assert set(found) == {invited.id}

    def test_one_ticket_is_good_once(self, service):
        text = sealed(service, profile_of(service))
        found = at_once(6, lambda _: login.log_in(service, text))
        assert [type(each) for each in found if isinstance(each, Exception)] == [ProviderLoginEnded] * 5


class TestSomebodyWithTheSameAddressHere:
    def test_is_that_of_who_has_verified_it_there(self, service, ada):
        assert enter(service, sub="1", **ADA).user_id == ada.user_id
        assert enter(service, "umbrella", sub="9", email=ADDRESS.upper(), email_verified=True).user_id == ada.user_id
        assert accounts_of(service, ada.user_id) == {(ISSUERS["acme"], "1"), (ISSUERS["umbrella"], "9")}
        assert service.log_in("ada", PASSWORD)

    def test_is_somebody_else_if_they_are_linked_to_another_account_there(self, service, ada):
        """Providers give addresses to others: that of who has left to who has come."""
        link(service, ada, sub="1")
        with pytest.raises(ProviderSignUpClosed):
            arrive(service, sub="2", groups=["staff"], **ADA)
        assert accounts_of(service, ada.user_id) == {(ISSUERS["acme"], "1")}
        assert everybody(service)["ada"].roles == []
        assert len(everybody(service)) == 1
        assert events_of(service, kind=login.REFUSED) == [(login.REFUSED, "acme: provider_sign_up_closed")]
        assert enter(service, "umbrella", sub="2", **ADA).user_id == ada.user_id

    def test_hears_of_it(self, service, ada):
        enter(service, sub="1", **ADA)
        assert ("provider_linked", f"Acme: {ADDRESS}") in events_of(service, ada.user_id)
        assert "provider_linked" in told(service)

    def test_is_nobody_whose_address_there_is_not_verified(self, service, ada):
        for verified in (False, None, "false", "True", "yes", 0, 2, [True], {"a": 1}, "1"):
            with pytest.raises(ProviderAddressUnverified):
                arrive(service, sub="1", email=ADDRESS, email_verified=verified)
        assert accounts_of(service, ada.user_id) == set()
        assert len(everybody(service)) == 1

    def test_does_not_show_in_the_refusal_of_an_address_that_is_not_verified(self, service, ada):
        refused = []
        for address in (ADDRESS, "nobody@example.com"):
            with pytest.raises(ProviderAddressUnverified) as each:
                arrive(service, sub="1", email=address)
            refused.append((each.value.code, each.value.message, str(each.value)))
        assert refused[0] == refused[1]
        assert events_of(service, kind=login.REFUSED) == [(login.REFUSED, "acme: provider_address_unverified")] * 2

    def test_does_not_show_where_nobody_signs_up(self, service, ada):
        for options in ({"sign_up": "closed"}, {"sign_up": "invited"}, {"domains": "acme.example"}):
            closed, refused = configured(service, **options), set()
            for address in (ADDRESS, "nobody@example.com"):
                with pytest.raises(AuthError) as each:
                    arrive(closed, sub="1", email=address)
                refused.add(type(each.value))
            assert len(refused) == 1

    def test_is_linked_where_all_addresses_are_trusted_and_nobody_where_none_is(self, service, ada):
        ignoring = configured(service, addresses="ignored")
        assert enter(ignoring, sub="1", **ADA).user_id != ada.user_id
        assert enter(configured(service, addresses="trusted"), sub="2", email=ADDRESS).user_id == ada.user_id

    def test_who_has_not_confirmed_it_is_somebody_else(self, service):
        """Pre-hijacking: somebody waits here in an account with the victim's address."""
        service.create_user("mallory", PASSWORD)
        mallory = service.verify_access(service.log_in("mallory", PASSWORD).access_token)
        asked = own_address.begin(service, mallory, ADDRESS)
        mail = newest(service, ADDRESS, "confirm")
        ada = enter(service, sub="1", **ADA)
        assert ada.user_id != mallory.user_id
        with pytest.raises(MailedProofEnded):
            own_address.confirm(service, ada, MailedCode(mail.link))
        with pytest.raises(EmailAddressTaken):
            own_address.confirm(service, mallory, MailedCode(proof_id=str(asked), code=mail.code))
        assert address_owner(service, ADDRESS) == ada.user_id

    def test_is_not_waited_for_by_an_account_at_the_provider(self, service):
        """The other direction: somebody waits there, with the victim's address unverified, until the victim comes here."""
        with pytest.raises(ProviderAddressUnverified):
            arrive(service, sub="mallory", email=ADDRESS, email_verified=False)
        mallory = enter(service, sub="mallory", email="mallory@example.com", email_verified=True)
        service.create_user("ada", PASSWORD)
        ada = service.verify_access(service.log_in("ada", PASSWORD).access_token)
        confirm_address(service, ada, ADDRESS)
        for claims in ({"email": ADDRESS, "email_verified": False}, ADA):
            assert enter(service, sub="mallory", **claims).user_id == mallory.user_id
        assert accounts_of(service, ada.user_id) == set()

    def test_may_change_it_and_is_not_found_by_the_old_one(self, service, ada):
        confirm_address(service, ada, "new@example.org")
        assert enter(service, sub="1", **ADA).user_id != ada.user_id


class TestWhoMaySignUp:
    def test_is_what_the_settings_say(self, service):
        for registration, options, is_open in [
            (True, {}, True),
            (False, {}, False),
            (False, {"sign_up": "open"}, True),
            (True, {"sign_up": "invited"}, False),
            (True, {"sign_up": "closed"}, False),
            (True, {"domains": "example.com"}, True),
            (True, {"domains": "@EXAMPLE.com, acme.example"}, True),
            (True, {"domains": "le.com"}, False),
            (True, {"domains": "sub.example.com"}, False),
            (True, {"domains": "acme.example"}, False),
            (False, {"domains": "example.com"}, False),
            (True, {"domains": "example.com", "addresses": "ignored"}, False),
        ]:
            chosen = service_with(configured(service, **options), registration=registration)
            if is_open:
                service.administration.delete(enter(chosen, sub="1", **ADA).user_id)
                continue
            with pytest.raises(ProviderSignUpClosed):
                arrive(chosen, sub="1", **ADA)
            assert everybody(service) == {}
            assert events_of(service)[-1] == (login.REFUSED, "acme: provider_sign_up_closed")

    def test_with_domains_is_nobody_of_another_one(self, service):
        closed = configured(service, domains="example.com")
        for address in ("ada@example.com.evil.example", "ada@evil.example", "ada@xexample.com", ""):
            with pytest.raises(ProviderSignUpClosed):
                arrive(closed, sub="1", email=address, email_verified=True)

    def test_is_said_by_each_provider_for_itself(self, service):
        chosen = configured(service, sign_up="closed")
        with pytest.raises(ProviderSignUpClosed):
            arrive(chosen, "acme", sub="1")
        assert enter(chosen, "umbrella", sub="1")


class TestSomebodyInvited:
    @pytest.fixture
    def invited(self, service):
        return invite(service, Invited(ADDRESS, "ada.l", "Ada Lovelace", ["Editor"]))

    def test_gets_nothing_where_nobody_gets_an_account(self, service, invited):
        with pytest.raises(ProviderSignUpClosed):
            arrive(configured(service, sign_up="closed"), sub="1", **ADA)
        assert accounts_of(service, invited.id) == set()

    @pytest.mark.parametrize("how", ["open", "invited"])
    def test_gets_the_invited_account(self, service, invited, how):
        identity = enter(configured(service, sign_up=how), sub="1", preferred_username="other", name="Other", **ADA)
        assert identity.user_id == invited.id
        assert (identity.user_name, identity.display_name, identity.roles) == ("ada.l", "Ada Lovelace", {"Editor"})
        assert address_of(service, invited.id) == ADDRESS
        kinds = [kind for kind, _ in events_of(service, invited.id)]
        assert kinds[-3:] == ["email_confirmed", "provider_linked", "login"]

    def test_is_no_new_user(self, service, invited):
        assert arrive(service, sub="1", **ADA).new_user is None

    def test_has_of_the_roles_that_the_provider_decides_those_of_their_groups(self, service):
        service.create_user("root", PASSWORD, roles=["Admin"])
        invite(service, Invited(ADDRESS, "ada", roles=["Editor", "Admin"]))
        assert enter(service, sub="1", groups=["staff"], **ADA).roles == {"Editor", "Manager"}

    def test_finds_the_link_in_the_message_dead_afterwards(self, service, invited):
        mail = newest(service, ADDRESS, "invite")
        enter(service, sub="1", **ADA)
        with pytest.raises(MailedProofEnded):
            recovery.log_in(service, NO_CLIENT, link=mail.link)

    def test_and_the_other_way_round_is_known_by_the_address_that_the_link_has_confirmed(self, service, invited):
        with pytest.raises(LoginIncomplete):
            recovery.log_in(service, NO_CLIENT, link=newest(service, ADDRESS, "invite").link)
        assert enter(service, sub="1", **ADA).user_id == invited.id

    def test_needs_an_address_that_is_verified_there(self, service, invited):
        with pytest.raises(ProviderAddressUnverified):
            arrive(configured(service, sign_up="invited"), sub="1", email=ADDRESS)
        with pytest.raises(ProviderSignUpClosed):
            arrive(configured(service, sign_up="invited"), sub="1", email="other@example.com", email_verified=True)
        assert accounts_of(service, invited.id) == set()

    @pytest.mark.parametrize("ended", ["expired", "a new link", "a password", "disabled", "deleted"])
    def test_gets_nothing_after_it_has_ended(self, service, clock, invited, ended):
        acts = {
            "expired": lambda: clock.move(days=7),
            "a new link": lambda: service.administration.issue_password_link(invited.id),
            "a password": lambda: service.administration.set_password(invited.id, "plumb orbit cadet vixen"),
            "disabled": lambda: service.administration.disable(invited.id),
            "deleted": lambda: service.administration.delete(invited.id),
        }
        acts[ended]()
        with pytest.raises(ProviderSignUpClosed):
            arrive(configured(service, sign_up="invited"), sub="1", **ADA)
        assert accounts_of(service, invited.id) == set()
        assert address_owner(service, ADDRESS) is None

    def test_twice_gets_the_newer_account(self, service, invited, clock):
        clock.move(seconds=1)
        second = invite(service, Invited(ADDRESS, "ada.again"))
        assert enter(service, sub="1", **ADA).user_id == second.id

    @pytest.mark.usefixtures("postgresql_only")
    def test_who_is_disabled_at_that_moment_gets_nothing(self, service, invited, monkeypatch):
        lock = users.find_and_lock

        def disable_and_lock(*arguments):
            monkeypatch.undo()
            service.administration.disable(invited.id)
            return lock(*arguments)

        monkeypatch.setattr(users, "find_and_lock", disable_and_lock)
        with pytest.raises(ProviderSignUpClosed):
            arrive(configured(service, sign_up="invited"), sub="1", **ADA)
        assert accounts_of(service, invited.id) == set()
        assert address_owner(service, ADDRESS) is None


class TestSomebodyDisabledHere:
    @pytest.mark.parametrize("known_by", ["link", "address"])
    def test_is_told_so_and_nothing_is_changed(self, service, ada, known_by):
        if known_by == "link":
            link(service, ada, sub="1")
        service.administration.disable(ada.user_id)
        before = everybody(service)["ada"], own_links.links_of(service, ada.user_id)
        with pytest.raises(ProviderAccountDisabled):
            arrive(service, sub="1", groups=["boss"], **ADA)
        after = everybody(service)["ada"], own_links.links_of(service, ada.user_id)
        assert after == before
        assert len(everybody(service)) == 1
        assert events_of(service)[-1] == (login.REFUSED, "acme: provider_account_disabled")

    def test_logs_in_again_when_they_are_enabled(self, service, ada):
        service.administration.disable(ada.user_id)
        service.administration.enable(ada.user_id)
        assert enter(service, sub="1", **ADA).user_id == ada.user_id

    def test_at_that_moment_gets_no_session(self, service, ada, monkeypatch):
        find = login._find

        def find_and_disable(*arguments):
            found = find(*arguments)
            service.administration.disable(ada.user_id)
            return found

        monkeypatch.setattr(login, "_find", find_and_disable)
        with pytest.raises(AuthError):
            arrive(service, sub="1", **ADA)


class TestALinkThatIsRemovedAtThatMoment:
    def test_begins_no_session(self, service, ada, monkeypatch):
        link(service, ada, sub="1")
        (only,) = own_links.links_of(service, ada.user_id)
        find = login._find

        def find_and_unlink(*arguments):
            found = find(*arguments)
            own_links.unlink(service, ada, only.id)
            return found

        monkeypatch.setattr(login, "_find", find_and_unlink)
        with pytest.raises((ProviderLoginEnded, PendingLoginEnded)):
            arrive(service, sub="1")
        assert accounts_of(service, ada.user_id) == set()

    @pytest.mark.usefixtures("postgresql_only")
    @pytest.mark.parametrize("by", ["owner", "administrator", "this was not me"])
    def test_begins_no_session_while_its_user_is_waited_for(self, service, ada, monkeypatch, by):
        closed = configured(service, sign_up="closed")
        link(closed, ada, sub="1")
        (only,) = own_links.links_of(closed, ada.user_id)
        mail = newest(closed, ADDRESS, "notice")
        acts = {
            "owner": lambda: own_links.unlink(closed, ada, only.id),
            "administrator": lambda: own_links.unlink_for(closed, ada.user_id, only.id, OPERATOR),
            "this was not me": lambda: own_address.disown(closed, mail.link),
        }
        before_the_lock(monkeypatch, acts[by])
        with pytest.raises((ProviderLoginEnded, PendingLoginEnded)):
            arrive(closed, sub="1")
        assert accounts_of(closed, ada.user_id) == set()

    @pytest.mark.usefixtures("postgresql_only")
    def test_because_its_user_is_deleted_begins_no_session_and_the_next_click_makes_an_account(self, service, monkeypatch):
        ada = enter(service, sub="1", **ADA)
        before_the_lock(monkeypatch, lambda: service.administration.delete(ada.user_id))
        with pytest.raises(PendingLoginEnded):
            arrive(service, sub="1", **ADA)
        assert enter(service, sub="1", **ADA).user_id != ada.user_id

    def test_and_given_to_somebody_else_is_not_theirs_by_address_too(self, service, ada, monkeypatch):
        """The account at the provider is linked to somebody else, after its address has shown whose it may be here."""
        service.create_user("bob", PASSWORD)
        bob = service.verify_access(service.log_in("bob", PASSWORD).access_token)
        find = login._find

        def find_and_link(*arguments):
            found = find(*arguments)
            link(service, bob, sub="1")
            return found

        monkeypatch.setattr(login, "_find", find_and_link)
        with pytest.raises(ProviderLinkedElsewhere):
            arrive(service, sub="1", **ADA)
        assert accounts_of(service, ada.user_id) == set()

    @pytest.mark.parametrize("claims", [{}, ADA], ids=["no address", "the user's address"])
    def test_and_nothing_else_of_its_user_begins_no_session(self, service, ada, monkeypatch, claims):
        """At this click it is not linked again by the address: who has removed it does not want it."""
        link(service, ada, sub="1")
        find = login._find

        def find_and_remove(*arguments):
            found = find(*arguments)
            with service.database.transaction() as db:
                links.remove(db, ada.user_id, links.links_of(db, ada.user_id)[0].id, service.clock())
            return found

        monkeypatch.setattr(login, "_find", find_and_remove)
        with pytest.raises(ProviderLoginEnded):
            arrive(service, sub="1", **claims)
        assert accounts_of(service, ada.user_id) == set()

    @pytest.mark.usefixtures("postgresql_only")
    def test_in_favour_of_somebody_else_is_refused_in_words(self, service, ada, monkeypatch):
        """Both statements that look for a link have found none, and the other one is stored first."""
        service.create_user("bob", PASSWORD)
        bob = service.verify_access(service.log_in("bob", PASSWORD).access_token)
        add = links.add

        def link_and_add(*arguments):
            monkeypatch.undo()
            link(service, bob, sub="1")
            return add(*arguments)

        monkeypatch.setattr(links, "add", link_and_add)
        try:
            arrive(service, sub="1", **ADA)
        except AuthError:
            assert accounts_of(service, ada.user_id) == set()
        except IntegrityError as error:
            raise AssertionError("nobody has a text for it") from error


class TestWhatProvidersSayOfAddresses:
    @pytest.mark.parametrize(
        ("claims", "address"),
        [
            ({"email": "ada@gmail.com", "email_verified": True}, "ada@gmail.com"),
            ({"email": "Ada@GMAIL.com", "email_verified": True}, "Ada@GMAIL.com"),
            ({"email": "ada@corp.example", "email_verified": True, "hd": "corp.example"}, "ada@corp.example"),
            ({"email": "ada@corp.example", "email_verified": True}, ""),
            ({"email": "ada@gmail.com.evil.example", "email_verified": True}, ""),
            ({"email": "ada@notgmail.com", "email_verified": True, "hd": ""}, ""),
            ({"email": "ada@notgmail.com", "email_verified": True, "hd": True}, ""),
        ],
    )
    def test_google_is_believed_for_its_own_and_those_of_its_customers(self, settings, claims, address):
        found = believed(settings, "google", **claims)
        assert (found.address, found.has_unverified_address) == (address, False)

    def test_google_calls_an_address_unverified(self, settings):
        found = believed(settings, "google", email="ada@gmail.com", email_verified=False)
        assert (found.address, found.has_unverified_address) == ("", True)

    @pytest.mark.parametrize("edov", [True, 1, "1", "true"])
    def test_microsoft_is_believed_where_the_domains_owner_was_verified(self, settings, edov):
        assert believed(settings, "microsoft", email=ADDRESS, xms_edov=edov).address == ADDRESS

    @pytest.mark.parametrize("edov", [None, False, 0, "0", "false", "yes", [True], {}])
    def test_microsoft_is_not_believed_otherwise(self, settings, edov):
        found = believed(settings, "microsoft", email=ADDRESS, email_verified=True, xms_edov=edov)
        assert (found.address, found.has_unverified_address) == ("", False)

    def test_who_comes_from_microsoft_with_any_address_gets_an_account_without_one(self, service, ada):
        """An administrator of any tenant can write any address there."""
        identity = enter(service, "microsoft", iss=MICROSOFT, **ADA)
        assert identity.user_id != ada.user_id
        assert address_of(service, identity.user_id) == ""

    def test_each_tenant_of_microsoft_is_an_issuer_of_its_own(self, service):
        other = MICROSOFT.replace("1", "2")
        found = {enter(service, "microsoft", iss=issuer, sub="1").user_id for issuer in (MICROSOFT, other)}
        assert len(found) == 2

    @pytest.mark.parametrize(
        "issuer",
        [
            "https://login.microsoftonline.com/common/v2.0/",
            f"{MICROSOFT_AT}/v2.0",
            f"{MICROSOFT_AT}/11111111-1111-1111-1111-111111111111/v1.0",
            f"{MICROSOFT_AT}/11111111-1111-1111-1111-111111111111/v2.0\n",
            "https://login.microsoftonline.com.evil.example/11111111-1111-1111-1111-111111111111/v2.0",
            "https://evil.example/?https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
        ],
    )
    def test_no_other_issuer_is_a_tenant(self, sqlite_database, settings, clock, issuer):
        with pytest.raises(ProviderLoginRefused):
            arrive(AuthService(settings, sqlite_database, clock), "microsoft", iss=issuer)

    def test_one_tenant_alone_is_no_other(self, service):
        own = configured(service, "microsoft", issuer=MICROSOFT)
        assert enter(own, "microsoft", iss=MICROSOFT)
        with pytest.raises(ProviderLoginRefused):
            arrive(own, "microsoft", iss=MICROSOFT.replace("1", "2"))


class TestWithoutEmail:
    def test_addresses_are_neither_stored_nor_linked(self, service, ada):
        off = service_with(service, email="off")
        identity = enter(off, sub="1", preferred_username="other", **ADA)
        assert identity.user_id != ada.user_id
        assert address_owner(service, ADDRESS) == ada.user_id
        assert enter(off, sub="2", email="bob@example.com", email_verified=True)
        assert address_owner(service, "bob@example.com") is None

    def test_nobody_is_invited(self, service):
        invited = invite(service, Invited(ADDRESS, "ada"))
        off = service_with(service, email="off")
        with pytest.raises(ProviderSignUpClosed):
            arrive(configured(off, sign_up="invited"), sub="1", **ADA)
        assert accounts_of(service, invited.id) == set()

    def test_an_unverified_address_stands_in_nobodys_way(self, service):
        assert enter(service_with(service, email="off"), sub="1", email=ADDRESS, email_verified=False)


class TestTheSecondFactor:
    @pytest.fixture
    def app(self, service, ada, clock):
        """The app with which Ada makes one-time codes."""
        made = enrol(service, ada, clock)
        clock.move(minutes=1)
        return made

    def answer(self, app, clock):
        return {"method": "otp", "code": code_at(app.secret, clock())}

    def test_of_an_account_is_asked_for_after_the_provider(self, service, ada, app, clock):
        link(service, ada, sub="1")
        clock.move(minutes=1)
        entered = arrive(service, sub="1")
        assert isinstance(entered.login, SecondFactorRequired)
        pair = service.login.go_on(entered.login.pending_login, self.answer(app, clock), NO_CLIENT).pair
        identity = service.verify_access(pair.access_token)
        assert (identity.user_id, identity.amr) == (ada.user_id, ("provider", "otp", "mfa"))

    def test_is_not_asked_for_if_the_operator_counts_that_of_the_provider(self, service, ada, app):
        link(service, ada, sub="1")
        for claims in ({"amr": ["pwd", "mfa"]}, {"acr": "gold"}):
            assert enter(service, sub="1", **claims).amr == ("provider", "mfa")

    def test_is_asked_for_after_anything_else_that_the_provider_says(self, service, ada, app):
        link(service, ada, sub="1")
        for claims in ({"amr": "mfa"}, {"amr": ["pwd"]}, {"acr": "golden"}, {"acr": ["gold"]}, {"amr": [["mfa"], None, 1]}):
            assert isinstance(arrive(service, sub="1", **claims).login, SecondFactorRequired)

    def test_is_asked_for_after_another_provider(self, service, ada, app):
        link(service, ada, "umbrella", sub="1")
        assert isinstance(arrive(service, "umbrella", sub="1", amr=["mfa"]).login, SecondFactorRequired)

    def test_is_asked_for_in_any_case_if_only_the_address_has_shown_whose_account_it_is(self, service, ada, app):
        assert isinstance(arrive(service, sub="1", amr=["mfa"], **ADA).login, SecondFactorRequired)

    def test_is_asked_for_again_until_it_was_given_once(self, service, ada, app):
        """A mailbox must not stand in for it, however often somebody tries."""
        for _ in range(2):
            assert isinstance(arrive(service, sub="1", amr=["mfa"], **ADA).login, SecondFactorRequired)

    def test_that_was_not_given_leaves_no_link_and_no_roles(self, service, ada, app):
        assert isinstance(arrive(service, sub="1", groups=["boss"], **ADA).login, SecondFactorRequired)
        assert accounts_of(service, ada.user_id) == set()
        assert everybody(service)["ada"].roles == []

    def test_counts_at_the_provider_when_it_was_given_here_once(self, service, ada, app, clock):
        entered = arrive(service, sub="1", amr=["mfa"], **ADA)
        service.login.go_on(entered.login.pending_login, self.answer(app, clock), NO_CLIENT)
        assert enter(service, sub="1", amr=["mfa"], **ADA).amr == ("provider", "mfa")

    def test_that_everybody_must_have_is_added_at_the_first_visit(self, service):
        strict = service_with(service, second_factor=SecondFactorPolicy(is_for_all=True))
        entered = arrive(strict, sub="1", **ADA)
        assert entered.login.stage == "second_factor_enrolment"
        assert entered.new_user is not None
        assert enter(strict, sub="2", amr=["mfa"]).amr == ("provider", "mfa")

    def test_of_a_pending_login_ends_with_the_link(self, service, ada, app, clock):
        link(service, ada, sub="1")
        pending = arrive(service, sub="1").login.pending_login
        (only,) = own_links.links_of(service, ada.user_id)
        own_links.unlink(service, ada, only.id)
        clock.move(minutes=1)
        with pytest.raises(AuthError):
            service.login.go_on(pending, self.answer(app, clock), NO_CLIENT)

    def test_keeps_what_back_channel_logout_needs(self, service, ada, app, clock):
        link(service, ada, sub="1")
        clock.move(minutes=1)
        pending = arrive(service, sub="1", sid="there").login.pending_login
        pair = service.login.go_on(pending, self.answer(app, clock), NO_CLIENT).pair
        identity = service.verify_access(pair.access_token)
        token = {"iss": ISSUERS["acme"], "sid": "there", "iat": int(clock().timestamp())}
        assert logout.end_sessions(service, token) == [identity.session_id]
        with pytest.raises(SessionRevoked):
            service.verify_session(identity.session_id)

    def test_can_be_given_after_the_longest_names_that_a_provider_may_give(self, service, ada, app, clock):
        long = {"sub": "s" * 255, "sid": "x" * 255}
        link(service, ada, **long, name="n")
        clock.move(minutes=1)
        pending = arrive(service, **long).login.pending_login
        assert service.login.go_on(pending, self.answer(app, clock), NO_CLIENT)


class TestAnAddressThatEverybodyMustHave:
    @pytest.fixture
    def strict(self, service):
        return service_with(service, email="required")

    def test_is_confirmed_in_the_login_if_the_provider_gives_none(self, strict):
        incomplete = arrive(strict, sub="1").login
        assert incomplete.stage == "email"
        asked = own_address.begin_in_login(strict, incomplete.pending_login, ADDRESS)
        answers = {"proof": str(asked), "code": newest(strict, ADDRESS).code}
        pair = strict.login.go_on(incomplete.pending_login, answers, NO_CLIENT).pair
        assert address_of(strict, strict.verify_access(pair.access_token).user_id) == ADDRESS

    def test_is_there_already_if_the_provider_has_verified_it(self, strict):
        assert enter(strict, sub="1", **ADA)


class TestWhenSomebodyHasShownWhoTheyAre:
    def test_is_when_they_did_at_the_provider(self, service, clock):
        at = int(clock().timestamp()) - 11 * 60
        identity = enter(service, sub="1", auth_time=at)
        assert int(identity.authenticated_at.timestamp()) == at
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(identity)

    def test_also_after_a_stage(self, service, clock):
        strict, at = service_with(service, email="required"), int(clock().timestamp()) - 11 * 60
        incomplete = arrive(strict, sub="1", auth_time=at).login
        asked = own_address.begin_in_login(strict, incomplete.pending_login, ADDRESS)
        answers = {"proof": str(asked), "code": newest(strict, ADDRESS).code}
        identity = strict.verify_access(strict.login.go_on(incomplete.pending_login, answers, NO_CLIENT).pair.access_token)
        with pytest.raises(FreshAuthenticationRequired):
            strict.require_fresh(identity)

    def test_is_now_if_the_provider_does_not_say(self, service):
        for moment in (None, "now", [], -1, 2**40, 10**400):
            service.require_fresh(enter(service, sub="1", auth_time=moment))

    def test_is_never_later_than_now(self, service, clock):
        identity = enter(service, sub="1", auth_time=int(clock().timestamp()) + 3_600)
        assert identity.authenticated_at <= clock()

    def test_long_ago_does_not_end_the_session_sooner(self, service):
        identity = enter(service, sub="1", auth_time=1)
        assert service.verify_session(identity.session_id)

    def test_may_have_a_fraction_of_a_second(self, service, clock):
        identity = enter(service, sub="1", auth_time=clock().timestamp() - 11 * 60 + 0.5)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(identity)


class TestTheTicket:
    def test_of_another_purpose_lets_nobody_in(self, service):
        for purpose in (Purpose.LINK, Purpose.CONFIRM):
            with pytest.raises(ProviderLoginEnded):
                login.log_in(service, sealed(service, profile_of(service), purpose=purpose))

    def test_is_for_the_browser_that_has_begun(self, service):
        for begun_by, used_by in ((HERE, ELSEWHERE), (HERE, NO_CLIENT), (NO_CLIENT, HERE)):
            with pytest.raises(OtherDevice):
                login.log_in(service, sealed(service, profile_of(service), client=begun_by), used_by)
        assert events_of(service) == [(login.REFUSED, "another browser")] * 3
        assert enter(service, client=HERE)

    def test_is_not_spent_by_a_refusal(self, service):
        text = sealed(service, profile_of(service), client=HERE)
        with pytest.raises(OtherDevice):
            login.log_in(service, text, ELSEWHERE)
        assert login.log_in(service, text, HERE)

    def test_is_good_for_five_minutes(self, service, clock):
        text, other = sealed(service, profile_of(service)), sealed(service, profile_of(service))
        clock.move(minutes=4, seconds=58)
        assert login.log_in(service, text)
        clock.move(seconds=3)
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service, other)

    def test_that_is_made_by_hand_is_none(self, service):
        genuine = sealed(service, profile_of(service))
        start = seal(service, Step.START, Transaction("acme", Purpose.LOGIN, PAGE))
        for text in ("", "x", "ä", "\ud800", "A" * 9_000, genuine[:-2], genuine[:-1] + "!", start, genuine.swapcase()):
            with pytest.raises(ProviderLoginEnded):
                login.log_in(service, text)

    def test_from_before_a_restart_is_not_good_any_more(self, service, clock):
        text = sealed(service, profile_of(service))
        clock.move(seconds=1)
        with pytest.raises(ProviderLoginEnded):
            login.log_in(service_with(service), text)

    def test_of_another_issuer_than_that_of_its_provider_is_refused(self, service):
        with pytest.raises(ProviderLoginRefused):
            arrive(service, "acme", iss=ISSUERS["umbrella"])

    def test_of_a_provider_that_is_given_up_lets_nobody_in(self, service):
        text = sealed(service, profile_of(service))
        with pytest.raises(NotFound):
            login.log_in(without(service, "acme"), text)

    def test_needs_a_key_where_all_sessions_are_bound(self, service):
        bound = service_with(service, require_device_key=True)
        with pytest.raises(DeviceKeyRequired):
            arrive(bound)
        assert everybody(service) == {}
        assert enter(bound, client=HERE)

    def test_does_not_show_its_secret(self):
        transaction = Transaction("acme", Purpose.LOGIN, PAGE)
        assert transaction.seed not in repr(Ticket(transaction, None, None))
        assert len({transaction.seed, transaction.nonce, transaction.code_verifier, transaction.state}) == 4

    def test_of_the_longest_claims_can_be_used(self, service):
        claims = {"sub": "s" * 255, "sid": "x" * 255, "name": "n" * 254, "preferred_username": "p" * 254}
        assert enter(service, **claims, groups=["staff", "boss"], email=f"{'a' * 64}@{'b' * 60}.example", email_verified=True)

    def test_is_not_taken_while_the_login_there_may_take_an_hour(self, service, clock):
        cookie = seal(service, Step.CALLBACK, Transaction("acme", Purpose.LOGIN, PAGE))
        clock.now += LIFETIMES[Step.CALLBACK] - timedelta(seconds=2)
        assert open_transaction(service, Step.CALLBACK, cookie)
        clock.move(seconds=3)
        with pytest.raises(ProviderLoginEnded):
            open_transaction(service, Step.CALLBACK, cookie)


def test_who_has_no_password_keeps_the_provider(service, ada):
    link(service, ada, sub="1")
    remove_password(service, ada)
    (only,) = own_links.links_of(service, ada.user_id)
    with pytest.raises(LastWayIn):
        own_links.unlink(service, ada, only.id)
    assert enter(service, sub="1").user_id == ada.user_id


def test_an_account_that_cannot_be_logged_in_to_is_not_left_behind(service, monkeypatch):
    """The app has not heard of it: its hook could never refuse it afterwards."""
    broken = RuntimeError("such as an outage")

    def fail(*_arguments):
        raise broken

    monkeypatch.setattr(service.login, "with_proof", fail)
    with pytest.raises(RuntimeError):
        arrive(service, sub="1", preferred_username="ada")
    assert service.administration.find_user("ada") is None
