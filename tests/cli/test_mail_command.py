"""`mail` and `users invite`."""

import pytest

from rxapp.auth.features.email.rules import outbox
from tests.apart import call_apart
from tests.cli.conftest import assert_refused
from tests.mailbox import newest
from tests.smtp_server import smtp_server


@pytest.fixture
def environment(environment):
    return environment | {"RXAPP_EMAIL": "optional"}


@pytest.fixture
def run(run):
    """In a thread of its own, because a command has an event loop."""
    return lambda *arguments, **options: call_apart(lambda: run(*arguments, **options))


@pytest.fixture
def given_up(service):
    with service.database.transaction() as db:
        outbox.queue(db, "more_notices", "john@example.com", service.clock())
    claimed = outbox.claim(service.database, service.clock())
    outbox.note_failed(service.database, claimed, service.clock(), "550 no such mailbox", is_final=True, is_uncertain=False)
    return claimed


def test_who_is_invited_gets_a_link(run, run_json, service):
    assert run("users", "invite", "jane", "jane@example.com").stdout == "Created jane. The running app sends the link.\n"
    assert newest(service, "jane@example.com", "invite").link
    invited = run_json("users", "invite", "joe", "joe@example.com", "--role", "Manager")
    assert invited["user_name"] == "joe"
    assert service.administration.find_user("joe").roles == ["Manager"]


def test_a_refused_invitation_makes_nobody(run, service):
    assert_refused(run("users", "invite", "jane", "no address"), "Please enter an e-mail address, such as name@example.com.")
    assert service.administration.find_user("jane") is None


def test_messages_are_listed_without_what_they_say(run, run_json, given_up):
    heading, row = run("mail", "list").stdout.splitlines()
    assert heading.split()[:3] == ["ID", "KIND", "TO"]
    assert "john@example.com" in row
    assert "550 no such mailbox" in row
    (listed,) = run_json("mail", "list", "--given-up")
    assert (listed["id"], listed["kind"], listed["tries"]) == (str(given_up.id), "more_notices", 1)


def test_what_was_given_up_is_tried_again(run, run_json, service, given_up):
    assert run("mail", "retry", str(given_up.id)).stdout == "1 message will be tried again.\n"
    assert outbox.counts(service.database) == {"waiting": 1, "given_up": 0, "uncertain": 0}
    assert_refused(run("mail", "retry", str(given_up.id)), "There is no such message that was given up.")
    assert run_json("mail", "retry") == {"retried": 0}


def test_a_message_is_sent_to_try_the_server(run, run_json, environment, monkeypatch):
    assert_refused(run("mail", "test", "you@example.com"), "RXAPP_SMTP_URL is not set.")
    with smtp_server() as (inbox, port):
        monkeypatch.setenv("RXAPP_SMTP_URL", f"smtp://127.0.0.1:{port}")
        assert run("mail", "test", "you@example.com").stdout == "The server has taken the message.\n"
        assert run_json("mail", "test", "you@example.com") == {"recipient": "you@example.com", "server": "127.0.0.1"}
        assert [message["To"] for message in inbox.messages] == ["you@example.com"] * 2
        inbox.answers = ["550 no"]
        assert_refused(run("mail", "test", "you@example.com"), "It was not sent: 550 no")


@pytest.mark.parametrize(
    "command", [("mail", "list"), ("mail", "retry"), ("mail", "test", "a@b.example"), ("users", "invite", "x", "y")]
)
def test_where_it_is_off_each_says_so(run, monkeypatch, command):
    monkeypatch.setenv("RXAPP_EMAIL", "off")
    assert_refused(run(*command), "E-mail is off: set RXAPP_SMTP_URL, or RXAPP_EMAIL=optional in development.")
