"""Whoever has copied the tokens of a session that is bound to no key, and takes care not to be seen using them."""

import asyncio
import itertools
import uuid

import httpx

from chaos.page import AUTH_STATE, HYDRATE, VAR
from tests.sockets.conftest import asynchronously
from tests.sockets.raw_page import MARKER, REPORT, RawPage, storage_of
from tests.sockets.test_a_strangers_connection import DIARY, Owner

_numbers = itertools.count(1)

EXPIRY = 301
"""Seconds after which an access token has to be rotated."""


class Thief(RawPage):
    """Connects as the owner's browser would, with a copy of what it holds. It stores nothing and says no more than it must."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(owner.page.url, pair=owner.page.pair, obeys=False)

    async def begin(self) -> "Thief":
        await self.connect({"event": self.event(HYDRATE, storage_of(self.pair))})
        return self

    def pair_sent(self) -> dict[str, str]:
        """The pair that the server has sent last."""
        pair = self.value(f"storage_command{VAR}", AUTH_STATE)["pair"]
        return {"token": pair["jwt"], "refreshToken": pair["refreshToken"]}


async def click(page: RawPage) -> str:
    """Returns what will come if it is let in."""
    text = str(uuid.uuid4())
    await page.send(f"{DIARY}.add", {"text": text})
    return f"{MARKER}: {text}"


async def is_let_in(page: RawPage) -> None:
    awaited = await click(page)
    await page.until(lambda: awaited in page.everything)


async def is_refused(page: RawPage) -> None:
    awaited = await click(page)
    await page.quiet()  # nothing that it sends is handled now
    assert awaited not in page.everything


async def report(thief: Thief, pair: dict[str, str]) -> None:
    """That the browser holds it; and wait until the server knows, before the clock goes on."""
    await thief.send(REPORT, storage_of(pair))
    await has_been_handled(thief)


async def has_been_handled(page: RawPage) -> None:
    """All that was sent: events of a page are handled one after the other, and this one is open to all."""
    number = next(_numbers)
    await page.send(f"{DIARY}.note", {"number": number})
    await page.until(lambda: page.value(f"last_number{VAR}", DIARY) == number)


@asynchronously
async def test_a_pair_that_is_never_acknowledged_works_for_five_seconds(attacked):
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    thief = await Thief(owner).begin()
    await is_let_in(thief)  # nobody can tell yet
    attacked.server.move_clock(EXPIRY)
    await is_let_in(thief)  # rotated
    attacked.server.move_clock(6)
    for _ in range(3):
        await is_refused(thief)
    await asyncio.gather(thief.close(), owner.close())


@asynchronously
async def test_who_says_again_and_again_that_they_hold_the_old_pair_is_found_out_when_its_owner_goes_on(attacked):
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    thief = await Thief(owner).begin()
    attacked.server.move_clock(EXPIRY)
    await is_let_in(thief)
    for _ in range(2):
        await is_let_in(owner.page)  # the same successor, which the owner's browser stores and then uses
    attacked.server.move_clock(11)
    await thief.send(HYDRATE, storage_of(thief.pair))
    await is_refused(thief)
    await owner.page.until(lambda: any("token_reused" in path for path in owner.page.redirects))
    await asyncio.gather(thief.close(), owner.close())


@asynchronously
async def test_who_takes_the_next_pair_and_says_so_is_found_out_when_its_owner_goes_on(attacked):
    """The owner is away while the thief rotates, and finds that their token was spent."""
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    thief = await Thief(owner).begin()
    attacked.server.move_clock(EXPIRY)
    await is_let_in(thief)
    await report(thief, thief.pair_sent())
    await is_let_in(thief)  # acknowledged, and so seen in use
    attacked.server.move_clock(11)
    await is_refused(owner.page)
    await owner.page.until(lambda: any("token_reused" in path for path in owner.page.redirects))
    await is_refused(thief)
    await asyncio.gather(thief.close(), owner.close())


@asynchronously
async def test_however_long_it_goes_on_each_rotation_lets_a_quiet_thief_in_for_five_seconds(attacked):
    """They rotate first, acknowledge at the last moment, and their owner comes soon after: as a second tab would do it all."""
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    thief = await Thief(owner).begin()
    for _ in range(2):
        attacked.server.move_clock(EXPIRY)
        await is_let_in(thief)
        attacked.server.move_clock(6)
        await is_let_in(owner.page)  # is never kept waiting by it
        for _ in range(3):
            await is_refused(thief)
        await report(thief, thief.pair_sent())
    await asyncio.gather(thief.close(), owner.close())


@asynchronously
async def test_who_goes_on_working_is_found_out(attacked):
    """To go on after the five seconds they have to show the pair, and then its owner's is spent."""
    written_down = len(attacked.events("token_reused"))
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    thief = await Thief(owner).begin()
    attacked.server.move_clock(EXPIRY)
    for _ in range(3):
        await is_let_in(thief)
        taken = thief.pair_sent()
        await report(thief, taken)
        attacked.server.move_clock(6)
    await is_refused(owner.page)
    await is_refused(thief)
    assert len(attacked.events("token_reused")) == written_down + 1
    async with httpx.AsyncClient(base_url=attacked.url) as http:
        answer = await http.get("/api/me", headers={"Authorization": f"Bearer {taken['token']}"})
    assert answer.status_code == 401
    await asyncio.gather(thief.close(), owner.close())
