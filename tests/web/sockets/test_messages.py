"""What may come over a page's WebSocket: what Reflex's pages send, and nothing by which a stranger could do more than they."""

import json
import time

import pytest

from rxapp.auth.web.sockets.messages import ATTACHMENTS_AT_MOST, MessageRefused, SocketMessages
from tests.hostile_texts import CPU_SECONDS, LONGEST

MAXIMUM = 256 * 1024
HERE = {"pathname": "/login", "asPath": "/login?next=/customers#top", "query": {"next": "/customers"}}


def event(**members) -> dict:
    return {"name": "reflex___state____state.hydrate", "payload": {}, "router_data": HERE} | members


def sent(data, kind="2", namespace="/_event,") -> str:
    return f"4{kind}{namespace}{json.dumps(data)}"


@pytest.fixture
def messages() -> SocketMessages:
    """Of a page that has joined."""
    messages = SocketMessages({"/_event"}, MAXIMUM)
    messages.hear("40/_event,")
    return messages


def refuses(messages, message) -> str:
    with pytest.raises(MessageRefused) as refused:
        messages.hear(message)
    return str(refused.value)


@pytest.mark.parametrize(
    "message",
    [
        "3",
        "1",
        "41/_event,",
        "40/_event,{}",
        "40/_event,5",
        sent({"event": event(), "schema": "abc"}, kind="0"),
        sent(["event", event()]),
        sent(["event", event(router_data={})]),
        sent(["event", event(router_data=HERE | {"asPath": ""})]),
        sent(["event", event(payload={"form": {"text": "é" * 20_000}})]),
        sent(["event", {"name": "state.handler"}]),
        sent(["ping"]),
        sent(["client_error", {"message": "x"}]),
        "42/_event,17" + json.dumps(["ping"]),
        "43/_event,17[]",
    ],
)
def test_what_pages_send_is_handed_on(messages, message):
    messages.hear(message)


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "disconnecting", "newListener", "removeListener"])
def test_no_client_sends_what_only_the_server_says(messages, name):
    """By a message named `connect` a socket made itself another address: its guesses at passwords counted for nobody."""
    environment = {"QUERY_STRING": "token=somebody-elses", "REMOTE_ADDR": "192.0.2.66"}
    assert "no client sends" in refuses(messages, sent([name, environment]))
    assert "no client sends" in refuses(messages, "45" + "1-" + sent([name, environment])[2:])


@pytest.mark.parametrize(
    "address",
    [
        "a" + "\u0301\u0316" * 1000,
        "@evil.example/",
        "evil.example",
        "http://evil.example/",
        "?next=/",
        "\\evil",
        "//[",
        "//" + "\u0300\u0327" * 1000,
        "/\t/evil",
        "/a\n",
        "/\r\n/",
    ],
)
def test_the_address_of_a_page_is_a_path_of_it(messages, address):
    """Anything else would be read as a part of the host's name, and normalized: that takes the square of its length."""
    assert "no path" in refuses(messages, sent(["event", event(router_data=HERE | {"asPath": address})]))
    assert "no path" in refuses(messages, sent({"event": event(router_data={"asPath": address})}, kind="0"))


@pytest.mark.parametrize(
    "router_data",
    [
        {"asPath": "/" + "x" * 100_000},
        {"pathname": "/" + "x" * 3_000},
        {"query": {"x": "y" * 100_000}},
        {"query": {str(n): "" for n in range(10_000)}},
        {"whatever": "x" * 100_000},
    ],
)
def test_the_address_of_a_page_which_is_kept_is_short(messages, router_data):
    assert "too long" in refuses(messages, sent(["event", event(router_data=router_data)]))


@pytest.mark.parametrize(
    "router_data",
    [5, [], "x", {"asPath": 5}, {"asPath": None}, {"pathname": [1]}, {"query": 5}, {"query": []}, {"query": "x"}],
)
def test_an_address_of_another_shape_is_refused(messages, router_data):
    assert "shape" in refuses(messages, sent(["event", event(router_data=router_data)]))


@pytest.mark.parametrize(
    "message",
    [
        "",
        "0",
        "2",
        "2probe",
        "3probe",
        "3[" + "[" * 10_000,
        "5",
        "6",
        "x",
        "b" + "eHh4",
        "4",
        "49",
        '4"',
        "4" + "[" * 10_000,
        "42",
        "42/_event",
        "42/_event,",
        "42/_event,[]",
        "42/_event,{}",
        '42/_event,"x"',
        "42/_event,[5]",
        "42/_event,[[]]",
        "42/_event,[null]",
        '42/_event,["event"]',
        '42/_event,["event",5]',
        '42/_event,["event","{}"]',
        '42/_event,["event",{}]',
        '42/_event,["event",{"name":5}]',
        '42/_event,["event",{"name":"x","payload":5}]',
        '42/_event,["event",{"name":"x"},{"name":"y"}]',
        sent(["event", event(name="x" * 10_000)]),
        "42/_event,[" + "[" * 10_000,
        "42/_event," + "[" * 900 + "]" * 900,
        sent(["event", event()])[:-1],
        "42/_event," + "9" * 10_000,
        '42/_event,["x",' + "9" * 10_000 + "]",
        "42/_event,²[]",
        "40/_event,[]",
        '40/_event,"x"',
        '40/_event,{"event":5}',
        "44/_event,{}",
        '42["event",{}]',
        '4212-/_event,["connect",{}]',
        "42/other," + json.dumps(["event", event()]),
        "43/_event,17[" + "[" * 10_000,
    ],
)
def test_anything_else_ends_the_connection_and_nothing_of_it_is_repeated(messages, message):
    reason = refuses(messages, message)
    assert len(reason) < 60
    assert not message or message not in reason


def test_a_namespace_that_the_app_does_not_have_is_not_answered(messages):
    """Socket.IO would repeat its name, however long, to a client that need not read it."""
    refuses(messages, "40/" + "x" * 200_000 + ",{}")
    refuses(messages, "40,{}")


def test_before_it_has_joined_a_connection_says_nothing_else():
    messages = SocketMessages({"/_event"}, MAXIMUM)
    refuses(messages, sent(["event", event()]))
    assert not messages.has_joined
    messages.hear("40/_event,{}")
    assert messages.has_joined


def test_a_nested_payload_is_good_up_to_a_depth(messages):
    payload = deep = {}
    for _ in range(50):
        deep["x"] = deep = {}
    messages.hear(sent(["event", event(payload=payload)]))
    for _ in range(50):
        deep["x"] = deep = {}
    assert "too deep" in refuses(messages, sent(["event", event(payload=payload)]))


class TestTheLengthOfAMessage:
    def test_is_counted_in_bytes(self, messages):
        fits = sent(["event", event(payload={"text": ""})])
        room = MAXIMUM - len(fits)
        messages.hear(fits.replace('"text": ""', f'"text": "{"x" * room}"'))
        refuses(messages, fits.replace('"text": ""', f'"text": "{"x" * (room + 1)}"'))
        refuses(messages, fits.replace('"text": ""', f'"text": "{"🦊" * (room // 2)}"'))

    @pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
    def test_makes_reading_it_take_no_longer(self, messages, text):
        began = time.thread_time()
        short = text[: MAXIMUM // 8]
        for message in (text, "4" + text, "42/_event," + text, "40/" + text, sent([short]), sent(["event", {"name": short}])):
            try:
                messages.hear(message)
            except MessageRefused:
                continue
        assert time.thread_time() - began < CPU_SECONDS


class TestABinaryMessage:
    def test_is_complete_with_its_attachments(self, messages):
        messages.hear('452-/_event,["sound",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
        assert messages.is_waiting_for_attachments
        messages.hear(b"one")
        messages.hear("3")  # an answer to the server's ping may come between
        messages.hear(b"two")
        assert not messages.is_waiting_for_attachments
        refuses(messages, b"three")

    @pytest.mark.parametrize("number", ["", "0", "-1", "x", f"{ATTACHMENTS_AT_MOST + 1}", "999999999", "9" * 10_000, "²"])
    def test_says_how_many_it_has_and_they_are_few(self, messages, number):
        refuses(messages, f'45{number}-/_event,["sound"]')

    def test_is_with_all_of_them_no_longer_than_any_other(self, messages):
        messages.hear('452-/_event,["sound"]')
        messages.hear(b"x" * (MAXIMUM // 2))
        assert "too long" in refuses(messages, b"x" * (MAXIMUM // 2 + 1))

    def test_has_nothing_between_its_attachments(self, messages):
        messages.hear('451-/_event,["sound"]')
        refuses(messages, sent(["ping"]))

    def test_placeholder_that_stands_for_nothing_is_refused(self, messages):
        """Socket.IO would look for the attachment of any number, and fail with an error that nobody expects."""
        refuses(messages, '451-/_event,["sound",{"_placeholder":true,"num":7}]')
        refuses(messages, '451-/_event,["sound",{"_placeholder":true,"num":"x"}]')
