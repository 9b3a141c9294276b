"""Guarded pages, however they are declared: who may not see one, runs none of its handlers on load."""

import uuid

import pytest

from chaos.page import STATE, VAR
from tests.conftest import PASSWORD
from tests.sockets.conftest import asynchronously
from tests.sockets.raw_page import ON_LOAD, RawPage

ARCHIVE = f"{STATE}.tests___sockets___guarded_pages____archive_state"
FOR_ANYBODY_LOGGED_IN = ("/archive", "/archive/of-reflex/7")
FOR_EDITORS = ("/archive/editors", "/archive/of-page")


def loaded(page):
    return (page.value(f"loaded{VAR}", ARCHIVE) or 0, page.value(f"loaded_later{VAR}", ARCHIVE) or 0)


async def loaded_in_all(page, times):
    """The handlers have run so often since the page was opened. What a background task has set may come late."""
    await page.until(lambda: loaded(page) == (11 * times, times), 10)


async def opened(attacked, path, *roles):
    """The page at this path, for a person with these roles; without any, for nobody."""
    page = RawPage(attacked.url)
    if roles:
        await page.open("/login")
        await page.log_in(attacked.new_user(f"reader {uuid.uuid4().hex[:8]}", roles), PASSWORD)
        await page.close()
        page = RawPage(attacked.url, pair=page.pair)
    await page.open(path)
    await page.quiet()
    return page


async def gone_to(page, path):
    """The same page, after a link in it."""
    page.path = path
    page.updates.clear()
    await page.send(ON_LOAD)
    await page.quiet()


@pytest.mark.parametrize("path", [*FOR_ANYBODY_LOGGED_IN, *FOR_EDITORS])
@asynchronously
async def test_for_nobody_no_handler_runs_and_they_are_sent_to_the_login_page(attacked, path):
    page = await opened(attacked, path)
    assert page.redirects == [f"/login?next={path}"]
    assert page.value(f"is_hydrated{VAR}", STATE) is True, "nothing waits for what did not run"
    await gone_to(page, path)
    assert loaded(page) == (0, 0)


@pytest.mark.parametrize("path", FOR_EDITORS)
@asynchronously
async def test_for_a_person_without_the_role_no_handler_runs_and_they_stay(attacked, path):
    page = await opened(attacked, path, "Clerk")
    assert page.redirects == []
    await gone_to(page, path)
    assert loaded(page) == (0, 0)


@pytest.mark.parametrize(
    ("path", "role"), [*((path, "Clerk") for path in FOR_ANYBODY_LOGGED_IN), *((path, "Editor") for path in FOR_EDITORS)]
)
@asynchronously
async def test_for_whoever_may_see_the_page_each_handler_runs_once_at_each_load(attacked, path, role):
    page = await opened(attacked, path, role)
    await gone_to(page, path)
    await loaded_in_all(page, 2)


@asynchronously
async def test_on_a_page_without_a_guard_they_run_for_everybody(attacked):
    page = await opened(attacked, "/archive/public")
    assert loaded(page)[0] == 11


@asynchronously
async def test_a_link_to_a_guarded_page_is_guarded_too(attacked):
    page = await opened(attacked, "/archive/public", "Clerk")
    await gone_to(page, "/archive/editors")
    assert loaded(page) == (0, 0)
    await gone_to(page, "/archive")
    await loaded_in_all(page, 2)  # those of the public page, and those of this one


@asynchronously
async def test_a_person_who_loses_the_role_runs_them_no_more(attacked):
    name = attacked.new_user(f"editor {uuid.uuid4().hex[:8]}", ("Editor",))
    page = await RawPage(attacked.url).open("/login")
    await page.log_in(name, PASSWORD)
    await gone_to(page, "/archive/editors")
    await loaded_in_all(page, 1)
    attacked.set_roles(name, ["Clerk"])
    await page.quiet()
    await gone_to(page, "/archive/editors")
    assert loaded(page) == (0, 0)
