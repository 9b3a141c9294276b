"""The stand-in for the Angular client that rxapp replaces: `benchmarks/angular`, built by npm, served as plain files.

The client itself is not in this repository. Its figures were 527 KB raw, 131 KB with gzip, 135 KB on the wire in six requests.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.applications import Starlette
from starlette.routing import Mount

SOURCES = Path(__file__).with_name("angular")
BUILD = Path(__file__).resolve().parents[1] / ".bench" / "angular"
PAGES = BUILD / "dist" / "browser"
TIMEOUT_SECONDS = 600
PACKED = {"gzip": ".gz", "brotli": ".br"}
FALLBACK = "404.html"
"""What answers for a path that is no file: the one page, whose router takes it from there."""


def build(compressor: Path) -> None:
    """Install and build it, unless what lies there comes of the same sources; `compressor` is Reflex's: both are packed alike."""
    stamp, sources = BUILD / "built-from", _fingerprint()
    if stamp.exists() and stamp.read_text() == sources:
        return
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.copytree(SOURCES, BUILD)
    _run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    _run("npm", "run", "build")
    shutil.copy(PAGES / "index.html", PAGES / FALLBACK)
    _run("node", str(compressor), str(PAGES), *PACKED)
    stamp.write_text(sources)


def kilobytes(encoding: str | None = None) -> float:
    """All its files, as they are or packed, without headers; in units of 1,000 bytes."""
    suffix = PACKED.get(encoding or "", "")
    files = [file for file in PAGES.iterdir() if file.suffix not in PACKED.values() and file.name != FALLBACK]
    return sum(file.with_name(file.name + suffix).stat().st_size for file in files) / 1000


def _fingerprint() -> str:
    files = sorted(file for file in SOURCES.rglob("*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _run(*command: str) -> None:
    environment = os.environ | {"NG_CLI_ANALYTICS": "false", "CI": "true"}
    done = subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:]],
        cwd=BUILD,
        env=environment,
        timeout=TIMEOUT_SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def create_app() -> Starlette:
    """For a server with `STAND_IN_ENCODING` in its environment: the one packing that it knows."""
    encodings = (os.environ["STAND_IN_ENCODING"],)
    return Starlette(
        routes=[Mount("/", PrecompressedStaticFiles(directory=PAGES, html=True, encodings=encodings, router=lambda path: path))]
    )
