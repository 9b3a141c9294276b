"""The extras of the package. If one is needed and not installed, the error says in one sentence what to install."""

from importlib.util import find_spec


class ExtraNotInstalled(ModuleNotFoundError):
    """A part needs a package that is not installed. An extra of `rxapp` brings it, and the message names the extra."""

    def __init__(self, part: str, needs: str, extra: str, module: str) -> None:
        says = f'{part} needs {needs}, which is not installed. Install it with: pip install "rxapp[{extra}]"'
        super().__init__(says, name=module)


def has_reflex() -> bool:
    """Whether Reflex is installed. It is not loaded."""
    return find_spec("reflex") is not None


def require_reflex(part: str) -> None:
    """Raise `ExtraNotInstalled` if Reflex is not installed. Otherwise an import deep inside would fail less clearly."""
    if not has_reflex():
        raise ExtraNotInstalled(part, "Reflex", "reflex", "reflex")
