"""How many worker processes the environment or the command line asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLES = ("GRANIAN_WORKERS", "WEB_CONCURRENCY", "UVICORN_WORKERS")
"""The variables that servers read. `rxapp serve` takes the first that is set; `reflex run` knows only its own, the first."""

GUNICORN_ARGUMENTS = "GUNICORN_CMD_ARGS"
_SERVERS = {"fastapi", "granian", "gunicorn", "hypercorn", "uvicorn"}
_LONG, _SHORT = "--workers", "-w"


@dataclass(frozen=True, slots=True)
class RequestedWorkers:
    """A number of workers that is set somewhere. `where` is "GRANIAN_WORKERS", "--workers" or alike; `text` is the raw value."""

    where: str
    text: str

    @property
    def number(self) -> int | None:
        """The number, at least 1; None if the text is not such a number."""
        return int(self.text) if self.text.isdecimal() and int(self.text) > 0 else None


def requested_workers(environ: Mapping[str, str], arguments: Sequence[str]) -> Iterator[RequestedWorkers]:
    """Each place that sets a number of workers. `arguments` are a process's own, its program first (`sys.argv`)."""
    for name in VARIABLES:
        if text := environ.get(name, "").strip():
            yield RequestedWorkers(name, text)
    yield from _find_worker_options(environ.get(GUNICORN_ARGUMENTS, "").split(), GUNICORN_ARGUMENTS)
    if arguments and _is_server(Path(arguments[0])):
        yield from _find_worker_options(arguments[1:], _LONG)


def _is_server(program: Path) -> bool:
    """Whether the program is a server: `granian`, or `python -m granian`, which runs `__main__.py` in its package."""
    return program.stem in _SERVERS or (program.stem == "__main__" and program.parent.name in _SERVERS)


def _find_worker_options(arguments: Sequence[str], where: str) -> Iterator[RequestedWorkers]:
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, _, value = argument.partition("=")
        if argument in (_LONG, _SHORT):
            yield RequestedWorkers(where, following)
        elif name in (_LONG, _SHORT):
            yield RequestedWorkers(where, value)
