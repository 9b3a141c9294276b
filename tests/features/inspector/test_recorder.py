"""What the recorder writes down, and how much of it."""

import logging
from contextvars import copy_context
from uuid import uuid4

import pytest

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.signals import CALL, REFUSED, ROTATED
from rxapp.auth.core.errors import AccessTokenExpired
from rxapp.auth.features.inspector.recorder import HAPPENINGS, REQUESTS, SESSIONS, STEPS, Party, Recorder
from rxapp.auth.http.logs.log_format import fields
from rxapp.auth.http.runtime.request_context import begin_request


@pytest.fixture
def recorder(clock):
    return Recorder(clock)


@pytest.fixture
def request_context():
    return begin_request()


def ways(happening):
    return [(step.sender, step.receiver) for step in happening.steps]


def finish(recorder, path="/api/me", status=200):
    record = logging.makeLogRecord(fields(method="GET", path=path, status=status))
    recorder.emit(record)


def test_what_a_call_did_in_the_database_comes_between_its_question_and_its_answer(recorder):
    with recorder.event("click") as happening:
        recorder.observe(ROTATED, "", 1)
        recorder.observe(CALL, "refresh", 0.001)
    assert ways(happening) == [(Party.PAGE, Party.SERVER), (Party.SERVER, Party.DATABASE), (Party.SERVER, Party.PAGE)]
    assert happening.has_new_pair


def test_a_page_asks_the_server_and_never_the_database_itself(recorder):
    with recorder.event("click") as happening:
        recorder.observe(CALL, "list_customers", 0.001)
        recorder.observe(EventKind.LOGIN, "", 1)
        recorder.observe(CALL, "log_in", 0.001)
    assert (Party.PAGE, Party.DATABASE) not in ways(happening)
    assert ways(happening)[-3:] == [(Party.PAGE, Party.SERVER), (Party.SERVER, Party.DATABASE), (Party.SERVER, Party.PAGE)]


def test_a_refusal_is_the_answer(recorder):
    with recorder.event("click") as happening:
        recorder.observe(REFUSED, "session_revoked", 1)
        recorder.observe(CALL, "verify_access", 0.001)
    assert happening.steps[-1].is_refusal
    assert "session_revoked" in happening.steps[-1].words


def test_an_expired_token_is_refused_without_asking_the_database(recorder):
    with recorder.event("click") as happening:
        recorder.observe(REFUSED, AccessTokenExpired.code, 1)
        recorder.observe(CALL, "verify_access", 0.001)
    assert Party.DATABASE not in {step.receiver for step in happening.steps}


def test_a_request_is_filed_under_the_session_that_it_was_verified_to_be_of(recorder, request_context):
    request_context.session_id = uuid4()
    recorder.observe(CALL, "verify_access", 0.001)
    finish(recorder)
    (happening,) = recorder.of(request_context.session_id)
    assert happening.title == "GET /api/me"
    assert ways(happening)[0] == (Party.BROWSER, Party.SERVER)
    assert ways(happening)[-1] == (Party.SERVER, Party.BROWSER)


def test_a_request_of_nobody_is_not_kept(recorder, request_context):
    recorder.observe(CALL, "verify_access", 0.001)
    finish(recorder)
    assert not recorder._sessions
    assert not recorder._requests


def test_the_last_happening_comes_first(recorder):
    session = uuid4()
    for title in ("first", "second"):
        with recorder.event(title) as happening:
            recorder.file(happening, session)
    assert [each.title for each in recorder.of(session)] == ["second", "first"]


def test_it_keeps_few_sessions_and_the_last_happenings_of_each(recorder):
    sessions = [uuid4() for _ in range(SESSIONS + 1)]
    for session in sessions:
        for number in range(HAPPENINGS + 1):
            with recorder.event(str(number)) as happening:
                recorder.file(happening, session)
    assert recorder.of(sessions[0]) == []
    assert len(recorder.of(sessions[-1])) == HAPPENINGS
    assert len(recorder._sessions) == SESSIONS


def test_a_happening_has_few_steps_and_few_requests_are_under_way(recorder):
    with recorder.event("click") as happening:
        for _ in range(STEPS * 2):
            recorder.observe(CALL, "list_customers", 0.001)
    assert len(happening.steps) == STEPS
    for _ in range(REQUESTS * 2):
        begin_request()
        recorder.observe(CALL, "verify_access", 0.001)
    assert len(recorder._requests) == REQUESTS


def test_signals_of_nothing_in_particular_are_not_kept(recorder):
    recorder.observe(CALL, "prune", 0.001)
    assert not recorder._requests or len(recorder._requests) == 1


def test_requests_to_which_their_clients_gave_the_same_id_are_two(recorder):
    def request():
        context = begin_request("chosen-by-a-client")
        context.session_id = uuid4()
        recorder.observe(CALL, "verify_access", 0.001)
        return context, copy_context()

    (first, _), (second, within) = copy_context().run(request), request()
    within.run(finish, recorder)
    assert len(recorder.of(second.session_id)) == 1
    assert len(recorder.of(second.session_id)[0].steps) == 3
    assert recorder.of(first.session_id) == []
