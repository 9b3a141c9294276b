"""`AuthPlugin`: what `reflex_options()` and `LeanBuild()` do, as one plugin of Reflex."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from reflex_base.config import Config
from reflex_base.constants import StateManagerMode
from reflex_base.plugins import Plugin

from rxapp.auth.core.settings.values import DatabaseUrl
from rxapp.auth.rxconfig.lean_build import LeanBuild
from rxapp.auth.rxconfig.options import reflex_options

_VARIABLES = {"db_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
"""Reflex's name of an address, and the variable that names ours."""

_TWO_ADDRESSES = "Reflex uses its own %s, and rxapp uses %s, which is another. Set only %s, and both use that."

logger = logging.getLogger(__name__)


class AuthPlugin(Plugin):
    """For `rxconfig.py`: `plugins=[rx.plugins.TailwindV4Plugin(), AuthPlugin()]`.

    It does what `reflex_options()` and `LeanBuild()` do. An option that `rx.Config(…)`, a variable `REFLEX_…` or the command line
    sets stays as it is, and so does a `LeanBuild` that the app lists. The class itself, `REFLEX_PLUGINS` and
    `REFLEX_EXTRA_PLUGINS` do the same.
    """

    _configuration: Config | None = None
    """The one whose options it has set."""

    def pre_compile(self, **context: Any) -> None:
        """Stop the build if this plugin was added when the configuration was made already: then it has set nothing."""
        if self._configuration is None:
            raise SystemExit("AuthPlugin was added too late to set any option. Write plugins=[AuthPlugin()] in rx.Config(…).")


def _with_our_options(replace_defaults: Callable[..., None]) -> Callable[..., None]:
    """Reflex's last step of making a configuration, and then ours.

    Needs: `Config._replace_defaults`, called when the plugins are made and `Config._non_default_attributes` says what is set.
    Why: Reflex makes a plugin before or while it makes the configuration, and gives the plugin no access to it.
    Without it: `AuthPlugin` sets nothing, and stops the build.
    """

    @functools.wraps(replace_defaults)
    def replacing(self: Config, **kwargs: Any) -> None:
        replace_defaults(self, **kwargs)
        plugins = [plugin for plugin in self.plugins if isinstance(plugin, AuthPlugin)]
        if any(plugin._configuration is not self for plugin in plugins):
            _set_options(self)
            _make_lean(self.plugins)
        for plugin in plugins:
            plugin._configuration = self

    return replacing


Config._replace_defaults = _with_our_options(Config._replace_defaults)


def _set_options(config: Config) -> None:
    """Set the options that nobody has set. Say so if the app and we use two databases."""
    options, named = reflex_options(), config._non_default_attributes
    for name, variable in _VARIABLES.items():
        if name in named and not _is_the_same(getattr(config, name), options[name]):
            logger.warning(_TWO_ADDRESSES, name, variable, variable)
    if "redis_url" in named:
        options["state_manager_mode"] = "redis" if config.redis_url else "memory"
    options["state_manager_mode"] = StateManagerMode(options["state_manager_mode"])
    for name in options.keys() - named:
        setattr(config, name, options[name])
    named.update(options)


def _is_the_same(address: str | None, ours: str | None) -> bool:
    """Whether both are one address. Of `DATABASE_URL`, our settings read more spellings than one."""
    if address == ours:
        return True
    try:
        return TypeAdapter(DatabaseUrl).validate_python(address) == ours
    except ValueError:
        return False


def _make_lean(plugins: list[Plugin]) -> None:
    if not any(isinstance(plugin, LeanBuild) for plugin in plugins):
        plugins.append(LeanBuild())
