"""What the guard of an event takes on the server, with an access token that is good and with one that has expired."""

import asyncio
import json
import tempfile
from pathlib import Path
from statistics import median

import httpx

from benchmarks.plot import bars
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import NORMAL, Server, rxapp
from chaos.page import STATE, VAR, Page

BENCH_STATE = f"{STATE}.benchmarks___bench_app____bench_state"
LIFETIME_SECONDS = 300
EXPIRED_SECONDS = LIFETIME_SECONDS + 1
CLICKS = 25
"""Of each kind in a round: small, so that many rounds are interleaved."""

SETTLED_SECONDS = 0.02
"""After which nothing of an event is still under way."""

VALID_MS, ROTATION_MS = 1, 3

TEXT = """Milliseconds in the server from an event's arrival until its handler's own work begins, one page, one click after
another, SQLite WAL `synchronous=NORMAL`, request log on. Everything of `rxapp.auth` that runs before a handler is in it, sending
the rotated pair to the page too. Medians of {rounds} interleaved rounds of {clicks} clicks; (median / 99th percentile) of all.

| an event | before its handler begins |
|---|---|
| without a guard, in the same app | {open} |
| guarded, the access token is good | {valid} |
| guarded, the access token has expired: it is rotated, then the handler runs | {rotation} |
"""


class BenchPage(Page):
    """A page that clicks on either button of the bench app."""

    async def click_on(self, handler: str) -> None:
        await self._send(f"{BENCH_STATE}.{handler}", {})
        await self._until(lambda update: f"clicks{VAR}" in update["delta"].get(BENCH_STATE, {}))
        await asyncio.sleep(SETTLED_SECONDS)


def measure(quick: bool) -> Section:
    rounds = 2 if quick else 6
    with tempfile.TemporaryDirectory() as name, rxapp(Path(name), NORMAL | short_lived()) as server:
        taken = asyncio.run(_take(server, rounds))
    medians = {kind: median(map(median, turns)) for kind, turns in taken.items()}
    text = TEXT.format(rounds=rounds, clicks=CLICKS, **{kind: _cell(turns) for kind, turns in taken.items()})
    targets = [
        _at_most("guard, access token valid, server time, median", VALID_MS, medians["valid"]),
        _at_most("guard with rotation, server time, median", ROTATION_MS, medians["rotation"]),
    ]
    plot = bars(
        "Before an event's handler begins, ms",
        ["rxapp"],
        {
            "no guard": [medians["open"]],
            "guard": [medians["valid"]],
            "guard, rotation": [medians["rotation"]],
        },
    )
    return Section("The guard of an event", text, targets, {"guard.svg": plot})


def short_lived() -> dict[str, str]:
    return {"RXAPP_ACCESS_TOKEN_LIFETIME": str(LIFETIME_SECONDS)}


async def _take(server: Server, rounds: int) -> dict[str, list[list[float]]]:
    page = BenchPage(f"http://127.0.0.1:{server.port}", json.loads(server.pairs.read_text())[0])
    await page.open()
    taken: dict[str, list[list[float]]] = {"open": [], "valid": [], "rotation": []}
    async with httpx.AsyncClient(base_url=page.url) as operator:
        for _ in range(rounds):
            for kind, handler in (("open", "click_open"), ("valid", "click_guarded"), ("rotation", "click_guarded")):
                for _ in range(CLICKS):
                    if kind == "rotation":
                        await operator.post("/bench/clock", params={"seconds": EXPIRED_SECONDS})
                    await page.click_on(handler)
                (timings,) = (await operator.post("/bench/timings")).json().values()
                taken[kind].append(timings)
    await page.close()
    return taken


def _cell(turns: list[list[float]]) -> str:
    everything = sorted(timing for turn in turns for timing in turn)
    return f"{median(map(median, turns)):.2f} ms ({median(everything):.2f} / {everything[int(len(everything) * 0.99)]:.2f})"


def _at_most(what: str, target: float, measured: float) -> Target:
    return Target(what, f"at most {target} ms", f"{measured:.2f} ms", measured <= target)


if __name__ == "__main__":
    run_alone(measure)
