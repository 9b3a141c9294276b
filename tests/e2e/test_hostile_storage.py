"""Anything may stand in local storage: it signs nobody in, breaks nothing, and is a clean way to the login page (S9)."""

import base64
import json

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, PASSWORD, USER, log_in, refresh_button, store, stored
from tests.e2e.database import open_service
from tests.thorough import thorough_but_for


def unsigned(jwt: str) -> str:
    """The same claims under `alg: none`."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode().rstrip("=")
    return f"{header}.{jwt.split('.')[1]}."


def tampered(jwt: str) -> str:
    """One character of the claims changed."""
    header, claims, signature = jwt.split(".")
    return f"{header}.{claims[:20]}{'A' if claims[20] != 'A' else 'B'}{claims[21:]}.{signature}"


CORRUPTIONS = {
    "garbage": lambda pair: {"jwt": "garbage", "refreshToken": "garbage"},
    "json": lambda pair: {"jwt": '{"a": [1, null]}', "refreshToken": '"quoted"'},
    "swapped": lambda pair: {"jwt": pair["refreshToken"], "refreshToken": pair["jwt"]},
    "alg none": lambda pair: pair | {"jwt": unsigned(pair["jwt"])},
    "tampered": lambda pair: pair | {"jwt": tampered(pair["jwt"])},
    "both empty": lambda pair: {"jwt": "", "refreshToken": ""},
    "access token empty": lambda pair: pair | {"jwt": ""},
    "NUL and emoji": lambda pair: {"jwt": "\0🙂", "refreshToken": "rxr1_\0🙂"},
    "huge": lambda pair: {"jwt": "e" * 100_000, "refreshToken": "rxr1_" + "A" * 100_000},
    "markup": lambda pair: {"jwt": "<img src=x onerror=alert(1)>", "refreshToken": "</script>"},
}


@pytest.mark.parametrize("name", thorough_but_for(("json", "alg none", "access token empty", "huge"), list(CORRUPTIONS)))
def test_corrupted_tokens_in_storage_lead_to_login_and_one_can_sign_in_again(tab, name):
    log_in(tab)
    store(tab, CORRUPTIONS[name](stored(tab)))
    tab.goto("/customers")
    expect(tab.get_by_label("Username")).to_be_visible()
    assert "John Doe" not in tab.content()
    tab.get_by_label("Username").fill(USER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("John Doe")).to_be_visible()


def test_an_expired_access_token_with_a_garbage_refresh_token_leads_to_login(tab, server):
    log_in(tab)
    store(tab, {"refreshToken": "garbage"})
    server.move_clock(EXPIRED)
    tab.goto("/customers")
    expect(tab.get_by_label("Username")).to_be_visible()


@pytest.mark.unbound
def test_a_refresh_token_of_another_session_does_not_rotate_and_ends_neither(tab, server, api):
    log_in(tab)
    own = stored(tab)
    other = api.post("/api/auth/login", json={"username": USER, "password": PASSWORD}).json()
    store(tab, {"refreshToken": other["refreshToken"]})
    server.move_clock(EXPIRED)
    tab.goto("/customers")
    expect(tab.get_by_label("Username")).to_be_visible()
    for access, refresh in ((own["jwt"], own["refreshToken"]), (other["token"], other["refreshToken"])):
        assert api.post("/api/token/refresh", json={"accessToken": access, "refreshToken": refresh}).status_code == 200


def test_another_users_tokens_make_one_that_user_and_show_nothing_of_the_first(tab, server, api):
    with open_service(server) as service:
        service.create_user("nosy", PASSWORD)
    log_in(tab)
    nosy = api.post("/api/auth/login", json={"username": "nosy", "password": PASSWORD}).json()
    store(tab, {"jwt": nosy["token"], "refreshToken": nosy["refreshToken"]})
    tab.goto("/customers")
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    expect(tab.get_by_text("nosy")).to_be_visible()
    assert "John Doe" not in tab.content()


def test_corrupted_tokens_in_an_open_page_are_noticed_at_the_next_navigation(tab):
    log_in(tab)
    store(tab, {"jwt": "garbage", "refreshToken": "garbage"})
    tab.get_by_role("link", name="rxapp").click()
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()


def test_storage_emptied_by_hand_signs_out_at_the_next_load(tab):
    log_in(tab)
    tab.evaluate("localStorage.clear()")
    tab.reload()
    expect(tab.get_by_label("Username")).to_be_visible()
    refresh_button(tab)
