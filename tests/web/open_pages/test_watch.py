"""The watch: what other processes do to sessions is noticed once, and what happened before it began is not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from reflex.event import Event

from rxapp.auth import Client, RevocationReason
from rxapp.auth.core.features import announced_kinds, included_features
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.open_pages import watch as session_watch
from rxapp.auth.web.open_pages.watch import LATE_COMMITS, SessionWatch
from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.page_session.work import begin_work, leave_work
from rxapp.auth.web.texts import ENGLISH, GERMAN
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, enrol


@pytest.fixture
def told(monkeypatch) -> list:
    """What pages would be told: the sockets themselves are the end-to-end tests' matter."""
    told: list = []
    monkeypatch.setattr(session_watch, "log_out_open_pages", lambda session_id, reason: told.append((session_id, reason)))
    monkeypatch.setattr(session_watch, "leave_replaced_session", lambda *facts: told.append(("replaced", *facts)))
    monkeypatch.setattr(session_watch, "load_open_pages_anew", told.append)
    monkeypatch.setattr(session_watch, "tell_open_pages", lambda *facts, exclude: told.append((*facts, exclude)))
    return told


@pytest.fixture
def look(service):
    use_service(service)
    watch = SessionWatch(service)

    def look() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(copy_context().run, asyncio.run, watch.look()).result()

    return look


def session_of(service, pair):
    return service.access_tokens.identify(pair.access_token).session_id


def test_a_revocation_is_told_once_with_its_reason(service, pair, look, told):
    look()
    service.administration.end_sessions(service.verify_access(pair.access_token).user_id)
    look()
    look()
    assert told == [(session_of(service, pair), RevocationReason.ENDED_BY_ADMINISTRATOR)]


def test_the_pages_of_a_replaced_session_may_follow_and_those_of_the_others_may_not(service, pair, johndoe, look, told):
    phone, me = service.log_in("johndoe", PASSWORD), service.verify_access(pair.access_token)
    look()
    service.accounts.change_password(me, PASSWORD, "plumb orbit cadet vixen")
    look()
    look()
    assert sorted(told, key=len) == [
        (session_of(service, phone), RevocationReason.PASSWORD_CHANGED),
        ("replaced", me.session_id, RevocationReason.PASSWORD_CHANGED),
    ]


def test_what_happened_before_the_first_look_is_not_told(service, pair, look, told):
    service.revoke(session_of(service, pair))
    look()
    look()
    assert told == []


def test_a_change_of_roles_is_told_to_the_users_pages(service, johndoe, look, told):
    look()
    service.administration.set_roles(johndoe.id, ["Clerk"])
    look()
    assert told == [johndoe.id]


def test_more_than_one_look_can_hold_is_told_whole(service, johndoe, look, told):
    look()
    pairs = [service.log_in("johndoe", PASSWORD) for _ in range(LATE_COMMITS + 10)]
    service.administration.end_sessions(johndoe.id)
    look()
    look()
    assert {session_id for session_id, _ in told} == {session_of(service, pair) for pair in pairs}
    assert len(told) == len(pairs)


def test_a_transaction_that_commits_late_with_a_lower_id_is_told_too(service, pair, johndoe, look, told):
    """PostgreSQL gives ids out when a row is inserted, and shows the row when its transaction commits."""
    if service.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    look()
    with service.database.engine.connect() as late:
        from rxapp.auth.core.sessions.revocation import end_session

        end_session(late, session_of(service, pair), RevocationReason.SIGNED_OUT, service.clock(), ends_trust=False)
        service.administration.set_roles(johndoe.id, ["Clerk"])
        look()
        assert told == [johndoe.id]
        late.commit()
    look()
    assert told == [johndoe.id, (session_of(service, pair), RevocationReason.SIGNED_OUT)]


CHROME = Client(user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36")


class TestNewsOfAnAccount:
    @pytest.fixture
    def identity(self, service, pair):
        return service.verify_access(pair.access_token)

    @pytest.fixture
    def enrolled(self, service, identity, clock):
        return enrol(service, identity, clock)

    def test_a_recovery_code_that_was_used_is_told_once_with_the_device(self, service, enrolled, look, told, johndoe):
        look()
        answers = {"method": "recovery", "code": enrolled.recovery_codes[0]}
        service.login.go_on(begin(service, client=CHROME), answers, CHROME)
        look()
        look()
        assert told == [
            (johndoe.id, "recovery_code_used", "A recovery code was used to log in, on Chrome on Linux.", frozenset())
        ]

    def test_so_is_each_change_of_a_second_factor(self, service, identity, enrolled, look, told, johndoe):
        look()
        with service.database.connect() as db:
            (device,) = devices.devices_of(db, johndoe.id)
        devices.rename(service, identity, device.id, "Old phone")
        devices.renew_recovery_codes(service, identity)
        devices.remove(service, identity, device.id)
        look()
        assert [len([1 for *_, sentence, _ in told if word in sentence]) for word in ("renamed", "codes", "removed")] == [1, 1, 1]
        assert all("Unknown device" in sentence for *_, sentence, _ in told)

    def test_of_many_events_of_one_kind_the_newest_is_told(self, service, identity, enrolled, look, told):
        look()
        for client in [*[NO_CLIENT] * 9, CHROME]:
            devices.renew_recovery_codes(service, identity, client)
        look()
        assert [sentence.endswith("on Chrome on Linux.") for *_, sentence, _ in told] == [True]

    def test_the_page_that_did_it_is_left_out(self, service, identity, enrolled, look, told):
        look()
        begin_work("this page", Event("save", payload={}), PageSession())
        try:
            devices.renew_recovery_codes(service, identity)
        finally:
            leave_work()
        look()
        assert [exclude for *_, exclude in told] == [{"this page"}]

    @pytest.mark.parametrize("texts", [ENGLISH, GERMAN])
    def test_each_kind_that_a_feature_announces_has_a_sentence(self, texts):
        kinds = announced_kinds(included_features())
        assert kinds
        assert all("{device}" in texts.news.of(kind) for kind in kinds)
