"""The pages for developers are served by Reflex's development server, to this machine, and nowhere else."""

import sys

import pytest
from reflex_base.constants import Env
from reflex_base.environment import environment

from rxapp.auth.core.features import features_in_use
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.inspector import FEATURE, pages

WITH_HANDLERS = {f"{pages.__name__}.{name}" for name in ("session_page", "lab_page", "tour_page", "recording")}


@pytest.fixture
def in_mode(monkeypatch):
    """Reflex's mode, and the address on which the backend listens."""

    def set_up(mode, host):
        environment.REFLEX_ENV_MODE.set(mode)  # None: another server than `reflex run`
        monkeypatch.setattr(pages.get_config(), "backend_host", host)

    before = environment.REFLEX_ENV_MODE.get() if environment.REFLEX_ENV_MODE.is_set() else None
    yield set_up
    environment.REFLEX_ENV_MODE.set(before)


@pytest.mark.parametrize(
    ("mode", "host"),
    [(Env.PROD, "127.0.0.1"), (Env.DEV, "0.0.0.0"), (Env.DEV, "192.0.2.1"), (Env.DEV, "::"), (Env.DEV, ""), (None, "127.0.0.1")],
)
def test_elsewhere_there_is_no_page_and_no_handler_is_loaded(in_mode, monkeypatch, mode, host):
    for module in WITH_HANDLERS:
        monkeypatch.delitem(sys.modules, module, raising=False)  # another test may have loaded it
    in_mode(mode, host)
    assert pages.add_pages() == {}
    assert not WITH_HANDLERS & sys.modules.keys()


def test_in_production_the_feature_is_switched_off():
    safe = {"secret_key": "k" * 40, "environment": "production", "_env_file": None}
    assert FEATURE not in features_in_use(Settings.model_construct(**safe))
    assert FEATURE in features_in_use(Settings.model_construct(environment="development"))
