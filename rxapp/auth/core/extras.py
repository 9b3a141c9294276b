"""The extras of the package: what says so, in one sentence, where one that is needed is not installed."""

from importlib.util import find_spec


class ExtraNotInstalled(ModuleNotFoundError):
    """A part needs a package that an extra of `rxapp` brings, and it is not there. The message says what to install."""

    def __init__(self, part: str, needs: str, extra: str, module: str) -> None:
        says = f'{part} needs {needs}, which is not installed. Install it with: pip install "rxapp[{extra}]"'
        super().__init__(says, name=module)


def has_reflex() -> bool:
    """Whether Reflex is installed. It is not loaded."""
    return find_spec("reflex") is not None


def require_reflex(part: str) -> None:
    """Raise `ExtraNotInstalled` where Reflex is not installed, in place of an error from somewhere deep inside."""
    if not has_reflex():
        raise ExtraNotInstalled(part, "Reflex", "reflex", "reflex")
