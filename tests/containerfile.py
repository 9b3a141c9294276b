"""Runs the steps of a Containerfile in a directory instead of a container, for `test_containerfile.py`.

What only a container has is left out: another base image, another user, and an image's own `/`.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

INHERITED = ("HOME", "PATH", "LANG", "PIP_", "NPM_CONFIG_", "npm_config_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy")
"""What the machine's own environment says of its registries."""

ONLY_IN_A_CONTAINER = ("USER", "EXPOSE", "STOPSIGNAL")


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its arguments, on one line."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, arguments = line.partition(" ")
        yield name, arguments


class Steps:
    """Everything that the file puts at `/` lies in `root`. Copied is from `context`, as a build does."""

    def __init__(self, root: Path, context: Path, arguments: Mapping[str, str]) -> None:
        self.root, self.context, self._arguments = root, context, arguments
        self.stages: dict[str, Path] = {}
        self.healthcheck: list[str] = []
        self.command: list[str] = []
        self.ran: list[str] = []
        self.environment: dict[str, str] = {}
        self.directory = root

    def take(self, name: str, arguments: str) -> None:
        """Do what one instruction says."""
        if name not in ONLY_IN_A_CONTAINER:
            getattr(self, f"_{name.lower()}")(arguments)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command as it would run in the image."""
        environment = self.environment | variables
        return subprocess.run(command, cwd=self.directory, env=environment, capture_output=True, text=True, check=False)

    def _from(self, arguments: str) -> None:
        if self.root.exists():
            kept = self.root.with_name(f"{self.root.name}-{self._stage}")
            self.stages[self._stage] = self.root.rename(kept)
        self.root.mkdir()
        self._stage = arguments.rpartition(" AS ")[2]
        self.environment = {name: value for name, value in os.environ.items() if name.startswith(INHERITED)}

    def _workdir(self, arguments: str) -> None:
        self.directory = self._place(arguments)
        self.directory.mkdir(parents=True, exist_ok=True)

    def _env(self, arguments: str) -> None:
        for name, value in (pair.split("=", 1) for pair in arguments.split()):
            self.environment[name] = Template(self._here(value)).safe_substitute(self.environment)

    def _arg(self, arguments: str) -> None:
        self.environment[arguments] = self._arguments[arguments]

    def _copy(self, arguments: str) -> None:
        *sources, target = arguments.split()
        if stage := re.match(r"--from=(\w+)$", sources[0]):
            shutil.copytree(
                self.stages[stage[1]] / sources[1].lstrip("/"), self._place(target), symlinks=True, dirs_exist_ok=True
            )
            return
        for source in (self.context / name for name in sources):
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, self.directory / target, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(source, self.directory / target)

    def _run(self, arguments: str) -> None:
        if arguments.startswith("useradd "):
            return  # it would make a user of this machine
        done = self.run("sh", "-c", self._here(arguments))
        assert done.returncode == 0, f"{arguments}\n{(done.stdout + done.stderr)[-4000:]}"
        self.ran.append(arguments)

    def _healthcheck(self, arguments: str) -> None:
        self.healthcheck = json.loads(arguments.partition("CMD ")[2])

    def _cmd(self, arguments: str) -> None:
        self.command = json.loads(arguments)

    def _place(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.directory / path

    def _here(self, text: str) -> str:
        return text.replace("/srv/rxapp", str(self.root / "srv" / "rxapp"))
