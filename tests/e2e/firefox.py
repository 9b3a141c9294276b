"""Debian's Firefox, driven by WebDriver BiDi: Playwright drives only a Firefox of its own."""

import itertools
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from chaos.debian import find_or_install

TIMEOUT_SECONDS = 30
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Failed(Exception):
    """A script has failed in the page, or its document has gone."""


class Tab:
    """One tab. Elements are found by their labels and words, as a person finds them."""

    def __init__(self, firefox: "Firefox", context: str) -> None:
        self._firefox, self._context = firefox, context

    def goto(self, url: str) -> None:
        self._firefox.send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def reload(self) -> None:
        self._firefox.send("browsingContext.reload", context=self._context, wait="complete")

    def evaluate(self, script: str) -> Any:
        """The value of the expression, as JSON."""
        expression = f"JSON.stringify({script}) ?? 'null'"
        answer = self._firefox.send(
            "script.evaluate", expression=expression, target={"context": self._context}, awaitPromise=True
        )
        if answer["type"] != "success":
            raise Failed(answer)
        return json.loads(answer["result"]["value"])

    @property
    def url(self) -> str:
        return self.evaluate("location.href")

    @property
    def text(self) -> str:
        return self.evaluate("document.body.innerText")

    def until(self, is_so: Callable[[], Any]) -> None:
        """Wait. While another document is loaded, nothing is so."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            with suppress(Failed):
                if is_so():
                    return
            assert time.monotonic() < deadline, f"{self.url}\n{self.text}"
            time.sleep(0.05)

    def until_it_says(self, words: str) -> None:
        self.until(lambda: words in self.text)

    def type(self, label: str, text: str) -> None:
        """Into the field with this label, key by key."""
        field = f"[...document.querySelectorAll('label')].find(each => each.innerText === {json.dumps(label)})?.control"
        self.until(lambda: self.evaluate(f"Boolean({field})"))
        self.evaluate(f"{field}.focus()")
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._firefox.send(
            "input.performActions", context=self._context, actions=[{"type": "key", "id": "keyboard", "actions": keys}]
        )

    def click(self, words: str) -> None:
        """The button or link with these words, as soon as it can be clicked."""
        found = (
            f"[...document.querySelectorAll('button, a')].find(each => each.innerText.trim() === {json.dumps(words)}"
            " && !each.disabled)"
        )
        self.until(lambda: self.evaluate(f"Boolean({found})"))
        self.evaluate(f"{found}.click()")


class Firefox:
    """The browser, with a profile of its own."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.send("session.new", capabilities={})

    def new_tab(self) -> Tab:
        return Tab(self, self.send("browsingContext.create", type="tab")["context"])

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(TIMEOUT_SECONDS))
            if answer.get("id") == number:
                if answer["type"] != "success":
                    raise Failed(answer)
                return answer["result"]


def find_firefox() -> str | None:
    """The program, if it can be had here."""
    return find_or_install("firefox-esr", "firefox-esr")


@contextmanager
def firefox(profile: Path, **preferences: Any) -> Iterator[Firefox]:
    """A Firefox with these preferences, in which `.` is written `__`."""
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name.replace('__', '.'))}, {json.dumps(value)});" for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [find_firefox(), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    log = profile / "firefox.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={"HOME": str(profile), "PATH": "/usr/bin:/bin"})
    try:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (found := LISTENING.search(log.read_text(errors="replace"))):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
        with connect(f"{found[1]}/session", max_size=None, open_timeout=TIMEOUT_SECONDS) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(TIMEOUT_SECONDS)
