"""Real OpenID Providers for tests: `issuers.mjs` in Node, with the npm package `oidc-provider`, and a browser for their pages.

An issuer is described by a dict with these keys:

- `name`: how the test calls it.
- `port`: where it listens on 127.0.0.1; any free port if it is missing.
- `clients`: their metadata, with the names of RFC 7591: `client_id`, `client_secret`, `redirect_uris`,
  `token_endpoint_auth_method`, `jwks`, `backchannel_logout_uri`, `backchannel_logout_session_required`, …
- `alg`: what signs the ID tokens: RS256 if it is missing, PS256, ES256 or EdDSA.
- `claims`: more scopes, or more claims of the scopes openid, profile, email and groups: lists of names.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from filelock import FileLock

HERE = Path(__file__).resolve().parent
DIRECTORY = HERE.parents[2] / ".bench" / "oidc-provider"
NOTE = DIRECTORY / "installed.json"
"""The lock file of what is installed; written last, so that an installation that was broken off is made again."""

STOP_SECONDS = 10
ASKED_SECONDS = 30
"""oidc-provider waits 2.5 seconds for each client that it tells of a logout."""

TO_LOAD_NO_CERTIFICATES = False
"""That takes longer than the requests, and there is no TLS here."""

PAGES = 20
"""More than any login has: who sees so many goes round in a circle."""


@dataclass(frozen=True)
class Issuer:
    """A running provider. `url` is its issuer identifier."""

    name: str
    url: str

    def account(self, login: str, /, **claims: Any) -> None:
        """Set the claims of who logs in as `login`, all of them anew.

        `sub` is the login if it is not given; another than before ends the sessions, and no client is told. `amr`, `acr` and
        `auth_time` hold from the next login on.
        """
        self._ask("PUT", f"accounts/{quote(login, safe='')}", claims)

    def rotate_keys(self, *, forget: bool = False) -> list[str]:
        """Sign with a new key from now on. The `kid` of each key in the JWKS, the newest first; `forget`: of no other."""
        return self._ask("POST", "rotate-keys", {"forget": forget})["kids"]

    def log_out(self, login: str) -> list[dict[str, str]]:
        """End all sessions of the account here, and send the logout tokens to its clients.

        Of each logout token the `client`, the `sid` and, where the client has not answered 200 or 204, the `error`.
        """
        return self._ask("POST", f"logout/{quote(login, safe='')}")

    def pause(self, seconds: float) -> None:
        """Delay each answer of the token endpoint, the JWKS and the discovery. What was asked for is done before the delay."""
        self._ask("POST", "pause", {"seconds": seconds})

    def counts(self) -> dict[str, int]:
        """How often `discovery`, `jwks` and `token` were asked for."""
        return self._ask("GET", "counts")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with httpx.Client(verify=TO_LOAD_NO_CERTIFICATES, timeout=ASKED_SECONDS) as client:
            return client.request(method, f"{self.url}/test/{path}", json=body).raise_for_status().json()


@contextmanager
def issuers(configs: list[dict[str, Any]]) -> Iterator[dict[str, Issuer]]:
    """Running issuers by their names, installed when first wanted. They end with the block, or with this process."""
    process = subprocess.Popen(
        ["node", str(installed() / "issuers.mjs")],
        env=_with_our_programs(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with suppress(BrokenPipeError):
            print(json.dumps(configs), file=process.stdin, flush=True)
        started = process.stdout.readline()
        if not started:
            raise RuntimeError(f"the issuers have not started: exit code {process.wait(STOP_SECONDS)}")
        yield {name: Issuer(name, url) for name, url in json.loads(started).items()}
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def installed() -> Path:
    """The directory with the script and its packages: Node looks for them beside the file."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with FileLock(DIRECTORY.with_suffix(".lock")):
        wanted = (HERE / "package-lock.json").read_text()
        if not NOTE.exists() or NOTE.read_text() != wanted:
            _install()
            NOTE.write_text(wanted)
        _bring_up_to_date(DIRECTORY / "issuers.mjs", (HERE / "issuers.mjs").read_text())
    return DIRECTORY


def _install() -> None:
    NOTE.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, DIRECTORY)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=DIRECTORY, env=_with_our_programs(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")


def _bring_up_to_date(file: Path, text: str) -> None:
    """In one step: Node may be reading it for another process."""
    if not file.exists() or file.read_text() != text:
        new = file.with_suffix(".new")
        new.write_text(text)
        new.replace(file)


def _with_our_programs() -> dict[str, str]:
    """Node and npm are beside our Python."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def log_in_at(url: str, login: str | None, browser: httpx.Client | None = None) -> str:
    """Where an issuer sends the browser back to, with the answer to the authorization request `url`; that is not fetched.

    `login`: what is typed in, if the issuer asks; None presses Cancel. `browser`: who keeps the issuer's session between calls.
    """
    if browser is None:
        with httpx.Client(verify=TO_LOAD_NO_CERTIFICATES) as browser:
            return log_in_at(url, login, browser)
    typed = {"cancel": "yes"} if login is None else {"login": login}
    answer = browser.get(url)
    for _ in range(PAGES):
        if answer.next_request is None:
            answer = _submit(browser, answer, typed)
        elif answer.next_request.url.netloc == answer.url.netloc:
            answer = browser.send(answer.next_request)
        else:
            return str(answer.next_request.url)
    raise RuntimeError(f"no end of it: {answer.url}")


def _submit(browser: httpx.Client, page: httpx.Response, typed: dict[str, str]) -> httpx.Response:
    """The form of a page: the one to log in, or one that a script of the page submits."""
    form = _Form()
    form.feed(page.text)
    if form.action is None:
        raise RuntimeError(f"{page.status_code} without a form: {page.text}")
    fields = typed if "login" in form.fields else form.fields
    return browser.post(page.url.join(form.action), data=fields)


class _Form(HTMLParser):
    """The only form of a page: `action` is None if there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value") or ""
