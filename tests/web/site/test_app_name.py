"""The app's name: the setting, or else what Reflex calls the app."""

from reflex_base.config import get_config

from rxapp.auth.web.site.app_name import with_app_name


def test_the_setting_counts(settings):
    assert with_app_name(settings.model_copy(update={"app_name": "Acme Bank"})).app_name == "Acme Bank"


def test_without_it_the_name_in_reflexs_configuration_does_as_words(settings, monkeypatch):
    monkeypatch.setattr(get_config(), "app_name", "acme_bank")
    assert with_app_name(settings).app_name == "acme bank"
