"""The attack lab of development: what each button says is what the database says, for bound and unbound sessions."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from rxapp.auth import AuthTable
from rxapp.auth.features.inspector.lab.attacks import ATTACKS
from rxapp.auth.features.inspector.lab.practice import DISPLAY_NAME
from rxapp.auth.features.inspector.pages.routes import LAB
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import USER, sign_in
from tests.e2e.database import open_service

pytestmark = [pytest.mark.at_root, pytest.mark.timeout(300)]

TITLES = {name: attack.title for name, attack in ATTACKS.items()}


class Left(NamedTuple):
    """What an attack has left in the database: of the owner's session, of the user, and of the audit log."""

    generation: int
    revoked_reason: str | None
    is_bound: bool
    is_disabled: bool
    roles: list[str]
    kinds: set[str]


@pytest.fixture(scope="module")
def own_context(browser, developers):
    context = browser.new_context(base_url=developers.pages_url)
    yield context
    context.close()


@pytest.fixture(scope="module")
def lab(own_context):
    tab = own_context.new_page()
    sign_in(tab, USER, to=LAB)
    expect(tab.get_by_role("heading", name="Attack lab")).to_be_visible()
    return tab


def left_by(developers) -> Left:
    users, sessions, events = (AuthTable.metadata.tables[name] for name in ("auth_user", "auth_session", "auth_security_event"))
    with open_service(developers) as service, service.database.connect() as db:
        (user,) = db.execute(select(users).where(users.c.display_name == DISPLAY_NAME)).all()
        session = db.execute(select(sessions).where(sessions.c.user_id == user.id).order_by(sessions.c.created_at)).first()
        kinds = {kind for (kind,) in db.execute(select(events.c.kind).where(events.c.user_id == user.id))}
    return Left(
        session.generation,
        session.revoked_reason,
        session.device_key_thumbprint is not None,
        user.disabled_at is not None,
        user.roles,
        kinds,
    )


def attack(lab, developers, name, *, is_bound=True):
    lab.reload()  # so that the result of an earlier attack is not taken for this one's
    box = lab.get_by_role("checkbox")
    expect(box).to_be_visible()
    expect(lab.locator("#result > *")).to_have_count(0)
    if box.is_checked() != is_bound:
        box.click()
        expect(box).to_be_checked(checked=is_bound)
    lab.get_by_role("button", name=TITLES[name], exact=True).click()
    result = lab.get_by_role("region", name=TITLES[name], exact=True)
    expect(result).to_be_visible()
    return result, left_by(developers)


both = pytest.mark.parametrize("is_bound", [True, False], ids=["bound", "unbound"])


@both
def test_an_expired_token_is_refused_and_the_pair_is_exchanged(lab, developers, is_bound):
    result, left = attack(lab, developers, "expire_now", is_bound=is_bound)
    assert (left.generation, left.revoked_reason, left.is_bound) == (1, None, is_bound)
    expect(result).to_contain_text("token_expired")
    expect(result).to_contain_text("Nobody had to log in")


@both
def test_a_lost_answer_is_given_again(lab, developers, is_bound):
    result, left = attack(lab, developers, "lose_the_answer", is_bound=is_bound)
    assert (left.generation, left.revoked_reason) == (1, None)
    expect(result).to_contain_text("got the very pair that was lost")
    expect(result).to_contain_text("has to log in again")


@both
def test_two_tabs_get_the_same_pair(lab, developers, is_bound):
    result, left = attack(lab, developers, "two_tabs_at_once", is_bound=is_bound)
    assert (left.generation, left.revoked_reason) == (1, None)
    expect(result).to_contain_text("Both tabs got the same pair")
    expect(result).to_contain_text("At its next exchange it is logged out")


@both
def test_a_spent_token_ends_the_session(lab, developers, is_bound):
    result, left = attack(lab, developers, "replay_the_spent_token", is_bound=is_bound)
    assert left.revoked_reason is not None
    assert "token_reused" in left.kinds
    expect(result).to_contain_text("the session ended for everybody")
    expect(result).to_contain_text("Nobody learns of the theft")


def test_a_copy_of_local_storage_is_worth_nothing_without_the_key(lab, developers):
    result, left = attack(lab, developers, "copy_local_storage")
    assert (left.generation, left.revoked_reason) == (0, None)
    assert "token_reused" not in left.kinds
    expect(result).to_contain_text("the thief has the pair and not the key")
    expect(result).to_contain_text("it is the owner who has to log in again")


def test_without_a_key_a_copy_works_until_the_owner_comes_back_and_then_for_nobody(lab, developers):
    result, left = attack(lab, developers, "copy_local_storage", is_bound=False)
    assert left.revoked_reason is not None
    assert "token_reused" in left.kinds
    expect(result).to_contain_text("the session ended for both")


def test_a_thief_who_keeps_quiet_reads_nothing_without_the_key(lab, developers):
    result, left = attack(lab, developers, "a_thief_who_keeps_quiet")
    assert (left.generation, left.revoked_reason) == (2, None)
    expect(result).to_contain_text("the thief has the pair and not the key")


def test_without_a_key_a_quiet_thief_ends_the_session_at_the_first_exchange(lab, developers):
    result, left = attack(lab, developers, "a_thief_who_keeps_quiet", is_bound=False)
    assert "token_reused" in left.kinds
    expect(result).to_contain_text("The thief could read for minutes")


def test_a_closed_page_tells_a_stranger_nothing(lab, developers):
    result, left = attack(lab, developers, "open_a_closed_page")
    assert left.revoked_reason is None
    expect(result).to_contain_text("no word of the owner's")


@both
def test_new_roles_count_at_the_next_request(lab, developers, is_bound):
    result, left = attack(lab, developers, "change_roles", is_bound=is_bound)
    assert left.roles == ["Manager"]
    expect(result).to_contain_text("had the new role, with the same token")
    expect(result).to_contain_text("count until it expires")


@both
def test_a_disabled_account_is_out_at_the_next_request(lab, developers, is_bound):
    result, left = attack(lab, developers, "disable", is_bound=is_bound)
    assert left.is_disabled
    assert left.revoked_reason is not None
    expect(result).to_contain_text("The very next request was refused")


@both
def test_a_session_that_was_ended_elsewhere_is_out_at_the_next_request(lab, developers, is_bound):
    result, left = attack(lab, developers, "sign_out_elsewhere", is_bound=is_bound)
    assert left.revoked_reason == "session_revoked"
    expect(result).to_contain_text("The very next request was refused")
    expect(result).to_contain_text("good until it expires")


@both
def test_a_clock_that_was_put_back_refuses_and_loses_nobody(lab, developers, is_bound):
    result, left = attack(lab, developers, "clock_back_an_hour", is_bound=is_bound)
    assert (left.generation, left.revoked_reason) == (1, None)
    expect(result).to_contain_text("A token from what is now the future was refused")
    expect(result).to_contain_text("A token that had expired was good again")


def test_the_account_of_an_attack_is_deleted_before_the_next(lab, developers):
    for _ in range(2):
        attack(lab, developers, "expire_now")  # `left_by` finds exactly one


def test_by_keyboard_alone_one_gets_from_a_button_to_its_result(lab, developers):
    lab.get_by_role("button", name=TITLES["lose_the_answer"], exact=True).focus()
    lab.keyboard.press("Enter")
    expect(lab.get_by_role("region", name=TITLES["lose_the_answer"])).to_be_visible()
    expect(lab.locator("#result")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390, 360])
def test_it_fits_and_axe_finds_nothing(lab, developers, width):
    attack(lab, developers, "two_tabs_at_once")
    lab.set_viewport_size({"width": width, "height": 800})
    assert lab.evaluate("() => document.documentElement.scrollWidth") <= width
    assert_accessible(lab)


def test_the_result_of_the_other_kind_of_session_does_not_stay(lab, developers):
    attack(lab, developers, "expire_now")
    lab.get_by_role("checkbox").click()
    expect(lab.locator("#result > *")).to_have_count(0)


def test_its_claims_name_the_place_of_the_rule(lab, developers):
    result, _ = attack(lab, developers, "replay_the_spent_token")
    place = result.get_by_text(re.compile(r"rxapp/auth/core/sessions/rotation\.py:\d+"))
    expect(result.get_by_text("def decide_rotation(")).not_to_be_visible()
    place.click()
    expect(result.get_by_text("def decide_rotation(")).to_be_visible()
    expect(result.get_by_role("link", name="RFC 9700")).to_have_attribute("href", re.compile("rfc9700"))
