"""Makes the built pages smaller, and their first display faster."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reflex_base.constants import ReactRouter
from reflex_base.plugins import Plugin

from rxapp.auth.rxconfig.inline_styles import inline_styles

VITE_PLUGIN = "vite-plugin-lean-build.js"

_EXPORT_LINE = "export default defineConfig"
_PLUGINS_LINE = "  plugins: ["
"""Reflex's own plugins change Vite's configuration at these places too."""

logger = logging.getLogger(__name__)


@dataclass
class LeanBuild(Plugin):
    """For `rxconfig.py`: `plugins=[rx.plugins.TailwindV4Plugin(), LeanBuild()]`. It changes production builds only.

    The libraries that every page needs become one file, and Emotion is left out if no page needs it (see `lean_build.js`, which
    Vite loads). The stylesheet goes into the pages. Set `inlines_styles` to False for a Content-Security-Policy whose `style-src`
    has no `'unsafe-inline'`. If Reflex's output is not as expected, it stays unchanged, with a warning.
    """

    inlines_styles: bool = True

    def get_static_assets(self, **context: Any) -> list[tuple[Path, str]]:
        """Our plugin for Vite, written into the directory of Vite's configuration."""
        return [(Path(VITE_PLUGIN), Path(__file__).with_name("lean_build.js").read_text(encoding="utf-8"))]

    def pre_compile(self, **context: Any) -> None:
        """Add our plugin to Vite's configuration."""
        context["add_modify_task"](ReactRouter.VITE_CONFIG_FILE, with_vite_plugin)

    def post_build(self, **context: Any) -> None:
        """Put the stylesheet into the pages."""
        if self.inlines_styles:
            inline_styles(context["static_dir"])


def with_vite_plugin(configuration: str) -> str:
    """The text of `vite.config.js` with our plugin as the first one."""
    if configuration.count(_EXPORT_LINE) != 1 or configuration.count(_PLUGINS_LINE) != 1:
        logger.warning("this Reflex writes vite.config.js in another way: the pages are built without LeanBuild")
        return configuration
    importing = f'import leanBuild from "./{VITE_PLUGIN}";\n\n{_EXPORT_LINE}'
    return configuration.replace(_EXPORT_LINE, importing).replace(_PLUGINS_LINE, f"{_PLUGINS_LINE}\n    leanBuild(),")
