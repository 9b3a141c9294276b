"""How far the numbers of production may go. Beyond, a limit is there in name only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rxapp.auth.core.settings.settings import Settings

MIB = 1024 * 1024
_NIST_AAL1 = timedelta(days=30)
"""NIST SP 800-63B-4 §2.1.3: at AAL1, which a password alone reaches, people sign in anew after 30 days at the latest."""

Value = timedelta | int


@dataclass(frozen=True, slots=True)
class Bound:
    """The largest value that production takes, the smallest where there is one, and `why`, a sentence without its full stop."""

    highest: Value
    why: str
    lowest: Value | None = None


_WAIT = "whoever waits for the database so long holds a thread or a connection meanwhile"
BOUNDS = {
    "access_token_lifetime": Bound(timedelta(hours=1), "services that verify tokens by themselves let in whoever was signed out"),
    "session_lifetime": Bound(_NIST_AAL1, "NIST wants people to sign in anew after 30 days"),
    "session_idle_timeout": Bound(_NIST_AAL1, "a session lives no longer than that anyway"),
    "rotation_grace_period": Bound(timedelta(minutes=1), "a copied token that is spent is answered so long"),
    "fresh_authentication_period": Bound(timedelta(hours=1), "whoever finds the screen unlocked takes over the account"),
    "password_link_lifetime": Bound(timedelta(days=7), "whoever finds the link in a mailbox sets the password"),
    "ended_session_retention": Bound(timedelta(days=365), "addresses and devices of people are kept so long"),
    "event_retention": Bound(
        timedelta(days=3650), "below a week nobody can look into what happened, and over ten years is for ever", timedelta(days=7)
    ),
    "prune_interval": Bound(timedelta(days=1), "what should be gone stays"),
    "database_pool_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_connect_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_lock_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_statement_timeout": Bound(timedelta(minutes=10), _WAIT),
    "login_rate_limit": Bound(100, "NIST allows 100 failures in a row"),
    "login_address_rate_limit": Bound(10_000, "no office behind one address mistypes so often in 5 minutes"),
    "registration_rate_limit": Bound(10_000, "no office behind one address registers so many people in an hour"),
    "login_queue_limit": Bound(10_000, "each who waits holds a request and its memory"),
    "body_limit": Bound(256 * MIB, "a few such requests at once fill the memory or the disk"),
    "websocket_message_limit": Bound(16 * MIB, "a message is held in memory, and read as JSON, whole"),
}


def beyond_bounds(settings: "Settings") -> Iterator[str]:
    """A sentence for each number that goes too far: which, why, and how far it may go."""
    for name, bound in BOUNDS.items():
        value: Any = getattr(settings, name)  # of the same type as its bound
        if value > bound.highest:
            limit = f"At most {_in_words(bound.highest)}"
        elif bound.lowest is not None and value < bound.lowest:
            limit = f"At least {_in_words(bound.lowest)}"
        else:
            continue
        yield f"RXAPP_{name.upper()} is {_in_words(value)}: {bound.why}. {limit}."


def _in_words(value: Value) -> str:
    return f"{value.total_seconds():.0f} seconds" if isinstance(value, timedelta) else str(value)
