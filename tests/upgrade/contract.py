"""What other programs, browsers and stored rows rely on, told by whichever `rxapp` is imported: with its public names only."""

import importlib
from typing import Any

import reflex as rx
from fastapi import FastAPI
from reflex.compiler.utils import compile_client_storage
from reflex.state import State
from sqlalchemy import Table

from rxapp.auth import AUTH_HISTORY, AuthError, AuthTable, Settings

PUBLIC_MODULES = ("rxapp.auth", "rxapp.auth.web", "rxapp.auth.web.testing")


def contract_of(app: rx.App, api: FastAPI) -> dict[str, Any]:
    """Of an app in which `install_auth` was called, and returned `api`. It can be written as JSON."""
    return {
        "imports": {name: public_names(name) for name in PUBLIC_MODULES},
        "variables": sorted(
            str(field.validation_alias or f"RXAPP_{name}").upper() for name, field in Settings.model_fields.items()
        ),
        "http": api.openapi(),
        "pages": sorted(app._unevaluated_pages),
        "storage keys": sorted(options["name"] for options in compile_client_storage(State)["local_storage"].values()),
        "tables": {name: columns_of(table) for name, table in AuthTable.metadata.tables.items()},
        "revision": AUTH_HISTORY.newest_revision,
        "codes of errors": sorted({error.code for error in all_below(AuthError)}),
    }


def columns_of(table: Table) -> dict[str, str]:
    return {column.name: str(column.type) for column in table.columns}


def public_names(module: str) -> list[str]:
    """Those that it lists; if it has no list, what is defined there."""
    found = importlib.import_module(module)
    defined = [name for name, value in vars(found).items() if getattr(value, "__module__", "") == module and callable(value)]
    return sorted(name for name in getattr(found, "__all__", defined) if not name.startswith("_"))


def all_below(kind: type) -> set[type]:
    return {kind}.union(*map(all_below, kind.__subclasses__()))
