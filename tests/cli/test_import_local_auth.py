"""`users import-local-auth`: from the other app's database to the first login here."""

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import assert_refused
from tests.conftest import PASSWORD
from tests.features.local_auth.test_rules import HASH, make_local_users


@pytest.fixture
def source(tmp_path) -> str:
    """The address of a database of reflex-local-auth's."""
    url = f"sqlite:///{tmp_path}/reflex.db"
    make_local_users(url, ("anna", HASH, True), ("bob", HASH, False), ("JohnDoe", HASH, True))
    return url


def test_it_says_how_many_came_along_and_who_did_not(run, service, johndoe, source):
    result = run("users", "import-local-auth", "--from", source)
    summary, heading, row = result.stdout.splitlines()
    assert summary == "2 users imported, 1 of them disabled; 1 skipped."
    assert heading.split()[:3] == ["USER", "NAME", "ID"]
    assert row.split() == ["JohnDoe", "3", "This", "user", "name", "is", "taken."]
    assert service.log_in("anna", PASSWORD)


def test_for_programs_it_names_the_old_id_and_the_new_one(run_json, service, johndoe, source):
    report = run_json("users", "import-local-auth", "--from", source)
    anna = service.administration.find_user("anna")
    assert report["dry_run"] is False
    assert report["imported"][0] == {"local_id": 1, "id": str(anna.id), "user_name": "anna", "is_disabled": False}
    assert [user["is_disabled"] for user in report["imported"]] == [False, True]
    assert report["skipped"] == [{"local_id": 3, "user_name": "JohnDoe", "reason": "This user name is taken."}]


def test_a_dry_run_says_the_same_and_changes_nothing(run, run_json, service, source):
    assert run("users", "import-local-auth", "--from", source, "--dry-run").stdout == (
        "3 users would be imported, 1 of them disabled; 0 skipped.\n"
    )
    assert run_json("users", "import-local-auth", "--from", source, "--dry-run")["dry_run"] is True
    assert service.administration.find_user("anna") is None


def test_both_apps_may_share_a_database(run, environment, service):
    make_local_users(environment["DATABASE_URL"], ("anna", HASH, True))
    try:
        assert run("users", "import-local-auth", "--from", environment["DATABASE_URL"]).exit_code == 0
        assert service.log_in("anna", PASSWORD)
    finally:
        with create_engine(environment["DATABASE_URL"]).begin() as db:
            db.execute(text("DROP TABLE localuser"))


def test_the_other_database_is_left_as_it_is(run, service, source, tmp_path):
    before = (tmp_path / "reflex.db").read_bytes()
    run("users", "import-local-auth", "--from", source)
    assert (tmp_path / "reflex.db").read_bytes() == before


def test_an_address_with_a_password_can_come_from_the_environment(run, service, source, monkeypatch):
    monkeypatch.setenv("LOCAL_AUTH_DATABASE_URL", source)
    assert run("users", "import-local-auth").stdout.startswith("3 users imported")


def test_without_an_address_it_is_wrong_usage(run, service):
    assert run("users", "import-local-auth").exit_code == 2


def test_a_database_that_is_not_there_is_named_and_not_made(run, service, tmp_path):
    assert_refused(run("users", "import-local-auth", "--from", "sqlite:///nowhere.db"), "There is no file nowhere.db.")
    assert not (tmp_path / "nowhere.db").exists()


def test_a_name_cannot_steer_the_terminal(run, service, tmp_path):
    make_local_users(f"sqlite:///{tmp_path}/evil.db", ("\x1b[31mevil", HASH, True))
    assert "\x1b" not in run("users", "import-local-auth", "--from", f"sqlite:///{tmp_path}/evil.db").stdout
