"""Reads one configuration after another, each in a process of its own; for `test_auth_plugin.py`.

A fork for each: to import Reflex anew for each would take minutes. Nothing of ours is imported there, as when Reflex starts.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import reflex as rx
from reflex_base.config import get_config, reload_config

import rxapp.auth

NAMES = ("db_url", "redis_url", "state_manager_mode", "redis_token_expiration", "backend_host")


def read(changes: dict[str, str]) -> dict:
    if changes:  # as `reflex run --backend-host` does
        get_config()._set_persistent(**changes)
        reload_config()
    config = get_config()
    told = {name: getattr(config, name) for name in NAMES}
    return told | {"plugins": [type(plugin).__name__ for plugin in config.plugins]}


def forked(directory: str, environment: dict[str, str], changes: dict[str, str]) -> dict:
    """What the configuration is, if it could be read, and what was said on stderr."""
    told, said = Path(directory, "told.json"), Path(directory, "said.txt")
    told.write_text("{}")
    child = os.fork()
    if not child:
        os.chdir(directory)
        os.environ.update(environment)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), sys.stderr.fileno())
        try:
            told.write_text(json.dumps(read(changes)))
        except SystemExit as end:
            sys.stderr.write(str(end))
        except BaseException:  # noqa: BLE001
            sys.stderr.write(traceback.format_exc())
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
    return {"told": json.loads(told.read_text()), "said": said.read_text()}


assert rx.Config
assert rxapp.auth.Settings
for name in [name for name in sys.modules if name.partition(".")[0] == "rxapp"]:
    del sys.modules[name]
for line in sys.stdin:
    sys.stdout.write(json.dumps(forked(**json.loads(line))) + "\n")
    sys.stdout.flush()
