"""A new password before one is let in: by a link, and in place of a password that today's rules refuse."""

import pytest

from rxapp.auth import AuthService, InvalidCredentials, InvalidToken, PasswordRefused, SessionRevoked
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.features import Feature
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.stages import LoginIncomplete, passed
from rxapp.auth.features.new_password import FEATURE
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link, log_in_by_link
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"


@pytest.fixture
def strict(settings, database, clock, johndoe):
    return AuthService(settings.model_copy(update={"renew_refused_passwords": True}), database, clock)


def incomplete(service, password=PASSWORD):
    with pytest.raises(LoginIncomplete) as due:
        service.log_in("johndoe", password)
    assert due.value.stage == "new_password"
    return due.value.pending_login


class TestByALink:
    def test_whoever_has_one_sets_a_password_and_is_logged_in(self, service, johndoe):
        logged_in = log_in_by_link(service, service.administration.issue_password_link(johndoe.id), GOOD)
        identity = service.verify_access(logged_in.pair.access_token)
        assert (identity.user_name, identity.amr) == ("johndoe", ("pwd",))
        assert service.log_in("johndoe", GOOD)

    def test_a_link_alone_lets_nobody_in(self, service, johndoe):
        link = service.administration.issue_password_link(johndoe.id)
        assert begin_by_link(service, link).stage == "new_password"
        assert service.administration.sessions_of(johndoe.id) == []
        assert log_in_by_link(service, link, GOOD), "it is not spent by being looked at"

    def test_two_who_have_begun_with_one_link_do_not_both_set_a_password(self, service, johndoe):
        link = service.administration.issue_password_link(johndoe.id)
        pending = [begin_by_link(service, link).pending_login for _ in range(2)]
        service.login.go_on(pending[0], {ANSWER: GOOD}, NO_CLIENT)
        with pytest.raises(Exception, match="log in again"):
            service.login.go_on(pending[1], {ANSWER: f"{GOOD} two"}, NO_CLIENT)
        with pytest.raises(InvalidToken):
            begin_by_link(service, link)

    def test_a_refused_password_spends_nothing(self, service, johndoe):
        link = service.administration.issue_password_link(johndoe.id)
        with pytest.raises(PasswordRefused):
            log_in_by_link(service, link, "short")
        assert log_in_by_link(service, link, GOOD)


class Code:
    """A second factor."""

    name, order, is_proof = "code", 10, True

    def is_due(self, attempt):
        return "otp" not in attempt.amr

    def complete(self, attempt, answers, client):
        if answers.get("code") != "123":
            raise InvalidCredentials
        return passed(attempt, attempt.user, (*attempt.amr, "otp"), {})


class TestBehindASecondFactor:
    """Whoever has only the link sets no password."""

    @pytest.fixture
    def service(self, settings, database, clock, johndoe):
        settings = settings.model_copy(update={"login_rate_limit": 5, "renew_refused_passwords": True})
        features = [FEATURE, Feature("code", stages=(lambda _: Code(),))]
        return AuthService(settings, database, clock, features=features)

    def test_the_second_factor_comes_before_the_new_password_and_the_page_counts_nothing_against_it(self, service, johndoe):
        link = service.administration.issue_password_link(johndoe.id)
        for _ in range(6):
            with pytest.raises(LoginIncomplete) as due:
                log_in_by_link(service, link, GOOD)
            assert due.value.stage == "code"
        with pytest.raises(LoginIncomplete) as late:
            service.login.go_on(due.value.pending_login, {"code": "123"}, NO_CLIENT)
        assert late.value.stage == "new_password"
        pair = service.login.go_on(late.value.pending_login, {ANSWER: GOOD}, NO_CLIENT).pair
        assert service.verify_access(pair.access_token).amr == ("pwd", "otp")

    def test_a_refused_password_is_renewed_behind_it_too(self, service):
        with pytest.raises(LoginIncomplete) as due:
            service.log_in("johndoe", PASSWORD)
        with pytest.raises(LoginIncomplete) as late:
            service.login.go_on(due.value.pending_login, {"code": "123"}, NO_CLIENT)
        assert late.value.stage == "new_password"

    def test_passwords_that_are_refused_are_no_guesses(self, service, johndoe):
        link = service.administration.issue_password_link(johndoe.id)
        with pytest.raises(LoginIncomplete) as late:
            service.login.go_on(begin_by_link(service, link).pending_login, {"code": "123"}, NO_CLIENT)
        for _ in range(9):
            with pytest.raises(PasswordRefused):
                service.login.go_on(late.value.pending_login, {ANSWER: "short"}, NO_CLIENT)


class TestInPlaceOfARefusedOne:
    def test_by_default_nobody_is_asked(self, service, johndoe):
        assert service.log_in("johndoe", PASSWORD)

    def test_where_it_is_wanted_the_login_goes_on_with_a_better_one(self, strict, service):
        before = service.log_in("johndoe", PASSWORD)
        logged_in = strict.login.go_on(incomplete(strict), {ANSWER: GOOD}, NO_CLIENT)
        assert logged_in.ended == {strict.access_tokens.identify(before.access_token).session_id: "password_changed"}
        with pytest.raises(SessionRevoked):
            strict.verify_access(before.access_token)
        with pytest.raises(InvalidCredentials):
            strict.log_in("johndoe", PASSWORD)
        assert strict.log_in("johndoe", GOOD)
        assert strict.administration.events(EventFilter(kind="password_changed"), limit=9)[0] == 1

    @pytest.mark.parametrize("answers", [{}, {ANSWER: ""}, {ANSWER: PASSWORD}, {ANSWER: "johndoe johndoe johndoe"}])
    def test_the_old_one_and_another_bad_one_are_refused(self, strict, answers):
        with pytest.raises(PasswordRefused):
            strict.login.go_on(incomplete(strict), answers, NO_CLIENT)
        assert incomplete(strict)

    def test_who_has_a_good_one_is_asked_for_nothing(self, strict, johndoe):
        strict.administration.set_password(johndoe.id, GOOD)
        assert strict.log_in("johndoe", GOOD)
