"""What is logged: one line each, with the request's id, no secrets, and nothing that could pass for another line."""

import io
import json
import logging

import hypothesis.strategies as st
import pytest
from hypothesis import given
from starlette.requests import Request

from rxapp.auth.http.logs import logging_setup as logs
from rxapp.auth.http.logs.log_format import JsonFormatter, TextFormatter
from rxapp.auth.http.middleware.request_border import RequestBorder
from tests.api_in_process import Client, assert_problem, bearer
from tests.web.test_events import in_a_loop

TOKEN = "rxr1_" + "a" * 70


@pytest.fixture
def logger():
    """A logger of its own, with the records that the whole process makes once logging is configured."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logs.RecordsWithoutSecrets(before))
    logger = logging.getLogger("test_logs")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.handlers.clear()
    logging.setLogRecordFactory(before)


@pytest.fixture
def write(logger):
    """Log with this formatter; what came of it."""

    def write(formatter, *arguments, **options) -> str:
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        logger.handlers[:] = [handler]
        logger.error(*arguments, **options)
        return handler.stream.getvalue()

    return write


@given(text=st.text())
def test_a_record_is_one_line_whatever_is_in_it(write, text):
    for formatter in (JsonFormatter(), TextFormatter()):
        line = write(formatter, "somebody sent %s", text)
        assert line.endswith("\n")
        assert len(line.splitlines()) == 1
        assert line[:-1].isprintable()
    json.loads(write(JsonFormatter(), "somebody sent %s", text))


@pytest.mark.parametrize("formatter", [logging.Formatter(), JsonFormatter(), TextFormatter()], ids=["any other", "JSON", "text"])
def test_a_token_is_in_no_message_argument_or_exception_whoever_formats_it(write, formatter):
    try:
        raise ValueError(f"no such token: {TOKEN}")  # noqa: TRY301
    except ValueError:
        text = write(formatter, f"{TOKEN} %s", TOKEN, exc_info=True)
    assert "aaaa" not in text
    assert "no such token" in text


def test_a_traceback_cannot_pass_for_lines_of_its_own(write):
    try:
        raise ValueError("x\n2026-01-01 INFO rxapp.events forged")  # noqa: TRY301
    except ValueError:
        lines = write(TextFormatter(), "it failed", exc_info=True).splitlines()
    assert all(line.startswith("  | ") for line in lines[1:])


class Requests:
    """The lines of requests, as they are made."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def requests():
    requests = Requests()
    handler = logging.StreamHandler(requests.stream)
    handler.setFormatter(JsonFormatter())
    for name in ("rxapp.requests", "rxapp.auth.http.problems.documents"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)
    yield requests
    for name in ("rxapp.requests", "rxapp.auth.http.problems.documents"):
        logging.getLogger(name).removeHandler(handler)


@pytest.fixture
def logged(api, client):
    """The API within the middleware."""
    return Client(RequestBorder(api), client._portal)


def test_a_request_is_one_line_that_says_whose_it_is_and_nothing_secret(logged, tokens, requests):
    logged.get("/api/me?token=secret", headers=bearer(tokens) | {"X-Request-ID": "from-outside"})
    (line,) = requests.lines
    assert line["path"] == "/api/me"
    assert (line["method"], line["status"], line["request_id"]) == ("GET", 200, "from-outside")
    assert {"user_id", "session_id", "milliseconds", "time"} <= line.keys()
    assert "secret" not in str(line)
    assert tokens["token"][-20:] not in str(line)


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "with space", "forged\\n", "a=b;c=d&e=f"])
def test_a_request_id_that_is_not_well_formed_is_replaced(logged, sent):
    answered = logged.get("/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"]
    assert answered != sent
    assert len(answered) == 16


def test_a_5xx_names_its_request_in_the_answer_and_in_every_line(logged, api, requests):
    @api.get("/broken")
    def broken():
        raise ZeroDivisionError

    response = logged.get("/broken", headers={"X-Request-ID": "from-outside"})
    assert_problem(response, 500, "internal_error")
    assert response.json()["requestId"] == "from-outside"
    assert [line["request_id"] for line in requests.lines] == ["from-outside", "from-outside"]


def test_a_body_that_does_not_arrive_is_408(logged, monkeypatch):
    monkeypatch.setattr("rxapp.auth.http.middleware.request_body.BODY_TIMEOUT_SECONDS", 0.05)

    async def never_complete():
        import asyncio

        yield b"{"
        await asyncio.sleep(30)

    # httpx hands the chunks to the app one by one, as they come.
    response = logged.post("/api/auth/login", content=never_complete(), headers={"Content-Type": "application/json"})
    assert_problem(response, 408, "request_timeout")


@pytest.mark.parametrize("is_announced", [True, False])
@given(chunks=st.lists(st.binary(max_size=5), min_size=1, max_size=5))
def test_a_body_is_whole_and_the_server_is_asked_no_more_once_all_that_was_announced_has_come(is_announced, chunks):
    body, waiting, read = b"".join(chunks), [*chunks, b""], []
    headers = [(b"content-length", str(len(body)).encode())] if is_announced else []

    async def receive():
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def read_body(scope, receive, send):
        read.append(await Request(scope, receive).body())

    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    in_a_loop(RequestBorder(read_body)(scope, receive, None))
    assert read == [body]
    assert not is_announced or waiting, "the last message, which is empty, was not asked for"
    assert is_announced or not waiting
