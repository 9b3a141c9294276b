"""`events`: the audit log on the terminal, and taken out of it."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert

from rxapp.auth import Client, InvalidCredentials, SecurityEvent
from rxapp.auth.cli.following import follow_events
from rxapp.auth.core.audit.csv_export import COLUMNS
from rxapp.auth.core.audit.events import EventFilter, EventKind, record
from tests.cli.conftest import assert_refused
from tests.conftest import PASSWORD, ROOT

PROCESS_STATUS = Path("/proc/self/status")

EXPORT_AND_SAY_PEAK = f"""
import re, sys
from rxapp.auth.cli import app
try:
    app()
except SystemExit:
    print(re.search(r"VmHWM:\\s+(\\d+)", open("{PROCESS_STATUS}").read())[1], file=sys.stderr)
"""

FORMULA = Client("192.0.2.7", '=HYPERLINK("https://evil.example","click")')


def fail_to_log_in(service, user_name="johndoe", client=FORMULA):
    with pytest.raises(InvalidCredentials):
        service.log_in(user_name, "wrong", client)


@pytest.fixture
def log(service, johndoe, clock):
    """Five events, the first two of them a day old."""
    clock.move(days=-1)
    service.create_user("anna", PASSWORD)
    service.log_in("anna", PASSWORD)
    clock.move(days=1)
    service.log_in("johndoe", PASSWORD)
    fail_to_log_in(service)
    return service


def add_events(database, number, **changes):
    values = {
        "kind": "login",
        "address": "192.0.2.7",
        "user_agent": "x" * 100,
        "detail": "",
        "occurred_at": changes["occurred_at"],
    }
    with database.engine.begin() as connection:
        connection.execute(insert(SecurityEvent), [values] * number)


class TestTail:
    def test_it_prints_the_last_events_the_newest_at_the_end(self, run, log):
        lines = run("events", "tail", "-n", "2").stdout.splitlines()
        assert [line.split()[1:3] for line in lines] == [["login", "johndoe"], ["login_failed", "johndoe"]]
        assert lines[1].split()[0].endswith("Z")
        assert "192.0.2.7" in lines[1]

    def test_as_json_it_is_a_list(self, run_json, log):
        events = run_json("events", "tail")
        assert [event["kind"] for event in events] == ["user_created", "user_created", "login", "login", "login_failed"]
        assert list(events[0]) == list(COLUMNS)
        assert events[-1]["user_agent"] == FORMULA.user_agent

    def test_it_shows_one_user_or_one_kind(self, run_json, log):
        assert {event["user_name"] for event in run_json("events", "tail", "--user", "ANNA")} == {"anna"}
        assert len(run_json("events", "tail", "--kind", "login")) == 2
        assert len(run_json("events", "tail", "--kind", "login", "--user", "anna")) == 1

    def test_what_happened_to_a_user_who_is_gone_is_found_by_the_id(self, run, run_json, service, johndoe, pair):
        service.accounts.delete(service.verify_access(pair.access_token), PASSWORD)
        events = run_json("events", "tail", "--user", str(johndoe.id))
        assert events[-1]["kind"] == "user_deleted"
        assert events[-1]["user_name"] is None
        assert str(johndoe.id) in run("events", "tail").stdout

    def test_a_user_whose_name_looks_like_an_id_is_found_by_the_name(self, run_json, service):
        user = service.create_user(str(uuid4()), PASSWORD)
        assert [event["user_name"] for event in run_json("events", "tail", "--user", user.user_name)] == [user.user_name]

    def test_who_did_it_is_named(self, run, service, johndoe):
        admin = service.create_user("root", PASSWORD)
        service.record(EventKind.USER_RENAMED, user_id=johndoe.id, actor_id=admin.id)
        assert "by root" in run("events", "tail", "-n", "1").stdout

    def test_a_stranger_cannot_steer_the_terminal(self, run, service):
        service.record(EventKind.LOGIN_FAILED, client=Client("192.0.2.7", "\x1b[2J\x1b]0;owned\x07\u202e[red]x\nforged line"))
        result = run("events", "tail")
        assert "?[2J?]0;owned??[red]x?forged line" in result.stdout
        assert len(result.stdout.splitlines()) == 1

    def test_a_user_who_does_not_exist_is_named(self, run):
        assert_refused(run("events", "tail", "--user", "nobody"), "There is no user nobody.")

    def test_a_kind_that_does_not_exist_is_wrong_usage_and_the_kinds_are_named(self, run):
        result = run("events", "tail", "--kind", "sneeze")
        assert result.exit_code == 2
        assert "token_reused" in result.stderr


class TestFollow:
    def test_it_prints_what_happens_and_ends_cleanly_at_ctrl_c(self, start, log):
        process = start("events", "tail", "-n", "1", "--follow", "--json")
        assert json.loads(process.stdout.readline())["kind"] == "login_failed"
        fail_to_log_in(log, "nobody")
        fail_to_log_in(log, "anna")
        assert json.loads(process.stdout.readline())["user_name"] is None
        assert json.loads(process.stdout.readline())["user_name"] == "anna"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
        assert (rest, errors, process.returncode) == ("", "", 0)

    def test_it_follows_only_what_is_asked_for(self, log):
        wanted = EventFilter(kind="user_created")
        following = follow_events(log.administration, wanted, [])
        assert [next(following).user_name, next(following).user_name] == ["johndoe", "anna"]
        fail_to_log_in(log)
        log.create_user("zoe", PASSWORD)
        assert next(following).user_name == "zoe"

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_an_event_whose_transaction_commits_after_a_later_ones_is_not_missed(self, log, database, clock):
        _, known = log.administration.events(EventFilter(), limit=200)
        following = follow_events(log.administration, EventFilter(), known)
        with database.transaction() as slow:
            record(slow, EventKind.USER_RENAMED, clock())
            fail_to_log_in(log)
            later = next(following)
        earlier = next(following)
        assert (later.kind, earlier.kind) == ("login_failed", "user_renamed")
        assert earlier.id < later.id


class TestExport:
    def test_csv_round_trips_with_names_and_times(self, run, run_json, log):
        rows = list(csv.DictReader(io.StringIO(run("events", "export").stdout)))
        events = run_json("events", "tail")
        assert len(rows) == 5
        for row, event in zip(rows, events, strict=True):
            for column in set(COLUMNS) - {"user_agent"}:
                assert row[column] == str(event[column] if event[column] is not None else "")
        assert datetime.fromisoformat(rows[0]["occurred_at"]).utcoffset() == timedelta(0)

    def test_a_user_agent_that_a_spreadsheet_would_take_for_a_formula_is_harmless_and_in_json_as_it_was(self, run, log):
        rows = list(csv.DictReader(io.StringIO(run("events", "export").stdout)))
        assert rows[-1]["user_agent"] == "'" + FORMULA.user_agent
        assert json.loads(run("events", "export", "--format", "json").stdout)[-1]["user_agent"] == FORMULA.user_agent

    def test_json_is_a_list_the_oldest_first(self, run_json, log):
        events = run_json("events", "export")
        assert events == run_json("events", "tail")

    def test_an_empty_log_is_an_empty_list_or_a_header(self, run, run_json):
        assert run_json("events", "export") == []
        assert run("events", "export").stdout.splitlines() == [",".join(COLUMNS)]

    def test_it_is_written_to_a_file_in_utf_8(self, run, log, tmp_path):
        log.administration.set_roles(log.administration.find_user("anna").id, ["Müller"])
        file = tmp_path / "events.csv"
        result = run("events", "export", "--output", str(file))
        assert result.stdout == f"6 events written to {file}.\n"
        assert result.stderr == ""
        rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
        assert rows[-1]["detail"] == "none → Müller"

    def test_with_a_file_json_says_how_many_there_were(self, run_json, log, tmp_path):
        file = tmp_path / "events.json"
        assert run_json("events", "export", "--format", "json", "--output", str(file)) == {"events": 5, "file": str(file)}
        assert len(json.loads(file.read_text())) == 5

    def test_it_is_of_one_user_of_one_kind_or_since_a_moment(self, run_json, log, clock):
        an_hour_ago = clock() - timedelta(hours=1)
        assert [event["kind"] for event in run_json("events", "export", "--user", "anna")] == ["user_created", "login"]
        assert len(run_json("events", "export", "--kind", "login")) == 2
        assert len(run_json("events", "export", "--since", an_hour_ago.isoformat())) == 3
        assert len(run_json("events", "export", "--since", an_hour_ago.replace(tzinfo=None).isoformat())) == 3, "UTC is meant"
        assert len(run_json("events", "export", "--since", "2000-01-01")) == 5

    @pytest.mark.parametrize("date", ["yesterday", "0001-01-01T00:00+14:00", "9" * 5_000])
    def test_an_invalid_date_is_wrong_usage(self, run, date):
        result = run("events", "export", "--since", date)
        assert result.exit_code == 2
        assert "ISO 8601" in result.stderr

    def test_csv_as_json_on_stdout_is_wrong_usage(self, run):
        assert run("events", "export", "--format", "csv", "--json").exit_code == 2

    def test_a_new_file_is_its_owners_alone_and_one_that_was_there_keeps_its_mode_and_is_named(self, run, log, tmp_path):
        new, old = tmp_path / "new.csv", tmp_path / "old.csv"
        old.touch()
        old.chmod(0o644)
        assert run("events", "export", "--output", str(new)).stderr == ""
        assert f"{new.stat().st_mode:o}"[-3:] == "600"
        assert "Others may read or change" in run("events", "export", "--output", str(old)).stderr
        assert f"{old.stat().st_mode:o}"[-3:] == "644"

    def test_a_file_that_cannot_be_written_is_refused(self, run, log, tmp_path):
        assert_refused(run("events", "export", "--output", str(tmp_path / "no" / "x.csv")), "cannot be written: No such file")
        assert_refused(run("events", "export", "--output", "/dev/full"), "cannot be written: No space left")

    def test_a_reader_who_has_enough_is_no_reason_for_a_traceback(self, start, database, clock):
        add_events(database, 5_000, occurred_at=clock())
        process = start("events", "export")
        assert process.stdout.readline().startswith("id,")
        process.stdout.close()
        process.stdout = None
        assert process.communicate(timeout=30)[1] == ""

    @pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="Linux says how much memory a process has had at most")
    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("form", ["csv", pytest.param("json", marks=pytest.mark.thorough)])
    def test_memory_does_not_grow_with_the_log(self, environment, database, clock, tmp_path, form):
        def peak_mib_of(number):
            add_events(database, number, occurred_at=clock())
            command = [sys.executable, "-c", EXPORT_AND_SAY_PEAK, "events", "export", "--format", form]
            command += ["--output", str(tmp_path / "events")]
            done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True)
            return int(done.stderr) / 1024

        small = peak_mib_of(2_000)
        assert peak_mib_of(20_000) - small < 5, "MiB; all the rows at once would take more than ten"
