"""How much load the generator itself can make: against a server that answers at once, with what a floor would answer."""

import asyncio
import json
import multiprocessing
import tempfile
from pathlib import Path

from benchmarks.floor_tokens import pair
from benchmarks.rounds import Rounds
from benchmarks.section import Section, run_alone
from benchmarks.servers import SESSIONS, Server, free_port

TEXT = """The load comes from one process on the other core ([load.py](load.py)), over loopback. Against a server that answers
every request at once with a fixed pair of tokens, {clients} clients of it make {rotations} rotations and {reads} GETs per second.
What comes near that below is limited by the load, and not by the server.
"""


class AtOnce(asyncio.Protocol):
    """Answers what it gets, whatever it is."""

    _body = json.dumps(pair(b"0" * 16, 0)).encode()
    ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(_body), _body)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self.ANSWER)


def measure(quick: bool) -> Section:
    rounds, seconds = (2, 1) if quick else (5, 1)
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            measured = _measure(Server("at once", port, Path(name) / "pairs.json"), rounds, seconds)
    finally:
        server.terminate()
    rotations, reads = (f"{measured.median(kind):,.0f}" for kind in ("rotate", "read"))
    return Section("The load", TEXT.format(clients=SESSIONS, rotations=rotations, reads=reads))


def _measure(server: Server, rounds: int, seconds: float) -> Rounds:
    server.pairs.write_text(json.dumps([pair(bytes([number]) * 16, 0) for number in range(SESSIONS)]))
    asyncio.run(_wait_for(server.port))
    loads = {kind: lambda kind=kind: server.load(kind, SESSIONS, seconds) for kind in ("rotate", "read")}
    return Rounds(loads, rounds)


def _serve(port: int) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(AtOnce, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


async def _wait_for(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


if __name__ == "__main__":
    run_alone(measure)
