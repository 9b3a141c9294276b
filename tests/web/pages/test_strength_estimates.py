"""The hint while one types a password: a stranger who asks for very many holds up nobody's login, and others get theirs."""

import asyncio
import threading

import pytest
from reflex.state import State

from rxapp.auth.core.passwords.policy import Strength
from rxapp.auth.http.runtime.service import in_hashing_thread, use_service
from rxapp.auth.web.pages.parts.new_password import StrengthState
from rxapp.auth.web.pages.parts.strength_estimates import WAITING_AT_MOST, StrengthEstimates
from tests.conftest import PASSWORD
from tests.hostile_texts import LONGEST
from tests.web.test_events import in_a_loop, run

GOOD = "plumb orbit cadet vixen"


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def page(service):
    """The state of a page that has reported nothing."""
    use_service(service)
    return State(_reflex_internal_init=True)


@pytest.fixture
def held(page, service, monkeypatch):
    """Estimates stand still until this is set."""
    go_on, really = threading.Event(), service.accounts.strength_of

    def estimate(password, user_name, minimum):
        go_on.wait(timeout=30)
        return really(password, user_name, minimum)

    monkeypatch.setattr(service.accounts, "strength_of", estimate)
    yield go_on
    go_on.set()


def hint_of(page):
    state = in_a_loop(page.get_state(StrengthState))
    return state.score, state.hint


def test_the_hint_says_how_good_the_password_would_be(page):
    run(page, "estimate", GOOD, of=StrengthState)
    assert hint_of(page)[0] == 4
    run(page, "estimate", "short", of=StrengthState)
    score, hint = hint_of(page)
    assert score == 0
    assert "10" in hint, "so many characters are missing"


def test_the_hint_knows_the_user_name_that_the_form_has(page):
    run(page, "estimate", "hopper plumb orbit cadet", "hopper", of=StrengthState)
    score, hint = hint_of(page)
    assert score == 1
    assert "your user name" in hint
    run(page, "estimate", "hopper plumb orbit cadet", 7, of=StrengthState)
    assert hint_of(page)[0] == 4, "what is no text names nobody"


def test_a_full_line_leaves_the_hint_as_it_was(page, monkeypatch):
    run(page, "estimate", GOOD, of=StrengthState)
    before = hint_of(page)

    async def none_for(*_):
        return None

    monkeypatch.setattr("rxapp.auth.web.pages.parts.new_password.estimates.of", none_for)
    run(page, "estimate", "short", of=StrengthState)
    assert hint_of(page) == before


@pytest.mark.parametrize("sent", [None, 7, [GOOD], {"a": 1}, True])
def test_what_is_no_text_counts_as_empty(page, sent):
    run(page, "estimate", sent, of=StrengthState)
    assert hint_of(page) == (0, "")


@pytest.mark.parametrize("sent", LONGEST.values(), ids=LONGEST)
def test_the_longest_message_is_only_looked_at_where_it_begins(page, sent):
    run(page, "estimate", sent, of=StrengthState)


def test_one_address_has_one_place_in_the_line_and_the_next_gets_a_hint(held):
    estimates = StrengthEstimates()

    async def ask():
        asked = [asyncio.create_task(estimates.of(GOOD, "192.0.2.1")) for _ in range(60)]
        other = asyncio.create_task(estimates.of(GOOD, "192.0.2.2"))
        await asyncio.sleep(0)
        held.set()
        return await asyncio.gather(*asked), await other

    asked, other = in_a_loop(ask())
    assert asked == [Strength(4), *[None] * 59]
    assert other == Strength(4)


def test_the_line_is_short_whoever_asks_and_empties_itself(held):
    estimates = StrengthEstimates()

    async def ask():
        asked = [asyncio.create_task(estimates.of(GOOD, f"192.0.2.{n}")) for n in range(60)]
        await asyncio.sleep(0)
        held.set()
        answers = await asyncio.gather(*asked)
        return answers, await estimates.of(GOOD, "192.0.2.1")

    answers, afterwards = in_a_loop(ask())
    assert len([answer for answer in answers if answer]) == WAITING_AT_MOST
    assert afterwards == Strength(4)


def test_a_page_that_is_closed_meanwhile_gives_its_place_back(held):
    estimates = StrengthEstimates()

    async def ask():
        gone = asyncio.create_task(estimates.of(GOOD, "192.0.2.1"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        held.set()
        return await estimates.of(GOOD, "192.0.2.1")

    assert in_a_loop(ask()) == Strength(4)


def test_while_estimates_stand_still_people_log_in(held, service, johndoe):
    """They share no line: no thread, no lock, no place."""
    estimates = StrengthEstimates()

    async def both():
        asked = [asyncio.create_task(estimates.of(GOOD, f"192.0.2.{n}")) for n in range(60)]
        await asyncio.sleep(0)
        pairs = [await in_hashing_thread(service.log_in, "johndoe", PASSWORD) for _ in range(4)]
        new = await in_hashing_thread(service.accounts.register, "somebody-new", "", GOOD)
        is_waiting = not asked[0].done()
        held.set()
        await asyncio.gather(*asked)
        return pairs, new, is_waiting

    pairs, new, is_waiting = in_a_loop(both())
    assert len(pairs) == 4
    assert new.user_name == "somebody-new"
    assert is_waiting
