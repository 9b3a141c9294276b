"""All attacks of the lab, in the order of the page."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import httpx

from rxapp.auth.core.service import AuthService
from rxapp.auth.features.inspector.lab import changing, closed_page, losing, stealing
from rxapp.auth.features.inspector.lab.practice import Practice, practising
from rxapp.auth.features.inspector.lab.story import Verdict


class Attack(NamedTuple):
    """`can_be_bound` is False where the attack is about something else than the pair, and tried without a key."""

    title: str
    what: str
    run: Callable[[Practice], Awaitable[Verdict]]
    can_be_bound: bool = True


def _attack(title: str, run: Callable[[Practice], Awaitable[Verdict]], *, can_be_bound: bool = True) -> Attack:
    return Attack(title, (run.__doc__ or "").strip(), run, can_be_bound)


_ALL = (
    _attack("Expire now", losing.expire_now),
    _attack("Lose the answer", losing.lose_the_answer),
    _attack("Two tabs at once", losing.two_tabs_at_once),
    _attack("Replay the spent token", stealing.replay_the_spent_token),
    _attack("Copy local storage to another browser", stealing.copy_local_storage),
    _attack("A thief who keeps quiet", stealing.a_thief_who_keeps_quiet),
    _attack("Open a closed page with its client token", closed_page.open_a_closed_page, can_be_bound=False),
    _attack("Change roles", changing.change_roles),
    _attack("Disable", changing.disable),
    _attack("Sign out elsewhere", changing.sign_out_elsewhere),
    _attack("Clock back an hour", losing.clock_back_an_hour),
)
ATTACKS = {attack.run.__name__: attack for attack in _ALL}
"""By name."""


async def try_attack(service: AuthService, name: str, http: httpx.AsyncClient, *, is_bound: bool) -> Verdict:
    """Try one on the running server, which `http` asks. Raises `LabCannot`."""
    attack = ATTACKS[name]
    async with practising(service, http, is_bound=is_bound and attack.can_be_bound) as practice:
        return await attack.run(practice)
