"""A stranger connects with a page's client token, which stands in the WebSocket's URL and so in logs, and gets nothing of it."""

import asyncio
import itertools
import uuid

import httpx
import pytest

from chaos.page import AUTH_STATE, HYDRATE, STATE, VAR
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.sockets.conftest import asynchronously, handlers
from tests.sockets.raw_page import MARKER, ON_LOAD, REPORT, RawPage, storage_of

DIARY = f"{STATE}.tests___sockets___attacked_app____diary_state"
FORM = "__reflex_form_data__"
"""A dictionary with this member is transformed before a handler sees it, and the members beside it are lost."""

NOBODY = {"token": "", "refreshToken": ""}
JWT, REFRESH_TOKEN = f"{AUTH_STATE}.jwt{VAR}", f"{AUTH_STATE}.refresh_token{VAR}"

REPORTS = {
    "nothing": {"vars": {}},
    "no vars": {},
    "empty tokens": storage_of(NOBODY),
    "beside form data": {"vars": {FORM: [["a", "b"]], JWT: "", REFRESH_TOKEN: ""}},
    "form data alone": {FORM: [["vars", {}]]},
    "vars as form data": {"vars": {FORM: [[JWT, "x"], [REFRESH_TOKEN, "y"]]}},
    "form data of the wrong kind": {"vars": {FORM: 7, JWT: "x"}},
    "an unknown state first": {"vars": {"nowhere.at_all": "x", JWT: "x", REFRESH_TOKEN: "y"}},
    "an unknown state last": {"vars": {JWT: "x", REFRESH_TOKEN: "y", "nowhere.at_all": "x"}},
    "an unknown var": {"vars": {f"{AUTH_STATE}.nothing{VAR}": "x", JWT: "x"}},
    "a private var": {"vars": {f"{AUTH_STATE}._page": {}, JWT: "x"}},
    "only one token": {"vars": {JWT: "x"}},
    "only the other": {"vars": {REFRESH_TOKEN: "x"}},
    "tokens that are no text": {"vars": {JWT: {"a": 1}, REFRESH_TOKEN: ["x"]}},
    "tokens that are nothing": {"vars": {JWT: None, REFRESH_TOKEN: None}},
    "an argument too many": {"vars": {JWT: "", REFRESH_TOKEN: ""}, "more": 1},
    "no dictionary": {"vars": "x"},
    "a list": {"vars": [JWT, "x"]},
    "hashes of the wrong kind": {"vars": {}, "hashes": {"a": 1}},
}

AFTERWARDS = (
    ON_LOAD,
    f"{DIARY}.toggle_help",
    f"{DIARY}.load",
    f"{DIARY}.add",
    f"{AUTH_STATE}.enter",
    f"{AUTH_STATE}.session_changed",
    f"{AUTH_STATE}.log_out",
)

HASHING = ("login_state.submit", "register_state.submit", "strength_state.estimate")
"""Of these a hundred take long, and they are asked for one by one elsewhere."""

SOME_ARGUMENTS = {"text": "x", "form": {"username": "x", "password": "y"}, "value": True, "proof": "", "id": 1}


async def a_few_at_a_time(attack, given) -> list[set[str]]:
    """What each of the attacks found out, in order."""
    turn = asyncio.Semaphore(12)

    async def one(item) -> set[str]:
        async with turn:
            return await attack(item)

    return await asyncio.gather(*map(one, given))


class Owner:
    """A person with an open diary, in a browser that keeps a key or does not."""

    def __init__(self, attacked, *, is_bound: bool) -> None:
        self.name = attacked.new_user(f"owner-{uuid.uuid4().hex[:12]}")
        self.page = RawPage(attacked.url, key=DeviceKey() if is_bound else None)
        self.secrets: set[str] = {MARKER, self.name}

    async def read_the_diary(self) -> "Owner":
        await self.page.open("/login")
        await self.page.log_in(self.name, PASSWORD)
        await self.page.send(f"{DIARY}.load")
        await self.page.until(lambda: MARKER in self.page.everything)
        return self

    async def close(self) -> "Owner":
        await self.page.quiet()
        await self.page.close()
        return self

    def secrets_in(self, text: str) -> set[str]:
        return {secret for secret in (*self.secrets, *self.page.pair.values()) if secret in text}

    async def is_still_signed_in(self) -> None:
        """And what they wrote is found again, over another connection of the same page."""
        again = RawPage(self.page.url, client_token=self.page.client_token, pair=self.page.pair, key=self.page.key)
        await again.open("/diary")
        await again.until(lambda: MARKER in again.everything)
        assert again.redirects == []
        await again.close()


@asynchronously
async def test_whoever_says_that_the_key_cannot_be_read_now_gets_nothing_and_keeps_waiting(attacked):
    owner = await (await Owner(attacked, is_bound=True).read_the_diary()).close()
    thief = RawPage(attacked.url, pair=owner.page.pair)
    thief.hides_key = True
    await thief.connect({"event": thief.event(HYDRATE, storage_of(thief.pair))})
    for name in AFTERWARDS:
        await thief.send(name, {})
    await thief.until(lambda: "is_key_unreadable" in thief.everything, 30)
    thief.hides_key = False  # or the two would go on like this for ever
    assert owner.secrets_in(thief.everything) == set()
    await thief.close()
    await owner.is_still_signed_in()


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
class TestOfAPageThatHasClosed:
    @asynchronously
    async def test_no_handler_gives_anything_away_before_the_stranger_has_said_what_they_hold(self, attacked, is_bound):
        owner = await (await Owner(attacked, is_bound=is_bound).read_the_diary()).close()
        stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
        await stranger.connect()
        for name in handlers():
            await stranger.send(name, {})
        await stranger.quiet()
        assert owner.secrets_in(stranger.everything) == set()
        await stranger.close()
        await owner.is_still_signed_in()

    @pytest.mark.parametrize("by", ["hydrate_and_load", "hydrate", "update_vars_internal", "on connecting"])
    @asynchronously
    async def test_no_report_of_storage_however_malformed_counts_as_the_owners(self, attacked, is_bound, by):
        async def attack(payload) -> set[str]:
            owner = await (await Owner(attacked, is_bound=is_bound).read_the_diary()).close()
            stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
            names = {"hydrate_and_load": HYDRATE, "hydrate": f"{STATE}.hydrate", "update_vars_internal": REPORT}
            if by == "on connecting":
                await stranger.connect({"event": stranger.event(HYDRATE, payload)})
            else:
                await stranger.connect()
                await stranger.send(names[by], payload)
            for name in AFTERWARDS:
                await stranger.send(name, {})
            await stranger.quiet()
            await stranger.close()
            return owner.secrets_in(stranger.everything)

        told = await a_few_at_a_time(attack, REPORTS.values())
        assert dict(zip(REPORTS, told, strict=True)) == {report: set() for report in REPORTS}

    @asynchronously
    async def test_nor_does_any_handler_after_any_report_with_good_transformed_or_failing_payloads(self, attacked, is_bound):
        async def attack(payload) -> set[str]:
            owner = await (await Owner(attacked, is_bound=is_bound).read_the_diary()).close()
            stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
            await stranger.connect()
            for name in handlers():
                if not name.endswith(HASHING):
                    await stranger.send(REPORT, next(reports))
                    await stranger.send(name, payload)
            await stranger.send(HYDRATE, next(reports))
            await stranger.quiet()
            await stranger.close()
            return owner.secrets_in(stranger.everything)

        reports = itertools.cycle(REPORTS.values())
        payloads = [{}, SOME_ARGUMENTS, {FORM: [["a", "b"]]}, {"vars": {FORM: [], JWT: ""}}, {"form": {FORM: "x"}}, {"more": [1]}]
        assert await a_few_at_a_time(attack, payloads) == [set()] * len(payloads)

    @asynchronously
    async def test_a_stranger_who_signs_in_there_as_somebody_else_finds_nothing_of_its_owner(self, attacked, is_bound):
        owner = await (await Owner(attacked, is_bound=is_bound).read_the_diary()).close()
        name = attacked.new_user(f"stranger-{uuid.uuid4().hex[:12]}")
        stranger = RawPage(attacked.url, client_token=owner.page.client_token)
        await stranger.open("/login")
        await stranger.log_in(name, PASSWORD)
        await stranger.send(f"{DIARY}.toggle_help")
        await stranger.until(lambda: name in stranger.everything)
        await stranger.quiet()
        assert owner.secrets_in(stranger.everything) == set()
        await stranger.close()

    @asynchronously
    async def test_the_owner_who_comes_back_finds_what_they_had_and_is_asked_nothing(self, attacked, is_bound):
        owner = await (await Owner(attacked, is_bound=is_bound).read_the_diary()).close()
        again = RawPage(owner.page.url, client_token=owner.page.client_token, pair=owner.page.pair, key=owner.page.key)
        await again.open("/")
        await again.until(lambda: f"{MARKER} of {owner.name}" in again.everything)
        assert again.redirects == []
        assert again.pair == owner.page.pair
        await again.close()


@asynchronously
async def test_of_a_bound_session_neither_its_tokens_without_the_key_open_anything(attacked):
    owner = await (await Owner(attacked, is_bound=True).read_the_diary()).close()
    for key in (None, DeviceKey()):
        thief = RawPage(attacked.url, client_token=owner.page.client_token, pair=owner.page.pair, key=key)
        await thief.connect({"event": thief.event(HYDRATE, storage_of(owner.page.pair))})
        await thief.send(f"{DIARY}.toggle_help")
        await thief.send(f"{DIARY}.load")
        await thief.quiet()
        assert MARKER not in thief.everything
        assert owner.name not in thief.everything
        await thief.close()
    mine = RawPage(attacked.url, pair=owner.page.pair, key=owner.page.key)
    await mine.open("/diary")
    await mine.until(lambda: MARKER in mine.everything)
    await mine.close()


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
@asynchronously
async def test_of_a_page_that_is_open_a_stranger_gets_another_page(attacked, is_bound):
    owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
    stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
    await stranger.connect({"event": stranger.event(HYDRATE, {"vars": {}})})
    for name in handlers():
        await stranger.send(name, {})
    await stranger.quiet()
    assert owner.secrets_in(stranger.everything) == set()
    await owner.page.send(f"{DIARY}.toggle_help")
    await owner.page.until(lambda: owner.page.value(f"is_help_open{VAR}", DIARY) is True)
    await stranger.close()
    await owner.close()


@asynchronously
async def test_what_a_slow_handler_of_the_owners_sends_does_not_reach_a_stranger_who_connects_meanwhile(attacked):
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    await owner.page.send(f"{DIARY}.write_slowly")
    await owner.page.until(lambda: "line 0" in owner.page.everything)
    await owner.page.close()
    stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
    await stranger.connect()
    await stranger.send(HYDRATE, {"vars": {}})
    await asyncio.sleep(1.5)  # while the handler goes on, which waits by a clock that no test can move
    await stranger.quiet()
    assert owner.secrets_in(stranger.everything) == set()
    await stranger.close()


@asynchronously
async def test_the_address_at_which_its_owner_was_is_not_told_either(attacked):
    owner = Owner(attacked, is_bound=False)
    await owner.page.open(f"/login?next=/for-{owner.name}")
    await owner.page.log_in(owner.name, PASSWORD)
    await owner.close()
    for router_data in ({}, {"pathname": "/"}, {"query": {}}, {"pathname": "", "asPath": ""}):
        stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
        await stranger.connect()
        await stranger.emit({"name": HYDRATE, "payload": {"vars": {}}, "router_data": router_data})
        await stranger.quiet()
        assert owner.name not in stranger.everything
        await stranger.close()


@asynchronously
async def test_the_owner_is_signed_out_by_nothing_that_a_stranger_does_with_the_client_token(attacked):
    owner = await (await Owner(attacked, is_bound=False).read_the_diary()).close()
    stranger = RawPage(attacked.url, client_token=owner.page.client_token)
    await stranger.connect()
    for name in (f"{AUTH_STATE}.log_out", f"{AUTH_STATE}.session_changed", f"{AUTH_STATE}.go_on"):
        await stranger.send(name)
    await stranger.send(HYDRATE, storage_of(NOBODY))
    await stranger.quiet()
    await stranger.close()
    async with httpx.AsyncClient(base_url=attacked.url) as http:
        answer = await http.get("/api/me", headers={"Authorization": f"Bearer {owner.page.pair['token']}"})
    assert answer.json()["userName"] == owner.name
