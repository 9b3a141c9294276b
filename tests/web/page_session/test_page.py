"""The rule for pages as a decision: table by table, and as a state machine of connections that come and go in any order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from rxapp.auth import TokenPair
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.web.page_session.page import (
    ACKNOWLEDGED_WITHIN,
    EARLIER_CONNECTIONS,
    NOTHING,
    REPLACED_SESSIONS,
    Kind,
    PageSession,
    Step,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)
HELD, NEXT = TokenPair("access 1", "refresh 1"), TokenPair("access 2", "refresh 2")
ACTS = (Kind.ACTING, Kind.LOADING)


def claims_of(session_id: UUID, key: str | None = None, now: datetime = NOW) -> AccessClaims:
    times = {"issued_at": now, "not_before": now, "expires_at": now + timedelta(minutes=5)}
    return AccessClaims(uuid4(), session_id, 0, "id", "name", (), **times, device_key_thumbprint=key)


def step(page: PageSession, kind: Kind, held=HELD, claims=None, now=NOW, **options) -> Step:
    return page.step(kind, held, claims, now, **options)


NEW = PageSession().begin("one")
REPORTED = NEW.reported()
OWNED = REPORTED.verified(OURS)


class TestOfAConnectionThatHasSaidNothing:
    @pytest.mark.parametrize("page", [NEW, OWNED.begin("two")], ids=["of nobody's page", "of somebody's page"])
    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.UPLOADING])
    def test_nothing_runs_and_it_is_asked_what_it_holds(self, page, kind):
        assert step(page, kind) is Step.ASK_TO_CONNECT

    def test_an_upload_which_cannot_wait_is_dropped(self):
        assert step(NEW, Kind.UPLOADING) is Step.DROP


class TestWhatOutlivesAConnection:
    def test_whose_the_page_is_and_which_connections_were_its_owners_and_nothing_else(self):
        page = OWNED.sent(NEXT, HELD, NOW).asked("sign this", NOW).answered(ProvedKey("key"), None, NOW)
        assert page.begin("two") == PageSession(owner=OURS, connection="two", earlier=("one",))

    def test_no_token_is_in_its_repr(self):
        assert "refresh" not in repr(OWNED.sent(NEXT, HELD, NOW).left(refused=HELD))

    def test_of_earlier_connections_only_a_few(self):
        page = OWNED
        for number in range(20):
            page = page.begin(str(number)).reported().verified(OURS)
        assert len(page.earlier) == EARLIER_CONNECTIONS

    def test_another_session_takes_over_nothing(self):
        page = OWNED.begin("two").reported().verified(THEIRS)
        assert (page.owner, page.earlier) == (THEIRS, ())


class TestWhoseItIs:
    def test_it_belongs_to_the_session_that_loaded_it_and_to_no_other(self):
        assert OWNED.belongs_to(OURS)
        assert not OWNED.belongs_to(THEIRS)
        assert not NEW.belongs_to(OURS)

    def test_to_a_session_that_has_replaced_it_and_still_to_the_one_replaced(self):
        page = OWNED.continued_as(THEIRS)
        assert page.belongs_to(OURS)
        assert page.belongs_to(THEIRS)
        assert page.begin("two").belongs_to(OURS)

    def test_of_those_replaced_only_a_few(self):
        page = OWNED
        for number in range(20):
            page = page.continued_as(UUID(int=100 + number))
        assert len(page.formerly) == REPLACED_SESSIONS

    @pytest.mark.parametrize(
        "left",
        [OWNED.continued_as(THEIRS).left(), OWNED.continued_as(THEIRS).nobodys(), OWNED.continued_as(THEIRS).verified(uuid4())],
    )
    def test_to_neither_after_they_have_left(self, left):
        assert not left.belongs_to(OURS)
        assert not left.belongs_to(THEIRS)


class TestTheKey:
    BOUND = claims_of(OURS, key="key")

    def test_is_asked_for_once_and_all_else_waits(self):
        assert step(REPORTED, Kind.CONNECTING, claims=self.BOUND) is Step.ASK_FOR_KEY
        asked = REPORTED.asked("sign this", NOW)
        assert [step(asked, kind, claims=self.BOUND) for kind in ACTS] == [Step.WAIT, Step.WAIT]

    def test_once_proved_events_run(self):
        proved = REPORTED.answered(ProvedKey("key"), self.BOUND, NOW)
        assert step(proved, Kind.ACTING, claims=self.BOUND) is Step.RUN

    def test_another_key_counts_as_none_and_events_run_as_nobodys(self):
        assert step(REPORTED.answered(ProvedKey("other"), self.BOUND, NOW), Kind.ACTING, claims=self.BOUND) is Step.RUN

    def test_proved_on_one_connection_it_says_nothing_on_the_next(self):
        page = REPORTED.answered(ProvedKey("key"), self.BOUND, NOW).verified(OURS).begin("two").reported()
        assert step(page, Kind.ACTING, claims=self.BOUND) is Step.ASK_FOR_KEY

    def test_a_login_waits_for_it_where_nothing_is_held(self):
        assert step(REPORTED, Kind.ACTING, NOTHING, signs_in=True) is Step.ASK_FOR_KEY
        assert step(REPORTED.answered(None, None, NOW), Kind.ACTING, NOTHING, signs_in=True) is Step.RUN


class TestAPairOnItsWay:
    SENT = OWNED.sent(NEXT, HELD, NOW)

    def test_works_at_once_for_it_may_not_have_arrived_yet(self):
        assert self.SENT.at_hand(HELD) == NEXT
        assert self.SENT.is_on_its_way(HELD)
        assert step(self.SENT, Kind.ACTING) is Step.RUN

    def test_after_a_few_seconds_the_page_must_show_what_it_holds_and_its_clicks_wait(self):
        late = NOW + ACKNOWLEDGED_WITHIN + timedelta(microseconds=1)
        assert step(self.SENT, Kind.ACTING, now=NOW + ACKNOWLEDGED_WITHIN) is Step.RUN
        assert [step(self.SENT, kind, now=late) for kind in ACTS] == [Step.ASK_TO_CONNECT] * 2
        assert [step(self.SENT, kind, now=late) for kind in (Kind.CONNECTING, Kind.REPORTING)] == [Step.RUN] * 2

    def test_once_reported_it_works_on_and_counts_as_received(self):
        late = NOW + timedelta(hours=1)
        assert step(self.SENT, Kind.ACTING, held=NEXT, now=late) is Step.RUN
        assert not self.SENT.is_on_its_way(NEXT)

    def test_of_a_report_in_two_halves_the_new_refresh_token_says_it_all(self):
        assert self.SENT.at_hand(TokenPair(HELD.access_token, NEXT.refresh_token)) == NEXT

    def test_what_another_tab_has_stored_since_goes_first(self):
        stored = TokenPair("access 3", "refresh 3")
        assert self.SENT.at_hand(stored) == stored

    def test_is_lost_when_the_page_connects_anew(self):
        assert self.SENT.reported().at_hand(HELD) == HELD


class TestWhatWasRefused:
    def test_is_nothing_as_long_as_the_same_is_reported(self):
        refused = OWNED.left(refused=HELD)
        assert refused.held(HELD.access_token, HELD.refresh_token) == NOTHING
        assert refused.held(HELD.access_token, "another") == TokenPair(HELD.access_token, "another")
        assert refused.reported().held(HELD.access_token, HELD.refresh_token) == HELD


class TestALateEvent:
    AGAIN = OWNED.begin("two")

    def test_of_the_owners_waits_until_it_is_known_whose_the_page_is(self):
        assert self.AGAIN.late_step("one", Kind.ACTING) is Step.WAIT

    def test_and_runs_once_the_same_session_has_proved_itself(self):
        assert self.AGAIN.reported().verified(OURS).late_step("one", Kind.ACTING) is Step.RUN

    def test_is_dropped_if_the_page_is_another_persons_or_nobodys(self):
        assert self.AGAIN.reported().verified(THEIRS).late_step("one", Kind.ACTING) is Step.DROP
        assert self.AGAIN.reported().nobodys().late_step("one", Kind.ACTING) is Step.DROP

    @pytest.mark.parametrize("kind", [Kind.CONNECTING, Kind.REPORTING, Kind.PROVING, Kind.LOADING])
    def test_says_nothing_of_what_the_present_connection_holds(self, kind):
        assert self.AGAIN.reported().verified(OURS).late_step("one", kind) is Step.DROP

    def test_of_a_connection_that_was_never_its_owners_is_dropped(self):
        assert self.AGAIN.reported().verified(OURS).late_step("a strangers", Kind.ACTING) is Step.DROP

    def test_with_files_cannot_wait(self):
        assert self.AGAIN.late_step("one", Kind.UPLOADING) is Step.DROP


class Pages(RuleBasedStateMachine):
    """One page. Its owner's browser, which proves a key, another person's, and strangers connect to it, and events come late.

    The gate is played as `gate.py` does it: report, decide, settle. `shows` is whose data the page holds.
    """

    holders = st.sampled_from(["owner", "other", "thief", "nobody"])

    @initialize()
    def begin(self) -> None:
        self.page, self.now, self.shows = PageSession(), NOW, None
        self.connections: dict[str, str] = {}
        self.open, self.number = "", 0
        self.shown_to: dict[str, set[UUID]] = {}

    @rule(holder=holders)
    def connects(self, holder) -> None:
        self.number += 1
        self.open = f"{holder} {self.number}"
        self.connections[self.open], self.shown_to[self.open] = holder, set()
        self.page = self.page.begin(self.open)

    @rule(holder=holders)
    def opens_the_page(self, holder) -> None:
        """As a browser does, all in one."""
        self.connects(holder)
        self.reports(answers=True)
        self.acts(Kind.LOADING)

    @rule()
    def disconnects(self) -> None:
        self.page, self.open = self.page.begin(""), ""

    @precondition(lambda self: self.open)
    @rule(answers=st.booleans())
    def reports(self, answers) -> None:
        holder = self.connections[self.open]
        self.page = self.page.reported()
        claims = self._claims(holder)
        if self.page.step(Kind.CONNECTING, self._held(holder), claims, self.now) is Step.ASK_FOR_KEY:
            self.page = self.page.asked("text", self.now)
            if not answers:
                return
            key = ProvedKey("key") if holder == "owner" else None
            self.page = self.page.answered(key, claims, self.now)
        if self.page.step(Kind.CONNECTING, self._held(holder), claims, self.now) is Step.RUN:
            self._settle(holder)

    def _settle(self, holder) -> None:
        session = self._verified(holder)
        if self.page.owner not in (None, session):
            self.shows, self.page = None, self.page.left()
        if session is not None:
            self.page = self.page.verified(session)
        self._send_what_the_page_shows()

    @precondition(lambda self: self.open)
    @rule(kind=st.sampled_from([Kind.ACTING, Kind.LOADING, Kind.UPLOADING]))
    def acts(self, kind) -> None:
        holder = self.connections[self.open]
        if self.page.step(kind, self._held(holder), self._claims(holder), self.now) is not Step.RUN:
            return
        session = self._verified(holder)
        if session is None:
            return
        if self.page.owner not in (None, session):
            self.shows, self.page = None, self.page.nobodys()
        self.page, self.shows = self.page.verified(session), session
        self._send_what_the_page_shows()

    @precondition(lambda self: self.connections)
    @rule(data=st.data())
    def comes_late(self, data) -> None:
        closed = data.draw(st.sampled_from(sorted(self.connections)))
        if closed == self.open:
            return
        if self.page.late_step(closed, Kind.ACTING) is Step.RUN:
            assert self._verified(self.connections[closed]) == self.page.owner, "it runs for the one who sent it"
            assert self._verified(self.connections[self.open]) == self.page.owner

    @rule(seconds=st.sampled_from([1, 20, 400]))
    def time_passes(self, seconds) -> None:
        self.now += timedelta(seconds=seconds)

    def _send_what_the_page_shows(self) -> None:
        if self.shows is not None:
            self.shown_to[self.open].add(self.shows)

    def _held(self, holder) -> TokenPair:
        return NOTHING if holder == "nobody" else HELD

    def _claims(self, holder) -> AccessClaims | None:
        if holder == "nobody":
            return None
        return claims_of(THEIRS, now=self.now) if holder == "other" else claims_of(OURS, key="key", now=self.now)

    def _verified(self, holder) -> UUID | None:
        """As the service decides: the owner's tokens are good only with the key that this connection has proved."""
        if holder == "other":
            return THEIRS
        is_proved = self.page.key.key is not None and self.page.key.key.thumbprint == "key"
        if holder == "owner" and (is_proved or self.open not in self.connections or self.connections[self.open] != "owner"):
            return OURS
        return None

    @invariant()
    def nobody_was_shown_what_they_have_not_shown_to_be_theirs(self) -> None:
        mine = {"owner": {OURS}, "other": {THEIRS}, "thief": set(), "nobody": set()}
        for connection, sessions in self.shown_to.items():
            assert sessions <= mine[self.connections[connection]]

    @invariant()
    def what_the_page_shows_is_its_owners(self) -> None:
        assert self.shows in (None, self.page.owner)


def test_in_any_order_of_connections_reports_and_late_events_nobody_is_shown_anothers_page():
    run_state_machine_as_test(Pages, settings=hypothesis_settings(max_examples=150, stateful_step_count=30))


def test_the_machine_finds_it_if_a_page_were_kept_for_whoever_comes():
    """So that the test above can fail."""

    class Careless(Pages):
        def _settle(self, holder) -> None:
            self.page = self.page._replace(owner=self.page.owner or self._verified(holder))
            self._send_what_the_page_shows()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Careless, settings=hypothesis_settings(max_examples=150, stateful_step_count=30, phases=[Phase.generate])
        )
