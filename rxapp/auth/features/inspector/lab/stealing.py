"""What a thief tries: a spent token, a copy of local storage, patience, and the token of a closed page."""

from rxapp.auth.core.sessions.device_binding import DeviceBinding
from rxapp.auth.core.sessions.rotation import decide_rotation
from rxapp.auth.features.inspector.lab.practice import Practice
from rxapp.auth.features.inspector.lab.story import Rule, Verdict

_REUSED = Rule(
    "A spent token whose successor is in use means that two parties hold the session. It ends for both.",
    decide_rotation,
    "RFC 9700, section 4.14.2",
    "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
)
_BOUND = Rule(
    "A session that is bound to a key answers only to that key, and no script can copy it out of the browser.",
    DeviceBinding.require_key,
    "RFC 9449, section 2",
    "https://www.rfc-editor.org/rfc/rfc9449#section-2",
)
_ACTORS = ("You", "Thief")
_KEPT_OUT = "The copy was refused, for reading and for exchanging: the thief has the pair and not the key. The owner goes on."


async def replay_the_spent_token(practice: Practice) -> Verdict:
    """Somebody who sits at the owner's own browser, and so has its key, shows a token that was exchanged long ago."""
    owner, thief, naive = practice.owner, practice.other, practice.naive
    thief.be_the_same_browser_as(owner)
    spent = owner.pair
    await owner.refresh()
    await owner.read()
    await owner.refresh("Exchange the next pair too: the first is spent for good")
    refused = await thief.refresh("Exchange the pair of long ago", spent)
    after = await owner.read("Who am I? After that")
    pair = naive.log_in()
    new = await naive.refresh(pair.refresh_token)
    is_noticed = await naive.refresh(pair.refresh_token) is None and new and await naive.refresh(new.refresh_token) is None
    is_ended = not refused.is_good and not after.is_good and not await practice.is_active()
    return await practice.verdict(
        _REUSED,
        is_safe=is_ended,
        outcome="The spent token was refused, and the session ended for everybody. The owner is asked to log in, and told why."
        if is_ended
        else "The session goes on.",
        naive="It ended as well."
        if is_noticed
        else "The spent token was refused, and nothing else happened. Nobody learns of the theft.",
        actors=_ACTORS,
    )


async def copy_local_storage(practice: Practice) -> Verdict:
    """A copy of what the browser keeps gets into another browser, and that one uses it first."""
    owner, thief, naive = practice.owner, practice.other, practice.naive
    thief.take(owner.pair, "A copy of local storage")
    read, exchanged = await thief.read(), await thief.refresh()
    if exchanged.is_good:  # the thief goes on, and some time later the owner comes back
        await thief.read()
        await thief.refresh("Some minutes later: exchange the next pair")
        await owner.refresh("Exchange the pair that was copied")
    naive_owner = naive.log_in()
    stolen = await naive.refresh(naive_owner.refresh_token)
    is_out = await naive.refresh(naive_owner.refresh_token) is None
    goes_on = stolen is not None and await naive.refresh(stolen.refresh_token) is not None
    return await _after_theft(
        practice,
        is_kept_out=not read.is_good and not exchanged.is_good,
        ended="The thief was in until the owner came back. Then a spent token was shown, and the session ended for both.",
        naive="The thief goes on for as long as they like, and it is the owner who has to log in again."
        if is_out and goes_on
        else "The thief was refused.",
    )


async def a_thief_who_keeps_quiet(practice: Practice) -> Verdict:
    """The thief only reads, and exchanges nothing for as long as the access token is good."""
    owner, thief, naive = practice.owner, practice.other, practice.naive
    thief.take(owner.pair, "A copy of local storage")
    read = await thief.read()
    await owner.refresh()
    await owner.read()
    await owner.refresh("Some minutes later: exchange the next pair")
    exchanged = await thief.refresh("The access token has expired: exchange the pair")
    stolen = naive.log_in()
    new = await naive.refresh(stolen.refresh_token)
    reads_on = naive.read(stolen.access_token) is not None
    is_unnoticed = (
        await naive.refresh(stolen.refresh_token) is None and new and await naive.refresh(new.refresh_token) is not None
    )
    return await _after_theft(
        practice,
        is_kept_out=not read.is_good and not exchanged.is_good,
        ended="The thief could read for minutes. The first exchange showed a spent token, and the session ended for both.",
        naive="The thief could read until the access token had expired, and nobody ever learns of it."
        if reads_on and is_unnoticed
        else "The thief was refused.",
    )


async def _after_theft(practice: Practice, *, is_kept_out: bool, ended: str, naive: str) -> Verdict:
    """The owner goes on alone, or the session has ended for both."""
    after = await practice.owner.read("Who am I? After that")
    is_alone = is_kept_out and after.is_good
    is_ended = not after.is_good and not await practice.is_active()
    rule = _BOUND if practice.is_bound else _REUSED
    outcome = _KEPT_OUT if is_alone else ended if is_ended else "The thief and the owner both go on."
    return await practice.verdict(rule, is_safe=is_alone, outcome=outcome, naive=naive, actors=_ACTORS)
