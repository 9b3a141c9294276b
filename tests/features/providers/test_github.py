"""Logging in with GitHub, or with somebody who plays it: it has no ID tokens, only an API."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.api_in_process import bearer
from tests.conftest import PASSWORD
from tests.features.providers.conftest import fragment_of, start
from tests.features.providers.liar import (
    ACCESS_TOKEN,
    DISCOVERY,
    EMAILS,
    ORGS,
    SECRET,
    TEAMS,
    USER,
    Answer,
    liars,
)
from tests.features.providers.refusals import (
    REFUSAL,
    UNAVAILABLE,
    begin,
    exchange,
    nobody_let_in,
    refusals,
    settings_naming,
    try_to_log_in,
)

ADDRESS = {"email": "ada@example.com", "primary": True, "verified": True}
ROLES = {"acme": "Manager", "acme/bosses": "Admin"}


@pytest.fixture(scope="module")
def the_hub():
    with liars(1) as [hub]:
        yield hub


@pytest.fixture
def hub(the_hub):
    the_hub.tell_the_truth()
    return the_hub


@pytest.fixture(scope="module")
def settings(the_hub):
    return settings_naming(
        {"hub": the_hub, "hub-without-roles": the_hub},
        **{"hub": {"kind": "github", "roles": ROLES}, "hub-without-roles": {"kind": "github"}},
    )


def log_in(client, hub, name="hub"):
    return exchange(client, try_to_log_in(client, hub, name)["ticket"])


def me(client, hub):
    answer = log_in(client, hub)
    assert answer.status_code == 200, answer.text
    return client.get("/api/me", headers=bearer(answer.json())).json()


def test_people_are_sent_to_its_page_with_pkce_and_without_a_nonce(client, hub):
    location = start(client, begin(client, "hub"))
    asked = dict(parse_qsl(urlsplit(location).query))
    assert location.startswith(f"{hub.url}/login/oauth/authorize?")
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "read:user user:email read:org"
    assert "nonce" not in asked


def test_organisations_are_asked_for_only_if_they_give_roles(client, hub):
    location = start(client, begin(client, "hub-without-roles"))
    assert dict(parse_qsl(urlsplit(location).query))["scope"] == "read:user user:email"
    assert log_in(client, hub, "hub-without-roles").status_code == 200
    assert (hub.count(ORGS), hub.count(TEAMS)) == (0, 0)


def test_the_code_is_exchanged_with_the_verifier_and_the_secret(client, hub):
    assert log_in(client, hub).status_code == 200
    [asked] = [each for each in hub.asked if each.path == ACCESS_TOKEN]
    assert asked.form["client_secret"] == SECRET
    assert len(asked.form["code_verifier"]) == 43
    assert {each.headers["authorization"] for each in hub.asked if each.path.startswith(USER)} == {"Bearer gho_a"}
    assert hub.count(DISCOVERY) == 0


def test_whoever_has_a_verified_primary_address_has_it_here_too(client, hub):
    others = {"email": "old@example.com", "primary": False, "verified": True}
    hub.answers[EMAILS] = Answer([others, ADDRESS])
    answer = log_in(client, hub)
    assert client.get("/api/account/email", headers=bearer(answer.json())).json() == {"address": "ada@example.com"}


def test_an_account_keeps_its_number_and_not_its_name(client, hub):
    first = me(client, hub)
    hub.answers |= {USER: Answer({"id": 7, "login": "renamed", "name": None}), EMAILS: Answer([])}
    assert me(client, hub)["id"] == first["id"]


def test_another_account_of_the_same_name_is_somebody_else(client, hub):
    first = me(client, hub)
    hub.answers |= {USER: Answer({"id": 8, "login": "mallory", "name": None}), EMAILS: Answer([])}
    assert me(client, hub)["id"] != first["id"]


@pytest.mark.parametrize("verified", [False, None, "true", pytest.param(1, id="one")])
def test_an_address_that_is_not_verified_lets_nobody_in(client, hub, served, verified):
    hub.answers[EMAILS] = Answer([ADDRESS | {"verified": verified}])
    came = try_to_log_in(client, hub, "hub")
    with nobody_let_in(served, "hub: provider_address_unverified"):
        assert exchange(client, came["ticket"]).json().get("code") == "provider_address_unverified"


@pytest.mark.parametrize(
    "addresses",
    [[], None, {}, "text", [None, 7, []], [ADDRESS | {"primary": False}], [ADDRESS | {"email": None}], [{"email": "a@b.c"}]],
    ids=str,
)
def test_without_a_primary_address_people_have_an_account_without_one(client, hub, addresses):
    hub.answers[EMAILS] = Answer(addresses)
    answer = log_in(client, hub)
    assert client.get("/api/account/email", headers=bearer(answer.json())).json() == {"address": ""}


def test_organisations_and_teams_give_roles(client, hub, service):
    service.create_user("root", PASSWORD, roles=["Admin"])  # the only administrator would stay one
    hub.answers[ORGS] = Answer([{"login": "acme"}, {"login": "other"}])
    assert me(client, hub)["roles"] == ["Manager"]
    hub.answers[TEAMS] = Answer([{"slug": "bosses", "organization": {"login": "acme"}}])
    assert me(client, hub)["roles"] == ["Admin", "Manager"]
    hub.answers |= {ORGS: Answer([]), TEAMS: Answer([])}
    assert me(client, hub)["roles"] == []


@pytest.mark.parametrize(
    "teams",
    [
        [{"slug": "bosses", "organization": {"login": "other"}}],
        [{"slug": "bosses", "organization": None}],
        [{"slug": "bosses"}],
        [{"slug": ["acme/bosses"], "organization": {"login": "acme"}}],
        [{"slug": "bosses", "organization": {"login": "acme/bosses"}}],
        [{"name": "acme/bosses"}, None, 7],
        {"acme/bosses": 1},
        None,
    ],
    ids=str,
)
def test_no_other_team_gives_a_role(client, hub, teams):
    hub.answers[TEAMS] = Answer(teams)
    assert me(client, hub)["roles"] == []


@pytest.mark.parametrize(
    "organisations",
    [
        None,
        7,
        {"message": "Bad credentials"},
        [None, 7, {"login": None}],
        "acme",
    ],
    ids=str,
)
def test_organisations_that_are_none_disturb_nobody(client, hub, organisations):
    hub.answers[ORGS] = Answer(organisations)
    assert me(client, hub)["roles"] == []


@pytest.mark.parametrize(
    "user",
    [
        {"id": "7"},
        {"id": None},
        {"id": 7.0},
        {"login": "mallory"},
        {"id": True},
        [],
        None,
        "mallory",
    ],
    ids=str,
)
def test_nobody_comes_in_without_a_number(client, hub, served, user):
    hub.answers[USER] = Answer(user)
    with nobody_let_in(served, "hub: 127.0.0.1 does not say who somebody is"):
        assert try_to_log_in(client, hub, "hub") == {"error": UNAVAILABLE, "for": "login"}


def test_an_error_with_the_status_200_is_an_error(client, hub, served):
    hub.answers[ACCESS_TOKEN] = Answer({"error": "bad_verification_code", "access_token": "gho_a"})
    with nobody_let_in(served, "hub: the code was refused"):
        assert try_to_log_in(client, hub, "hub") == {"error": REFUSAL, "for": "login"}
    assert hub.count(USER) == 0


@pytest.mark.parametrize("said", [{}, {"access_token": ""}, {"access_token": None}, {"access_token": ["gho_a"]}], ids=str)
def test_without_an_access_token_nothing_is_asked(client, hub, served, said):
    hub.answers[ACCESS_TOKEN] = Answer(said)
    assert "error" in try_to_log_in(client, hub, "hub")
    assert hub.count(USER) == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [*((USER, status) for status in (401, 403, 500, 301)), *((path, 403) for path in (EMAILS, ORGS, TEAMS))],
)
def test_nobody_comes_in_while_its_api_is_down(client, hub, served, path, status):
    hub.answers[path] = Answer({"message": "no"}, status, headers={"Location": "https://elsewhere.example/"})
    with nobody_let_in(served, f"hub: 127.0.0.1 answers with the status {status}"):
        assert try_to_log_in(client, hub, "hub") == {"error": UNAVAILABLE, "for": "login"}


def test_a_code_of_it_is_not_taken_for_that_of_an_issuer(client, hub, served):
    location = hub.log_in(start(client, begin(client, "hub")), iss="https://elsewhere.example")
    with nobody_let_in(served, "hub: iss of the answer"):
        answer = client.get(location.removeprefix("http://testserver"))
        assert fragment_of(answer.headers["Location"])["error"] == REFUSAL


def test_it_has_no_logout_tokens(client, hub, served):
    form = {"logout_token": hub.sign(hub.logout_claims())}
    answer = client.post("/api/auth/providers/hub/backchannel-logout", data=form)
    assert answer.status_code == 400
    assert len(refusals(served)) == 1
    assert hub.asked == []
