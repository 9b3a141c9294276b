"""`sessions`: who is signed in, and signing them out."""

from uuid import uuid4

import pytest

from rxapp.auth import Client, SessionRevoked
from rxapp.auth.core.audit.events import EventFilter
from tests.cli.conftest import assert_refused
from tests.conftest import PASSWORD

FIREFOX = Client("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")


@pytest.fixture
def annas(service):
    """The token pair of another user's login."""
    service.create_user("anna", PASSWORD)
    return service.log_in("anna", PASSWORD, FIREFOX)


def session_id_of(service, pair):
    return str(service.verify_access(pair.access_token).session_id)


class TestList:
    def test_it_shows_everybodys_sessions_the_last_used_first(self, run_json, service, pair, annas):
        sessions = run_json("sessions", "list")["sessions"]
        assert [session["user_name"] for session in sessions] == ["anna", "johndoe"]
        assert sessions[0]["id"] == session_id_of(service, annas)
        assert (sessions[0]["device"], sessions[0]["address"]) == ("Firefox on Linux", "192.0.2.7")
        assert sessions[0]["expires_at"].endswith("Z")

    def test_it_shows_those_of_one_user(self, run_json, service, pair, annas):
        (session,) = run_json("sessions", "list", "--user", "JohnDoe")["sessions"]
        assert (session["user_name"], session["id"]) == ("johndoe", session_id_of(service, pair))

    def test_both_tell_the_same_of_a_session(self, run_json, pair):
        assert run_json("sessions", "list") == run_json("sessions", "list", "--user", "johndoe")

    def test_it_is_a_table_with_ids_that_can_be_copied(self, run, service, annas):
        heading, line = run("sessions", "list").stdout.splitlines()
        assert heading.split() == ["ID", "USER", "NAME", "DEVICE", "ADDRESS", "CREATED", "LAST", "USED", "EXPIRES"]
        assert line.split()[0] == session_id_of(service, annas)

    def test_sessions_that_ended_are_not_shown(self, run_json, service, clock, johndoe, annas):
        service.end_session_of(annas.access_token)
        clock.move(days=-1)
        service.log_in("johndoe", PASSWORD)
        clock.move(days=-6)
        service.log_in("johndoe", PASSWORD)
        assert run_json("sessions", "list")["sessions"] == []
        assert run_json("sessions", "list", "--user", "johndoe")["sessions"] == []

    def test_no_secret_of_a_session_is_shown(self, run, pair):
        assert "salt" not in run("sessions", "list", "--json").stdout


class TestRevoke:
    def test_one_session_ends_and_the_others_stay(self, run_json, service, pair, annas):
        session_id = session_id_of(service, pair)
        assert run_json("sessions", "revoke", session_id) == {"ended_sessions": [session_id]}
        with pytest.raises(SessionRevoked) as ended:
            service.verify_access(pair.access_token)
        assert ended.value.reason == "ended_by_administrator"
        assert service.verify_access(annas.access_token)

    def test_all_of_a_users_end_at_once(self, run, service, pair, annas):
        second = service.log_in("johndoe", PASSWORD)
        assert run("sessions", "revoke", "--user", "johndoe").stdout == "2 sessions ended.\n"
        for ended in (pair, second):
            with pytest.raises(SessionRevoked):
                service.verify_access(ended.access_token)
        assert service.verify_access(annas.access_token)

    def test_all_of_everybodys_end_if_one_says_so(self, run, service, pair, annas):
        assert run("sessions", "revoke", "--all").stdout == "2 sessions ended.\n"
        for ended in (pair, annas):
            with pytest.raises(SessionRevoked):
                service.verify_access(ended.access_token)
        assert run("sessions", "revoke", "--all").stdout == "0 sessions ended.\n"

    def test_a_session_that_has_ended_or_never_was_is_refused(self, run, service, pair):
        session_id = session_id_of(service, pair)
        run("sessions", "revoke", session_id)
        assert_refused(run("sessions", "revoke", session_id), f"There is no open session {session_id}.")
        assert_refused(run("sessions", "revoke", str(uuid4())), "There is no open session")

    @pytest.mark.parametrize("arguments", [[], [str(uuid4()), "--user", "johndoe"], ["johndoe"]])
    def test_neither_or_both_or_no_id_are_wrong_usage(self, run, arguments):
        assert run("sessions", "revoke", *arguments).exit_code == 2

    def test_a_user_who_does_not_exist_is_named(self, run):
        assert_refused(run("sessions", "revoke", "--user", "nobody"), "There is no user nobody.")
        assert_refused(run("sessions", "list", "--user", "nobody"), "There is no user nobody.")

    def test_it_is_written_down_without_an_actor(self, run, service, pair):
        run("sessions", "revoke", "--user", "johndoe")
        _, (event,) = service.administration.events(EventFilter(kind="session_revoked"), limit=9)
        assert (event.user_name, event.actor_id, event.detail) == ("johndoe", None, "ended_by_administrator")
