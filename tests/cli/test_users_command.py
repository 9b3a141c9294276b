"""`users`: accounts by the operator's hand."""

import pytest
from sqlmodel import select

from rxapp.auth import InvalidCredentials, InvalidToken, SecurityEvent, SessionRevoked
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.cli.conftest import LONG_PASSWORD, assert_refused
from tests.conftest import PASSWORD
from tests.one_time_codes import enrol

OTHER_PASSWORD = "a completely different one"


def events_of(service, kind=""):
    return service.administration.events(EventFilter(kind=kind), limit=100)[1]


def token_of(path):
    page, token = path.split("#")
    assert page == "/set-password"
    return token


class TestCreate:
    def test_it_asks_for_the_password_twice_and_takes_it_as_typed(self, run, service):
        typed = f"  {LONG_PASSWORD} "
        result = run("users", "create", "alice", stdin=f"{typed}\n{typed}\n")
        assert result.exit_code == 0
        assert "Created alice." in result.stdout
        assert service.log_in("alice", typed)

    def test_two_that_differ_are_asked_for_again(self, run, service):
        result = run("users", "create", "alice", stdin=f"{LONG_PASSWORD}\n{OTHER_PASSWORD}\n{LONG_PASSWORD}\n{LONG_PASSWORD}\n")
        assert result.exit_code == 0
        assert "do not match" in result.stderr
        assert service.log_in("alice", LONG_PASSWORD)

    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    def test_the_password_can_come_from_stdin(self, run, service, end):
        assert run("users", "create", "alice", "--password-stdin", stdin=LONG_PASSWORD + end).exit_code == 0
        assert service.log_in("alice", LONG_PASSWORD)

    @pytest.mark.parametrize(
        ("stdin", "sentence"),
        [
            ("", "at least 15 characters"),
            ("short\n", "at least 15 characters"),
            ("correct horse\nbattery staple\n", "more than one line"),
            (b"\xff" * 20, "not UTF-8"),
            ("alice in wonderland\n", "must not contain your user name"),
        ],
    )
    def test_a_password_that_the_policy_refuses_makes_no_account(self, run, service, stdin, sentence):
        assert_refused(run("users", "create", "alice", "--password-stdin", stdin=stdin), sentence)
        assert service.administration.find_user("alice") is None

    def test_names_and_roles_are_given(self, run_json):
        arguments = ["users", "create", "Alice", "--display-name", "Alice Doe", "--role", "Manager", "--role", "Admin"]
        user = run_json(*arguments, "--password-stdin", stdin=LONG_PASSWORD)
        assert (user["user_name"], user["display_name"], user["roles"]) == ("Alice", "Alice Doe", ["Admin", "Manager"])

    def test_a_link_sets_the_password_once(self, run_json, service):
        link = run_json("users", "create", "alice", "--link")
        log_in_by_link(service, token_of(link["path"]), LONG_PASSWORD)
        assert service.log_in("alice", LONG_PASSWORD)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token_of(link["path"]), OTHER_PASSWORD)

    def test_a_link_is_printed_with_a_word_on_how_long_it_is_good(self, run, service, clock):
        result = run("users", "create", "alice", "--link")
        sentence, path = result.stdout.splitlines()
        assert f"by {(clock() + service.settings.password_link_lifetime).date()}" in sentence
        assert service.accounts.user_of_link(token_of(path)).user_name == "alice"

    def test_a_name_that_is_taken_is_refused(self, run, johndoe):
        assert_refused(run("users", "create", "JohnDoe", "--link"), "taken")

    @pytest.mark.parametrize("name", ["", "a\nb", "x" * 65, "\udcff"])
    def test_an_invalid_name_is_refused(self, run, name):
        assert_refused(run("users", "create", name, "--link"), "user name")

    def test_an_invalid_role_is_refused(self, run):
        assert_refused(run("users", "create", "alice", "--link", "--role", "a,b"), "A role has")

    @pytest.mark.parametrize("command", ["create", "set-password"])
    def test_stdin_and_link_together_are_wrong_usage(self, run, johndoe, command):
        result = run("users", command, "johndoe", "--link", "--password-stdin")
        assert result.exit_code == 2
        assert "not both" in result.stderr

    def test_it_is_written_down_without_an_actor(self, run, service):
        run("users", "create", "alice", "--password-stdin", "--role", "Admin", stdin=LONG_PASSWORD)
        (event,) = events_of(service)
        assert (event.kind, event.user_name, event.actor_id, event.detail) == ("user_created", "alice", None, "Admin")


class TestList:
    @pytest.fixture
    def three(self, service, johndoe):
        service.create_user("anna", PASSWORD, display_name="Anna Doe")
        service.create_user("Zoë", PASSWORD, roles=["Admin", "Manager"])
        service.log_in("johndoe", PASSWORD)
        service.log_in("johndoe", PASSWORD)

    def test_it_is_a_table_in_the_order_of_the_names(self, run, three):
        result = run("users", "list")
        heading, *lines = result.stdout.splitlines()
        assert heading.split() == ["NAME", "DISPLAY", "NAME", "ROLES", "DISABLED", "SESSIONS", "CREATED"]
        assert [line.split()[0] for line in lines] == ["anna", "johndoe", "Zoë"]
        assert "Anna Doe" in lines[0]
        assert "Admin, Manager" in lines[2]
        assert " 2 " in lines[1]
        assert result.stderr == "3 of 3 users\n"

    def test_it_is_searched_and_paged(self, run_json, three):
        found = run_json("users", "list", "--search", "DOE", "--limit", "1", "--offset", "1")
        assert found["total"] == 2
        assert [(user["user_name"], user["sessions"]) for user in found["users"]] == [("johndoe", 2)]

    def test_a_disabled_user_shows_since_when(self, run, run_json, service, three):
        service.administration.disable(service.administration.find_user("anna").id)
        disabled_at = run_json("users", "list")["users"][0]["disabled_at"]
        assert disabled_at.endswith("Z")
        assert disabled_at[:19] in run("users", "list").stdout

    @pytest.mark.parametrize("option", [["--limit", "0"], ["--limit", str(2**64)], ["--offset", "-1"], ["--limit", "x"]])
    def test_an_invalid_number_is_wrong_usage(self, run, option):
        assert run("users", "list", *option).exit_code == 2

    def test_what_looks_like_markup_is_shown_as_it_is(self, run, service):
        service.create_user("[bold]x[/bold]", PASSWORD)
        assert "[bold]x[/bold]" in run("users", "list").stdout


class TestDisableAndEnable:
    def test_disabling_ends_the_sessions_and_lets_nobody_in(self, run_json, service, pair):
        session_id = service.verify_access(pair.access_token).session_id
        assert run_json("users", "disable", "JOHNDOE") == {"user_name": "johndoe", "ended_sessions": [str(session_id)]}
        with pytest.raises(SessionRevoked):
            service.verify_access(pair.access_token)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_enabling_lets_in_again(self, run, service, johndoe):
        run("users", "disable", "johndoe")
        assert run("users", "enable", "johndoe").stdout == "Enabled johndoe.\n"
        assert service.log_in("johndoe", PASSWORD)

    def test_the_last_administrator_is_not_disabled(self, run, service):
        service.create_user("root", PASSWORD, roles=["Admin"])
        assert_refused(run("users", "disable", "root"), "only administrator")

    @pytest.mark.parametrize(
        "command", [["disable"], ["enable"], ["set-roles"], ["set-password", "--link"], ["set-password", "--password-stdin"]]
    )
    def test_a_user_who_does_not_exist_is_named(self, run, command):
        assert_refused(run("users", command[0], "nobody", *command[1:]), "There is no user nobody.")

    def test_a_name_that_is_not_text_is_no_users_name(self, run):
        assert_refused(run("users", "disable", "\udcff"), "There is no user ?.")
        assert run("users", "list", "--search", "\udcff").stderr == "0 of 0 users\n"


class TestSetRoles:
    def test_the_roles_given_replace_all_others_at_once(self, run_json, service, pair):
        assert run_json("users", "set-roles", "johndoe", "Admin", "Auditor")["roles"] == ["Admin", "Auditor"]
        assert service.verify_access(pair.access_token).roles == {"Admin", "Auditor"}

    def test_no_roles_take_all_away(self, run, service, johndoe):
        assert run("users", "set-roles", "johndoe").stdout == "Roles of johndoe: none.\n"
        assert service.administration.get_user(johndoe.id).roles == []

    def test_the_last_administrator_keeps_the_role(self, run, service):
        service.create_user("root", PASSWORD, roles=["Admin"])
        assert_refused(run("users", "set-roles", "root", "Manager"), "only administrator")


class TestSetPassword:
    def test_it_ends_the_sessions_and_only_the_new_one_is_good(self, run_json, service, pair):
        session_id = service.verify_access(pair.access_token).session_id
        done = run_json("users", "set-password", "johndoe", "--password-stdin", stdin=LONG_PASSWORD)
        assert done["ended_sessions"] == [str(session_id)]
        with pytest.raises(SessionRevoked) as ended:
            service.verify_access(pair.access_token)
        assert ended.value.reason == "password_changed"
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert service.log_in("johndoe", LONG_PASSWORD)

    def test_the_policy_applies_and_then_nothing_changes(self, run, service, pair):
        assert_refused(run("users", "set-password", "johndoe", "--password-stdin", stdin=PASSWORD), "at least 15")
        assert service.verify_access(pair.access_token)
        assert service.log_in("johndoe", PASSWORD)

    def test_a_disabled_user_gets_one_and_stays_disabled(self, run, service, johndoe):
        run("users", "disable", "johndoe")
        assert run("users", "set-password", "johndoe", "--password-stdin", stdin=LONG_PASSWORD).exit_code == 0
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", LONG_PASSWORD)

    def test_a_link_made_before_is_spent(self, run, run_json, service, johndoe):
        link = run_json("users", "set-password", "johndoe", "--link")
        run("users", "set-password", "johndoe", "--password-stdin", stdin=LONG_PASSWORD)
        with pytest.raises(InvalidToken):
            log_in_by_link(service, token_of(link["path"]), OTHER_PASSWORD)

    def test_with_a_link_the_old_password_is_good_until_it_is_used(self, run_json, service, pair):
        link = run_json("users", "set-password", "johndoe", "--link")
        assert service.verify_access(pair.access_token)
        assert service.log_in("johndoe", PASSWORD)
        log_in_by_link(service, token_of(link["path"]), LONG_PASSWORD)
        with pytest.raises(SessionRevoked):
            service.verify_access(pair.access_token)

    def test_it_is_written_down_without_an_actor(self, run, service, johndoe):
        run("users", "set-password", "johndoe", "--password-stdin", stdin=LONG_PASSWORD)
        (event,) = events_of(service, "password_set")
        assert (event.user_name, event.actor_id) == ("johndoe", None)


def test_the_password_is_in_no_output_and_in_no_event(run, service):
    results = [
        run("users", "create", "alice", stdin=f"{LONG_PASSWORD}\n{LONG_PASSWORD}\n"),
        run("users", "set-password", "alice", "--password-stdin", stdin=OTHER_PASSWORD),
        run("users", "set-password", "alice", "--password-stdin", "--json", stdin=LONG_PASSWORD),
        run("users", "list", "--json"),
        run("events", "tail"),
        run("events", "export"),
    ]
    with service.database.read() as db:
        written = [str(event.model_dump()) for event in db.exec(select(SecurityEvent))]
    for text in [*(result.output for result in results), *written]:
        assert LONG_PASSWORD not in text
        assert OTHER_PASSWORD not in text
        assert "$argon2id$" not in text


class TestRenameAndDelete:
    def test_the_name_that_others_see_is_changed(self, run, johndoe, service):
        assert run("users", "rename", "johndoe", "John Doe II").stdout == "johndoe is shown as John Doe II.\n"
        assert service.administration.get_user(johndoe.id).display_name == "John Doe II"
        assert_refused(run("users", "rename", "johndoe", "x" * 129), "at most 128 characters")

    @pytest.mark.parametrize(("options", "answer"), [([], "y\n"), (["--yes"], "")])
    def test_a_user_is_deleted_with_their_sessions_after_a_question(self, run, johndoe, service, options, answer):
        service.log_in("johndoe", PASSWORD)
        result = run("users", "delete", "johndoe", *options, stdin=answer)
        assert result.exit_code == 0
        assert result.stdout.endswith("Deleted johndoe; 1 session ended.\n")
        assert service.administration.find_user("johndoe") is None

    @pytest.mark.parametrize("answer", ["n\n", "\n", ""])
    def test_any_other_answer_deletes_nobody(self, run, johndoe, service, answer):
        assert run("users", "delete", "johndoe", stdin=answer).exit_code == 1
        assert service.administration.find_user("johndoe").id == johndoe.id

    def test_json_is_all_that_is_printed(self, run_json, johndoe):
        assert run_json("users", "delete", "johndoe", "--yes") == {"user_name": "johndoe", "ended_sessions": []}


class TestResetSecondFactor:
    def test_the_password_is_enough_again_and_the_sessions_end(self, run, service, johndoe, clock):
        identity = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        enrol(service, identity, clock)
        assert run("users", "reset-second-factor", "johndoe").stdout == (
            "Removed the second factors of johndoe; 1 session ended.\n"
        )
        assert service.log_in("johndoe", PASSWORD)

    def test_where_there_is_none_it_says_so(self, run, johndoe):
        assert_refused(run("users", "reset-second-factor", "johndoe"), "This user has no second factor.")
