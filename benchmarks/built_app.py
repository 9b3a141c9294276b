"""The bench app built for production, once for all sections of a run, and served as people serve it: all on one port."""

import functools
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import ROOT, Server, free_port, running, rxapp_environment, with_sessions
from tests.e2e.builds import one_at_a_time

BUILD_TIMEOUT_SECONDS = 240
POLL_SECONDS = 0.01


@functools.cache
def build() -> tuple[int, Path]:
    """The port that the built pages name, and where they are. They stay until the run is over."""
    port, directory = free_port(), tempfile.TemporaryDirectory()
    _kept.append(directory)
    pages = Path(directory.name) / "web"
    build_pages(environment_of(Path(directory.name), port, pages), Path(directory.name) / "build.log")
    return port, pages


def build_pages(environment: dict[str, str], log: Path) -> None:
    with one_at_a_time(), log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
            check=False,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            timeout=BUILD_TIMEOUT_SECONDS,
        )
    if done.returncode:
        raise RuntimeError(f"the pages were not built:\n{log.read_text()[-2000:]}")


_kept: list[tempfile.TemporaryDirectory] = []


@contextmanager
def built_rxapp(directory: Path, more: dict[str, str] | None = None) -> Iterator[Server]:
    port, pages = build()
    with running(serving(port), environment_of(directory, port, pages) | (more or {}), directory / "rxapp.log", port):
        yield with_sessions(Server("rxapp", port, directory / "rxapp.json"))


def seconds_to_first_answer(directory: Path) -> float:
    """From the command until the home page comes, whole."""
    port, pages = build()
    began = time.perf_counter()
    with running(serving(port), environment_of(directory, port, pages), directory / "rxapp.log", port):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
        return time.perf_counter() - began


def serving(port: int) -> list[str]:
    return ["-m", "rxapp", "serve", "--host", "127.0.0.1", "--port", str(port)]


def environment_of(directory: Path, port: int, pages: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    here = {"PATH": path, "REFLEX_WEB_WORKDIR": str(pages), "REFLEX_BACKEND_PORT": str(port)}
    return rxapp_environment(directory) | here
