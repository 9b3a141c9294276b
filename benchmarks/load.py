"""The load: a process of its own, asyncio streams with keep-alive, each client doing one thing after another for some seconds.

Called as `python -m benchmarks.load PORT SCENARIO CLIENTS SECONDS FILE`; FILE holds the clients' token pairs and is written back.
Prints the rate and the latencies' median and 99th percentile in milliseconds, as JSON. Any answer but 200 fails it.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

HEAD = "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
LOGIN = json.dumps({"username": "johndoe", "password": "def@123"})


class Connection:
    """One keep-alive connection."""

    async def open(self, port: int) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        return self

    async def request(self, method: str, path: str, body: str = "", more: str = "") -> bytes:
        self._writer.write((HEAD.format(method=method, path=path, length=len(body), more=more) + body).encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        answer = await self._reader.readexactly(int(length.split(b":")[1]))
        if int(head[9:12]) != 200:
            raise RuntimeError(f"{method} {path}: {head[:12]!r} {answer!r}")
        return answer


async def rotate(connection: Connection, pair: dict[str, str]) -> dict[str, str]:
    body = json.dumps({"accessToken": pair["token"], "refreshToken": pair["refreshToken"]})
    return json.loads(await connection.request("POST", "/api/token/refresh", body))


async def read(connection: Connection, pair: dict[str, str]) -> dict[str, str]:
    await connection.request("GET", "/api/customers", more=f"Authorization: Bearer {pair['token']}\r\n")
    return pair


async def log_in(connection: Connection, _pair: dict[str, str]) -> dict[str, str]:
    return json.loads(await connection.request("POST", "/api/auth/login", LOGIN))


async def ping(connection: Connection, pair: dict[str, str]) -> dict[str, str]:
    await connection.request("GET", "/ping")
    return pair


SCENARIOS = {"rotate": rotate, "read": read, "log_in": log_in, "ping": ping}


async def run(port: int, scenario: str, clients: int, seconds: float, pairs: list[dict[str, str]]) -> list[float]:
    act, latencies, end = SCENARIOS[scenario], [], time.perf_counter() + seconds

    async def client(number: int) -> None:
        connection = await Connection().open(port)
        while time.perf_counter() < end:
            start = time.perf_counter()
            pairs[number] = await act(connection, pairs[number])
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
