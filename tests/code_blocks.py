"""Runs the Python in documents, each block in a process of its own; prints what went wrong, as JSON, for `test_code_blocks.py`.

A fork for each block: to import Reflex anew for each would take minutes.
"""

import asyncio
import contextlib
import importlib
import io
import json
import os
import sys
import traceback
import types
from pathlib import Path

import pytest
import reflex as rx
from fastapi import FastAPI

from rxapp.auth import web as auth
from rxapp.auth.web.site.registry import site

RXCONFIG = 'import reflex as rx\nconfig = rx.Config(app_name="guide", plugins=[rx.plugins.TailwindV4Plugin()])\n'


def run(directory: str, title: str, file: str, source: str) -> str:
    """Returns the traceback, if there is one."""
    os.chdir(directory)
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        os.close(readable)
        os.write(writable, _error_of(directory, title, file, source).encode()[-60_000:])
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as pipe:
        error = pipe.read()
    status = os.waitpid(child, 0)[1]
    return error or (f"ended with status {status}" if status else "")


def _error_of(directory: str, title: str, file: str, source: str) -> str:
    sys.path.insert(0, directory)
    try:
        if Path(file).name.startswith("test_"):
            return _failures_of(directory, file)
        if file:
            module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        else:
            module = types.ModuleType("block_of_a_document")
            sys.modules[module.__name__] = module
            exec(compile(source, title, "exec"), module.__dict__)
        _build_pages(module)
    except BaseException:  # noqa: BLE001  SystemExit too
        return traceback.format_exc()
    return ""


def _failures_of(directory: str, file: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = pytest.main(["-q", "-p", "no:cacheprovider", "--import-mode=importlib", f"--basetemp={directory}/pytest", file])
    return printed.getvalue() if code else ""


def _build_pages(module: types.ModuleType) -> None:
    app = getattr(module, "app", None)
    if isinstance(app, FastAPI):
        asyncio.run(_start(app))
        return
    if not isinstance(app, rx.App):
        app = rx.App()
        auth.install_auth(app, pages=auth.Pages(own=[options["route"] for _, options in site._waiting_pages]))
    own = [page for page in app._unevaluated_pages.values() if getattr(page.component, "__module__", "") == module.__name__]
    for page in own:
        page.component().render()


async def _start(app: FastAPI) -> None:
    async with app.router.lifespan_context(app):
        app.openapi()


def main() -> None:
    """Reads the blocks from stdin."""
    blocks = json.load(sys.stdin)
    for directory in {block["directory"] for block in blocks}:
        (Path(directory) / "rxconfig.py").write_text(RXCONFIG)
    sys.stdout.write("\n" + json.dumps([run(**block) for block in blocks]))


if __name__ == "__main__":
    main()
