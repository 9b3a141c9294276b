"""Writes the rooms into docs/architecture.md, between two marks: the docstring of each package, and who may import whom."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIFTED = ROOT / "rxapp" / "auth"
BEGIN, END = "<!-- rooms -->", "<!-- /rooms -->"
DEPTH = 2
"""Rooms, and the folders in them."""


def filled(document: str) -> str:
    """The document with the current rooms."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{rooms()}\n\n{contracts()}\n\n{END}{rest.partition(END)[2]}"


def rooms() -> str:
    """A table: each folder with the first sentence of its package."""
    folders = [file.parent for depth in range(1, DEPTH + 1) for file in LIFTED.glob("*/" * depth + "__init__.py")]
    rows = [f"| `{folder.relative_to(LIFTED).as_posix()}` | {_first_sentence(folder)} |" for folder in sorted(folders)]
    return "\n".join(["| in `rxapp/auth` | what it is |", "|---|---|", *rows])


def contracts() -> str:
    """A list of import-linter's contracts in pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return "\n".join(f"- {contract['name']}: {_in_words(contract)}." for contract in settings["contracts"])


def _first_sentence(folder: Path) -> str:
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    return docstring.partition("\n\n")[0].replace("\n", " ")


def _in_words(contract: dict) -> str:
    if contract["type"] == "forbidden":
        return f"nothing in {_named(contract['source_modules'])} imports {_named(contract['forbidden_modules'])}"
    return " > ".join(_named(layer.split(" | ")) for layer in contract["layers"])


def _named(modules: list[str]) -> str:
    return ", ".join(f"`{module.removeprefix('rxapp.auth.')}`" for module in modules)
