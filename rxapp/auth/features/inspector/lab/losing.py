"""What goes wrong without anybody's ill will: time passes, an answer is lost, two tabs act at once, a clock is wrong."""

import asyncio
from datetime import datetime, timedelta

from rxapp.auth.core.errors import AccessTokenNotYetValid
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.refresh import Refresher
from rxapp.auth.core.sessions.rotation import decide_rotation
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair
from rxapp.auth.features.inspector.lab.lab_browser import LabCannot
from rxapp.auth.features.inspector.lab.practice import Practice
from rxapp.auth.features.inspector.lab.story import LabParty, Rule, Verdict

_EXPIRES = Rule(
    "An access token is good for minutes. The refresh token beside it gives the next pair, without a password.",
    Refresher.refresh,
    "RFC 6749, section 1.5",
    "https://www.rfc-editor.org/rfc/rfc6749#section-1.5",
)
_REPLAYED = Rule(
    "A refresh token that was just spent still gets the same new pair: until that pair is seen in use, and ten seconds longer, "
    "for two tabs may be that far apart.",
    decide_rotation,
    "RFC 9700, section 4.14.2",
    "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
)
_TIMES = Rule(
    "An access token is refused before its time and after it. The session does not mind, and goes on when the clock is right.",
    AccessTokens.verify,
    "RFC 7519, section 4.1.5",
    "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5",
)


async def expire_now(practice: Practice) -> Verdict:
    """The access token expires in the middle of everything."""
    owner, naive = practice.owner, practice.naive
    owner.pair = await _expired(practice)
    refused = await owner.read("Who am I? With a token that has expired")
    renewed, read = await owner.refresh(), await owner.read("Who am I? Again")
    pair = naive.expire(naive.log_in())
    new = await naive.refresh(pair.refresh_token)
    is_well = not refused.is_good and renewed.is_good and read.is_good
    return await practice.verdict(
        _EXPIRES,
        is_safe=is_well,
        outcome="The expired token was refused, the pair was exchanged, and the same request went through. Nobody had to log in."
        if is_well
        else f"It did not go on: {renewed.words}.",
        naive="The same. This much every tutorial does."
        if new is not None and naive.read(pair.access_token) is None
        else "It did not go on.",
    )


async def lose_the_answer(practice: Practice) -> Verdict:
    """The laptop is closed while the pair is exchanged: the server has done it, and the browser never hears of it."""
    owner, naive = practice.owner, practice.naive
    held = owner.pair
    await owner.refresh("Exchange the pair", keeps=False)
    again = await owner.refresh("Exchange the same pair once more", held)
    read = await owner.read()
    pair = naive.log_in()
    await naive.refresh(pair.refresh_token)
    is_out = await naive.refresh(pair.refresh_token) is None
    is_well = again.is_good and read.is_good
    return await practice.verdict(
        _REPLAYED,
        is_safe=is_well,
        outcome="The second request got the very pair that was lost, and the session goes on."
        if is_well
        else f"The second request was refused: {again.words}.",
        naive="The second request was refused: the token had been overwritten. This person has to log in again."
        if is_out
        else "The second request was answered.",
    )


async def two_tabs_at_once(practice: Practice) -> Verdict:
    """Two tabs of one browser exchange the same pair in the same moment."""
    one, other, naive = practice.owner, practice.other, practice.naive
    other.be_the_same_browser_as(one)
    held = one.pair
    answers = await asyncio.gather(one.refresh("Exchange the pair", held), other.refresh("Exchange the pair", held))
    reads = [await one.read(), await other.read()]
    pair = naive.log_in()
    pairs = await asyncio.gather(naive.refresh(pair.refresh_token), naive.refresh(pair.refresh_token))
    lost = [each for each in pairs if each is None or await naive.refresh(each.refresh_token) is None]
    is_well = all(answer.is_good for answer in (*answers, *reads)) and one.pair.refresh_token == other.pair.refresh_token
    return await practice.verdict(
        _REPLAYED,
        is_safe=is_well,
        outcome="Both tabs got the same pair, and both go on." if is_well else "The tabs did not get the same pair.",
        naive="One of the two tabs holds a token that the other's has overwritten. At its next exchange it is logged out."
        if lost
        else "Both tabs go on.",
        actors=("Tab 1", "Tab 2"),
    )


async def clock_back_an_hour(practice: Practice) -> Verdict:
    """The server's clock is put back by an hour, as after a restored virtual machine."""
    owner, service, naive = practice.owner, practice.service, practice.naive
    back = timedelta(hours=1)
    practice.tell(LabParty.OWNER, LabParty.SERVER, "Who am I? The server's clock is an hour behind")
    is_refused = _is_of_the_future(service, owner.pair, back)
    answer = f"401 {AccessTokenNotYetValid.code}: not valid yet" if is_refused else "200"
    practice.tell(LabParty.SERVER, LabParty.OWNER, answer, is_refusal=is_refused)
    renewed, read = await owner.refresh("Exchange the pair. The clock is right again"), await owner.read()
    pair = naive.log_in()
    later = naive.read(naive.expire(pair).access_token, now=datetime.now().astimezone() - back)
    is_well = is_refused and renewed.is_good and read.is_good
    return await practice.verdict(
        _TIMES,
        is_safe=is_well,
        outcome="A token from what is now the future was refused, and the session goes on as soon as the clock is right."
        if is_well
        else "The token was accepted, or the session did not go on.",
        naive="A token that had expired was good again." if later is not None else "The expired token was refused.",
    )


async def _expired(practice: Practice) -> TokenPair:
    """The pair of the same generation, with an access token that was issued long enough ago."""
    session, service = await practice.session(), practice.service
    if session is None:
        raise LabCannot("The session that was begun for the attack is gone.")
    past = 2 * service.settings.access_token_lifetime
    then = AccessTokens(service.settings, service.key_ring, lambda: service.clock() - past)
    return issue_pair(then, service.refresh_tokens, session, session, session.generation)


def _is_of_the_future(service: AuthService, pair: TokenPair, back: timedelta) -> bool:
    """Verifies the access token as a server does whose clock is behind."""
    behind = AccessTokens(service.settings, service.key_ring, lambda: service.clock() - back)
    try:
        behind.verify(pair.access_token)
    except AccessTokenNotYetValid:
        return True
    return False
