"""The Containerfile: a linter reads it, and each of its steps runs in a directory of its own. No container is needed.

What installs all packages anew and builds the pages takes a minute and a half, so it is for `make test-thorough`.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.containerfile import Steps, instructions
from tests.e2e.builds import one_at_a_time
from tests.e2e.server import free_port

CONTAINERFILE = ROOT / "deploy" / "Containerfile"
ADDRESS = "https://app.example.com"
PORT = "3000"
STARTS_WITHIN_SECONDS = 60
SECRET = (".secret_key", "secret_key", ".env", "environment")

HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))
with_linter = pytest.mark.skipif(HADOLINT is None, reason="there is no wheel of hadolint for this machine")


def findings(text, *, directory):
    file = directory / "Containerfile"
    file.write_text(text)
    return subprocess.run([HADOLINT, "--no-color", file], capture_output=True, text=True, check=False).stdout


@with_linter
def test_the_linter_finds_nothing_in_it(tmp_path):
    assert findings(CONTAINERFILE.read_text(), directory=tmp_path) == ""


@with_linter
def test_the_linter_would_find_a_fault(tmp_path):
    assert "DL3007" in findings("FROM docker.io/library/python:latest\n", directory=tmp_path)


def test_only_what_makes_a_user_or_belongs_to_a_container_is_left_out_of_the_steps():
    kinds = {name for name, _ in instructions(CONTAINERFILE.read_text())}
    assert kinds == {*("FROM", "WORKDIR", "ENV", "ARG", "COPY", "RUN", "HEALTHCHECK", "CMD"), *("USER", "EXPOSE", "STOPSIGNAL")}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """All steps, taken."""
    steps = Steps(tmp_path_factory.mktemp("image") / "root", ROOT, {"ADDRESS": ADDRESS})
    with one_at_a_time():
        for name, arguments in instructions(CONTAINERFILE.read_text()):
            steps.take(name, arguments)
    return steps


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_each_step_runs_and_the_address_is_built_into_the_pages(image):
    assert len(image.ran) == 2
    built = list((image.directory / ".web" / "build" / "client").rglob("*.html"))
    assert built
    scripts = "".join(file.read_text() for file in (image.directory / ".web" / "build" / "client").rglob("*.js"))
    assert "wss://app.example.com/_event" in scripts


@pytest.mark.thorough
def test_there_is_no_secret_and_no_database_in_it(image):
    ours = [path for path in image.directory.rglob("*") if ".venv" not in path.parts and path.is_file()]
    assert [path for path in ours if ".rxapp" in path.parts or path.name in SECRET or path.suffix == ".db"] == []


@pytest.mark.thorough
@pytest.mark.timeout(180)
def test_it_migrates_starts_and_is_healthy(image, tmp_path):
    port = str(free_port())
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.db", "RXAPP_SECRET_KEY": secrets.token_urlsafe(48)}
    migrated = image.run("sh", "-c", "alembic upgrade head && python -m rxapp migrate", **variables)
    assert migrated.returncode == 0, migrated.stderr
    command, healthcheck = ([part.replace(PORT, port) for part in words] for words in (image.command, image.healthcheck))
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=image.directory, env=image.environment | variables, stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while (unhealthy := image.run(*healthcheck).returncode) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
        assert not unhealthy, log.read_text()[-4000:]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=45)
