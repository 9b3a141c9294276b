"""What Reflex is told of our settings: here, whom it listens to."""

import secrets

import reflex as rx

from rxapp.auth import Settings, reflex_options


def test_development_with_its_demo_users_listens_to_this_machine_only():
    assert rx.Config(app_name="app", **reflex_options(Settings(_env_file=None))).backend_host == "127.0.0.1"


def test_reflexs_own_setting_overrides_the_address(monkeypatch):
    monkeypatch.setenv("REFLEX_BACKEND_HOST", "0.0.0.0")
    assert rx.Config(app_name="app", **reflex_options(Settings(_env_file=None))).backend_host == "0.0.0.0"


def test_production_listens_as_reflex_does():
    settings = Settings(_env_file=None, environment="production", secret_key=secrets.token_urlsafe(48))
    assert "backend_host" not in reflex_options(settings)
