"""Files are uploaded as ever: the ticket that each upload needs is got and sent along by the page itself."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in

A_FILE = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"}
ANOTHER = {"name": "list.txt", "mimeType": "text/plain", "buffer": b"milk, bread"}


@pytest.fixture(scope="module")
def server(neighbours_server):
    return neighbours_server


def choose(tab, number, *files):
    tab.locator("input[type=file]").nth(number).set_input_files(list(files))


@pytest.fixture
def files_page(tab, person):
    sign_in(tab, person)
    tab.goto("desk")
    expect(tab.get_by_role("button", name="Send", exact=True)).to_be_visible()
    return tab


def test_a_file_arrives_with_its_senders_name(files_page, person):
    choose(files_page, 0, A_FILE)
    files_page.get_by_role("button", name="Send", exact=True).click()
    expect(files_page.get_by_text(f"note.txt (5 bytes) from {person}")).to_be_visible()


def test_two_uploads_at_once_get_a_ticket_each(files_page, person):
    choose(files_page, 0, A_FILE)
    choose(files_page, 1, ANOTHER)
    files_page.get_by_role("button", name="Send", exact=True).click()
    files_page.get_by_role("button", name="Send more").click()
    expect(files_page.get_by_text(f"note.txt (5 bytes) from {person}")).to_be_visible()
    expect(files_page.get_by_text(f"list.txt (11 bytes) from {person}")).to_be_visible()


@pytest.mark.thorough
def test_the_same_again_and_after_a_reload(files_page, person):
    for number in range(1, 3):
        choose(files_page, 0, A_FILE)
        files_page.get_by_role("button", name="Send", exact=True).click()
        expect(files_page.get_by_text(f"note.txt (5 bytes) from {person}")).to_have_count(number)
    files_page.reload()
    choose(files_page, 0, ANOTHER)
    files_page.get_by_role("button", name="Send", exact=True).click()
    expect(files_page.get_by_text(f"list.txt (11 bytes) from {person}")).to_be_visible()


def test_after_the_access_token_has_expired_the_upload_is_not_lost(files_page, person, server):
    server.move_clock(301)
    choose(files_page, 0, A_FILE)
    files_page.get_by_role("button", name="Send", exact=True).click()
    expect(files_page.get_by_text(f"note.txt (5 bytes) from {person}")).to_be_visible()


@pytest.mark.unbound
@pytest.mark.thorough
def test_in_a_browser_that_keeps_no_key_too(files_page, person):
    choose(files_page, 0, A_FILE)
    files_page.get_by_role("button", name="Send", exact=True).click()
    expect(files_page.get_by_text(f"note.txt (5 bytes) from {person}")).to_be_visible()


@pytest.mark.thorough
def test_in_chunks_to_a_background_task_too(files_page, person):
    choose(files_page, 0, A_FILE)
    files_page.get_by_role("button", name="Send in chunks").click()
    expect(files_page.get_by_text(f"note.txt (5 bytes) in chunks from {person}")).to_be_visible()
