"""A login with stages between the password and the session: none is skipped, none is taken over, and nothing is left behind."""

import pytest

from rxapp.auth import AuthService, Client, InvalidCredentials, RevocationReason, SessionRevoked, TooManyRequests
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.database.tables import AuthSession
from rxapp.auth.core.errors import InvalidDpopProof, InvalidToken, NotFound
from rxapp.auth.core.features import Feature
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.pending_logins import LIFETIME, PendingLoginEnded
from rxapp.auth.core.login.stages import LoginIncomplete, passed
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"
PHONE, THIEF = Client(device_key=ProvedKey("p" * 43)), Client(device_key=ProvedKey("t" * 43))


class Word:
    """A stage for tests: it is passed with its word."""

    is_proof = True

    def __init__(self, name, order=40):
        self.name = name
        self.order = order

    def is_due(self, attempt):
        return self.name not in attempt.amr

    def complete(self, attempt, answers, client):
        if answers.get("word") == "again":
            return attempt
        if answers["word"] != self.name:
            raise InvalidCredentials
        return passed(attempt, attempt.user, (*attempt.amr, self.name), {})


class WordProof:
    method = "word"
    amr = ("word",)
    event_kind = "word_confirmed"

    def is_available(self, user):
        return user.user_name == "johndoe"

    def verify(self, user, session_id, answer, client):
        if answer != "word":
            raise InvalidCredentials


WORDS = Feature("words", stages=(lambda _: Word("first"), lambda _: Word("second")))
WORD_PROOF = Feature("word_proof", proofs=(lambda _: WordProof(),), event_kinds=("word_confirmed",))


@pytest.fixture
def staged(settings, database, clock, johndoe) -> AuthService:
    return AuthService(settings, database, clock, features=[WORDS])


def begun(service, client=PHONE) -> LoginIncomplete:
    with pytest.raises(LoginIncomplete) as incomplete:
        service.log_in("johndoe", PASSWORD, client)
    return incomplete.value


def after(service, pending, word, client=PHONE) -> LoginIncomplete:
    with pytest.raises(LoginIncomplete) as incomplete:
        service.login.go_on(pending, {"word": word}, client)
    return incomplete.value


def sessions_in(database) -> int:
    with database.connect() as db:
        return db.exec_driver_sql(f"SELECT count(*) FROM {AuthSession.__tablename__}").scalar_one()


def test_there_is_no_session_before_the_last_stage_and_then_it_knows_how_it_began(staged, database):
    first = begun(staged)
    second = after(staged, first.pending_login, "first")
    assert (first.stage, second.stage, sessions_in(database)) == ("first", "second", 0)
    logged_in = staged.login.go_on(second.pending_login, {"word": "second"}, PHONE)
    assert staged.verify_access(logged_in.pair.access_token, PHONE).amr == ("pwd", "first", "second")


def test_without_features_there_are_no_stages(settings, database, clock, johndoe):
    plain = AuthService(settings, database, clock, features=[])
    assert plain.verify_access(plain.log_in("johndoe", PASSWORD).access_token).amr == ("pwd",)


def test_a_stage_is_not_skipped_with_what_the_one_before_was_asked_with(staged):
    first = begun(staged)
    with pytest.raises(InvalidCredentials):
        staged.login.go_on(first.pending_login, {"word": "second"}, PHONE)


def test_a_pending_login_is_worth_nothing_without_the_key_of_the_client_that_began_it(staged):
    first = begun(staged)
    for other in (THIEF, Client()):
        with pytest.raises(InvalidDpopProof):
            staged.login.go_on(first.pending_login, {"word": "first"}, other)


def test_it_ends_after_ten_minutes(staged, clock):
    first = begun(staged)
    clock.move(seconds=LIFETIME.total_seconds())
    with pytest.raises(PendingLoginEnded):
        staged.login.go_on(first.pending_login, {"word": "first"}, PHONE)


@pytest.mark.parametrize(
    "happens",
    [
        lambda service, user: service.administration.set_password(user.id, GOOD),
        lambda service, user: service.administration.disable(user.id),
        lambda service, user: service.administration.issue_password_link(user.id),
    ],
    ids=["the password is set", "the user is disabled", "a link is made"],
)
def test_it_ends_when(staged, johndoe, happens):
    first = begun(staged)
    happens(staged, johndoe)
    with pytest.raises(PendingLoginEnded):
        staged.login.go_on(first.pending_login, {"word": "first"}, PHONE)


def test_it_is_no_access_token_no_refresh_token_and_no_link(staged):
    pending = begun(staged).pending_login
    for use in (
        lambda: staged.verify_access(pending),
        lambda: staged.refresh(pending, pending),
        lambda: staged.accounts.user_of_link(pending),
    ):
        with pytest.raises(InvalidToken) as refused:
            use()
        assert refused.value.code == "invalid_token"


def test_the_right_password_with_a_stage_to_follow_counts_as_no_failure(staged):
    for _ in range(20):
        begun(staged)


def test_it_is_not_good_for_a_stage_of_a_feature_that_was_taken_out(staged, settings, database, clock):
    pending = begun(staged).pending_login
    with pytest.raises(PendingLoginEnded):
        AuthService(settings, database, clock, features=[]).login.go_on(pending, {"word": "first"}, PHONE)


class TestWrongAnswers:
    """Whoever knows the password must not try one answer after another."""

    @pytest.fixture
    def staged(self, settings, database, clock, johndoe):
        return AuthService(settings.model_copy(update={"login_rate_limit": 5}), database, clock, features=[WORDS])

    def test_five_are_free_and_then_one_waits_wherever_one_is_and_however_often_the_password_was_right(self, staged, clock):
        for number in range(5):
            elsewhere = Client(f"192.0.2.{number}")
            with pytest.raises(InvalidCredentials):
                staged.login.go_on(begun(staged, elsewhere).pending_login, {"word": "wrong"}, elsewhere)
        pending = begun(staged, Client("192.0.2.9")).pending_login
        with pytest.raises(TooManyRequests) as refused:
            staged.login.go_on(pending, {"word": "first"}, Client("192.0.2.9"))
        assert refused.value.retry_after_seconds == 60
        clock.move(seconds=60)
        assert after(staged, pending, "first", Client("192.0.2.9")).stage == "second"

    def test_they_count_for_nobody_else_and_not_for_the_password(self, staged):
        pending = begun(staged).pending_login
        for _ in range(5):
            with pytest.raises(InvalidCredentials):
                staged.login.go_on(pending, {"word": "wrong"}, PHONE)
        assert begun(staged)
        staged.create_user("anna", PASSWORD)
        with pytest.raises(LoginIncomplete) as hers:
            staged.log_in("anna", PASSWORD, PHONE)
        assert after(staged, hers.value.pending_login, "first")

    @pytest.mark.parametrize("odd", [{}, {"word": "again"}])
    def test_what_crashes_the_stage_or_leaves_it_due_makes_no_wrong_answer_good(self, staged, odd):
        pending = begun(staged).pending_login
        answers = [{"word": "wrong"}, odd] * 3
        for answer in answers[:5]:
            with pytest.raises((InvalidCredentials, KeyError)):
                staged.login.go_on(pending, answer, PHONE)
        with pytest.raises(TooManyRequests):
            staged.login.go_on(pending, {"word": "first"}, PHONE)

    def test_they_are_written_down(self, staged):
        with pytest.raises(InvalidCredentials):
            staged.login.go_on(begun(staged).pending_login, {"word": "wrong"}, PHONE)
        (event,) = staged.administration.events(EventFilter(kind="login_failed"), limit=9)[1]
        assert (event.user_name, event.detail) == ("johndoe", "first")


class Late:
    """A stage that looks at the password, which is known only at the beginning."""

    name, order, is_proof = "late", 90, False

    def is_due(self, attempt):
        return attempt.password == PASSWORD

    def complete(self, attempt, answers, client):
        return passed(attempt, attempt.user, attempt.amr, {})


def test_what_was_due_at_the_beginning_is_due_after_another_stage(settings, database, clock, johndoe):
    features = [Feature("words", stages=(lambda _: Word("first"), lambda _: Late()))]
    service = AuthService(settings, database, clock, features=features)
    late = after(service, begun(service).pending_login, "first")
    assert late.stage == "late"
    assert service.login.go_on(late.pending_login, {}, PHONE)


def test_a_login_is_as_fresh_as_its_first_proof(staged, clock):
    began = clock()
    first = begun(staged)
    clock.move(minutes=9)
    second = after(staged, first.pending_login, "first")
    clock.move(minutes=9)
    pair = staged.login.go_on(second.pending_login, {"word": "second"}, PHONE).pair
    assert staged.verify_access(pair.access_token, PHONE).authenticated_at == began


def test_two_stages_or_proofs_of_one_name_are_refused(settings, database, clock):
    twice = Feature("twice", stages=(lambda _: Word("first"),))
    with pytest.raises(ValueError, match="first"):
        AuthService(settings, database, clock, features=[WORDS, twice])
    with pytest.raises(ValueError, match="word"):
        AuthService(settings, database, clock, features=[WORD_PROOF, WORD_PROOF])


def test_stages_are_asked_in_their_order_and_not_in_that_of_the_features(settings, database, clock, johndoe):
    late, early = Feature("a", stages=(lambda _: Word("late", 90),)), Feature("b", stages=(lambda _: Word("early", 10),))
    service = AuthService(settings, database, clock, features=[late, early])
    first = begun(service)
    assert (first.stage, after(service, first.pending_login, "early").stage) == ("early", "late")


class TestAnotherProof:
    @pytest.fixture
    def service(self, settings, database, clock, johndoe):
        return AuthService(settings, database, clock, features=[WORD_PROOF])

    def test_whoever_has_it_may_confirm_by_it_and_the_session_remembers(self, service, clock):
        me = service.verify_access(service.log_in("johndoe", PASSWORD, PHONE).access_token, PHONE)
        clock.move(minutes=11)
        assert service.confirmation.methods_of(me) == ["pwd", "word"]
        pair = service.log_in("johndoe", PASSWORD, PHONE)
        bound = service.verify_access(pair.access_token, PHONE)
        clock.move(minutes=11)
        assert service.confirmation.confirm(bound, "word", "word", PHONE) is None
        fresh = service.verify_session(bound.session_id)
        service.require_fresh(fresh)
        assert fresh.amr == ("pwd", "word")
        (event,) = service.administration.events(EventFilter(kind="word_confirmed"), limit=9)[1]
        assert event.session_id == bound.session_id

    def test_an_unbound_session_is_replaced_whatever_the_proof(self, service):
        me = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        replaced = service.confirmation.confirm(me, "word", "word")
        assert replaced.replaced == me.session_id
        assert service.verify_access(replaced.pair.access_token).amr == ("pwd", "word")
        assert service.why_revoked(me) == RevocationReason.PASSWORD_CONFIRMED

    def test_a_bound_session_that_has_ended_is_not_confirmed(self, service):
        me = service.verify_access(service.log_in("johndoe", PASSWORD, PHONE).access_token, PHONE)
        service.revoke(me.session_id)
        with pytest.raises(SessionRevoked):
            service.confirmation.confirm(me, "word", "word", PHONE)

    def test_what_is_wrong_or_unknown_changes_nothing(self, service):
        me = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        with pytest.raises(InvalidCredentials):
            service.confirmation.confirm(me, "word", "another")
        with pytest.raises(NotFound):
            service.confirmation.confirm(me, "fingerprint", "word")
        assert service.verify_session(me.session_id).amr == ("pwd",)
