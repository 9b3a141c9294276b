"""Passkeys in the page, with Chromium's virtual authenticator: adding, all ways of logging in, confirming, removing."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, sign_in, stored
from tests.e2e.virtual_authenticator import VirtualAuthenticator

SECURITY = "/account/security"


@pytest.fixture
def device(tab):
    return VirtualAuthenticator(tab)


def add_passkey(tab, person, *, to=SECURITY):
    sign_in(tab, person, to=to)
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_role("dialog", name="Add a passkey").get_by_role("button", name="Create it").click()
    dialog = tab.get_by_role("dialog", name="Name the passkey")
    expect(dialog.get_by_label("Name")).to_be_visible()
    return dialog


def test_one_is_added_and_named_at_once(tab, person, device):
    dialog = add_passkey(tab, person)
    expect(dialog.get_by_label("Name")).to_have_value("Passkey")
    dialog.get_by_label("Name").fill("My phone")
    dialog.get_by_role("button", name="Save").click()
    listed = tab.get_by_role("list", name="Passkeys")
    expect(listed).to_contain_text("My phone")
    expect(listed).to_contain_text("only on this device")
    expect(listed).to_contain_text("not used yet")
    assert_accessible(tab)
    assert len(device.credentials()) == 1
