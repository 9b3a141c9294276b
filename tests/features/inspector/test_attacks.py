"""Each attack of the lab, over the real HTTP API, on both databases. That of a closed page needs pages: see `tests/e2e`."""

from functools import partial

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from rxapp.auth import AuthService
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy
from rxapp.auth.features.inspector.lab.attacks import ATTACKS, try_attack
from rxapp.auth.features.inspector.lab.lab_browser import LabCannot
from rxapp.auth.features.inspector.lab.practice import DISPLAY_NAME, NAME_PREFIX, practising
from rxapp.auth.features.inspector.lab.story import LabParty
from rxapp.auth.features.inspector.pages.diagram import step_row
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import new_api

OVER_HTTP = [name for name in ATTACKS if name != "open_a_closed_page"]
ENDS = {"replay_the_spent_token", "disable", "sign_out_elsewhere"}
"""After these the owner's session is over. A theft ends it too if the session is not bound to a key."""

SAFE_ANYWHERE = {"expire_now"}
"""What the tutorial's server can do too."""


@pytest.fixture
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def http(service, portal):
    use_service(service)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=new_api(service.settings)), base_url="http://localhost")
    yield client
    portal.call(client.aclose)


@pytest.fixture
def attack(service, http, portal):
    def attack(name, *, is_bound=True):
        return portal.call(partial(try_attack, service, name, http, is_bound=is_bound))

    return attack


@pytest.mark.parametrize("is_bound", [True, False], ids=["bound", "unbound"])
@pytest.mark.parametrize("name", OVER_HTTP)
def test_the_owner_keeps_the_session_or_nobody_has_it(attack, name, is_bound):
    verdict = attack(name, is_bound=is_bound)
    was_robbed = ("thief" in name or "copy" in name) and not is_bound
    assert verdict.is_safe != was_robbed, verdict
    assert verdict.is_bound == is_bound
    is_over = name in ENDS or was_robbed
    assert ("goes on" not in verdict.database) == is_over
    assert verdict.naive.startswith("The same") == (name in SAFE_ANYWHERE)
    assert verdict.steps


def test_an_answer_that_is_lost_is_drawn_so_and_no_other(attack):
    steps = attack("lose_the_answer").steps
    (lost,) = [step for step in steps if step.is_lost]
    assert (lost.sender, lost.receiver) == (LabParty.SERVER, LabParty.OWNER)
    assert step_row(lost, ["You", "", "Server", "Database"]).words.endswith("lost on the way")


def test_of_two_tabs_only_one_changes_the_database(attack):
    in_database = [step.words for step in attack("two_tabs_at_once").steps if step.receiver is LabParty.DATABASE]
    assert in_database == ["Generation 0, from now on 1", "It is 1 already: the same pair again"]


def test_the_code_of_the_rule_is_the_function_itself(attack):
    assert attack("lose_the_answer").rule.code.startswith("def decide_rotation(")


def test_accounts_of_earlier_attacks_are_deleted_and_no_others(service, attack):
    own = service.create_user(f"{NAME_PREFIX}smith", "correct horse battery", display_name="Lab Smith")
    other = service.create_user("johndoe", "correct horse battery", display_name=DISPLAY_NAME)
    for _ in range(2):
        assert attack("expire_now").is_safe
    assert all(service.administration.find_user(user.user_name) is not None for user in (own, other))
    total, found = service.administration.find_users(NAME_PREFIX, limit=10)
    assert {user.display_name for user in found} == {"Lab Smith", DISPLAY_NAME}
    assert total == 2


def test_names_that_only_contain_theirs_keep_none_of_them(service, attack, monkeypatch):
    monkeypatch.setattr("rxapp.auth.features.inspector.lab.practice.EARLIER", 1)
    service.create_user(f"anna.{NAME_PREFIX}example", "correct horse battery")
    for _ in range(2):
        attack("expire_now")
    assert service.administration.find_users(NAME_PREFIX, limit=10)[0] == 2


def test_an_attack_that_is_under_way_keeps_its_account(service, http, portal):
    async def during_another():
        async with practising(service, http, is_bound=True) as practice:
            await try_attack(service, "expire_now", http, is_bound=True)
            return await practice.is_active()

    assert portal.call(during_another)


def test_where_a_password_alone_is_not_enough_it_says_so(settings, database, clock, portal):
    service = AuthService(settings.model_copy(update={"second_factor": SecondFactorPolicy(is_for_all=True)}), database, clock)
    use_service(service)

    async def attacked():
        transport = httpx.ASGITransport(app=new_api(service.settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            await try_attack(service, "expire_now", http, is_bound=False)

    with pytest.raises(LabCannot, match="password alone"):
        portal.call(attacked)
