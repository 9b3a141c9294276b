"""What people do with their own links to providers: add, remove and confirm by them; and the last way in stays."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from rxapp.auth import AuthError, DatabaseUnavailable, InputRefused, NotFound, SessionRevoked
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.errors import OtherDevice
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.core.login.provider_errors import (
    ProviderLinkedElsewhere,
    ProviderLoginEnded,
    ProviderLoginRefused,
    ProviderNotConfirmed,
    ProviderSignUpClosed,
)
from rxapp.auth.features.email.rules import own_address
from rxapp.auth.features.passkeys.rules import own_passkeys
from rxapp.auth.features.passkeys.rules.own_password import remove_password
from rxapp.auth.features.providers.rules import login, own_links
from rxapp.auth.features.providers.rules.transactions import Purpose
from tests.authenticator import add_passkey
from tests.conftest import PASSWORD
from tests.features.providers.arrivals import (
    ISSUERS,
    TickingClock,
    accounts_of,
    arrive,
    configured,
    enter,
    events_of,
    link,
    profile_of,
    sealed,
    settings_without_network,
    ticket_for,
    told,
    without,
)
from tests.features.providers.test_accounts import ELSEWHERE, HERE
from tests.mailbox import confirm_address, newest
from tests.one_time_codes import enrol

ADDRESS = "john@example.com"


@pytest.fixture(scope="session")
def settings():
    return settings_without_network()


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def john(service, pair):
    """Who johndoe is, by their password."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def linked(service, john):
    """The same, linked to an account at acme."""
    link(service, john, sub="1")
    return john


@pytest.fixture
def only_linked(service, linked):
    """The same without a password."""
    remove_password(service, linked)
    return linked


def links_of(service, identity):
    return own_links.links_of(service, identity.user_id)


def unlink_all(service, identity):
    return [own_links.unlink(service, identity, each.id) for each in links_of(service, identity)]


def done_at_once(*calls):
    """How often each call was done, and not refused because it was about the last way in."""

    def call(each):
        try:
            each()
        except LastWayIn:
            return False
        return True

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def now(clock):
    return int(clock().timestamp())


class TestLinking:
    def test_lets_the_person_in_by_the_provider(self, service, john):
        link(service, john, sub="1", email=ADDRESS, email_verified=False)
        assert enter(service, sub="1").user_id == john.user_id
        assert [each.label for each in links_of(service, john)] == ["1"]
        assert [each.name for each in own_links.providers_linked(service, john.user_id)] == ["acme"]

    def test_neither_takes_the_address_over_nor_the_names(self, service, john):
        link(service, john, sub="1", email=ADDRESS, email_verified=True, name="Other", preferred_username="other")
        assert own_address.address_of(service, john.user_id) == ""
        assert service.verify_session(john.session_id).display_name == "johndoe"

    def test_is_in_the_audit_log_and_told_by_e_mail(self, service, john):
        confirm_address(service, john, ADDRESS)
        link(service, john, sub="1", name="Ada")
        assert events_of(service, john.user_id)[-1] == ("provider_linked", "Acme: Ada")
        assert told(service) == ["provider_linked"]

    def test_twice_changes_nothing(self, service, linked):
        before = links_of(service, linked)
        link(service, linked, sub="1", name="Other")
        assert links_of(service, linked) == before
        assert [kind for kind, _ in events_of(service)].count("provider_linked") == 1

    def test_several_accounts_and_providers_is_possible(self, service, linked):
        link(service, linked, sub="2")
        link(service, linked, "umbrella", sub="1")
        assert len(links_of(service, linked)) == 3
        assert len(own_links.providers_linked(service, linked.user_id)) == 2

    def test_what_is_linked_to_somebody_else_is_refused_and_noted(self, service, john):
        other = enter(service, sub="1")
        with pytest.raises(ProviderLinkedElsewhere):
            link(service, john, sub="1")
        assert accounts_of(service, john.user_id) == set()
        assert accounts_of(service, other.user_id) == {(ISSUERS["acme"], "1")}
        assert events_of(service, john.user_id)[-1] == (login.REFUSED, "acme: provider_linked_elsewhere")
        assert enter(service, sub="1").user_id == other.user_id

    def test_is_done_once_by_several_clicks_at_once(self, service, john):
        done_at_once(*[lambda: link(service, john, sub="1")] * 4)
        assert len(links_of(service, john)) == 1

    def test_at_once_by_two_people_is_done_by_one(self, service, john):
        service.create_user("jane", PASSWORD)
        jane = service.verify_access(service.log_in("jane", PASSWORD).access_token)

        def try_it(who):
            try:
                link(service, who, sub="1")
            except ProviderLinkedElsewhere:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(try_it, [john, jane])) == [False, True]

    def test_more_than_ten_is_refused(self, service, john):
        for number in range(own_links.LINKS_PER_USER):
            link(service, john, sub=str(number))
        with pytest.raises(InputRefused):
            link(service, john, sub="one more")
        assert len(links_of(service, john)) == own_links.LINKS_PER_USER
        link(service, john, sub="0")

    def test_needs_a_ticket_of_this_session_for_this_purpose(self, service, john):
        other = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        tickets = [
            ticket_for(service, Purpose.LINK, other),
            ticket_for(service, Purpose.CONFIRM, john),
            sealed(service, profile_of(service)),
            sealed(service, profile_of(service), purpose=Purpose.LINK),
            "",
        ]
        for text in tickets:
            with pytest.raises(ProviderLoginEnded):
                own_links.link(service, john, text)
        assert accounts_of(service, john.user_id) == set()

    def test_needs_the_browser_that_has_begun(self, service, john):
        text = sealed(service, profile_of(service), purpose=Purpose.LINK, session_id=john.session_id, client=HERE)
        with pytest.raises(OtherDevice):
            own_links.link(service, john, text, ELSEWHERE)
        own_links.link(service, john, text, HERE)

    def test_is_good_once(self, service, john):
        text = ticket_for(service, Purpose.LINK, john)
        own_links.link(service, john, text)
        with pytest.raises(ProviderLoginEnded):
            own_links.link(service, john, text)

    def test_of_a_session_that_has_ended_adds_nothing(self, service, john):
        text = ticket_for(service, Purpose.LINK, john)
        service.revoke(john.session_id)
        with pytest.raises(SessionRevoked):
            own_links.link(service, john, text)
        assert accounts_of(service, john.user_id) == set()

    def test_for_a_user_who_is_gone_is_not_found(self, service, john):
        text = ticket_for(service, Purpose.LINK, john)
        service.administration.delete(john.user_id)
        with pytest.raises(NotFound):
            own_links.link(service, john, text)

    def test_ends_links_and_trust_of_before(self, service, john):
        token = service.administration.issue_password_link(john.user_id)
        link(service, john, sub="1")
        with pytest.raises(AuthError):
            service.accounts.user_of_link(token)

    def test_is_done_again_when_the_database_has_rolled_it_back(self, service, john, monkeypatch):
        record = own_links.record_factor_change

        def fail_once(*arguments, **facts):
            monkeypatch.undo()
            record(*arguments, **facts)
            raise DatabaseUnavailable(OperationalError("", {}, OSError()), may_retry=True)

        monkeypatch.setattr(own_links, "record_factor_change", fail_once)
        link(service, john, sub="1")
        assert len(links_of(service, john)) == 1


class TestUnlinking:
    def test_lets_nobody_in_any_more(self, service, linked):
        unlink_all(service, linked)
        assert enter(service, sub="1").user_id != linked.user_id
        assert service.log_in("johndoe", PASSWORD)

    def test_is_in_the_audit_log_and_told_by_e_mail(self, service, linked):
        confirm_address(service, linked, ADDRESS)
        unlink_all(service, linked)
        assert ("provider_unlinked", "Acme: 1") in events_of(service, linked.user_id)
        assert told(service) == ["provider_unlinked"]

    def test_ends_other_sessions_that_began_by_a_provider_and_no_others(self, service, linked):
        by_provider, by_password = enter(service, sub="1"), service.log_in("johndoe", PASSWORD)
        assert unlink_all(service, linked) == [[by_provider.session_id]]
        with pytest.raises(SessionRevoked) as ended:
            service.verify_session(by_provider.session_id)
        assert ended.value.reason == "provider_removed"
        assert service.verify_access(by_password.access_token)

    def test_does_not_end_the_session_that_does_it(self, service, linked):
        mine = enter(service, sub="1")
        assert unlink_all(service, mine) == [[]]
        assert service.verify_session(mine.session_id)

    def test_what_is_somebody_elses_or_nobodys_is_not_found(self, service, linked):
        other = enter(service, sub="2")
        (theirs,) = links_of(service, other)
        for link_id in (theirs.id, uuid4()):
            with pytest.raises(NotFound):
                own_links.unlink(service, linked, link_id)
        assert len(links_of(service, other)) == 1

    def test_by_a_session_that_has_ended_removes_nothing(self, service, linked):
        service.revoke(linked.session_id)
        with pytest.raises(SessionRevoked):
            unlink_all(service, linked)
        assert len(links_of(service, linked)) == 1

    def test_from_a_provider_that_is_given_up_is_possible_and_named_by_its_issuer(self, service, linked):
        gone = without(service, "acme")
        unlink_all(gone, linked)
        assert ("provider_unlinked", f"{ISSUERS['acme']}: 1") in events_of(service, linked.user_id)


class TestTheLastWayIn:
    def test_is_not_removed(self, service, only_linked):
        confirm_address(service, only_linked, ADDRESS)
        mine = enter(service, sub="1")
        with pytest.raises(LastWayIn):
            unlink_all(service, mine)
        assert enter(service, sub="1").user_id == only_linked.user_id
        assert "provider_unlinked" not in told(service)

    @pytest.mark.parametrize("other", ["passkey", "link"])
    def test_is_none_while_there_is_another(self, service, only_linked, other):
        mine = enter(service, sub="1")
        (first,) = links_of(service, mine)
        (add_passkey(service, mine) if other == "passkey" else link(service, mine, "umbrella", sub="2"))
        own_links.unlink(service, mine, first.id)
        assert (ISSUERS["acme"], "1") not in accounts_of(service, mine.user_id)

    def test_is_not_made_up_for_by_a_link_to_a_provider_that_is_given_up(self, service, only_linked):
        mine = enter(service, sub="1")
        link(service, mine, "umbrella", sub="2")
        first, second = links_of(service, mine)
        gone = without(service, "umbrella")
        with pytest.raises(LastWayIn):
            own_links.unlink(gone, mine, first.id)
        own_links.unlink(gone, mine, second.id)
        assert own_links.providers_linked(gone, mine.user_id)[0].name == "acme"

    def test_is_the_link_when_the_password_goes(self, service, linked):
        gone = without(service, "acme")
        with pytest.raises(LastWayIn):
            remove_password(gone, linked)
        remove_password(service, linked)

    def test_is_the_link_when_the_passkey_goes(self, service, only_linked):
        mine = enter(service, sub="1")
        add_passkey(service, mine)
        (passkey,) = own_passkeys.overview_of(service, mine)[0]
        with pytest.raises(LastWayIn):
            own_passkeys.remove(without(service, "acme"), mine, passkey.id)
        own_passkeys.remove(service, mine, passkey.id)

    def test_of_two_links_removed_at_once_one_stays(self, service, only_linked):
        mine = enter(service, sub="1")
        link(service, mine, "umbrella", sub="2")
        both = links_of(service, mine)
        done = done_at_once(*(lambda each=each: own_links.unlink(service, mine, each.id) for each in both))
        assert sorted(done) == [False, True]

    def test_of_link_and_password_removed_at_once_one_stays(self, service, linked):
        (only,) = links_of(service, linked)
        done = done_at_once(lambda: own_links.unlink(service, linked, only.id), lambda: remove_password(service, linked))
        assert sorted(done) == [False, True]

    def test_of_link_and_passkey_removed_at_once_one_stays(self, service, only_linked):
        mine = enter(service, sub="1")
        add_passkey(service, mine)
        (passkey,), (only,) = own_passkeys.overview_of(service, mine)[0], links_of(service, mine)
        done = done_at_once(
            lambda: own_links.unlink(service, mine, only.id), lambda: own_passkeys.remove(service, mine, passkey.id)
        )
        assert sorted(done) == [False, True]


class TestAnAdministrator:
    @pytest.fixture
    def actor(self, service):
        return Actor(service.create_user("root", PASSWORD, roles=["Admin"]).id)

    def test_removes_the_last_one_too_and_gives_a_link_for_a_password(self, service, only_linked, actor):
        (only,) = links_of(service, only_linked)
        by_provider = enter(service, sub="1")
        assert own_links.unlink_for(service, only_linked.user_id, only.id, actor) == [by_provider.session_id]
        assert links_of(service, only_linked) == []
        token = service.administration.issue_password_link(only_linked.user_id)
        assert service.accounts.user_of_link(token).user_name == "johndoe"

    def test_is_named_in_the_audit_log_and_in_the_notice(self, service, linked, actor):
        confirm_address(service, linked, ADDRESS)
        (only,) = links_of(service, linked)
        own_links.unlink_for(service, linked.user_id, only.id, actor)
        _, found = service.administration.events(EventFilter(kind="provider_unlinked"), limit=5)
        assert [(each.actor_name, each.user_name) for each in found] == [("root", "johndoe")]
        assert told(service) == ["provider_unlinked"]

    def test_is_named_with_the_sessions_that_end(self, service, linked, actor):
        enter(service, sub="1")
        (only,) = links_of(service, linked)
        own_links.unlink_for(service, linked.user_id, only.id, actor)
        _, found = service.administration.events(EventFilter(kind="session_revoked"), limit=5)
        assert [each.actor_name for each in found] == ["root"]

    def test_ends_links_that_were_sent_before(self, service, linked, actor):
        token = service.administration.issue_password_link(linked.user_id)
        (only,) = links_of(service, linked)
        own_links.unlink_for(service, linked.user_id, only.id, actor)
        with pytest.raises(AuthError):
            service.accounts.user_of_link(token)

    def test_does_not_find_what_is_not_there(self, service, linked, actor):
        (only,) = links_of(service, linked)
        for user_id, link_id in ((actor.user_id, only.id), (linked.user_id, uuid4()), (uuid4(), only.id)):
            with pytest.raises(NotFound):
                own_links.unlink_for(service, user_id, link_id, actor)


class TestThisWasNotMe:
    def test_removes_a_link_that_was_added_since_and_what_began_by_it(self, service, john):
        confirm_address(service, john, ADDRESS)
        link(service, john, sub="thief")
        thief = enter(service, sub="thief", client=ELSEWHERE)
        mail = newest(service, ADDRESS, "notice")
        ended = own_address.disown(service, mail.link)
        assert {thief.session_id, john.session_id} <= set(ended)
        assert accounts_of(service, john.user_id) == set()
        with pytest.raises(AuthError):
            arrive(configured(service, sign_up="closed"), sub="thief")

    def test_keeps_one_that_was_there_before(self, service, linked, clock):
        confirm_address(service, linked, ADDRESS)
        clock.move(hours=1)
        link(service, linked, "umbrella", sub="thief")
        own_address.disown(service, newest(service, ADDRESS, "notice").link)
        assert accounts_of(service, linked.user_id) == {(ISSUERS["acme"], "1")}

    def test_removes_one_that_only_an_address_has_made(self, service, john):
        confirm_address(service, john, ADDRESS)
        enter(service, sub="thief", email=ADDRESS, email_verified=True)
        own_address.disown(service, newest(service, ADDRESS, "notice").link)
        assert accounts_of(service, john.user_id) == set()

    @pytest.mark.parametrize("subject", ["thief", "thief under another name"])
    def test_no_address_brings_it_back(self, service, john, subject):
        confirm_address(service, john, ADDRESS)
        enter(service, sub="thief", email=ADDRESS, email_verified=True)
        own_address.disown(service, newest(service, ADDRESS, "notice").link)
        with pytest.raises(ProviderSignUpClosed):
            enter(service, sub=subject, email=ADDRESS, email_verified=True)
        assert accounts_of(service, john.user_id) == set()


class TestARemovedLink:
    def test_is_brought_back_by_its_owner_alone(self, service, john):
        confirm_address(service, john, ADDRESS)
        person = enter(service, sub="1", email=ADDRESS, email_verified=True)
        own_links.unlink(service, person, own_links.links_of(service, john.user_id)[0].id)
        with pytest.raises(ProviderSignUpClosed):
            enter(service, sub="1", email=ADDRESS, email_verified=True)
        link(service, person, sub="1")
        assert enter(service, sub="1", email=ADDRESS, email_verified=True).user_id == john.user_id


class TestConfirming:
    def confirm(self, service, identity, provider="acme", /, **claims):
        return service.confirmation.confirm(
            identity, "provider", ticket_for(service, Purpose.CONFIRM, identity, provider, **claims)
        )

    def test_is_possible_for_whoever_is_linked(self, service, john):
        assert service.confirmation.methods_of(john) == ["pwd"]
        link(service, john, sub="1")
        assert service.confirmation.methods_of(john) == ["pwd", "provider"]
        assert service.confirmation.methods_of(without(service, "acme").verify_session(john.session_id))
        assert without(service, "acme").confirmation.methods_of(john) == ["pwd"]

    def test_freshly_counts_from_now_on(self, service, linked, clock):
        clock.move(hours=1)
        with pytest.raises(AuthError):
            service.require_fresh(linked)
        replacement = self.confirm(service, linked, sub="1", auth_time=now(clock))
        service.require_fresh(replacement.identity)
        assert replacement.identity.amr == ("pwd", "provider")
        assert ("provider_confirmed", "") in events_of(service, linked.user_id)

    def test_by_a_login_of_long_ago_is_refused(self, service, linked, clock):
        for seconds in (601, 3_600, 10**9):
            with pytest.raises(ProviderNotConfirmed):
                self.confirm(service, linked, sub="1", auth_time=now(clock) - seconds)
        assert events_of(service, linked.user_id)[-1] == (login.REFUSED, "not confirmed")

    def test_by_a_login_of_before_the_question_is_refused(self, service, linked, clock):
        with pytest.raises(ProviderNotConfirmed):
            self.confirm(service, linked, sub="1", auth_time=now(clock) - 590)

    def test_as_somebody_else_is_refused(self, service, linked, clock):
        enter(service, sub="2")
        for subject in ("2", "nobody here"):
            with pytest.raises(ProviderNotConfirmed):
                self.confirm(service, linked, auth_time=now(clock), sub=subject)

    def test_by_an_account_at_another_provider_is_refused(self, service, linked, clock):
        with pytest.raises(ProviderNotConfirmed):
            self.confirm(service, linked, "umbrella", sub="1", auth_time=now(clock))

    def test_by_the_address_alone_is_refused(self, service, john, clock):
        confirm_address(service, john, ADDRESS)
        with pytest.raises(ProviderNotConfirmed):
            self.confirm(service, john, sub="1", email=ADDRESS, email_verified=True, auth_time=now(clock))

    def test_by_a_provider_that_should_say_when_and_does_not_is_refused(self, service, linked):
        with pytest.raises(ProviderNotConfirmed):
            self.confirm(service, linked, sub="1")

    def test_by_one_that_never_says_when_is_accepted(self, service, john):
        google = {"iss": "https://accounts.google.com", "sub": "1"}
        link(service, john, "google", **google)
        assert self.confirm(service, john, "google", **google)

    def test_by_a_ticket_for_something_else_is_refused(self, service, linked, clock):
        other = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        fresh = {"sub": "1", "auth_time": now(clock)}
        tickets = [
            sealed(service, profile_of(service, **fresh)),
            ticket_for(service, Purpose.LINK, linked, **fresh),
            ticket_for(service, Purpose.CONFIRM, other, **fresh),
            sealed(service, profile_of(service, **fresh), purpose=Purpose.CONFIRM),
            "",
        ]
        for text in tickets:
            with pytest.raises(ProviderNotConfirmed):
                service.confirmation.confirm(linked, "provider", text)

    def test_by_one_ticket_is_done_once(self, service, clock, johndoe):
        mine = service.verify_access(service.log_in("johndoe", PASSWORD, HERE).access_token, HERE)
        profile = profile_of(service, sub="1", auth_time=now(clock))
        facts = {"session_id": mine.session_id, "client": HERE}
        own_links.link(service, mine, sealed(service, profile, purpose=Purpose.LINK, **facts), HERE)
        text = sealed(service, profile, purpose=Purpose.CONFIRM, **facts)
        assert service.confirmation.confirm(mine, "provider", text, HERE) is None
        with pytest.raises(ProviderNotConfirmed):
            service.confirmation.confirm(mine, "provider", text, HERE)

    def test_by_another_browser_is_refused(self, service, linked, clock):
        profile = profile_of(service, sub="1", auth_time=now(clock))
        text = sealed(service, profile, purpose=Purpose.CONFIRM, session_id=linked.session_id, client=HERE)
        with pytest.raises(OtherDevice):
            service.confirmation.confirm(linked, "provider", text, ELSEWHERE)

    def test_by_a_link_that_was_removed_meanwhile_is_refused(self, service, linked, clock):
        text = ticket_for(service, Purpose.CONFIRM, linked, sub="1", auth_time=now(clock))
        unlink_all(service, linked)
        with pytest.raises(ProviderNotConfirmed):
            service.confirmation.confirm(linked, "provider", text)

    def test_by_another_issuer_than_that_of_the_provider_is_refused(self, service, linked, clock):
        with pytest.raises(ProviderLoginRefused):
            self.confirm(service, linked, "umbrella", iss=ISSUERS["acme"], sub="1", auth_time=now(clock))

    def test_is_one_factor_and_no_second_one(self, service, linked, clock):
        enrol(service, linked, clock)
        replacement = self.confirm(service, linked, sub="1", auth_time=now(clock), amr=["mfa"])
        assert "mfa" not in replacement.identity.amr
