"""Messages on their way: a server that takes, refuses, is slow and hangs up; workers that die; several workers."""

import asyncio
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.email.rules import outbox, recovery
from rxapp.auth.features.email.sender import keep_sending, running, send_next
from rxapp.auth.http.runtime.service import use_service
from tests.apart import run_apart
from tests.clock import MovableClock
from tests.conftest import NO_LIMITS
from tests.mailbox import confirm_address
from tests.observed import observed_by
from tests.smtp_server import PASSWORD, USER, authenticator, self_signed, smtp_server


@pytest.fixture
def clock():
    """It stands still: the times of attempts are compared."""
    return MovableClock()


@pytest.fixture
def inbox():
    with smtp_server() as (inbox, port):
        inbox.port = port
        yield inbox


def sending_to(service, url, **changes):
    """A service that sends its messages there."""
    changes = {
        "smtp_url": SecretStr(url),
        "mail_from": "Acme <acme@example.org>",
        "smtp_timeout": timedelta(seconds=20),
    } | changes
    sending = AuthService(service.settings.model_copy(update=changes), service.database, service.clock)
    use_service(sending)
    return sending


@pytest.fixture
def sending(service, inbox):
    return sending_to(service, f"smtp://127.0.0.1:{inbox.port}")


def queue(service, recipient="john@example.com", kind="more_notices"):
    with service.database.transaction() as db:
        outbox.queue(db, kind, recipient, service.clock())


def send_all(service):
    async def until_none_is_due():
        while await send_next(service):
            pass

    run_apart(until_none_is_due())


def stored(service):
    (only,) = outbox.newest(service.database, limit=2)
    return only


def test_a_message_arrives_once_with_text_and_html(sending, inbox):
    queue(sending)
    send_all(sending)
    send_all(sending)
    (message,) = inbox.messages
    assert (message["From"], message["To"]) == ("Acme <acme@example.org>", "john@example.com")
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert (inbox.envelopes[0].mail_from, inbox.envelopes[0].rcpt_tos) == ("acme@example.org", ["john@example.com"])
    assert message["Message-ID"] == f"<{stored(sending).id}@example.org>"
    assert stored(sending).sent_at == sending.clock()


def test_a_message_that_is_refused_for_good_is_given_up_and_can_be_tried_again(sending, inbox):
    inbox.answers = ["550 no such mailbox"]
    queue(sending)
    send_all(sending)
    given_up = stored(sending)
    assert (given_up.given_up_at, given_up.sent_at, given_up.last_error) == (sending.clock(), None, "550 no such mailbox")
    assert outbox.counts(sending.database) == {"waiting": 0, "given_up": 1, "uncertain": 0}
    assert outbox.retry(sending.database, given_up.id, sending.clock())
    assert not outbox.retry(sending.database, given_up.id, sending.clock())
    send_all(sending)
    assert len(inbox.messages) == 1


def test_so_is_a_recipient(sending, inbox):
    inbox.answers = ["rcpt 550 never heard of them"]
    queue(sending)
    send_all(sending)
    assert stored(sending).given_up_at
    assert "never heard" in stored(sending).last_error


def test_after_a_refusal_for_now_it_is_tried_again_later_and_later(sending, inbox, clock):
    inbox.answers = ["451 busy"] * len(outbox.RETRY_DELAYS)
    queue(sending)
    for number, delay in enumerate(outbox.RETRY_DELAYS, 1):
        send_all(sending)
        assert (stored(sending).tries, stored(sending).next_try_at) == (number, clock() + delay)
        clock.now += delay
    send_all(sending)
    assert len(inbox.messages) == 1
    assert stored(sending).sent_at


def test_in_the_end_it_is_given_up(sending, inbox, clock):
    inbox.answers = ["451 busy"] * 99
    queue(sending)
    for _ in range(len(outbox.RETRY_DELAYS) + 1):
        send_all(sending)
        clock.move(hours=9)
    assert stored(sending).given_up_at
    send_all(sending)
    assert stored(sending).tries == len(outbox.RETRY_DELAYS) + 1


def test_a_server_that_is_away_loses_nothing(service, clock):
    with smtp_server() as (_, port):
        pass
    sending = sending_to(service, f"smtp://127.0.0.1:{port}")
    queue(sending)
    send_all(sending)
    assert stored(sending).next_try_at == clock() + outbox.RETRY_DELAYS[0]
    with smtp_server() as (inbox, port):
        sending = sending_to(service, f"smtp://127.0.0.1:{port}")
        clock.move(minutes=1)
        send_all(sending)
        assert len(inbox.messages) == 1


def test_a_connection_that_drops_before_the_end_of_the_message_brings_it_once(sending, inbox, clock):
    inbox.answers = ["hang up"]
    queue(sending)
    send_all(sending)
    assert inbox.messages == []
    clock.move(minutes=1)
    send_all(sending)
    assert len(inbox.messages) == 1


def test_after_a_lost_answer_it_may_arrive_twice_with_the_same_id_and_that_is_counted(sending, inbox, clock):
    inbox.answers = ["lost"]
    queue(sending)
    told = []
    with observed_by(lambda what, detail, _: told.append(detail) if what == "mail" else None):
        send_all(sending)
        clock.move(minutes=1)
        send_all(sending)
    first, second = inbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert stored(sending).uncertain == outbox.counts(sending.database)["uncertain"] == 1
    assert told == ["uncertain", "later", "sent"]


def test_a_server_that_does_not_answer_is_left_after_the_time_that_is_set(service, inbox, clock):
    sending = sending_to(service, f"smtp://127.0.0.1:{inbox.port}", smtp_timeout=timedelta(seconds=0.2))
    inbox.answers = ["slow"]
    queue(sending)
    began = time.monotonic()
    send_all(sending)
    assert time.monotonic() - began < 5
    assert (stored(sending).uncertain, stored(sending).next_try_at) == (1, clock() + outbox.RETRY_DELAYS[0])


def test_what_a_dead_worker_had_taken_is_sent_by_another_and_counted(sending, inbox, clock):
    queue(sending)
    assert outbox.claim(sending.database, clock())  # and then it was killed
    send_all(sending)
    assert inbox.messages == []
    clock.now += outbox.LEASE
    send_all(sending)
    assert len(inbox.messages) == 1
    assert stored(sending).uncertain == 1


def test_a_worker_that_comes_back_late_does_not_overwrite_what_another_noted(sending, inbox, clock):
    queue(sending)
    late = outbox.claim(sending.database, clock())
    clock.now += outbox.LEASE
    send_all(sending)
    outbox.note_failed(sending.database, late, clock(), "too late", is_final=True, is_uncertain=False)
    assert (stored(sending).sent_at, stored(sending).given_up_at) == (clock(), None)


def test_nor_the_attempt_that_an_administrator_asked_for(sending, inbox, clock):
    """It is the first one again, as the late one was."""
    queue(sending)
    late = outbox.claim(sending.database, clock())
    clock.now += outbox.LEASE
    inbox.answers = ["550 no such mailbox"]
    send_all(sending)
    assert outbox.retry(sending.database, late.id, clock())
    outbox.claim(sending.database, clock())
    outbox.note_failed(sending.database, late, clock(), "too late", is_final=True, is_uncertain=False)
    assert (stored(sending).given_up_at, stored(sending).last_error) == (None, "550 no such mailbox")


def test_several_workers_send_each_message_once(sending, inbox):
    for number in range(60):
        queue(sending, f"user{number}@example.com")
    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(lambda _: _claim_all(sending), range(4)))
    taken = [each.recipient for some in claimed for each in some]
    assert sorted(taken) == sorted(f"user{number}@example.com" for number in range(60))


def _claim_all(service):
    claimed = []
    while (each := outbox.claim(service.database, service.clock())) is not None:
        claimed.append(each)
    return claimed


@pytest.mark.parametrize("wrong", ["kind", "template"])
def test_a_message_that_cannot_be_made_is_tried_again_like_others_and_given_up_in_the_end(sending, inbox, clock, tmp_path, wrong):
    (tmp_path / "more_notices.txt").write_text("{{ 1 / 0 }}")
    broken = sending_to(sending, f"smtp://127.0.0.1:{inbox.port}", mail_templates=tmp_path if wrong == "template" else None)
    queue(broken, kind="of a newer release" if wrong == "kind" else "more_notices")
    for _ in range(len(outbox.RETRY_DELAYS) + 1):
        send_all(broken)
        clock.move(hours=9)
    assert stored(broken).given_up_at
    assert stored(broken).last_error.startswith("it could not be made: ")
    assert outbox.counts(broken.database)["uncertain"] == 0


def test_nothing_is_sent_of_a_transaction_that_fails(sending, inbox):
    with pytest.raises(RuntimeError), sending.database.transaction() as db:
        outbox.queue(db, "more_notices", "john@example.com", sending.clock())
        raise RuntimeError
    send_all(sending)
    assert inbox.messages == []


def test_what_a_message_was_about_may_have_ended_meanwhile(sending, inbox, clock, johndoe):
    identity = sending.verify_access(sending.log_in("johndoe", "def@123").access_token)
    confirm_address(sending, identity, "john@example.com")
    recovery.ask_for_reset(sending, "johndoe")
    clock.move(days=2)
    send_all(sending)
    assert inbox.messages == []
    assert {each.last_error for each in outbox.newest(sending.database, limit=9)} == {"what it was about has ended"}


def test_a_link_that_was_asked_for_before_the_address_changed_is_not_made_good_by_being_sent_late(sending, inbox, clock, johndoe):
    """The server was away meanwhile. Whoever reads the old mailbox would get in."""
    identity = sending.verify_access(sending.log_in("johndoe", "def@123").access_token)
    confirm_address(sending, identity, "john@example.com")
    send_all(sending)
    recovery.ask_for_reset(sending, "johndoe")
    clock.move(minutes=1)
    confirm_address(sending, identity, "new@example.com")
    send_all(sending)
    assert [message["To"] for message in inbox.messages] == ["john@example.com"]
    assert "takes" not in inbox.messages[0]["Subject"]
    assert {each.last_error for each in outbox.newest(sending.database, limit=9) if each.kind == "reset"} == {
        "what it was about has ended"
    }


@pytest.mark.parametrize("how", ["smtps", "starttls"])
def test_over_tls_with_a_password(service, tmp_path, monkeypatch, how):
    context, certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options = {"ssl_context": context} if how == "smtps" else {"tls_context": context, "require_starttls": True}
    is_starttls = how == "starttls"  # aiosmtpd counts nothing else as TLS
    options |= {"authenticator": authenticator, "auth_required": is_starttls, "auth_require_tls": is_starttls}
    with smtp_server(**options) as (inbox, port):
        scheme, query = ("smtps", "") if how == "smtps" else ("smtp", "?starttls=always")
        sending = sending_to(service, f"{scheme}://{USER}:s3cret%2Fpass@127.0.0.1:{port}{query}")
        queue(sending)
        send_all(sending)
        assert len(inbox.messages) == 1
        assert PASSWORD == "s3cret/pass"
        wrong = sending_to(service, f"{scheme}://{USER}:guess@127.0.0.1:{port}{query}")
        queue(wrong, "jane@example.com")
        send_all(wrong)
        refused = next(each for each in outbox.newest(wrong.database, limit=9) if each.recipient == "jane@example.com")
        assert refused.last_error.startswith("535")
        assert refused.next_try_at, "it is our password that is wrong, and nothing of the message"
        assert "guess" not in refused.last_error


def test_nobody_waits_while_the_certificates_of_the_world_are_read(service, inbox, monkeypatch):
    """Some 150 of them: it takes tens of milliseconds, for each message."""
    sending, reads, loops = sending_to(service, f"smtp://127.0.0.1:{inbox.port}?starttls=always"), [], []
    read = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: (reads.append(threading.get_ident()), read())[1])
    queue(sending)

    async def send():
        loops.append(threading.get_ident())
        await send_next(sending)

    run_apart(send())
    assert len(reads) == 1
    assert reads != loops


def test_a_certificate_that_nobody_vouches_for_is_refused(service, tmp_path):
    context, _ = self_signed(tmp_path)
    with smtp_server(ssl_context=context) as (inbox, port):
        sending = sending_to(service, f"smtps://127.0.0.1:{port}")
        queue(sending)
        send_all(sending)
        assert inbox.messages == []
        assert "certificate" in stored(sending).last_error.lower()


def test_without_starttls_nothing_is_sent_in_plain_text_if_it_was_asked_for(service, inbox):
    sending = sending_to(service, f"smtp://127.0.0.1:{inbox.port}?starttls=always")
    queue(sending)
    send_all(sending)
    assert inbox.messages == []
    assert stored(sending).next_try_at


def test_the_task_sends_what_is_queued_at_once(sending, inbox):
    async def run():
        stopping = asyncio.Event()
        task = asyncio.create_task(keep_sending(sending, stopping))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(queue, sending)
        async with asyncio.timeout(4):  # less than `POLL_SECONDS`
            while not inbox.messages:  # noqa: ASYNC110  it is in another thread
                await asyncio.sleep(0.02)
        stopping.set()
        await task

    run_apart(run())


def test_a_message_that_is_just_being_sent_is_sent_to_its_end_when_the_app_stops(sending, inbox):
    async def run():
        async with running():
            await asyncio.to_thread(queue, sending)
            while not stored(sending).tries:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    run_apart(run())
    assert len(inbox.messages) == 1
    assert stored(sending).sent_at


WORKER = """
import asyncio, sys
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.database.engine import Database
from rxapp.auth.features.email.sender import keep_sending
from rxapp.auth.http.runtime.service import use_service

async def work():
    settings = Settings(_env_file=None, secret_key="k" * 40, smtp_url=sys.argv[2], mail_from="a@example.org")
    service = AuthService(settings, Database(sys.argv[1]))
    use_service(service)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, stopping.set)
    print("ready", flush=True)
    await keep_sending(service, stopping)

asyncio.run(work())
"""


def test_two_worker_processes_send_each_message_once_and_lose_none(sending, inbox, clock):
    clock.now = datetime.now(UTC)
    for number in range(100):
        queue(sending, f"user{number}@example.com")
    url = sending.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, f"smtp://127.0.0.1:{inbox.port}"]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for worker in workers:
            assert worker.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + 60
        while outbox.counts(sending.database)["waiting"] and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        for worker in workers:
            worker.communicate(b"stop", timeout=30)
    assert sorted(message["To"] for message in inbox.messages) == sorted(f"user{number}@example.com" for number in range(100))
    assert outbox.counts(sending.database) == {"waiting": 0, "given_up": 0, "uncertain": 0}


KILLED = """
import os, sys, asyncio
from rxapp.auth.features.email import sender
from rxapp.auth.features.email.rules import outbox, recovery
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.database.engine import Database
from rxapp.auth.http.runtime.service import use_service

outbox.note_sent = lambda *_: os.kill(os.getpid(), 9)
settings = Settings(_env_file=None, secret_key="k" * 40, smtp_url=sys.argv[2], mail_from="a@example.org")
service = AuthService(settings, Database(sys.argv[1]))
use_service(service)
asyncio.run(sender.send_next(service))
"""


def test_a_worker_killed_between_sending_and_noting_sends_it_again_with_the_same_id(sqlite_database, sqlite_url, clock, inbox):
    """The one case, besides a lost answer, in which a person gets a message twice."""
    clock.now = datetime.now(UTC)
    url = f"smtp://127.0.0.1:{inbox.port}"
    settings = Settings(_env_file=None, secret_key="k" * 40, smtp_url=url, mail_from="a@example.org", **NO_LIMITS)
    service = AuthService(settings, sqlite_database, clock)
    use_service(service)
    queue(service)
    done = subprocess.run([sys.executable, "-c", KILLED, sqlite_url, url], capture_output=True, check=False, timeout=60)
    assert done.returncode == -9, done.stderr
    clock.now = datetime.now(UTC) + outbox.LEASE
    send_all(service)
    first, second = inbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert stored(service).uncertain == 1
