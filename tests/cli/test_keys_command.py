"""`keys`: which keys there are, and changing them beside a running app."""

import jwt
import pytest

from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY
from tests.cli.conftest import assert_refused
from tests.conftest import PASSWORD

NEW_SECRET, OLD_SECRET = "n" * 40, "k" * 40
OLD_KID = Keys.derive(OLD_SECRET).key_id


def kid_of(pair):
    return jwt.get_unverified_header(pair.access_token)["kid"]


class TestList:
    def test_at_first_there_is_the_secret_key_and_nothing_is_stored(self, run_json):
        listed = run_json("keys", "list")
        key = {"kid": OLD_KID, "state": "current", "created_at": None, "active_from": None, "retired_at": None}
        assert listed == {"algorithm": "HS256", "keys": [key]}

    def test_after_a_rotation_there_are_the_current_and_the_upcoming_one(self, run_json):
        rotated = run_json("keys", "rotate")
        old, new = run_json("keys", "list")["keys"]
        assert (old["kid"], old["state"], new["kid"], new["state"]) == (OLD_KID, "current", rotated["kid"], "upcoming")
        assert old["retired_at"] == new["active_from"] == rotated["active_from"]
        assert new["retired_at"] is None

    def test_it_is_a_table_with_ids_that_can_be_copied(self, run, run_json):
        rotated = run_json("keys", "rotate")
        heading, *lines = run("keys", "list").stdout.splitlines()
        assert heading.split() == ["KID", "STATE", "CREATED", "AT", "ACTIVE", "FROM", "RETIRED", "AT"]
        assert [line.split()[:2] for line in lines] == [[OLD_KID, "current"], [rotated["kid"], "upcoming"]]
        assert "None" not in "".join(lines)

    def test_no_secret_is_shown(self, run):
        run("keys", "rotate")
        for shown in (run("keys", "list"), run("keys", "list", "--json")):
            assert OLD_SECRET not in shown.stdout
            assert "secret" not in shown.stdout


class TestRotate:
    def test_it_says_which_key_will_sign_from_when(self, run, run_json):
        result = run("keys", "rotate")
        new = run_json("keys", "list")["keys"][-1]
        assert result.stdout == f"Key {new['kid']} signs from {new['active_from'][:19]}Z.\n"
        assert result.stderr == ""

    def test_a_running_app_follows_and_nobody_is_signed_out(self, run_json, service, pair, clock):
        service.verify_access(pair.access_token)
        rotated = run_json("keys", "rotate")
        clock.move(seconds=PROPAGATION_DELAY.total_seconds() + 1)
        step = service.refresh(pair.access_token, pair.refresh_token)
        assert kid_of(pair) == OLD_KID
        assert kid_of(step) == rotated["kid"]
        assert service.verify_access(step.access_token)

    def test_it_encrypts_the_stored_keys_under_the_new_secret_key(self, run_json, service, pair, clock, monkeypatch):
        stored = run_json("keys", "rotate")["kid"]
        monkeypatch.setenv("RXAPP_SECRET_KEY", NEW_SECRET)
        unreadable = {key["kid"] for key in run_json("keys", "list")["keys"] if key["state"] == "unreadable"}
        assert unreadable == {stored, OLD_KID}
        monkeypatch.setenv("RXAPP_PREVIOUS_SECRET_KEYS", OLD_SECRET)
        assert run_json("keys", "rotate")["unreadable"] == []
        monkeypatch.delenv("RXAPP_PREVIOUS_SECRET_KEYS")
        keys = run_json("keys", "list")["keys"]
        assert {stored, OLD_KID} < {key["kid"] for key in keys}
        assert "unreadable" not in {key["state"] for key in keys}

    def test_it_warns_of_keys_that_no_configured_secret_key_opens(self, run, monkeypatch):
        run("keys", "rotate")
        monkeypatch.setenv("RXAPP_SECRET_KEY", NEW_SECRET)
        result = run("keys", "rotate")
        assert result.exit_code == 0
        assert "No configured secret key decrypts 2 keys: " in result.stderr
        assert OLD_KID in result.stderr


class TestRefusals:
    def test_a_previous_secret_key_that_is_too_short_is_named_and_not_shown(self, run, monkeypatch):
        monkeypatch.setenv("RXAPP_PREVIOUS_SECRET_KEYS", "tooshort")
        result = run("keys", "rotate")
        assert_refused(result, "RXAPP_PREVIOUS_SECRET_KEYS")
        assert "tooshort" not in result.stderr

    def test_an_unknown_algorithm_is_refused(self, run, monkeypatch):
        monkeypatch.setenv("RXAPP_ACCESS_TOKEN_ALGORITHM", "none")
        assert_refused(run("keys", "list"), "RXAPP_ACCESS_TOKEN_ALGORITHM")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pruning_says_how_many_keys_it_removed(run, run_json, service, clock, johndoe):
    clock.move(days=-60)
    service.log_in("johndoe", PASSWORD)
    from rxapp.auth.core.maintenance.key_rotation import rotate

    rotate(service.settings, service.database, clock)
    clock.move(days=60)
    assert run_json("prune")["keys"] == 1
    assert [key["state"] for key in run_json("keys", "list")["keys"]] == ["current"]
