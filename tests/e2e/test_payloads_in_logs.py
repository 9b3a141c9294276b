"""No log contains what was sent, in whatever app, whatever logging it has set up; and bad events do not fill the disk."""

import contextlib
import itertools
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import upgrade
from tests.e2e.backend import Backend
from tests.e2e.raw_client import NAMESPACE, ROOT_STATE, raw_client
from tests.thorough import thorough_but_for

STATE = f"{ROOT_STATE}.tests___e2e___chatty_app____chatty_state"
MARK = "zqmark"

SET_UPS = [
    "nothing",
    "basicConfig before",
    "basicConfig after",
    "configure_logging",
    "configure_logging, JSON",
    "own handler",
    "own record factory",
    "Reflex's console",
    "Reflex's console, JSON",
]

FLOOD_BYTES = 100_000
PART_OF_IT = 10
"""No more than a tenth of what is sent is written. Before, it was ten times as much."""

_number = itertools.count()


def mark(where: str) -> str:
    """A text that can come from nowhere else, and tells at which position it was sent."""
    return f"{MARK}{next(_number)}{where}"


@contextlib.contextmanager
def served(directory, set_up: str, **variables: str) -> Iterator[Backend]:
    name, _, form = set_up.partition(", ")
    variables |= {"REFLEX_APP_MODULE_IMPORT": "tests.e2e.chatty_app", "RXAPP_TEST_LOGGING": name, "REFLEX_LOGLEVEL": "debug"}
    variables |= {"RXAPP_LOG_LEVEL": "debug", "RXAPP_LOG_FORMAT": form.lower() or "text"}
    if name == "Reflex's console":
        variables |= {"REFLEX_MANAGED_LOGGING": "true", "REFLEX_LOG_JSON": str(form == "JSON")}
    server = Backend(directory, **variables)
    upgrade(server.database_url)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("set_up", thorough_but_for(("configure_logging, JSON",), SET_UPS))
def test_in_production_no_log_contains_anything_that_was_sent(tmp_path, set_up):
    with served(tmp_path, set_up, RXAPP_ENVIRONMENT="production") as server:
        send_everything(server.url)
        fail_in_handlers(server.url)
    log = server.log.read_text()
    assert marked_lines(log) == []
    assert "An event names an unknown handler." in log
    for function in ("fail_by_key", "fail_meanwhile", "fail_over_http"):
        assert re.search(rf"chatty_app.py.*, in {function}", log), "the traceback says where it failed"


@pytest.mark.parametrize(
    "set_up", thorough_but_for(("nothing",), ("nothing", "basicConfig after", "configure_logging", "Reflex's console"))
)
def test_in_development_the_author_reads_what_the_apps_own_code_raises_and_nothing_else_that_was_sent(tmp_path, set_up):
    with served(tmp_path, set_up, RXAPP_DEMO_DATA="false") as server:
        send_everything(server.url)
        before = server.log.read_text()
        fail_in_handlers(server.url)
    after = server.log.read_text()[len(before) :]
    assert marked_lines(before) == []
    assert re.search(rf"ValueError: no such thing: {MARK}\d+fail", after)
    assert re.search(rf"ValueError: no such thing over http: {MARK}\d+http", after)
    assert not re.search(rf"got '{MARK}|value '{MARK}|input_value='{MARK}\d+serialize", after)


@pytest.mark.parametrize("set_up", thorough_but_for((), ("nothing", "configure_logging, JSON")))
def test_the_authors_own_lines_are_as_they_were_written(tmp_path, set_up):
    with served(tmp_path, set_up, RXAPP_ENVIRONMENT="production") as server:
        for _ in range(2):
            with raw_client(server.url) as client:
                client.hydrate()
                client.call(f"{STATE}.say", {"said": "good morning"})
                client.settle()
    log = server.log.read_text()
    assert log.count("the author logs good morning") == 4
    assert "the author warns" in log


@pytest.mark.parametrize("size", [FLOOD_BYTES, pytest.param(5 * FLOOD_BYTES, marks=pytest.mark.thorough)])
def test_a_flood_of_bad_events_writes_a_few_kilobytes_of_log(tmp_path, size):
    with served(tmp_path, "configure_logging", RXAPP_ENVIRONMENT="production") as server:
        before = server.log.stat().st_size
        flood(server.url, size)
    assert server.log.stat().st_size - before < size / PART_OF_IT


def flood(url: str, size: int) -> None:
    bad = [
        lambda client: client.call(mark("name"), {mark("key"): mark("value")}),
        lambda client: client.call(f"{STATE}.fail", {"said": mark("said")}),
        lambda client: client.emit("event", mark("text")),
        lambda client: client.emit("event", [mark("list")]),
        lambda client: client.call(f"{STATE}.take_a_number", {"number": mark("number")}),
    ]
    sent = 0
    for send in itertools.cycle(bad):
        if sent > size:
            break
        with raw_client(url) as client:
            client.hydrate()
            for _ in range(100):
                send(client)
            client.settle()
            sent += client.sent_bytes


def marked_lines(log: str) -> list[str]:
    return [line for line in log.splitlines() if MARK in line]


def send_everything(url: str) -> None:
    """What is malformed, unknown, of the wrong type or too much, with a mark in every position."""
    for send in (unheard_events, malformed_packets, malformed_events, unknown_handlers, reports_of_pages):
        with raw_client(url) as client:
            client.hydrate()
            send(client)
            client.settle()
    strange_connections(url)
    strange_requests(url)


def unheard_events(client) -> None:
    client.emit(mark("event"), {mark("key"): mark("value")})
    client.emit(mark("event"), mark("first"), mark("second"), [mark("third")])
    client.emit("ping", mark("ping"), mark("ping2"))
    client.emit("connect", mark("connect"), mark("connect2"))
    client.emit("disconnect", mark("disconnect"), mark("more"))
    client.emit("emit_update", mark("update"), mark("token"))
    client.emit("link_token_to_sid", mark("sid"), mark("token"))
    client.emit("__class__", mark("class"))


def malformed_packets(client) -> None:
    for text in ("9", "", "42", "43/_event,1", "43/_event,", "44/_event,", "47", "4", "6", "1x", "2", "3"):
        client.send(f"{text}{mark('packet')}")
    client.send(f"42/{mark('namespace')},{json.dumps([mark('event'), mark('argument')])}")
    client.send(f'42{NAMESPACE},7["event",{{"name":"{mark("ack")}"}}]')
    client.send(f'43{NAMESPACE},7["{mark("answer")}"]')


def malformed_events(client) -> None:
    client.emit("event", mark("text"))
    client.emit("event", json.dumps({"name": mark("name"), "payload": {mark("key"): mark("value")}}))


def one_too_few_or_many(client) -> None:
    client.emit("event")
    client.emit("event", {"name": mark("name")}, mark("second"), {mark("third"): mark("value")})


def unknown_handlers(client) -> None:
    client.call(mark("name"), {mark("key"): mark("value"), "confirmation": mark("password")}, router_data={mark("r"): mark("r")})
    client.call(f"{ROOT_STATE}.{mark('name')}", {"new_password_again": mark("password")})
    client.call(f"{STATE}.{mark('name')}", {"a": [mark("nested"), {mark("deep"): mark("deeper")}]})
    client.call(f"{STATE}.take_a_number", {"number": mark("number")})
    client.call(f"{STATE}.take_a_number", {"number": {mark("key"): [mark("value")]}})
    client.call(f"{STATE}.take_a_number", {mark("argument"): mark("value")})
    client.call(f"{STATE}.take_a_number", {"number": 1, mark("one more"): mark("value")})
    client.call(f"{STATE}.take_a_number", {"number": "1"}, router_data={"pathname": mark("path"), mark("key"): mark("value")})
    client.call(f"{STATE}.take_a_number", {"number": 1}, **{mark("member"): mark("value")}, token=mark("token"))


def fail_in_handlers(url: str) -> None:
    names = ["fail", "fail_by_key", "fail_together", "validate_order", "set_amount", "fail_meanwhile", "forget_a_task"]
    with raw_client(url) as client:
        client.hydrate()
        for name in [*names, "serialize_order"]:
            client.call(f"{STATE}.{name}", {"said": mark(name)})
        client.call(f"{STATE}.set_amount", {"said": 13})
        client.settle()
    assert httpx.get(f"{url}/own/fail", params={"said": mark("http")}).status_code == 500


def reports_of_pages(client) -> None:
    client.emit("client_error", mark("report"))
    client.emit("client_error", {"error_type": mark("type"), "message": mark("message"), mark("key"): mark("value")})
    client.emit("client_error", {"error_type": "dispatch_missing", "substate": mark("substate")})
    client.call(
        f"{ROOT_STATE}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
        {"info": mark("info"), "component_stack": mark("stack")},
    )


MALFORMED = [
    '["event", ["%s"]]',
    '["event", 7, "%s"]',
    '["event", null, "%s"]',
    '["event", {"%s": "%s"}]',
    '["event", {"name": ["%s"]}]',
    '["event", {"name": "%s", "payload": ["%s"]}]',
    '["event", {"name": "%s", "payload": "%s"}]',
    '["event", {"name": "%s", "payload": {}, "router_data": ["%s"]}]',
    '["event", {"name": "x", "router_data": "%s"}]',
    '["event", "{%s"]',
    '["event", "[\\"%s\\"]"]',
    '["%s"',
    '{"%s": "%s"}',
    '"%s"',
    '[{"%s": "%s"}]',
    '[["%s"]]',
    "[]%s",
]


def strange_connections(url: str) -> None:
    with raw_client(url) as client:
        client.close(mark("reason"))
    with raw_client(url) as client:
        one_too_few_or_many(client)
    for text in MALFORMED:
        with raw_client(url) as client:
            client.hydrate()
            client.send(f"42{NAMESPACE},{text.replace('%s', MARK)}")
            client.settle()
    with raw_client(url) as client:
        client.send(f'451-{NAMESPACE},["event",{{"_placeholder":true,"num":0,"{mark("key")}":0}}]')
        client.send(mark("binary").encode())
        client.settle()
    with raw_client(url) as client:
        client.send(mark("binary").encode())
        client.settle()
    token = mark("token")
    with raw_client(url, token) as first, raw_client(url, token) as second:
        for client in (first, second):
            client.hydrate()
        for client in (first, second):
            client.leave()
    for auth in (f'"{MARK}"', f'{{"event": "{MARK}", "state_schema": "{MARK}", "boot_event": {{"name": "{MARK}"}}}}', f"[{MARK}"):
        with raw_client(url, auth=auth) as client:
            client.leave()
    for member in ("event", "boot", "auth_event", "boot_event", "state_schema"):
        with raw_client(url, auth=json.dumps({member: {"name": mark("boot"), "payload": mark("boot")}})) as client:
            client.settle()
    with raw_client(url, query=f"&{mark('query')}={mark('query')}", protocol=mark("protocol")) as client:
        client.settle()


def strange_requests(url: str) -> None:
    header = {"X-Marked": mark("header"), "Cookie": mark("cookie"), "Authorization": f"Bearer {mark('bearer')}"}
    with httpx.Client(base_url=url, headers=header) as http:
        for method, path in itertools.product(
            ("GET", "POST", "PUT", "BREW"), ("/", "/api/me", "/_upload", "/ping", "/api/auth/login", "/_event/")
        ):
            with contextlib.suppress(httpx.HTTPError):
                http.request(method, path, params={mark("query"): mark("query")}, json={mark("key"): mark("value")})
        http.post("/api/auth/login", json={"username": mark("username"), "password": mark("password")})
        for query in (
            "EIO=4&transport=polling",
            f"EIO=4&transport={MARK}",
            f"EIO={MARK}",
            f"EIO=4&transport=websocket&sid={MARK}",
        ):
            with contextlib.suppress(httpx.HTTPError):
                http.get(f"/_event/?{query}&token={MARK}")
        with contextlib.suppress(httpx.HTTPError):
            handler = {"Reflex-Client-Token": mark("token"), "Reflex-Event-Handler": mark("handler")}
            http.post("/_upload", files={mark("field"): (mark("file"), mark("content"))}, headers=handler)
        with contextlib.suppress(httpx.HTTPError):
            handler = {"Reflex-Client-Token": "x", "Reflex-Event-Handler": f"{STATE}.fail"}
            http.post("/_upload", files={"files": (mark("file"), mark("content"))}, headers=handler)
