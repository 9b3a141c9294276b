"""The app's hooks: awaited with who it is; what they refuse leaves nothing behind, and a sign-out stands whatever they do."""

import asyncio

import pytest
from sqlmodel import select

from rxapp.auth import AuthError, AuthSession, InvalidCredentials, InvalidToken, User
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.http.runtime import hooks as hooks_module
from rxapp.auth.http.runtime.hooks import Hooks, Registration, get_hooks
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.register import RegisterState
from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD
from tests.web.test_events import in_a_loop, page, run, signed_in  # noqa: F401  fixtures

CREDENTIALS = {"username": "johndoe", "password": "def@123"}


class NotInvited(AuthError):
    """As an app may say it."""

    code = "not_invited"
    message = "You are not on the list."


@pytest.fixture
def hooks(monkeypatch):
    """Installs hooks, and gives what they were called with."""
    called = []

    def install(raising: Exception | None = None, **named) -> list:
        def hook(name):
            async def run(who):
                await asyncio.sleep(0)
                called.append((name, who.user_name))
                if raising:
                    raise raising

            return run

        monkeypatch.setattr(
            hooks_module, "_hooks", Hooks(**{name: hook(name) for name in ("on_login", "on_register", "on_log_out")})
        )
        return called

    return install


class TestOverHttp:
    def test_a_login_and_a_revocation_are_told_of(self, client, hooks):
        called = hooks()
        tokens = client.post("/api/auth/login", json=CREDENTIALS).json()
        assert called == [("on_login", "johndoe")]
        assert client.post("/api/token/revoke", headers=bearer(tokens)).status_code == 204
        assert called[1:] == [("on_log_out", "johndoe")]

    def test_a_wrong_password_is_not_told_of(self, client, hooks):
        called = hooks()
        assert client.post("/api/auth/login", json=CREDENTIALS | {"password": "wrong"}).status_code == 401
        assert called == []

    def test_a_login_that_the_hook_refuses_says_why_and_leaves_no_session(self, client, hooks, service):
        hooks(raising=NotInvited())
        assert_problem(client.post("/api/auth/login", json=CREDENTIALS), 400, "not_invited")
        with service.database.read() as db:
            assert all(session.revoked_at for session in db.exec(select(AuthSession)).all())

    def test_a_hook_that_fails_at_login_lets_nobody_in(self, client, hooks, service):
        hooks(raising=RuntimeError("the app's own fault"))
        answer = client.post("/api/auth/login", json=CREDENTIALS)
        assert_problem(answer, 500, "internal_error")
        assert "own fault" not in answer.text
        with service.database.read() as db:
            assert all(session.revoked_at for session in db.exec(select(AuthSession)).all())

    def test_a_hook_that_fails_at_sign_out_undoes_nothing(self, client, hooks, tokens):
        hooks(raising=RuntimeError("the app's own fault"))
        assert client.post("/api/token/revoke", headers=bearer(tokens)).status_code == 204
        assert_problem(client.get("/api/customers", headers=bearer(tokens)), 401, "session_revoked")


class TestOfARegistration:
    @pytest.fixture
    def registration(self, service):
        use_service(service)
        user = service.accounts.register("newcomer", "New Comer", "a long enough password")
        return Registration(user.id, user.user_name, user.display_name, {"city": "Bern"})

    def test_it_is_told_of_with_the_extra_fields(self, registration):
        seen = []

        async def on_register(who):
            seen.append((who.user_name, who.display_name, who.extra_fields["city"]))

        in_a_loop(Hooks(on_register=on_register).registered(registration, NO_CLIENT))
        assert seen == [("newcomer", "New Comer", "Bern")]

    @pytest.mark.parametrize("error", [NotInvited(), RuntimeError("the app's own fault")], ids=["refused", "failed"])
    def test_what_the_hook_does_not_take_is_removed_with_its_session(self, registration, hooks, service, error):
        pair = service.log_in("newcomer", "a long enough password")
        hooks(raising=error)
        with pytest.raises(type(error)):
            in_a_loop(get_hooks().registered(registration, NO_CLIENT))
        with service.database.read() as db:
            assert db.get(User, registration.user_id) is None
        with pytest.raises(InvalidToken):
            service.verify_access(pair.access_token)
        with pytest.raises(InvalidCredentials):
            service.log_in("newcomer", "a long enough password")
        assert service.administration.events(EventFilter(kind=EventKind.USER_DELETED), limit=2)

    def test_the_name_is_free_again(self, registration, hooks, service):
        hooks(raising=NotInvited())
        with pytest.raises(NotInvited):
            in_a_loop(get_hooks().registered(registration, NO_CLIENT))
        assert service.accounts.register("newcomer", "", "a long enough password")


FORM = {"username": "newcomer", "display_name": "", "new_password": "a long enough password"}


class TestInThePages:
    """The form shows what the hook says, and nobody is signed in."""

    def test_a_registration_that_is_refused(self, page, hooks, service):  # noqa: F811
        called = hooks(raising=NotInvited())
        run(page, "submit", FORM | {"new_password_again": FORM["new_password"]}, of=RegisterState)
        assert called == [("on_register", "newcomer")]
        assert in_a_loop(page.get_state(RegisterState)).error == NotInvited.message
        assert in_a_loop(page.get_state(AuthState)).status != IN
        assert service.administration.find_user("newcomer") is None

    def test_a_registration_is_a_login_too(self, page, hooks):  # noqa: F811
        called = hooks()
        run(page, "submit", FORM | {"new_password_again": FORM["new_password"]}, of=RegisterState)
        assert called == [("on_register", "newcomer"), ("on_login", "newcomer")]
        assert in_a_loop(page.get_state(AuthState)).user_name == "newcomer"

    def test_a_login_that_is_refused(self, page, hooks, johndoe):  # noqa: F811
        hooks(raising=NotInvited())
        run(page, "submit", {"username": "johndoe", "password": PASSWORD}, of=LoginState)
        assert in_a_loop(page.get_state(LoginState)).error == NotInvited.message
        assert in_a_loop(page.get_state(AuthState)).status != IN

    def test_a_login_is_good_before_the_browser_has_said_that_refused_tokens_are_gone(self, page, johndoe):  # noqa: F811
        """On a slow machine the form is sent sooner than storage is reported; the login then said "The token is not valid"."""
        auth = in_a_loop(page.get_state(AuthState))
        auth.jwt = auth.refresh_token = "refused before"
        auth._leave(InvalidToken())
        run(page, "submit", {"username": "johndoe", "password": PASSWORD}, of=LoginState)
        assert in_a_loop(page.get_state(LoginState)).error == ""
        assert auth.status == IN

    def test_a_log_out(self, signed_in, hooks):  # noqa: F811
        called = hooks()
        auth = in_a_loop(signed_in.get_state(AuthState))
        in_a_loop(auth._authenticate())
        run(signed_in, "log_out", of=AuthState)
        assert called == [("on_log_out", "johndoe")]


def test_without_hooks_nothing_is_looked_up(service, pair):
    use_service(service)
    service.database.dispose()
    in_a_loop(Hooks().logged_in(pair, NO_CLIENT))
    in_a_loop(Hooks().signed_out(service.verify_access(pair.access_token)))
