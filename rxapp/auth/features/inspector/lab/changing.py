"""What others change while somebody is logged in: roles, the account, the session. It must count at once."""

from rxapp.auth.core.sessions.verification import Verifier
from rxapp.auth.features.inspector.lab.practice import Practice
from rxapp.auth.features.inspector.lab.story import LabParty, Rule, Verdict
from rxapp.auth.http.runtime.service import in_thread

_ROLE = "Manager"
_AT_ONCE = Rule(
    "Each request reads the session and its user in one statement. The token says who somebody is, the database what they may.",
    Verifier.verify,
    "RFC 9700, section 4.14.2",
    "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
)


async def change_roles(practice: Practice) -> Verdict:
    """An administrator gives the owner a role."""
    owner, naive = practice.owner, practice.naive
    pair = naive.log_in()
    practice.tell(LabParty.OTHER, LabParty.DATABASE, f"Give the role {_ROLE}")
    await in_thread(practice.service.administration.set_roles, practice.user_id, [_ROLE])
    naive.set_roles(_ROLE)
    read = await owner.read("Who am I? With the token of before")
    has_role = read.content.get("roles") == [_ROLE]
    return await practice.verdict(
        _AT_ONCE,
        is_safe=has_role,
        outcome="The very next request had the new role, with the same token."
        if has_role
        else "The next request had the old roles.",
        naive="The old roles are in the token, and count until it expires."
        if naive.read(pair.access_token) != _ROLE
        else "The same.",
        actors=("You", "Administrator"),
    )


async def disable(practice: Practice) -> Verdict:
    """An administrator disables the account."""
    practice.tell(LabParty.OTHER, LabParty.DATABASE, "Disable the account")
    await in_thread(practice.service.administration.disable, practice.user_id)
    pair = practice.naive.log_in()
    practice.naive.disable()
    reads_on = practice.naive.read(pair.access_token) is not None
    return await _after_the_end(practice, reads_on=reads_on, actors=("You", "Administrator"))


async def sign_out_elsewhere(practice: Practice) -> Verdict:
    """The owner ends this session from another device."""
    phone, naive = practice.other, practice.naive
    await phone.log_in()
    await phone.end_session(practice.owner.session_id)
    pair = naive.log_in()
    naive.sign_out()
    return await _after_the_end(practice, reads_on=naive.read(pair.access_token) is not None, actors=("Laptop", "Phone"))


async def _after_the_end(practice: Practice, *, reads_on: bool, actors: tuple[str, str]) -> Verdict:
    read, exchanged = await practice.owner.read("Who am I? With the token of before"), await practice.owner.refresh()
    is_out = not read.is_good and not exchanged.is_good
    return await practice.verdict(
        _AT_ONCE,
        is_safe=is_out,
        outcome="The very next request was refused, and so was the exchange." if is_out else "The session goes on.",
        naive="The access token is good until it expires: nobody asks the database." if reads_on else "It was refused too.",
        actors=actors,
    )
