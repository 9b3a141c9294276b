"""Strangers who connect with a page's client token at the very moment at which its owner does, or just before, or just after."""

import asyncio

import pytest

from chaos.page import AUTH_STATE, HYDRATE, NAMESPACE, VAR
from tests.dpop import DeviceKey
from tests.sockets.conftest import asynchronously
from tests.sockets.raw_page import MARKER, PONG, RawPage, storage_of
from tests.sockets.test_a_strangers_connection import DIARY, Owner

NOTHING = {"vars": {}}


@asynchronously
async def test_one_of_many_that_connect_at_once_has_the_page_and_nobody_is_told_what_is_anothers(attacked):
    for _ in range(3):
        owner = await (await Owner(attacked, is_bound=False).read_the_diary()).close()
        crowd = [RawPage(attacked.url, client_token=owner.page.client_token, obeys=False) for _ in range(10)]
        again = RawPage(attacked.url, client_token=owner.page.client_token, browser=owner.page.browser)
        connecting = [again.connect({"event": again.event(HYDRATE, storage_of(again.pair))})]
        connecting += [page.connect({"event": page.event(HYDRATE, NOTHING)}) for page in crowd]
        await asyncio.gather(*connecting)
        await again.send(f"{DIARY}.load")
        await again.until(lambda: MARKER in again.everything)  # noqa: B023
        await asyncio.gather(*(page.quiet() for page in crowd))
        told = [page for page in (again, *crowd) if "new_token" not in page.everything]
        assert len(told) <= 1, "all but one are other pages"
        assert [owner.secrets_in(page.everything) for page in crowd] == [set()] * len(crowd)
        await asyncio.gather(*(page.close() for page in (again, *crowd)))


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
@asynchronously
async def test_the_last_update_of_a_handler_whose_page_has_closed_reaches_no_stranger(attacked, is_bound):
    """With two workers it is handed on to the one that has the stranger's socket, and may come after the stranger has settled."""
    for _ in range(2):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        await owner.page.send(f"{DIARY}.write_at_last")
        await owner.page.send(f"{DIARY}.toggle_help")
        await owner.page.close()
        stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
        await stranger.connect({"event": stranger.event(HYDRATE, NOTHING)})
        await stranger.quiet()
        await asyncio.sleep(0.4)  # the handler goes on by a clock that no test can move
        await stranger.quiet()
        assert owner.secrets_in(stranger.everything) == set()
        await stranger.close()


class TestAClickThatWaitsForTheKey:
    """Its connection breaks off before the browser has answered, and somebody else connects first."""

    async def left_behind(self, attacked) -> tuple[Owner, RawPage]:
        owner = await (await Owner(attacked, is_bound=True).read_the_diary()).close()
        page = RawPage(attacked.url, browser=owner.page.browser, obeys=False)
        await page.connect({"event": page.event(HYDRATE, storage_of(page.pair))})
        await page.until(lambda: page.value(f"key_challenge{VAR}", AUTH_STATE))
        await page.send(f"{DIARY}.note", {"number": 4711})
        await page.send(f"{DIARY}.add", {"text": "4711"})
        already = page.messages.count(PONG)
        await page.socket.send(PONG.replace(',"pong"', ""))
        await page.until(lambda: page.messages.count(PONG) > already)
        await asyncio.sleep(0.1)
        await page.close()
        return owner, page

    @pytest.mark.parametrize("key", [None, "another"])
    @asynchronously
    async def test_goes_to_nobody_who_has_a_copy_of_the_tokens_without_the_key(self, attacked, key):
        owner, page = await self.left_behind(attacked)
        thief = RawPage(
            attacked.url, client_token=page.client_token, pair=owner.page.pair, key=DeviceKey() if key else None, obeys=True
        )
        await thief.connect({"event": thief.event(HYDRATE, storage_of(thief.pair))})
        await thief.quiet()
        assert thief.value(f"last_number{VAR}", DIARY) in (None, -1)
        assert "4711" not in thief.everything
        await thief.close()

    @pytest.mark.parametrize("says_what_it_holds", [False, True])
    @asynchronously
    async def test_is_not_lost_by_a_strangers_noise(self, attacked, says_what_it_holds):
        if "REDIS_URL" in attacked.server._variables:
            pytest.skip("it waits in the worker that its socket is on, and with two the next may be another")
        owner, page = await self.left_behind(attacked)
        stranger = RawPage(attacked.url, client_token=page.client_token, obeys=False)
        await stranger.connect({"event": stranger.event(HYDRATE, NOTHING)} if says_what_it_holds else None)
        await stranger.quiet()
        await stranger.close()
        again = RawPage(attacked.url, client_token=page.client_token, browser=owner.page.browser)
        await again.open("/diary")
        await again.until(lambda: f"{MARKER}: 4711" in again.everything)
        await again.close()


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
@asynchronously
async def test_who_logs_out_and_closes_the_page_at_once_is_logged_out(attacked, is_bound):
    """Both may be read from the socket in one go: what is forgotten with the connection is forgotten after the last click."""
    for _ in range(4):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        await owner.page.send(f"{AUTH_STATE}.log_out")
        owner.page.socket.transport.abort() if is_bound else await owner.page.socket.send(f"41{NAMESPACE},")
        await _until_logged_out(attacked, owner.name)
        await owner.page.close()


async def _until_logged_out(attacked, name: str) -> None:
    for _ in range(300):
        if not await asyncio.to_thread(attacked.sessions_of, name):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the session stands")


@asynchronously
async def test_what_is_no_client_token_names_no_page(attacked):
    """An app may keep under other names what many pages share."""
    for name in ("a room", "room-1"):
        page = RawPage(attacked.url, client_token=name or "-", obeys=False)
        with pytest.raises(Exception):  # noqa: B017  refused at the handshake or at the namespace
            await asyncio.wait_for(page.connect({"event": page.event(HYDRATE, NOTHING)}), 1)
