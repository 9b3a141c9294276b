"""reflex-local-auth's app, built for production and served, one worker, SQLite as Reflex sets it up."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.peers.environments import APPS, environment
from benchmarks.servers import Server, free_port, running
from tests.e2e.builds import one_at_a_time


@contextmanager
def local_auth(directory: Path) -> Iterator[Server]:
    """The build is a part of it, and takes most of a minute."""
    port, home = free_port(), directory / "local_auth"
    python = environment("reflex-local-auth") / "bin" / "python"
    shutil.copytree(APPS / "local_auth", home, ignore=shutil.ignore_patterns("__pycache__"))
    settings = {"DATABASE_URL": f"sqlite:///{directory}/local_auth.db", "REFLEX_TELEMETRY_ENABLED": "false", "PYTHONPATH": ""}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([str(python), "prepare.py"], cwd=home, env=os.environ | settings | {"PATH": path}, check=True)
    serve = ["-m", "reflex", "run", "--env", "prod", "--frontend-port", str(port), "--backend-port", str(port)]
    with ExitStack() as stack:
        with one_at_a_time():
            stack.enter_context(running(serve, settings, directory / "local_auth.log", port, python, home))
        yield Server("reflex-local-auth", port, directory / "none.json")
