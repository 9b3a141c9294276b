"""Clients that others' tools make of the OpenAPI document compile and log in, and linters find no error in it (`make check`)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import PASSWORD
from tests.e2e.backend import Backend
from tests.e2e.database import open_service

HERE = Path(__file__).parent
PERSON = "generated"

PYTHON_CLIENT = """
import sys
from client import Client
from client.api.log_in import log_in_api_auth_login_post as log_in, refresh_api_token_refresh_post as refresh
from client.api.account import me_api_me_get as me
from client.client import AuthenticatedClient
from client.models import LoginRequest, RefreshRequest

url, username, password = sys.argv[1:]
client = Client(base_url=url)
pair = log_in.sync(client=client, body=LoginRequest(username=username, password=password))
pair = refresh.sync(client=client, body=RefreshRequest(access_token=pair.token, refresh_token=pair.refresh_token))
refused = log_in.sync(client=client, body=LoginRequest(username=username, password="wrong"))
print(me.sync(client=AuthenticatedClient(base_url=url, token=pair.token)).user_name, refused.code)
"""

pytestmark = [pytest.mark.tools, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def backend(tmp_path_factory) -> Iterator[Backend]:
    backend = Backend(tmp_path_factory.mktemp("backend"))
    backend.start()
    with open_service(backend) as service:
        service.create_user(PERSON, PASSWORD)
    yield backend
    backend.stop()


@pytest.fixture(scope="module")
def document(backend, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_text(httpx.get(f"{backend.url}/openapi.json").text)
    return file


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "log_in.ts"):
        shutil.copy(HERE / name, directory)
    run(["npm", "ci", "--no-audit", "--no-fund"], directory)
    return directory


def run(command: list[str], directory: Path, **variables: str) -> str:
    done = subprocess.run(command, cwd=directory, env=os.environ | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_redocly_finds_no_error(node_modules, document):
    assert "valid" in run(["npx", "redocly", "lint", str(document)], node_modules)


def test_spectral_finds_no_error(node_modules, document):
    (node_modules / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
    run(["npx", "spectral", "lint", str(document), "--fail-severity", "error"], node_modules)


def test_a_typescript_client_compiles_strictly_and_logs_in(node_modules, document, backend):
    run(["npx", "openapi-typescript", str(document), "--output", "schema.ts"], node_modules)
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node", "--outDir", "built"]
    run(["npx", "tsc", *options, "log_in.ts"], node_modules)
    assert run(["node", "built/log_in.js", backend.url, PERSON, PASSWORD], node_modules).split() == [
        PERSON,
        "invalid_credentials",
    ]


def test_a_python_client_is_made_without_a_warning_and_logs_in(document, backend, tmp_path):
    python = tmp_path / "venv" / "bin" / "python"
    run([sys.executable, "-m", "venv", "venv"], tmp_path)
    run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(HERE / "requirements.txt")], tmp_path)
    (tmp_path / "config.yaml").write_text("content_type_overrides:\n  application/problem+json: application/json\n")
    options = ["--meta", "none", "--config", "config.yaml", "--fail-on-warning", "--output-path", "client"]
    made = run([str(python.with_name("openapi-python-client")), "generate", "--path", str(document), *options], tmp_path)
    assert "warning" not in made.lower()
    (tmp_path / "log_in.py").write_text(PYTHON_CLIENT)
    assert run([str(python), "log_in.py", backend.url, PERSON, PASSWORD], tmp_path).split() == [PERSON, "invalid_credentials"]
