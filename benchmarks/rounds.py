"""Interleaved rounds: in each every contender has its turn, and only what was measured in one round is compared."""

from collections.abc import Callable
from statistics import median

Turn = dict[str, float]
"""`rate` a second, `p50` and `p99` in milliseconds."""


class Rounds:
    """What the contenders did, by their names."""

    def __init__(self, contenders: dict[str, Callable[[], Turn]], rounds: int) -> None:
        self._taken: list[dict[str, Turn]] = []
        for number in range(rounds):
            # To and fro, so that none is always the first.
            order = list(contenders) if number % 2 == 0 else list(reversed(contenders))
            self._taken.append({name: contenders[name]() for name in order})

    def median(self, name: str, key: str = "rate") -> float:
        return median(turns[name][key] for turns in self._taken)

    def ratio(self, name: str, to: str) -> float:
        """Of the rates: the median of the rounds' ratios."""
        return median(turns[name]["rate"] / turns[to]["rate"] for turns in self._taken)

    def cell(self, name: str) -> str:
        rate, p50, p99 = (self.median(name, key) for key in ("rate", "p50", "p99"))
        return f"{rate:,.0f}/s ({p50:.1f} / {p99:.1f})"


def so_many(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"
