"""What `serve` refuses. How workers die and stop is seen in `tests/web/server`."""

import secrets

import pytest

from rxapp.auth.cli.commands import serve
from tests.cli.conftest import assert_refused


@pytest.fixture
def started(monkeypatch) -> list[str]:
    """The addresses on which a server would have started: the last step alone is left out."""
    for name in ("RXAPP_ENVIRONMENT", "GRANIAN_WORKERS", "WEB_CONCURRENCY", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    addresses = []
    monkeypatch.setattr(serve, "_start", lambda _settings, host, _port: addresses.append(host))
    return addresses


@pytest.fixture
def environment(environment) -> dict[str, str]:
    """Of a production that starts."""
    cheap = ("RXAPP_ARGON2_MEMORY_KIB", "RXAPP_ARGON2_TIME_COST")
    kept = {name: value for name, value in environment.items() if name not in cheap}
    return kept | {"RXAPP_SECRET_KEY": secrets.token_urlsafe(48)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestEnvironment:
    @pytest.mark.parametrize("address", [(), ("--host", "0.0.0.0"), ("--host", "::"), ("--host", "192.168.1.5")], ids=" ".join)
    def test_without_an_environment_only_this_machine_is_served(self, run, started, address):
        result = run("serve", "--backend-only", *address)
        assert_refused(result, "RXAPP_ENVIRONMENT is not set")
        assert "RXAPP_ENVIRONMENT=production" in result.stderr
        assert started == []

    @pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
    def test_on_this_machine_the_environment_may_be_missing_and_a_line_says_so(self, run, started, address):
        result = run("serve", "--backend-only", "--host", address)
        assert started == [address]
        assert "RXAPP_ENVIRONMENT is not set: this is development" in result.stderr

    @pytest.mark.parametrize("named", ["production", "development"])
    def test_with_an_environment_it_listens_on_the_address_given(self, run, started, monkeypatch, named):
        monkeypatch.setenv("RXAPP_ENVIRONMENT", named)
        assert run("serve", "--backend-only", "--host", "0.0.0.0").stderr == ""
        assert started == ["0.0.0.0"]

    def test_an_environment_in_a_dotenv_file_counts(self, run, started, tmp_path):
        (tmp_path / ".env").write_text("RXAPP_ENVIRONMENT=production\n")
        assert run("serve", "--backend-only", "--host", "0.0.0.0").stderr == ""
        assert started == ["0.0.0.0"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestWorkers:
    @pytest.mark.parametrize("number", ["2", "3"])
    def test_production_has_one_unless_there_is_redis(self, run, started, monkeypatch, number):
        monkeypatch.setenv("RXAPP_ENVIRONMENT", "production")
        monkeypatch.setenv("GRANIAN_WORKERS", number)
        result = run("serve", "--backend-only")
        assert (result.exit_code, started) == (1, [])
        assert f"GRANIAN_WORKERS is {number} and REDIS_URL is not set" in result.stderr

    @pytest.mark.parametrize("named", ["production", "development"])
    def test_what_is_no_number_is_a_sentence_and_no_traceback(self, run, started, monkeypatch, named):
        monkeypatch.setenv("RXAPP_ENVIRONMENT", named)
        monkeypatch.setenv("GRANIAN_WORKERS", "many")
        result = run("serve", "--backend-only")
        assert (result.exit_code, started) == (1, [])
        assert "GRANIAN_WORKERS is not a number above 0" in result.stderr

    def test_what_is_set_after_the_settings_were_read_counts_too(self, run, started, monkeypatch):
        """As Reflex does when it reads the file of variables that REFLEX_ENV_FILE names."""
        monkeypatch.setenv("RXAPP_ENVIRONMENT", "production")
        real = serve.open_settings

        def open_then_set():
            settings = real()
            monkeypatch.setenv("GRANIAN_WORKERS", "2")
            return settings

        monkeypatch.setattr(serve, "open_settings", open_then_set)
        assert_refused(run("serve", "--backend-only"), "GRANIAN_WORKERS is 2")
        assert started == []
