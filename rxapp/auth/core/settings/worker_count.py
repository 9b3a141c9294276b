"""How many worker processes the environment or the command line asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLES = ("GRANIAN_WORKERS", "WEB_CONCURRENCY", "UVICORN_WORKERS")
"""What Reflex, Granian, gunicorn and uvicorn read."""

GUNICORN_ARGUMENTS = "GUNICORN_CMD_ARGS"
_SERVERS = {"fastapi", "granian", "gunicorn", "hypercorn", "uvicorn"}
_LONG, _SHORT = "--workers", "-w"


@dataclass(frozen=True, slots=True)
class WorkersAskedFor:
    """`where` it is asked for, such as "GRANIAN_WORKERS" or "--workers"; `text` as it stands there."""

    where: str
    text: str

    @property
    def number(self) -> int | None:
        """At least 1; None if the text is no such number."""
        return int(self.text) if self.text.isdecimal() and int(self.text) > 0 else None


def workers_asked_for(environ: Mapping[str, str], arguments: Sequence[str]) -> Iterator[WorkersAskedFor]:
    """Everything that names a number of workers. `arguments` are a process's, its program first (`sys.argv`)."""
    for name in VARIABLES:
        if text := environ.get(name, "").strip():
            yield WorkersAskedFor(name, text)
    yield from _among(environ.get(GUNICORN_ARGUMENTS, "").split(), GUNICORN_ARGUMENTS)
    if arguments and _is_server(Path(arguments[0])):
        yield from _among(arguments[1:], _LONG)


def _is_server(program: Path) -> bool:
    """`granian`, or `python -m granian`, which is run from a file in its package."""
    return program.stem in _SERVERS or (program.stem == "__main__" and program.parent.name in _SERVERS)


def _among(arguments: Sequence[str], where: str) -> Iterator[WorkersAskedFor]:
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, _, value = argument.partition("=")
        if argument in (_LONG, _SHORT):
            yield WorkersAskedFor(where, following)
        elif name in (_LONG, _SHORT):
            yield WorkersAskedFor(where, value)
