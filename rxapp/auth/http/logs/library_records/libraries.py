"""Which records are a library's: those made by the code of what stands between the network, the database and the app's handlers.

Such code has in its hands what strangers send. A test compares the list with what is installed.
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
        *("sqlalchemy", "sqlmodel", "alembic", "psycopg", "psycopg_pool", "asyncpg", "aiosqlite", "redis"),
    }
)

_COMPONENTS = "reflex_components_"


def is_library(module: str) -> bool:
    """Whether `module`, or the logger of that name, belongs to one of them."""
    root = module.partition(".")[0]
    return root in LIBRARIES or root.startswith(_COMPONENTS)


def is_ours(module: str) -> bool:
    """Whether it is a module of `rxapp.auth`: our messages are constants, but exceptions that we log may be anybody's."""
    return module.startswith("rxapp.auth")


def installed_package(file: str) -> str | None:
    """The package that a file belongs to, if it is one that was installed."""
    found = _INSTALLED.search(file)
    return found[1] if found else None
