"""Uploads come over HTTP: they are let in by a ticket that the page was given over its WebSocket, and by nothing else."""

import asyncio
import uuid

import httpx
import pytest

from chaos.page import AUTH_STATE, HYDRATE, VAR
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.sockets.conftest import asynchronously
from tests.sockets.raw_page import MARKER, RawPage, storage_of
from tests.sockets.test_a_strangers_connection import DIARY, Owner

HANDLERS = ("take_files", "take_chunks", "take_anybodys_files")


async def upload(url: str, client_token: str, handler: str, ticket: str | None) -> httpx.Response:
    headers = {"Reflex-Client-Token": client_token, "Reflex-Event-Handler": f"{DIARY}.{handler}"}
    if ticket is not None:
        headers["Rxapp-Upload-Ticket"] = ticket.encode("latin-1")
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        return await http.post("/_upload", headers=headers, files={"files": ("note.txt", b"hello")})


async def ticket_of(page: RawPage) -> str:
    had = page.value(f"upload_ticket{VAR}", AUTH_STATE)
    await page.send(f"{AUTH_STATE}.ask_for_upload")
    await page.until(lambda: page.value(f"upload_ticket{VAR}", AUTH_STATE) not in (had, None, {}))
    return page.value(f"upload_ticket{VAR}", AUTH_STATE)["ticket"]


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize("handler", HANDLERS)
@asynchronously
async def test_with_a_client_token_alone_it_is_refused_and_written_down(attacked, is_bound, is_open, handler):
    owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
    if not is_open:
        await owner.close()
    attacked.server.move_clock(301)  # of one address fifty are written down in five minutes
    before = len(attacked.events("upload_refused"))
    for ticket in (None, "", "x", "a.b.c.d", f"{uuid.uuid4()}.9999999999.name.mac", "ä" * 20, "1" * 10_000):
        answer = await upload(attacked.url, owner.page.client_token, handler, ticket)
        assert (answer.status_code, answer.json()["code"]) == (403, "upload_refused")
        assert owner.secrets_in(answer.text) == set()
    assert len(attacked.events("upload_refused")) > before
    if is_open:
        await owner.page.quiet()
        assert "note.txt" not in owner.page.everything
        await owner.close()


@pytest.mark.parametrize("is_bound", [False, True], ids=["unbound", "bound"])
class TestWithATicket:
    @asynchronously
    async def test_the_handler_runs_for_the_one_who_has_asked_for_it(self, attacked, is_bound):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        answer = await upload(attacked.url, owner.page.client_token, "take_files", await ticket_of(owner.page))
        assert answer.status_code == 200
        assert f"{MARKER} note.txt of {owner.name}" in answer.text
        await owner.close()

    @asynchronously
    async def test_in_chunks_too(self, attacked, is_bound):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        answer = await upload(attacked.url, owner.page.client_token, "take_chunks", await ticket_of(owner.page))
        assert answer.status_code == 202
        await owner.page.until(lambda: f"{MARKER} a chunk of {owner.name}" in owner.page.everything)
        await owner.close()

    @asynchronously
    async def test_it_is_good_once_for_this_page_alone(self, attacked, is_bound):
        owner, other = Owner(attacked, is_bound=is_bound), Owner(attacked, is_bound=is_bound)
        await asyncio.gather(owner.read_the_diary(), other.read_the_diary())
        ticket = await ticket_of(owner.page)
        assert (await upload(attacked.url, other.page.client_token, "take_files", ticket)).status_code == 403
        answers = await asyncio.gather(*(upload(attacked.url, owner.page.client_token, "take_files", ticket) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
        await asyncio.gather(owner.close(), other.close())

    @asynchronously
    async def test_of_a_page_that_has_closed_it_gives_a_stranger_nothing(self, attacked, is_bound):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        tickets = [await ticket_of(owner.page) for _ in range(2)]
        await owner.close()
        stranger = RawPage(attacked.url, client_token=owner.page.client_token, obeys=False)
        await stranger.connect({"event": stranger.event(HYDRATE, {"vars": {}})})
        await stranger.quiet()
        for handler, ticket in zip(("take_files", "take_anybodys_files"), tickets, strict=True):
            answer = await upload(attacked.url, owner.page.client_token, handler, ticket)
            assert owner.secrets_in(answer.text) == set()
        await stranger.quiet()
        assert owner.secrets_in(stranger.everything) == set()
        await stranger.close()

    @asynchronously
    async def test_for_a_minute(self, attacked, is_bound):
        owner = await Owner(attacked, is_bound=is_bound).read_the_diary()
        ticket = await ticket_of(owner.page)
        attacked.server.move_clock(61)
        assert (await upload(attacked.url, owner.page.client_token, "take_files", ticket)).status_code == 403
        await owner.close()


@asynchronously
async def test_a_page_that_has_not_shown_its_key_gets_no_ticket(attacked):
    owner = await (await Owner(attacked, is_bound=True).read_the_diary()).close()
    thief = RawPage(attacked.url, client_token=owner.page.client_token, pair=owner.page.pair, key=DeviceKey(), obeys=False)
    await thief.connect({"event": thief.event(HYDRATE, storage_of(owner.page.pair))})
    await thief.send(f"{AUTH_STATE}.ask_for_upload")
    await thief.quiet()
    assert not thief.value(f"upload_ticket{VAR}", AUTH_STATE)
    await thief.close()


@asynchronously
async def test_nobody_may_send_files_to_a_handler_that_is_open_to_all(attacked):
    page = await RawPage(attacked.url).open("/")
    answer = await upload(attacked.url, page.client_token, "take_anybodys_files", await ticket_of(page))
    assert answer.status_code == 200
    assert "is_help_open" in answer.text
    answer = await upload(attacked.url, page.client_token, "take_files", await ticket_of(page))
    assert MARKER not in answer.text
    assert '"go_to":"/login' in answer.text.replace(": ", ":"), "its page reads the answer as it reads what comes over the socket"
    await page.close()


@asynchronously
async def test_what_one_person_uploads_is_not_taken_for_the_next_ones(attacked):
    owner = await Owner(attacked, is_bound=False).read_the_diary()
    ticket = await ticket_of(owner.page)
    await owner.page.log_in(attacked.new_user(f"next {uuid.uuid4().hex[:8]}"), PASSWORD)
    await owner.page.quiet()
    answer = await upload(attacked.url, owner.page.client_token, "take_files", ticket)
    assert "note.txt" not in answer.text
    await owner.page.quiet()
    assert "note.txt" not in owner.page.everything
    await owner.close()


@asynchronously
async def test_what_nobody_was_about_to_upload_is_not_taken_for_the_one_who_signs_in(attacked):
    page = await RawPage(attacked.url).open("/diary")
    ticket = await ticket_of(page)
    await page.log_in(attacked.new_user(f"next {uuid.uuid4().hex[:8]}"), PASSWORD)
    await page.quiet()
    answer = await upload(attacked.url, page.client_token, "take_files", ticket)
    await page.quiet()
    assert "note.txt" not in answer.text + page.everything
    await page.close()
