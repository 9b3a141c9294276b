"""`LeanBuild` by itself. What comes of it is weighed in `tests/e2e/test_built_pages.py`."""

import json
import shutil
import subprocess

import pytest
from reflex_base.compiler.templates import vite_config_template

from rxapp.auth.rxconfig.inline_styles import MAXIMUM_BYTES, inline_styles
from rxapp.auth.rxconfig.lean_build import VITE_PLUGIN, LeanBuild, with_vite_plugin

DECIDE = """
import leanBuild from "./vite-plugin-lean-build.js";
for (let number = 0; number < Number(process.argv[2]); number++) {
  const plugin = leanBuild();
  plugin.configResolved({ root: `${process.cwd()}/${number}` });
  plugin.buildStart.call({ info() {} });
  console.log(plugin.resolveId("@emotion/react", "/app/root.jsx") ? "without" : "with");
}
"""


@pytest.fixture
def written() -> str:
    return vite_config_template(base="/", hmr=True, force_full_reload=False, experimental_hmr=False, sourcemap=False)


def test_vite_loads_it_before_all_other_plugins(written):
    configuration = with_vite_plugin(written)
    assert f'from "./{VITE_PLUGIN}";' in configuration
    assert configuration.index("leanBuild(),") < configuration.index("reactRouter(),")
    ((path, text),) = LeanBuild().get_static_assets()
    assert (path.name, "export default function leanBuild" in text) == (VITE_PLUGIN, True)


def test_a_configuration_of_another_kind_stays_as_it_is_and_a_warning_says_so(caplog):
    assert with_vite_plugin("export default {};") == "export default {};"
    assert "without LeanBuild" in caplog.text


PAGES = {
    'import {jsx} from "@emotion/react"\njsx("p",{className:"css"},"CSS: none")': "without",
    'import {jsx} from "@emotion/react"\njsx("p",{css:({ ["color"] : "red" })})': "with",
    'import {jsx} from "@emotion/react"\njsx("p",{...rest, "css": style})': "with",
    'import {jsx,keyframes} from "@emotion/react"': "with",
    'import * as emotion_react from "@emotion/react"': "without",
}


def test_emotion_stays_where_any_page_has_styles_of_its_own(tmp_path):
    for number, page in enumerate(PAGES):
        for folder in ("app/routes", "app_components", "components", "utils"):
            (tmp_path / str(number) / folder).mkdir(parents=True)
        (tmp_path / str(number) / "app" / "routes" / "page.jsx").write_text(page)
    ((name, text),) = LeanBuild().get_static_assets()
    (tmp_path / name).write_text(text)
    (tmp_path / "decide.mjs").write_text(DECIDE)
    command = [shutil.which("node"), "decide.mjs", str(len(PAGES))]
    decided = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert decided.stdout.split() == list(PAGES.values())


LOAD = """
import leanBuild from "./vite-plugin-lean-build.js";
const plugin = leanBuild();
plugin.configResolved({ root: process.cwd() });
console.log(plugin.load("/node_modules/engine.io-client/build/esm/transports/index.js") ?? "as it is");
"""


@pytest.mark.parametrize(("transport", "loaded"), [("websocket", "{ websocket: WS }"), ("polling", "as it is")])
def test_the_transports_that_the_app_does_not_use_are_left_out(tmp_path, transport, loaded):
    ((name, text),) = LeanBuild().get_static_assets()
    (tmp_path / name).write_text(text)
    (tmp_path / "load.mjs").write_text(LOAD)
    (tmp_path / "env.json").write_text(json.dumps({"TRANSPORT": transport}))
    said = subprocess.run([shutil.which("node"), "load.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert loaded in said


TRANSFORM = """
import leanBuild from "./vite-plugin-lean-build.js";
const plugin = leanBuild();
const root = process.cwd();
plugin.configResolved({ root });
plugin.buildStart.call({ info() {} });
console.log(plugin.transform(process.argv[2], `${root}/${process.argv[3]}`) ?? "as it is");
"""

KEPT = 'window.__reflex = { "react": React, };'
SENT_CALLS = 'import {SentCalls} from "$/public/external/sent_calls/components/sent_calls.js"'


class TestReflexsOwnCode:
    """What of it is left out, or written in another way."""

    @pytest.fixture
    def transform(self, tmp_path):
        for folder in ("app/routes", "app_components", "components", "utils", "public"):
            (tmp_path / folder).mkdir(parents=True)
        ((name, text),) = LeanBuild().get_static_assets()
        (tmp_path / name).write_text(text)
        (tmp_path / "transform.mjs").write_text(TRANSFORM)

        def run(code, file, *, page="", root=KEPT):
            (tmp_path / "app" / "root.jsx").write_text(root)
            (tmp_path / "app" / "routes" / "page.jsx").write_text(page)
            (tmp_path / "utils" / "state.js").write_text("export const evalReactComponent = () => window.__reflex;")
            command = [shutil.which("node"), "transform.mjs", code, file]
            return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.rstrip("\n")

        return run

    def test_modules_are_not_kept_for_components_that_no_page_shows(self, transform):
        assert transform(KEPT, "app/root.jsx") == ""

    @pytest.mark.parametrize("page", ["evalReactComponent(state.shown)", "window.__reflex.react.useState()"])
    def test_they_are_for_those_that_a_page_shows(self, transform, page):
        assert transform(KEPT, "app/root.jsx", page=page) == "as it is"

    def test_where_our_script_takes_the_place_of_eval_it_is_called_by_its_full_name(self, transform):
        code = "eval(a); x ? eval(`b`) : eval?.(c); evaluate(d); it.eval(e); $eval(f)"
        named = "window.eval(a); x ? window.eval(`b`) : eval?.(c); evaluate(d); it.eval(e); $eval(f)"
        assert transform(code, "utils/state.js", root=SENT_CALLS) == named

    def test_where_it_does_not_and_in_an_apps_own_files_it_stays_as_it_is(self, transform):
        assert transform("eval(a)", "utils/state.js") == "as it is"
        assert transform("eval(a)", "public/own.js", root=SENT_CALLS) == "as it is"


SHEET = "/assets/__reflex_global_styles-12345678.css"
PAGE = (
    f'<head><link as="style" href="{SHEET}" rel="preload"/><title>A page</title>'
    f'<link href="{SHEET}" rel="stylesheet" type="text/css"/></head>'
)


class TestStylesInThePages:
    @pytest.fixture
    def built(self, tmp_path):
        (tmp_path / "login").mkdir()
        (tmp_path / "assets").mkdir()
        for page in (tmp_path / "index.html", tmp_path / "login" / "index.html"):
            page.write_text(PAGE)
        (tmp_path / SHEET[1:]).write_text("p { color: red }")
        return tmp_path

    def test_each_page_has_them_and_keeps_both_links_which_fetch_nothing_any_more(self, built):
        LeanBuild().post_build(static_dir=built)
        for page in built.rglob("*.html"):
            assert page.read_text() == (
                f'<head><link media="not all" as="style" href="{SHEET}" rel="preload"/><title>A page</title>'
                f'<link disabled href="{SHEET}" rel="stylesheet" type="text/css"/><style>p {{ color: red }}</style></head>'
            )

    @pytest.mark.parametrize("styles", ["p::after { content: '</STYLE><script>' }", "p" * (MAXIMUM_BYTES + 1)])
    def test_what_would_end_the_element_or_is_too_large_stays_outside(self, built, styles, caplog):
        (built / SHEET[1:]).write_text(styles)
        inline_styles(built)
        assert {page.read_text() for page in built.rglob("*.html")} == {PAGE}
        assert "stays outside" in caplog.text

    def test_a_page_of_another_kind_stays_as_it_is(self, built):
        (built / "index.html").write_text("<html></html>")
        (built / "login" / "index.html").unlink()
        inline_styles(built)
        assert (built / "index.html").read_text() == "<html></html>"

    def test_an_app_can_do_without(self, built):
        LeanBuild(inlines_styles=False).post_build(static_dir=built)
        assert (built / "index.html").read_text() == PAGE
