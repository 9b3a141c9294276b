"""`AuthPlugin`, in the configuration that a process of its own reads, as `reflex run` and each of its workers does."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import reflex as rx
from reflex_base.config import Config

from rxapp.auth import reflex_options
from rxapp.auth.rxconfig import AuthPlugin, LeanBuild
from tests.conftest import ROOT

RXCONFIG = """
import reflex as rx

from rxapp.auth import reflex_options
from rxapp.auth.rxconfig import AuthPlugin, LeanBuild

config = rx.Config(app_name="app", disable_plugins=[rx.plugins.SitemapPlugin], {0})
"""

OURS = ("RXAPP_", "REFLEX_", "DATABASE_", "REDIS_")
BY_HAND = "plugins=[LeanBuild()], **reflex_options()"
PLUGIN = "rxapp.auth.rxconfig.AuthPlugin"

WAYS = {
    "an instance": ("plugins=[AuthPlugin()]", {}),
    "the class": ("plugins=[AuthPlugin]", {}),
    "REFLEX_PLUGINS": ("plugins=[]", {"REFLEX_PLUGINS": PLUGIN}),
    "REFLEX_EXTRA_PLUGINS": ("plugins=[]", {"REFLEX_EXTRA_PLUGINS": PLUGIN}),
}
WAYS_OF_REFLEX = pytest.mark.parametrize("way", WAYS)

SETTINGS = {
    "by default": {},
    "with Redis": {"REDIS_URL": "redis://cache/0", "DATABASE_URL": "postgresql://db/app", "RXAPP_SESSION_IDLE_TIMEOUT": "PT1H"},
    "in production": {"RXAPP_ENVIRONMENT": "production", "RXAPP_SECRET_KEY": secrets.token_urlsafe(48)},
    "another address": {"REFLEX_BACKEND_HOST": "192.0.2.7"},
}


@pytest.fixture(scope="module")
def reader():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, Path(__file__).with_name("read_configurations.py")]
    with subprocess.Popen(command, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def read(reader, tmp_path):
    """What a new process reads of `rx.Config(…, <options>)`, and what it says; with `changes` of the command line."""

    def run(options, environment=None, **changes):
        (tmp_path / "rxconfig.py").write_text(RXCONFIG.replace("{0}", options))
        asked = {"directory": str(tmp_path), "environment": environment or {}, "changes": changes}
        reader.stdin.write(json.dumps(asked) + "\n")
        reader.stdin.flush()
        answer = json.loads(reader.stdout.readline())
        return answer["told"], answer["said"]

    return run


@pytest.fixture
def told(read):
    def run(options, environment=None, **changes):
        configuration, said = read(options, environment, **changes)
        assert configuration, said
        return configuration

    return run


@pytest.fixture
def by_hand(told, by_hand_so_far):
    """The configuration that the longer form makes. It is read once for each of the settings."""

    def run(settings):
        if settings not in by_hand_so_far:
            by_hand_so_far[settings] = told(BY_HAND, SETTINGS[settings])
        return by_hand_so_far[settings]

    return run


@pytest.fixture(scope="module")
def by_hand_so_far():
    return {}


def without_plugins(configuration):
    return {name: value for name, value in configuration.items() if name != "plugins"}


@WAYS_OF_REFLEX
@pytest.mark.parametrize("settings", SETTINGS)
def test_however_it_is_named_it_does_what_the_options_and_the_lean_build_do(told, by_hand, way, settings):
    options, environment = WAYS[way]
    ours = told(options, environment | SETTINGS[settings])
    assert without_plugins(ours) == without_plugins(by_hand(settings))
    assert sorted(ours["plugins"]) == ["AuthPlugin", *by_hand(settings)["plugins"]]


@WAYS_OF_REFLEX
def test_the_address_on_the_command_line_wins(told, way):
    options, environment = WAYS[way]
    assert told(options, environment)["backend_host"] == "127.0.0.1"
    assert told(options, environment, backend_host="192.0.2.7")["backend_host"] == "192.0.2.7"


def test_in_a_list_of_plugins_its_name_is_refused_by_reflex_with_a_sentence(read):
    configuration, said = read(f'plugins=["{PLUGIN}"]')
    assert configuration == {}
    assert "plugins must contain Plugin instances" in said


OWN = {
    "db_url": "sqlite:///own.db",
    "redis_url": "redis://own/0",
    "state_manager_mode": "disk",
    "redis_token_expiration": 60,
    "backend_host": "192.0.2.7",
}


@WAYS_OF_REFLEX
def test_what_the_app_sets_itself_wins(told, way):
    options, environment = WAYS[way]
    ours = told(", ".join([options, *(f"{name}={value!r}" for name, value in OWN.items())]), environment)
    assert without_plugins(ours) == OWN


def test_with_a_redis_of_the_apps_own_the_state_of_pages_is_there(told):
    assert told("plugins=[AuthPlugin()], redis_url='redis://own/0'")["state_manager_mode"] == "redis"


@pytest.mark.parametrize(
    ("options", "named"),
    [("db_url='sqlite:///own.db'", "DATABASE_URL"), ("redis_url='redis://own/0'", "REDIS_URL")],
)
def test_two_databases_or_two_redis_are_said_in_a_sentence(read, options, named):
    _, said = read(f"plugins=[AuthPlugin()], {options}")
    assert f"Set only {named}" in said.replace("\n", " ")
    assert "own.db" not in said, "an address may have a password in it"


def test_the_same_database_named_twice_is_no_reason_to_say_anything(read):
    _, said = read("plugins=[AuthPlugin()], db_url='postgresql://db/app'", {"DATABASE_URL": "postgresql://db/app"})
    assert "DATABASE_URL" not in said


@pytest.mark.parametrize(
    "plugins", ["AuthPlugin(), LeanBuild()", "LeanBuild(), AuthPlugin()", "AuthPlugin(), AuthPlugin", "AuthPlugin, LeanBuild"]
)
def test_pages_are_made_lean_once(told, plugins):
    assert told(f"plugins=[{plugins}]")["plugins"].count("LeanBuild") == 1


def test_a_lean_build_that_the_app_lists_keeps_its_options():
    config = rx.Config(app_name="app", plugins=[AuthPlugin(), LeanBuild(inlines_styles=False)])
    assert [plugin.inlines_styles for plugin in config.plugins if isinstance(plugin, LeanBuild)] == [False]


def test_unsafe_settings_end_the_process_with_a_sentence_and_no_traceback(read):
    for options, environment in WAYS.values():
        configuration, said = read(options, environment | {"RXAPP_ENVIRONMENT": "production"})
        assert configuration == {}
        assert "RXAPP_SECRET_KEY" in said
        assert "Traceback" not in said


def test_a_plugin_that_came_too_late_to_set_anything_stops_the_build():
    config = rx.Config(app_name="app")
    late = AuthPlugin()
    config.plugins.append(late)
    with pytest.raises(SystemExit, match=r"plugins=\[AuthPlugin\(\)\] in rx\.Config\(…\)"):
        late.pre_compile()


def test_a_configuration_of_a_class_of_ones_own_is_set_too():
    class OwnConfig(Config):
        pass

    assert OwnConfig(app_name="app", plugins=[AuthPlugin()]).db_url == reflex_options()["db_url"]


def test_a_configuration_without_it_stays_as_it_is():
    assert rx.Config(app_name="app", plugins=[LeanBuild()]).db_url is None
