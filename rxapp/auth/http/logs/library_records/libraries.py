"""The libraries between the network, the database and the app's handlers. Their log records are filtered.

Their code handles what strangers send. A test compares the list with the installed packages.
"""

import re

_INSTALLED = re.compile(r"[/\\](?:site|dist)-packages[/\\](\w+)")

LIBRARIES = frozenset(
    {
        *("reflex", "reflex_base", "reflex_build_sdk", "reflex_cli", "reflex_otel", "reflex_workflow", "opentelemetry"),
        *("socketio", "engineio", "simple_websocket", "wsproto", "websockets", "h11", "h2", "httptools"),
        *("granian", "_granian", "uvicorn", "gunicorn", "hypercorn", "watchfiles"),
        *("starlette", "fastapi", "multipart", "python_multipart", "anyio", "asyncio", "concurrent", "uvloop"),
        *("pydantic", "pydantic_core", "pydantic_settings", "dotenv", "jwt", "passlib", "limits", "markdown_it"),
        *("jinja2", "aiosmtplib"),
        *("sqlalchemy", "sqlmodel", "alembic", "psycopg", "psycopg_pool", "asyncpg", "aiosqlite", "redis"),
    }
)

_COMPONENTS = "reflex_components_"


def is_library(module: str) -> bool:
    """Whether `module`, or the logger of that name, belongs to one of these libraries."""
    root = module.partition(".")[0]
    return root in LIBRARIES or root.startswith(_COMPONENTS)


def is_ours(module: str) -> bool:
    """Whether it is a module of `rxapp.auth`. Our messages are constants, but we log exceptions from any code."""
    return module.startswith("rxapp.auth")


def installed_package(file: str) -> str | None:
    """The installed package that a file belongs to, or None."""
    found = _INSTALLED.search(file)
    return found[1] if found else None
