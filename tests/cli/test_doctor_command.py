"""`doctor` and `headers`: each thing that can be wrong is named, with what mends it, and with no secret."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from rxapp.auth import Settings
from rxapp.auth.core.settings.private_directory import SECRET_KEY
from rxapp.auth.doctor.configuration import check_configuration
from rxapp.auth.doctor.files import check_files
from rxapp.auth.doctor.findings import Verdict
from rxapp.auth.doctor.redis import check_redis
from rxapp.auth.doctor.storage import check_database
from rxapp.auth.doctor.workers import check_workers
from rxapp.auth.http.middleware.content_security_policy import script_hashes
from rxapp.demo.demo_data import add_demo_data
from tests.cli.conftest import LONG_PASSWORD, assert_refused

RANDOM_KEY = "vN3kPq8sXw2bTz6mLc9rHd4fYg7jUa1eKo5iSx0B"


@pytest.fixture
def production(settings, database):
    url = database.engine.url.render_as_string(hide_password=False)
    changes = {
        "environment": "production",
        "demo_data": False,
        "database_url": url,
        "secret_key": Settings(secret_key=RANDOM_KEY).secret_key,
    }
    return settings.model_copy(
        update=changes | {"api_docs": False, "trusted_proxy_hops": 1, "public_origins": ("https://app.example.com",)}
    )


def bad(findings):
    """What is not well: check and verdict of each, and each says how to mend it."""
    found = [finding for finding in findings if finding.verdict is not Verdict.OK]
    assert all(finding.mend and finding.says for finding in found)
    return [(finding.check, str(finding.verdict)) for finding in found]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestConfiguration:
    def test_safe_production_settings_are_well(self, production):
        assert bad(check_configuration(production)) == []

    @pytest.mark.parametrize(
        ("change", "check"),
        [
            ({"environment": "development"}, "environment"),
            ({"trusted_proxy_hops": 0}, "client address"),
            ({"public_origins": ()}, "public address"),
            ({"api_docs": True}, "API documentation"),
            ({"password_minimum_length": 8}, "passwords"),
        ],
        ids=["environment", "hops", "address", "docs", "passwords"],
    )
    def test_what_should_not_be_left_so_is_a_warning(self, production, change, check):
        assert bad(check_configuration(production.model_copy(update=change))) == [(check, "warning")]

    def test_a_key_that_only_is_long_is_a_warning_without_the_key(self, production):
        secret = Settings(secret_key="passwordpassword" * 3).secret_key
        made_up = production.model_copy(update={"environment": "development", "secret_key": secret})
        assert bad(check_configuration(made_up)) == [("environment", "warning"), ("secret key", "warning")]
        assert "passwordpassword" not in str(list(check_configuration(made_up)))

    @pytest.mark.parametrize(
        ("workers", "redis_url", "database_url", "found"),
        [
            ({}, None, "sqlite://", []),
            ({"GRANIAN_WORKERS": "4"}, None, "postgresql://", [("workers", "problem")]),
            ({"GRANIAN_WORKERS": "4"}, "redis://r", "sqlite://", [("workers", "warning")]),
            ({}, "redis://r", "sqlite://", [("workers", "warning")]),
            ({"GRANIAN_WORKERS": "1"}, "redis://r", "sqlite://", []),
            ({"GRANIAN_WORKERS": "4"}, "redis://r", "postgresql://", []),
            ({"GRANIAN_WORKERS": "many"}, None, "sqlite://", [("workers", "problem")]),
            ({"GRANIAN_WORKERS": "0"}, None, "sqlite://", [("workers", "problem")]),
            ({"WEB_CONCURRENCY": "3"}, None, "sqlite://", [("workers", "problem")]),
        ],
    )
    def test_several_workers_need_redis_and_should_have_postgresql(self, production, workers, redis_url, database_url, found):
        settings = production.model_copy(update={"redis_url": redis_url, "database_url": database_url})
        assert bad(check_workers(settings, workers)) == found

    def test_in_development_a_number_that_production_would_refuse_is_a_warning(self, production):
        settings = production.model_copy(update={"environment": "development", "session_lifetime": timedelta(days=365)})
        assert ("limits", "warning") in bad(check_configuration(settings))

    def test_a_redis_that_does_not_answer_is_a_problem_without_its_password(self, production, clock):
        settings = production.model_copy(update={"redis_url": "redis://:geheim@127.0.0.1:1/0"})
        assert bad(check_redis(settings, clock)) == [("Redis", "problem")]
        assert "geheim" not in str(list(check_redis(settings, clock)))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestFiles:
    @pytest.fixture(autouse=True)
    def in_a_directory_of_its_own(self, production, database, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        Path(database.engine.url.database).chmod(0o600)

    def test_what_is_its_owners_alone_is_well(self, production):
        assert bad(check_files(production)) == []

    @pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o644])
    @pytest.mark.parametrize(
        "name", ["test.db", "test.db-wal", "test.db-shm", "test.db-journal", SECRET_KEY, ".env", "redis.conf"]
    )
    def test_what_others_may_read_or_change_is_a_problem_in_production_and_else_a_warning(self, production, tmp_path, name, mode):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
        assert bad(check_files(production)) == [("files", "problem")]
        assert bad(check_files(production.model_copy(update={"environment": "development"}))) == [("files", "warning")]
        assert f"{name} has mode 0{mode:o}" in str(list(check_files(production)))

    @pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg:///app", "nonsense"])
    def test_a_database_without_a_file_has_none_to_look_at(self, production, url):
        assert bad(check_files(production.model_copy(update={"database_url": url}))) == []


class TestDatabase:
    def test_a_migrated_one_without_demo_users_is_well(self, production, clock, service):
        assert [check for check in bad(check_database(production, clock)) if check[0] != "durability"] == []

    def test_the_demo_users_are_a_problem_in_production_until_disabled_or_given_another_password(
        self, production, clock, service
    ):
        add_demo_data(service)
        settings = production.model_copy(update={"sqlite_synchronous": "FULL"})
        assert bad(check_database(settings, clock)) == [("demo users", "problem")]
        assert bad(check_database(settings.model_copy(update={"environment": "development"}), clock)) == [
            ("demo users", "warning")
        ]
        service.administration.set_password(service.administration.find_user("johndoe").id, LONG_PASSWORD)
        service.create_user("another", LONG_PASSWORD, roles=["Admin"])
        service.administration.disable(service.administration.find_user("admin").id)
        assert bad(check_database(settings, clock)) == []

    def test_a_clock_that_went_back_is_a_problem(self, production, clock, service, johndoe):
        clock.move(hours=-1)
        assert ("clock", "problem") in bad(check_database(production, clock))

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_a_clock_that_is_not_the_servers_is_a_warning(self, production, clock, service):
        clock.move(hours=1)
        assert ("clock", "warning") in bad(check_database(production, clock))

    @pytest.mark.parametrize("url", ["sqlite:////nowhere/rxapp.db", "postgresql+psycopg://a:geheim@127.0.0.1:1/a", "geheim"])
    def test_one_that_cannot_be_opened_is_a_problem_without_its_password(self, settings, clock, url):
        found = list(check_database(settings.model_copy(update={"database_url": url}), clock))
        assert bad(found) == [("database", "problem")]
        assert "geheim" not in str(found)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestCommand:
    def test_in_development_there_are_warnings_and_no_problem(self, start, environment):
        process = start("doctor", "--json")
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        found = {finding["check"]: finding["verdict"] for finding in json.loads(output)}
        assert found["environment"] == "warning"
        assert found["migrations"] == "ok"
        assert found["handlers"] == "ok"

    def test_what_production_refuses_is_named_and_the_rest_is_looked_at_all_the_same(self, run, monkeypatch, service):
        monkeypatch.setenv("RXAPP_ENVIRONMENT", "production")
        monkeypatch.setenv("RXAPP_ALLOWED_ORIGINS", "*")
        result = run("doctor")
        assert result.exit_code == 1
        assert re.search(r"^problem  configuration: .*\n +RXAPP_ALLOWED_ORIGINS is \*", result.stdout, re.MULTILINE)
        assert "ok       migrations: at head" in result.stdout

    def test_a_database_that_is_not_there_is_not_made(self, run, monkeypatch, tmp_path):
        monkeypatch.setenv("RXAPP_ENVIRONMENT", "production")
        monkeypatch.setenv("RXAPP_ALLOWED_ORIGINS", "*")
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
        assert "Run: python -m rxapp migrate" in run("doctor").stdout
        assert not (tmp_path / "new.db").exists()

    def test_headers_are_those_of_the_pages_given(self, run, run_json, tmp_path):
        (tmp_path / "pages").mkdir()
        page = "<script>alert(1)</script>"
        (tmp_path / "pages" / "index.html").write_text(page)
        (expected,) = script_hashes(page)
        assert expected in run_json("headers", "--pages", f"{tmp_path}/pages")["Content-Security-Policy"]
        lines = run("headers", "--pages", f"{tmp_path}/pages", "--nginx").stdout.splitlines()
        assert all(re.fullmatch(r'add_header [A-Za-z-]+ "[^"]+" always;', line) for line in lines)
        assert len(lines) == 5

    def test_without_pages_there_are_no_headers_to_give(self, run, tmp_path):
        assert_refused(run("headers", "--pages", f"{tmp_path}/nowhere"), "There are no built pages")
