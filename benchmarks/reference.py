"""Writes docs/reference.md: all public names with their signatures and docstrings. `python -m benchmarks.reference --write`.

It reads the sources, so that the text is the same with every version of Python and of Reflex.
"""

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "reference.md"
MODULES = ("rxapp.auth", "rxapp.auth.http", "rxapp.auth.web", "rxapp.auth.web.testing", "rxapp.auth.rxconfig")

HEAD = """# Reference

All public names, by the module from which you import them. `make reference ARGS=--write` makes this page from the docstrings, and
a test fails if it is out of date. [The guide](guide/README.md) shows how the names are used. What is not here may change without
a word in the changelog.
"""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def document() -> str:
    """The whole page."""
    told: dict[str, str] = {}
    return HEAD + "".join(_section(module, told) for module in MODULES)


def public_names(module: str) -> list[str]:
    """Those in `__all__`; without one, those that the module defines itself."""
    listed = getattr(importlib.import_module(module), "__all__", None)
    if listed is not None:
        return sorted(listed, key=str.casefold)
    tree = _tree(inspect.getsourcefile(importlib.import_module(module)) or "")
    named = [*(node.name for node in _definitions(tree)), *_constants(tree)]
    return sorted((name for name in named if not name.startswith("_")), key=str.casefold)


def _section(module: str, told: dict[str, str]) -> str:
    imported = importlib.import_module(module)
    text = f"\n## `{module}`\n\n{_first_paragraph(imported)}\n"
    for name in public_names(module):
        value = getattr(imported, name)
        where = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        if where in told:
            text += f"\n### `{name}`\n\nThe same as `{told[where]}.{name}`.\n"
            continue
        if inspect.isclass(value) or inspect.isfunction(inspect.unwrap(value) if callable(value) else value):
            told[where] = module
        text += f"\n### `{name}`\n\n{_entry(module, name, value)}\n"
    return text


def _entry(module: str, name: str, value: object) -> str:
    node = _definition_of(value)
    if node is None:
        return _of_constant(module, name, value)
    if isinstance(node, ast.ClassDef):
        return "\n\n".join([_fenced(_class_line(node)), _docstring(node), *_members(node)]).rstrip()
    return "\n\n".join([*map(_fenced, _signatures(value, node)), _docstring(node)]).rstrip()


def _members(node: ast.ClassDef) -> Iterator[str]:
    """Fields and public methods, one line or paragraph each."""
    lines = [f"- `{ast.unparse(field)}`{_after(node, field)}" for field in _fields(node)]
    methods = [each for each in node.body if isinstance(each, Function) and not each.name.startswith("_")]
    lines += [f"- `{_line(method)}`{_indented(ast.get_docstring(method))}" for method in methods]
    if lines:
        yield "\n".join(lines)


def _fields(node: ast.ClassDef) -> Iterator[ast.stmt]:
    for field in node.body:
        target = field.target if isinstance(field, ast.AnnAssign) else field.targets[0] if isinstance(field, ast.Assign) else None
        if isinstance(target, ast.Name) and not target.id.startswith("_") and not target.id.startswith("model_config"):
            yield field


def _after(node: ast.ClassDef | ast.Module, field: ast.stmt) -> str:
    """The text that stands below a field."""
    below = node.body[node.body.index(field) + 1 :][:1]
    if below and isinstance(below[0], ast.Expr) and isinstance(below[0].value, ast.Constant):
        return _indented(inspect.cleandoc(str(below[0].value.value)))
    return ""


def _indented(text: str | None) -> str:
    return f": {' '.join((text or '').split())}" if text else ""


def _of_constant(module: str, name: str, value: object) -> str:
    """A constant, a module, or what another package defines: the text below it, or its first sentence."""
    for source in (module, getattr(value, "__module__", "") or ""):
        file = inspect.getsourcefile(sys.modules[source]) if source in sys.modules else None
        tree = _tree(file) if file and ROOT in Path(file).parents else ast.Module([], [])
        if name in _constants(tree):
            return _after(tree, _constants(tree)[name]).removeprefix(": ") or f"`{ast.unparse(_constants(tree)[name])}`"
    where = _home(module, name)
    if where:
        tree = _tree(where)
        return _after(tree, _constants(tree)[name]).removeprefix(": ") or f"`{ast.unparse(_constants(tree)[name])}`"
    return _first_paragraph(value)


def _home(module: str, name: str) -> str:
    """The file in which a constant that the module imports is assigned."""
    for node in ast.walk(_tree(inspect.getsourcefile(importlib.import_module(module)) or "")):
        if isinstance(node, ast.ImportFrom) and node.module and name in {alias.name for alias in node.names}:
            file = inspect.getsourcefile(importlib.import_module(node.module)) or ""
            if Path(file).name == "__init__.py" and name not in _constants(_tree(file)):
                return _home(node.module, name)
            return file if name in _constants(_tree(file)) else ""
    return ""


def _definition_of(value: object) -> Definition | None:
    unwrapped = inspect.unwrap(value) if callable(value) else value
    unwrapped = getattr(unwrapped, "__func__", unwrapped)
    if not (inspect.isclass(unwrapped) or inspect.isfunction(unwrapped)):
        return None
    file = inspect.getsourcefile(sys.modules[unwrapped.__module__]) or ""
    if ROOT not in Path(file).parents or ".venv" in Path(file).parts:
        return None
    found: list[Definition] = [node for node in ast.walk(_tree(file)) if isinstance(node, Definition)]
    named = [node for node in found if node.name == unwrapped.__name__]
    return named[-1] if named else None


def _signatures(value: object, node: Function) -> list[str]:
    """One line for each overload, or the one of the function."""
    file = inspect.getsourcefile(sys.modules[inspect.unwrap(value).__module__]) or ""  # type: ignore[arg-type]
    of_name = [each for each in _definitions(_tree(file)) if each.name == node.name and isinstance(each, Function)]
    overloads = [each for each in of_name if any("overload" in ast.unparse(mark) for mark in each.decorator_list)]
    return [_line(each) for each in overloads or [node]]


def _line(node: Function) -> str:
    arguments = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    marks = {ast.unparse(mark) for mark in node.decorator_list}
    if marks & {"property", "cached_property", "rx.var"}:
        return f"{node.name}{returns}"
    return f"{'async ' if isinstance(node, ast.AsyncFunctionDef) else ''}{node.name}({arguments}){returns}"


def _class_line(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    made = [each for each in node.body if isinstance(each, Function) and each.name == "__init__"]
    arguments = f"\n{node.name}({_line(made[0]).partition('(')[2].rpartition(') ->')[0]})" if made and made[0].returns else ""
    return f"class {node.name}({bases}){arguments}" if bases else f"class {node.name}{arguments}"


def _docstring(node: Definition) -> str:
    return ast.get_docstring(node) or ""


def _first_paragraph(value: object) -> str:
    return " ".join((inspect.getdoc(value) or "").partition("\n\n")[0].split())


def _fenced(code: str) -> str:
    return f"```\n{code}\n```"


def _definitions(tree: ast.Module) -> list[Definition]:
    return [node for node in tree.body if isinstance(node, Definition)]


def _constants(tree: ast.Module) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {name.id: node for name in names if isinstance(name, ast.Name)}
    return found


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        sys.stdout.write(document())
