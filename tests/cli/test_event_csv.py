"""CSV of the audit log: nothing is lost, nothing is a formula, nothing is held in memory."""

import csv
import io
import re
import weakref
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from rxapp.auth.core.audit.csv_export import COLUMNS, write_csv

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 250, tzinfo=UTC)
SIGNS = "=+-@＝＋－＠"


class Event(SimpleNamespace):
    """As `Administration.each_event` gives them."""

    __hash__ = object.__hash__


def event(**changes):
    return Event(**(dict.fromkeys(COLUMNS) | {"id": 1, "occurred_at": MOMENT, "kind": "login"} | changes))


def written(*events):
    stream = io.StringIO(newline="")
    assert write_csv(iter(events), stream) == len(events)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_a_row_has_every_column_and_the_time_in_utc():
    user_id = UUID(int=7)
    (row,) = written(event(user_id=user_id, user_name='Zoë, "the" first', detail="none → Admin"))
    assert list(row) == list(COLUMNS)
    assert (row["id"], row["kind"], row["user_id"]) == ("1", "login", str(user_id))
    assert (row["user_name"], row["detail"]) == ('Zoë, "the" first', "none → Admin")
    assert row["actor_id"] == ""
    assert row["occurred_at"] == "2026-01-31T12:00:00.000250Z"
    assert datetime.fromisoformat(row["occurred_at"]) == MOMENT


def test_without_events_there_is_the_header():
    stream = io.StringIO(newline="")
    assert write_csv([], stream) == 0
    assert stream.getvalue() == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("sign", [*SIGNS, "\t", "\r"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_made_text(sign):
    (row,) = written(event(user_agent=f"{sign}HYPERLINK(1)", user_name=f" {sign}x"))
    assert row["user_agent"] == f"'{sign}HYPERLINK(1)"
    assert row["user_name"].lstrip(" ")[0] == "'" or sign in "\t\r"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("between", ["", " ", '"', ' "'])
def test_also_where_a_spreadsheet_splits_at_semicolons(sign, between):
    (row,) = written(event(user_agent=f"Mozilla/5.0 (X11;{between}{sign}cmd|' /C calc'!A0;)"))
    assert row["user_agent"] == f"Mozilla/5.0 (X11;'{between}{sign}cmd|' /C calc'!A0;)"


@pytest.mark.parametrize(
    "text", ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101", "a=b", "a-b", "x@example.com", "2001:db8::1", "", " x"]
)
def test_what_is_no_formula_stays_as_it_is(text):
    (row,) = written(event(user_agent=text))
    assert row["user_agent"] == text


@given(text=st.text(st.one_of(st.sampled_from(SIGNS + ";\t\r\n \"'a"), st.characters())))
def test_no_cell_ever_begins_with_a_sign_whichever_separator_it_is_read_with_and_no_character_is_lost(text):
    (row,) = written(event(user_agent=text))
    cell = row["user_agent"]
    for part in re.split(r"[;\t\r\n]", cell):
        assert not part.lstrip(' "').startswith(tuple(SIGNS))
    remaining = iter(cell)
    assert all(character in remaining for character in text)
    assert len(cell) - len(text) <= text.count(";") + sum(text.count(space) for space in "\t\r\n") + 1


def test_one_event_after_the_other_is_written_and_let_go():
    alive = weakref.WeakSet()
    most_alive = 0

    def events():
        nonlocal most_alive
        for number in range(5_000):
            row = event(id=number)
            alive.add(row)
            most_alive = max(most_alive, len(alive))
            yield row

    class Counter(io.TextIOBase):
        def write(self, text):
            return len(text)

    assert write_csv(events(), Counter()) == 5_000
    assert most_alive <= 3
