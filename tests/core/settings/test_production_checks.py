"""What production refuses beyond what makes no sense at all, and what it does not refuse. Each sentence names the setting."""

import os
import secrets
from datetime import timedelta

import pytest

from rxapp.auth import Settings, UnsafeSettings
from rxapp.auth.core.settings.bounds import BOUNDS
from rxapp.auth.core.settings.production_checks import OWASP_ARGON2_MINIMA
from rxapp.auth.core.settings.secret_strength import PLACEHOLDERS, PUBLISHED, why_guessable

SAFE = {"environment": "production", "secret_key": secrets.token_urlsafe(48)}
PLAIN_POSTGRESQL = "postgresql+psycopg://rxapp:geheim@db.example.com/rxapp"
LIBPQ = ("PGHOST", "PGSSLMODE")
WORKERS = ("GRANIAN_WORKERS", "WEB_CONCURRENCY", "UVICORN_WORKERS", "GUNICORN_CMD_ARGS")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("RXAPP_") or name in {"DATABASE_URL", "REDIS_URL", *LIBPQ, *WORKERS}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refused(**changes) -> str:
    """The one sentence with which production refuses this."""
    with pytest.raises(UnsafeSettings) as caught:
        Settings(**SAFE | changes)
    (problem,) = caught.value.problems
    return problem


def starts(**changes) -> bool:
    return Settings(**SAFE | changes).in_production


GUESSABLE = [
    "a" * 22,
    "ab" * 20,
    "0123456789abcdef" * 3,
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    "correct horse " * 4,
    "changeme-changeme-changeme-changeme",
    "Change-Me! " + "x7Kq9vN3kPq8sXw2bTz6mLc9rHd4fYg7",
    "REPLACE_ME_REPLACE_ME_REPLACE_ME_1",
    "a secret key for the tests, of more than 32 bytes",
    "superSecretKey@345superSecretKey@3",
    "your-256-bit-secret-your-256-bit-x",
    *PUBLISHED,
]


class TestSecrets:
    @pytest.mark.parametrize("secret", GUESSABLE)
    def test_what_is_long_and_not_random_is_refused_wherever_a_secret_belongs_and_is_not_shown(self, secret):
        long_enough = secret.ljust(32, secret[-1])
        for setting, value in {
            "secret_key": long_enough,
            "previous_secret_keys": f"{secrets.token_urlsafe(48)},{long_enough.replace(',', ';')}",
            "metrics_token": secret,
        }.items():
            problem = refused(**{setting: value})
            assert f"RXAPP_{setting.upper()}" in problem
            assert secret not in problem

    @pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex], ids=["urlsafe", "hex"])
    @pytest.mark.parametrize("size", [16, 32, 48])
    def test_what_is_random_is_taken(self, make, size):
        assert [why for why in (why_guessable(make(size)) for _ in range(20)) if why] == []

    def test_the_placeholders_are_found_as_people_write_them(self):
        assert all(why_guessable(f"x7Kq9vN3kPq8sXw2{word.upper()}bTz6mLc9rHd4fYg7") for word in PLACEHOLDERS)

    def test_a_metrics_token_that_is_a_secret_key_would_hand_that_to_whoever_scrapes(self):
        assert "RXAPP_METRICS_TOKEN is a secret key too" in refused(metrics_token=SAFE["secret_key"])

    def test_development_takes_them(self):
        assert not Settings(secret_key="k" * 40, metrics_token="a" * 22).in_production


class TestPasswordHashing:
    @pytest.mark.parametrize(("memory", "passes"), OWASP_ARGON2_MINIMA)
    def test_each_of_owasps_least_is_taken_and_less_of_either_is_not(self, memory, passes):
        assert starts(argon2_memory_kib=memory, argon2_time_cost=passes)
        assert "RXAPP_ARGON2_MEMORY_KIB" in refused(argon2_memory_kib=memory - 1, argon2_time_cost=passes)
        if passes > 1:
            assert "RXAPP_ARGON2_TIME_COST" in refused(argon2_memory_kib=memory, argon2_time_cost=passes - 1)

    def test_8_kib_of_memory_are_refused_with_any_number_of_passes(self):
        assert "19456 and 2" in refused(argon2_memory_kib=8, argon2_time_cost=100)


class TestBounds:
    @pytest.mark.parametrize("name", BOUNDS)
    def test_a_number_may_go_as_far_as_its_bound_and_no_further(self, name):
        bound = BOUNDS[name]
        step = timedelta(seconds=1) if isinstance(bound.highest, timedelta) else 1
        assert starts(**{name: bound.highest})
        assert refused(**{name: bound.highest + step}).startswith(f"RXAPP_{name.upper()} is ")
        if bound.lowest is not None:
            assert starts(**{name: bound.lowest})
            assert "At least" in refused(**{name: bound.lowest - step})

    @pytest.mark.parametrize("name", BOUNDS)
    def test_the_default_is_within_and_development_has_no_bounds(self, name):
        default = Settings.model_fields[name].default
        assert (BOUNDS[name].lowest or default) <= default <= BOUNDS[name].highest
        assert not Settings(**{name: BOUNDS[name].highest * 10}).in_production

    def test_every_duration_has_one(self):
        durations = {name for name, field in Settings.model_fields.items() if isinstance(field.default, timedelta)}
        assert durations <= set(BOUNDS)


class TestNetworks:
    @pytest.mark.parametrize(
        "url",
        ["redis://redis.example.com/0", "redis://:geheim@10.0.0.7:6379", "redis://[2001:db8::1]", "redis:///0?host=10.0.0.7"],
    )
    def test_plain_redis_of_another_machine_is_refused_without_its_password(self, url):
        assert "REDIS_URL is redis://" in refused(redis_url=url)
        assert "geheim" not in refused(redis_url=url)

    @pytest.mark.parametrize(
        "url",
        ["redis://127.0.0.1/0", "redis://localhost", "redis://[::1]:6379/0", "rediss://r.example.com", "unix:///run/redis.sock"],
    )
    def test_tls_and_this_machine_itself_are_well(self, url):
        assert starts(redis_url=url)

    @pytest.mark.parametrize(
        "url",
        [
            PLAIN_POSTGRESQL,
            f"{PLAIN_POSTGRESQL}?sslmode=prefer",
            f"{PLAIN_POSTGRESQL}?sslmode=disable",
            "postgresql://10.0.0.7/rxapp",
            "postgresql+psycopg:///rxapp?host=10.0.0.7",
            "postgresql+psycopg:///rxapp?host=localhost&host=10.0.0.7",
            "postgresql+psycopg:///rxapp?host=localhost,10.0.0.7",
            "postgresql+psycopg://localhost/rxapp?hostaddr=10.0.0.7",
        ],
    )
    def test_postgresql_of_another_machine_without_tls_is_refused_without_its_password(self, url):
        assert "DATABASE_URL leads to another machine without TLS" in refused(database_url=url)
        assert "geheim" not in refused(database_url=url)

    @pytest.mark.parametrize(
        "url",
        [
            *(f"{PLAIN_POSTGRESQL}?sslmode={mode}" for mode in ("require", "verify-ca", "verify-full")),
            "postgresql+psycopg://rxapp@127.0.0.1/rxapp",
            "postgresql+psycopg:///rxapp",
            "postgresql+psycopg:///rxapp?host=/run/postgresql",
            "sqlite:///rxapp.db",
        ],
    )
    def test_postgresql_over_tls_or_on_this_machine_is_well(self, url):
        assert starts(database_url=url)

    def test_libpqs_own_variables_count_as_they_do_for_libpq(self, monkeypatch):
        monkeypatch.setenv("PGSSLMODE", "verify-full")
        assert starts(database_url=PLAIN_POSTGRESQL)
        monkeypatch.setenv("PGSSLMODE", "")
        monkeypatch.setenv("PGHOST", "10.0.0.7")
        assert "DATABASE_URL" in refused(database_url="postgresql+psycopg:///rxapp")

    def test_who_trusts_the_network_between_says_so(self):
        assert starts(database_url=PLAIN_POSTGRESQL, redis_url="redis://redis.example.com", plain_network=True)


class TestWorkers:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("GRANIAN_WORKERS", "2"),
            ("GRANIAN_WORKERS", "3"),
            ("WEB_CONCURRENCY", "2"),
            ("UVICORN_WORKERS", "2"),
            ("GUNICORN_CMD_ARGS", "--bind 127.0.0.1 --workers 2"),
            ("GUNICORN_CMD_ARGS", "-w=2"),
        ],
    )
    def test_several_without_redis_are_refused_and_with_redis_are_not(self, monkeypatch, name, value):
        monkeypatch.setenv(name, value)
        assert f"{name} is {value[-1]} and REDIS_URL is not set" in refused()
        assert starts(redis_url="redis://127.0.0.1")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["/bin/granian", "--workers", "2"],
            ["/lib/granian/__main__.py", "--workers=2"],
            ["gunicorn", "-w", "2"],
            ["uvicorn", "--workers", "2"],
        ],
    )
    def test_the_command_line_of_a_server_may_not_ask_for_several_either(self, monkeypatch, arguments):
        monkeypatch.setattr("sys.argv", arguments)
        assert "--workers is 2" in refused()

    def test_what_another_program_calls_workers_is_not_meant(self, monkeypatch):
        monkeypatch.setattr("sys.argv", ["/bin/pytest", "--workers", "2", "-w", "3"])
        assert starts()

    def test_an_empty_redis_url_is_no_redis(self, monkeypatch):
        monkeypatch.setenv("REDIS_URL", " ")
        monkeypatch.setenv("GRANIAN_WORKERS", "2")
        assert "GRANIAN_WORKERS is 2 and REDIS_URL is not set" in refused()

    @pytest.mark.parametrize("value", ["1", "", " "])
    def test_one_is_well(self, monkeypatch, value):
        monkeypatch.setenv("GRANIAN_WORKERS", value)
        assert starts()

    @pytest.mark.parametrize("value", ["many", "0", "-1", "2.5", "²"])
    def test_what_is_no_number_is_refused_in_words(self, monkeypatch, value):
        monkeypatch.setenv("GRANIAN_WORKERS", value)
        assert "GRANIAN_WORKERS is not a number above 0" in refused()
