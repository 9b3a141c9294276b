"""What the figures come from: the load, the rounds, and how the tables of results and of docs/figures.md are made."""

import asyncio
import json
from importlib import import_module
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from benchmarks import floor_tokens, history, idle
from benchmarks.__main__ import SECTIONS
from benchmarks.figures_page import BEGIN, END, FIGURES, filled, target_rows
from benchmarks.load import Connection, ping, run
from benchmarks.peers.environments import PEERS
from benchmarks.plot import bars
from benchmarks.rounds import Rounds
from benchmarks.section import Section, Target
from tests.web.test_events import in_a_loop

MET = Target("rotations", "at least 0.6", "0.71", is_met=True)
MISSED = Target("guard", "at most 1 ms", "1.20 ms", is_met=False)

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 4\r\n\r\npong"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\npong\r\n0\r\n\r\n"


def asked(answer: bytes, ask):
    """What `ask` makes of a server that gives this answer in two pieces."""

    async def serve(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            for piece in (answer[:20], answer[20:]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            return await ask(server.sockets[0].getsockname()[1])
        finally:
            server.close()  # and not `async with`: since Python 3.12 that waits for the connections to end, which stay open

    return in_a_loop(asyncio.wait_for(main(), 10))


class TestLoad:
    @pytest.mark.parametrize("answer", [WHOLE, IN_CHUNKS], ids=["with a length", "in chunks"])
    def test_it_asks_again_on_the_same_connection_when_the_answer_is_whole(self, answer):
        async def ask(port):
            connection = await Connection().open(port)
            return [b"pong" in await connection.request("GET", "/ping") for _ in range(3)]

        assert asked(answer, ask) == [True, True, True]

    def test_any_other_answer_than_200_fails_it(self):
        async def ask(port):
            await ping(await Connection().open(port), {})

        with pytest.raises(RuntimeError, match="503"):
            asked(WHOLE.replace(b"200 OK", b"503 No"), ask)

    def test_a_scenario_may_name_a_path_and_its_latencies_come_sorted(self):
        latencies = asked(WHOLE, lambda port: run(port, "ping:/here", 2, 0.1, [{}, {}]))
        assert latencies
        assert all(first <= second for first, second in pairwise(latencies))


class TestRounds:
    def test_a_ratio_is_taken_within_a_round_and_not_between_two(self):
        rates = iter([100, 80, 5, 10, 1000, 500])  # a and b, b and a, a and b, on a machine that is slow in the second round

        def take():
            return {"rate": next(rates)}

        assert Rounds({"a": take, "b": take}, 3).ratio("a", to="b") == 2

    def test_each_has_its_turn_in_every_round_and_none_is_always_the_first(self):
        order = []
        Rounds({name: lambda name=name: order.append(name) or {"rate": 1.0} for name in "abc"}, 2)
        assert "".join(order) == "abccba"


class TestSections:
    @pytest.mark.parametrize("name", SECTIONS)
    def test_each_can_be_measured_alone(self, name):
        assert callable(import_module(f"benchmarks.{name}").measure)

    def test_a_target_that_is_not_met_says_so(self):
        assert str(MET).endswith("| met |")
        assert str(MISSED).endswith("| NOT met |")

    def test_a_plot_is_an_svg_with_a_bar_for_each_value(self):
        root = ET.fromstring(bars("Rates <here>", ["a & b", "c"], {"one": [1.5, 20_000], "two": [0, 3]}))
        assert root.tag.endswith("svg")
        assert len([each for each in root if each.get("class") in {"s0", "s1"} and each.get("x") == "130"]) == 4 + 1


class TestReadme:
    RESULTS = {
        "PAGES.md": f"# Pages\n\n{Section('Pages', 'text', [MISSED])}",
        "RESULTS.md": str(Section("All", "text", [MET, MET])),
    }

    def test_the_table_has_every_target_of_every_file_of_results(self):
        page = filled(f"before\n{BEGIN}\nold\n{END}\nafter", self.RESULTS)
        assert target_rows(page) == [str(MET), str(MET), str(MISSED)]
        assert "old" not in page

    def test_nothing_else_changes_and_a_second_time_nothing_at_all(self):
        page = filled(f"before\n{BEGIN}\nold\n{END}\nafter", self.RESULTS)
        assert page.startswith(f"before\n{BEGIN}\n")
        assert page.endswith(f"{END}\nafter")
        assert filled(page, self.RESULTS) == page

    def test_ours_has_the_place_for_it(self):
        assert FIGURES.read_text().count(BEGIN) == FIGURES.read_text().count(END) == 1


class TestPeers:
    @pytest.mark.parametrize("peer", PEERS)
    def test_each_is_pinned(self, peer):
        for pins in PEERS[peer].values():
            assert all("==" in pin or "@" in pin for pin in pins)

    def test_the_floor_opens_what_it_has_signed_and_nothing_else(self):
        token = floor_tokens.pair(b"s" * 16, 7)["refreshToken"]
        assert floor_tokens.opened(token) == (b"s" * 16, 7)
        assert floor_tokens.opened(token[:-4] + "AAA=") is None


class TestHistory:
    def test_each_run_is_one_more_line_with_its_commit_its_load_and_what_was_measured(self, tmp_path, monkeypatch):
        monkeypatch.setattr(history, "FILE", tmp_path / "history.jsonl")
        monkeypatch.setattr(history, "_commit", lambda: "abc1234+")
        for load in (0.123, 2):
            history.add_run([Section("A", "", [MET]), Section("B", "", [MISSED])], load)
        first, second = map(json.loads, history.FILE.read_text().splitlines())
        assert (first["commit"], first["load"], second["load"]) == ("abc1234+", 0.12, 2)
        assert first["measured"] == {"rotations": "0.71", "guard": "1.20 ms"}

    def test_a_run_beside_others_says_so(self, monkeypatch):
        for load, said in ((0.2, "Load average 0.2 before it began: idle."), (3.0, "NOT idle")):
            monkeypatch.setattr(idle.os, "getloadavg", lambda load=load: (load, 0, 0))
            assert said in idle.idleness()
