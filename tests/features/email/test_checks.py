"""What `doctor` says of e-mail."""

from pydantic import SecretStr

from rxapp.auth.doctor.findings import Verdict
from rxapp.auth.features.email.checks import check
from rxapp.auth.features.email.rules import outbox
from tests.apart import call_apart
from tests.smtp_server import smtp_server


def verdicts(settings, database, url="", **changes):
    changes |= {"smtp_url": SecretStr(url)}
    found = call_apart(lambda: list(check(settings.model_copy(update=changes), database)))
    return [(each.verdict, each.says) for each in found]


def test_it_is_well_if_the_server_answers(settings, database):
    with smtp_server() as (inbox, port):
        says = f"127.0.0.1:{port} answers; 0 waiting, 0 given up, 0 uncertain"
        assert verdicts(settings, database, f"smtp://127.0.0.1:{port}") == [(Verdict.OK, says)]
        assert inbox.messages == []


def test_what_was_given_up_is_a_warning(settings, database, service):
    with service.database.transaction() as db:
        outbox.queue(db, "more_notices", "john@example.com", service.clock())
    claimed = outbox.claim(service.database, service.clock())
    outbox.note_failed(service.database, claimed, service.clock(), "550", is_final=True, is_uncertain=True)
    with smtp_server() as (_, port):
        ((verdict, says),) = verdicts(settings, database, f"smtp://127.0.0.1:{port}")
    assert (verdict, says.partition("; ")[2]) == (Verdict.WARNING, "0 waiting, 1 given up, 1 uncertain")


def test_a_server_that_is_away_is_a_problem(settings, database):
    with smtp_server() as (_, port):
        pass
    ((verdict, says),) = verdicts(settings, database, f"smtp://127.0.0.1:{port}")
    assert verdict is Verdict.PROBLEM
    assert "does not take messages" in says


def test_without_a_server_and_without_an_address_it_says_so(settings, database):
    found = verdicts(settings, database, public_origins=())
    assert [verdict for verdict, _ in found] == [Verdict.PROBLEM, Verdict.WARNING]
    assert "no message has a link" in found[0][1]
    assert "/dev/mailbox" in found[1][1]
