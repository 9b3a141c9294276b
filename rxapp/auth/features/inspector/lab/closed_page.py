"""A page that was closed, and somebody who has read its client token, for example in a log of addresses."""

import asyncio
import json
import uuid
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.features.inspector.lab.lab_browser import NOBODY, LabCannot
from rxapp.auth.features.inspector.lab.practice import Practice
from rxapp.auth.features.inspector.lab.story import LabParty, Rule, Verdict
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.browser_storage.token_store import VARS
from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.pages.parts.routes import ACCOUNT
from rxapp.auth.web.reflex_internals.app import Endpoint
from rxapp.auth.web.reflex_internals.events import FIELD_MARKER, HYDRATE_AND_LOAD

WAIT_SECONDS = 3

_OF_A_PERSON = Rule(
    "A connection belongs to nobody until it has itself shown the tokens of a session. Before that it is sent nothing private.",
    PageSession.step,
    "CWE-384",
    "https://cwe.mitre.org/data/definitions/384.html",
)


async def open_a_closed_page(practice: Practice) -> Verdict:
    """The thief knows the client token, which is the number that Reflex gives an open page, and nothing else."""
    client_token = str(uuid.uuid4())
    practice.tell(LabParty.OWNER, LabParty.SERVER, "Open the account page, and close it")
    own = await _heard(practice, client_token, practice.owner.pair, until=practice.user_name)
    if practice.user_name not in own:
        raise LabCannot("The page did not open for its owner, so there was nothing to steal.")
    practice.tell(LabParty.SERVER, LabParty.OWNER, "The page, with the owner's name")
    practice.tell(LabParty.OTHER, LabParty.SERVER, "Connect with the client token of that page")
    stolen = await _heard(practice, client_token, NOBODY, until=practice.user_name)
    is_seen = practice.user_name in stolen
    practice.tell(
        LabParty.SERVER,
        LabParty.OTHER,
        "The page, with the owner's name" if is_seen else "Nothing of a person",
        is_refusal=not is_seen,
    )
    return await practice.verdict(
        _OF_A_PERSON,
        is_safe=not is_seen,
        outcome="The thief got what it was sent: the page of the owner."
        if is_seen
        else "The thief got the page as any visitor has it, and no word of the owner's.",
        naive="It keeps nothing of a page on the server, so there is nothing to open.",
        actors=("You", "Thief"),
    )


async def _heard(practice: Practice, client_token: str, pair: TokenPair, *, until: str) -> str:
    """All that the server sends to this page, until it has said `until` or is silent for a while."""
    base = practice.http.base_url
    query = urlencode({"token": client_token, "EIO": "4", "transport": "websocket"})
    namespace, heard = f"/{Endpoint.EVENT.value}", ""
    address = f"ws://{base.host}:{base.port}{namespace}/?{query}"
    try:
        async with connect(address, compression=None, ping_interval=None, max_size=None) as socket:
            await socket.send(f"40{namespace},{json.dumps({'event': _connecting(pair)})}")
            async with asyncio.timeout(WAIT_SECONDS):
                async for message in socket:
                    heard += str(message)
                    if until in heard:
                        break
    except InvalidStatus as error:
        raise LabCannot("The server accepts no connection from the lab.") from error
    except (TimeoutError, ConnectionClosed):
        pass  # it is silent, or has hung up: nothing more will come
    return heard


def _connecting(pair: TokenPair) -> dict[str, object]:
    held = {"jwt": pair.access_token, "refresh_token": pair.refresh_token}
    reported = {f"{AuthState.get_full_name()}.{var}{FIELD_MARKER}": held[var] for var in VARS.values()}
    where = {"pathname": ACCOUNT, "asPath": ACCOUNT, "query": {}}
    return {"name": HYDRATE_AND_LOAD, "payload": {"vars": reported}, "router_data": where}
