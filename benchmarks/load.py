"""The load: a process of its own, asyncio with keep-alive, each client doing one thing after another for some seconds.

Called as `python -m benchmarks.load PORT SCENARIO CLIENTS SECONDS FILE`; FILE holds what each client signs in with (a token pair,
or `header`, a line of its own) and is written back. A scenario may end in `:` and a path. Prints the rate and the latencies'
median and 99th percentile in milliseconds, as JSON. Any answer but 200 fails it.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

HEAD = "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
LOGIN = json.dumps({"username": "johndoe", "password": "def@123"})

Credentials = dict[str, str]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One keep-alive connection. A protocol and no stream: with streams the load would take more of the machine than a server."""

    async def open(self, port: int) -> "Connection":
        self._received, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        return self

    def port(self) -> int:
        """Its own end's."""
        return self._transport.get_extra_info("sockname")[1]

    async def request(self, method: str, path: str, body: str = "", more: str = "") -> bytes:
        """The answer's body; as it came if it came in chunks."""
        self._received, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write((HEAD.format(method=method, path=path, length=len(body), more=more) + body).encode())
        head, answer = await self._answer
        if head[9:12] != b"200":
            raise RuntimeError(f"{method} {path}: {head[:12]!r} {answer!r}")
        return answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        is_whole = len(body) >= int(length[1]) if length else body.endswith(_END_OF_CHUNKS)
        if is_whole and not self._answer.done():
            self._answer.set_result((head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))


async def rotate(connection: Connection, pair: Credentials) -> Credentials:
    body = json.dumps({"accessToken": pair["token"], "refreshToken": pair["refreshToken"]})
    return json.loads(await connection.request("POST", "/api/token/refresh", body))


async def rotate_simplejwt(connection: Connection, pair: Credentials) -> Credentials:
    return json.loads(await connection.request("POST", "/api/token/refresh", json.dumps({"refresh": pair["refresh"]})))


async def read(connection: Connection, pair: Credentials, path: str = "/api/customers") -> Credentials:
    header = pair.get("header") or f"Authorization: Bearer {pair['token']}"
    await connection.request("GET", path, more=f"{header}\r\n")
    return pair


async def log_in(connection: Connection, _pair: Credentials) -> Credentials:
    return json.loads(await connection.request("POST", "/api/auth/login", LOGIN))


async def ping(connection: Connection, pair: Credentials, path: str = "/ping") -> Credentials:
    await connection.request("GET", path)
    return pair


SCENARIOS: dict[str, Callable[..., Awaitable[Credentials]]] = {
    "rotate": rotate,
    "rotate_simplejwt": rotate_simplejwt,
    "read": read,
    "log_in": log_in,
    "ping": ping,
}


async def run(port: int, scenario: str, clients: int, seconds: float, pairs: list[Credentials]) -> list[float]:
    name, _, path = scenario.partition(":")
    act, more, latencies = SCENARIOS[name], (path,) if path else (), []
    connections = [await Connection().open(port) for _ in range(clients)]
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        while (start := time.perf_counter()) < end:
            pairs[number] = await act(connections[number], pairs[number], *more)
            latencies.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*map(client, range(clients)))
    return sorted(latencies)


def main(port: str, scenario: str, clients: str, seconds: str, file: str) -> None:
    pairs = json.loads(Path(file).read_text())
    latencies = asyncio.run(run(int(port), scenario, int(clients), float(seconds), pairs))
    Path(file).write_text(json.dumps(pairs))
    p50, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
    print(json.dumps({"rate": len(latencies) / float(seconds), "p50": p50, "p99": p99}))


if __name__ == "__main__":
    main(*sys.argv[1:])
