"""The peers' environments under `.bench/`, made when first wanted: `python -m benchmarks.peers.environments` makes all."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / ".bench"
APPS = Path(__file__).parent
PEERS = tomllib.loads((APPS / "peers.toml").read_text())
NOTE = "installed.json"
"""What an environment was made of; written last, so that one that was broken off is made again."""


def environment(peer: str) -> Path:
    """The directory of the peer's environment, with everything installed."""
    directory, wanted = DIRECTORY / peer, PEERS[peer]
    note = directory / NOTE
    if not note.exists() or json.loads(note.read_text()) != wanted:
        print(f"installing {peer}", flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        _install(directory, wanted)
        note.write_text(json.dumps(wanted))
    return directory


def versions(*peers: str) -> str:
    """The pinned versions, for the report."""
    pins = [pin for peer in peers for pins in PEERS[peer].values() for pin in pins]
    return ", ".join(pin.replace("==", " ").replace("@", " ") for pin in dict.fromkeys(pins))


def node_version() -> str:
    """Of the node that runs better-auth: the one that Reflex uses."""
    asked = subprocess.run(["node", "--version"], env=_with_our_programs(), capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def _install(directory: Path, wanted: dict[str, list[str]]) -> None:
    if "npm" in wanted:
        _run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(directory), *wanted["npm"])
    else:
        _run(sys.executable, "-m", "venv", str(directory))
        python = str(directory / "bin" / "python")
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted["packages"])


def _with_our_programs() -> dict[str, str]:
    """Node and npm are beside our Python."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _run(*command: str) -> None:
    done = subprocess.run(command, env=_with_our_programs(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    for name in PEERS:
        environment(name)
