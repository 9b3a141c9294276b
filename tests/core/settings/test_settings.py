"""Settings: defaults, the environment, and what production refuses."""

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pydantic import ValidationError

from rxapp.auth import Settings, UnsafeSettings
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.core.settings.secret_key import development_secret_key


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    import os

    for name in list(os.environ):
        if name.startswith("RXAPP_") or name in {"DATABASE_URL", "REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


RANDOM_KEY = secrets.token_urlsafe(48)
SAFE = {"environment": "production", "secret_key": RANDOM_KEY, "allowed_origins": "https://app.example.com"}


def test_the_defaults_are_those_of_the_design():
    settings = Settings()
    assert settings.database_url == "sqlite:///.rxapp/rxapp.db"
    assert settings.redis_url is None
    assert settings.environment == "development"
    assert settings.access_token_lifetime == timedelta(seconds=300)
    assert settings.session_lifetime == timedelta(seconds=604_800)
    assert settings.session_idle_timeout == timedelta(seconds=86_400)
    assert settings.rotation_grace_period == timedelta(seconds=10)
    assert settings.demo_data is True
    assert settings.api_docs is True
    assert settings.trusted_proxy_hops == 0
    assert (settings.body_limit, settings.websocket_message_limit) == (1_048_576, 262_144)
    assert settings.registration is True
    assert (settings.password_minimum_length, settings.password_minimum_length_with_second_factor) == (15, 8)
    assert settings.password_link_lifetime == timedelta(seconds=86_400)
    assert settings.fresh_authentication_period == timedelta(seconds=600)
    assert settings.ended_session_retention == timedelta(days=30)
    assert settings.event_retention == timedelta(days=180)
    assert [getattr(settings, name) for name in RATE_LIMITS] == [5, 50, 30, 30, 5]
    assert settings.login_queue_limit == 100
    assert (settings.issuer, settings.audience) == ("rxapp", "rxapp")
    assert (settings.access_token_algorithm, settings.previous_secret_keys) == ("HS256", ())


@pytest.mark.parametrize("seconds", [10**10, 10**15, 10**400, "9" * 5_000])
def test_a_duration_that_leads_out_of_the_calendar_is_refused_in_words(monkeypatch, seconds):
    """Added to a moment it would fail at each login."""
    monkeypatch.setenv("RXAPP_SESSION_LIFETIME", str(seconds) if isinstance(seconds, str) else f"{seconds:d}")
    with pytest.raises(ValidationError, match="at most"):
        Settings()


def test_durations_in_the_environment_are_seconds(monkeypatch):
    monkeypatch.setenv("RXAPP_ACCESS_TOKEN_LIFETIME", "42")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://db/app")
    monkeypatch.setenv("RXAPP_ALLOWED_ORIGINS", "https://a.example, https://B.example/")
    settings = Settings()
    assert settings.access_token_lifetime == timedelta(seconds=42)
    assert settings.database_url == "postgresql+psycopg://db/app"
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_the_switches_and_numbers_of_accounts_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("RXAPP_REGISTRATION", "false")
    monkeypatch.setenv("RXAPP_PASSWORD_MINIMUM_LENGTH", "20")
    monkeypatch.setenv("RXAPP_ENDED_SESSION_RETENTION", "0")
    settings = Settings()
    assert (settings.registration, settings.password_minimum_length) == (False, 20)
    assert settings.ended_session_retention == timedelta(0)


def test_previous_secret_keys_come_after_the_secret_key_and_a_slash_at_the_end_is_theirs(monkeypatch):
    monkeypatch.setenv("RXAPP_SECRET_KEY", "n" * 40)
    monkeypatch.setenv("RXAPP_PREVIOUS_SECRET_KEYS", f"{'k' * 40}/, {'o' * 40},")
    assert Settings().secret_keys == ("n" * 40, "k" * 40 + "/", "o" * 40)
    assert "k" * 40 not in repr(Settings())


def test_a_dotenv_file_is_read(tmp_path):
    (tmp_path / ".env").write_text("RXAPP_ISSUER=mine\nDATABASE_URL=sqlite:///other.db\n")
    assert (Settings().issuer, Settings().database_url) == ("mine", "sqlite:///other.db")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RXAPP_ACCESS_TOKEN_LIFETIME", "0"),
        ("RXAPP_SESSION_LIFETIME", "-1"),
        ("RXAPP_ROTATION_GRACE_PERIOD", "-5"),
        ("RXAPP_ACCESS_TOKEN_LIFETIME", "soon"),
        ("RXAPP_ALLOWED_ORIGINS", "app.example.com"),
        ("RXAPP_ALLOWED_ORIGINS", "https://"),
        ("RXAPP_ALLOWED_ORIGINS", "https://app.example.com/path"),
        ("RXAPP_ALLOWED_ORIGINS", "https://app.example.com:port"),
        ("RXAPP_ALLOWED_ORIGINS", "https://[::1"),
        ("RXAPP_ALLOWED_ORIGINS", "null"),
        ("RXAPP_PUBLIC_ORIGINS", "*"),
        ("RXAPP_PUBLIC_ORIGINS", "app.example.com"),
        ("RXAPP_PUBLIC_ORIGINS", "https://app.example.com/path"),
        ("RXAPP_TRUSTED_PROXY_HOPS", "-1"),
        ("RXAPP_WEBSOCKET_MESSAGE_LIMIT", "10"),
        ("RXAPP_BODY_LIMIT", "0"),
        ("RXAPP_ENVIRONMENT", "staging"),
        ("RXAPP_SECRET_KEY", "short"),
        ("RXAPP_ISSUER", ""),
        ("RXAPP_PASSWORD_MINIMUM_LENGTH", "7"),
        ("RXAPP_PASSWORD_MINIMUM_LENGTH", "65"),
        ("RXAPP_PASSWORD_LINK_LIFETIME", "0"),
        ("RXAPP_FRESH_AUTHENTICATION_PERIOD", "0"),
        ("RXAPP_ENDED_SESSION_RETENTION", "-1"),
        ("RXAPP_EVENT_RETENTION", "0"),
        ("RXAPP_REGISTRATION", "perhaps"),
        ("RXAPP_PREVIOUS_SECRET_KEYS", "short"),
        ("RXAPP_PREVIOUS_SECRET_KEYS", "k" * 40 + ",short"),
        ("RXAPP_ACCESS_TOKEN_ALGORITHM", "none"),
        ("RXAPP_ACCESS_TOKEN_ALGORITHM", "HS512"),
    ],
)
def test_an_invalid_setting_is_refused_at_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


class TestProduction:
    def test_it_starts_with_safe_settings(self):
        assert Settings(**SAFE).demo_data is False

    @pytest.mark.parametrize(
        ("unsafe", "named"),
        [
            ({"secret_key": ""}, "RXAPP_SECRET_KEY"),
            ({"secret_key": "s" * 31}, "RXAPP_SECRET_KEY"),
            ({"allowed_origins": "*"}, "RXAPP_ALLOWED_ORIGINS"),
            ({"demo_data": True}, "RXAPP_DEMO_DATA"),
            ({"allowed_origins": "https://app.example.com,http://app.example.com"}, "has http://app.example.com: others"),
            ({"public_origins": "http://app.example.com"}, "RXAPP_PUBLIC_ORIGINS has http://app.example.com: others"),
        ],
    )
    def test_it_refuses_what_is_unsafe_and_says_which_and_why(self, unsafe, named):
        with pytest.raises(UnsafeSettings, match=named) as refused:
            Settings(**(SAFE | unsafe))
        assert len(refused.value.problems) == 1

    @pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]", "http://app.localhost"])
    def test_http_is_safe_to_this_machine_itself(self, origin):
        assert Settings(**SAFE | {"allowed_origins": origin}).allowed_origins == (origin,)

    def test_the_api_documentation_is_off_unless_asked_for(self):
        assert Settings(**SAFE).api_docs is False
        assert Settings(**SAFE, api_docs=True).api_docs is True

    def test_it_names_all_that_is_unsafe_at_once(self):
        with pytest.raises(UnsafeSettings) as refused:
            Settings(environment="production", allowed_origins="*", demo_data=True)
        assert len(refused.value.problems) == 3


class TestDevelopmentSecretKey:
    def test_it_is_made_once_and_readable_by_its_owner_only(self, tmp_path):
        file = tmp_path / ".secret_key"
        key = development_secret_key(file)
        assert len(key.encode()) >= 32
        assert development_secret_key(file) == key
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_processes_that_start_together_get_the_same_key(self, tmp_path):
        with ThreadPoolExecutor(8) as threads:
            keys = set(threads.map(lambda _: development_secret_key(tmp_path / ".secret_key"), range(32)))
        assert len(keys) == 1

    def test_an_error_about_a_secret_does_not_show_it(self):
        with pytest.raises(ValueError, match="RXAPP_SECRET_KEY") as refused:
            Settings(_env_file=None, secret_key="tooshort")
        assert "tooshort" not in str(refused.value)

    def test_the_secret_key_is_in_no_repr(self):
        assert RANDOM_KEY not in repr(Settings(**SAFE))


@pytest.mark.parametrize("name", RATE_LIMITS)
def test_0_switches_a_limit_off_and_is_refused_in_production(monkeypatch, name):
    monkeypatch.setenv(f"RXAPP_{name.upper()}", "0")
    assert getattr(Settings(), name) == 0
    with pytest.raises(UnsafeSettings) as refused:
        Settings(**SAFE)
    (problem,) = refused.value.problems
    assert f"RXAPP_{name.upper()} is 0" in problem


def test_connections_of_an_address_are_bounded_in_production_by_a_number_as_large_as_one_likes(monkeypatch):
    assert Settings().connections_per_address == 200
    monkeypatch.setenv("RXAPP_CONNECTIONS_PER_ADDRESS", "0")
    assert Settings().connections_per_address == 0
    with pytest.raises(UnsafeSettings) as refused:
        Settings(**SAFE)
    (problem,) = refused.value.problems
    assert "RXAPP_CONNECTIONS_PER_ADDRESS is 0" in problem
    monkeypatch.setenv("RXAPP_CONNECTIONS_PER_ADDRESS", "1000000")
    assert Settings(**SAFE).connections_per_address == 1_000_000


@pytest.mark.parametrize(
    "url", ["postgres://u:p@db/app", "postgresql://u:p@db/app", "postgresql+psycopg://u:p@db/app", " POSTGRES://u:p@db/app "]
)
def test_an_address_of_postgresql_needs_no_driver(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert Settings(_env_file=None).database_url == "postgresql+psycopg://u:p@db/app"


@pytest.mark.parametrize("url", ["redis+sentinel://one,two/master", "redis-cluster://one", "localhost:6379"])
def test_an_address_that_is_not_of_one_redis_is_refused_with_the_reason(monkeypatch, url):
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(ValidationError, match="Behind Sentinel, name an address that leads to the master"):
        Settings(_env_file=None)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:shared?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused_with_the_reason(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ValidationError, match="must name a file"):
        Settings(_env_file=None)
