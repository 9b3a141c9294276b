"""The largest and smallest values that production accepts. A limit beyond them no longer limits anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rxapp.auth.core.settings.settings import Settings

MIB = 1024 * 1024
_NIST_AAL1 = timedelta(days=30)
"""NIST SP 800-63B-4 §2.1.3: at AAL1 (a password alone), people log in again after 30 days at the latest."""

Value = timedelta | int


@dataclass(frozen=True, slots=True)
class Bound:
    """The largest value that production accepts, and the smallest if there is one. `why` is a sentence without its full stop."""

    highest: Value
    why: str
    lowest: Value | None = None


_WAIT = "each request that waits for the database holds a thread or a connection for that time"
BOUNDS = {
    "access_token_lifetime": Bound(
        timedelta(hours=1), "services that verify tokens by themselves accept people who have logged out"
    ),
    "session_lifetime": Bound(_NIST_AAL1, "NIST wants people to log in again after 30 days"),
    "session_idle_timeout": Bound(_NIST_AAL1, "a session lives no longer than that anyway"),
    "rotation_grace_period": Bound(timedelta(minutes=1), "a copy of a spent token is still answered for that long"),
    "fresh_authentication_period": Bound(timedelta(hours=1), "anybody who finds the screen unlocked takes over the account"),
    "password_link_lifetime": Bound(timedelta(days=7), "anybody who finds the link in a mailbox sets the password"),
    "trusted_device_lifetime": Bound(timedelta(days=90), "whoever has the device and the password gets in for that long"),
    "ended_session_retention": Bound(timedelta(days=365), "people's addresses and devices are kept for that long"),
    "event_retention": Bound(
        timedelta(days=3650),
        "less than a week is too short to look into an attack, and more than ten years is too long for personal data",
        timedelta(days=7),
    ),
    "prune_interval": Bound(timedelta(days=1), "old rows stay although their retention is over"),
    "database_pool_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_connect_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_lock_timeout": Bound(timedelta(minutes=1), _WAIT),
    "database_statement_timeout": Bound(timedelta(minutes=10), _WAIT),
    "login_rate_limit": Bound(100, "NIST allows 100 failures in a row"),
    "login_address_rate_limit": Bound(10_000, "no office behind one address mistypes so often in 5 minutes"),
    "registration_rate_limit": Bound(10_000, "no office behind one address registers so many people in an hour"),
    "mail_rate_limit": Bound(100, "nobody asks for so many messages in an hour, and anybody could fill a stranger's mailbox"),
    "smtp_timeout": Bound(timedelta(minutes=2), "another worker would send the same message meanwhile"),
    "login_queue_limit": Bound(10_000, "each login that waits holds a request and its memory"),
    "body_limit": Bound(256 * MIB, "a few such requests at once fill the memory or the disk"),
    "websocket_message_limit": Bound(16 * MIB, "a whole message is held in memory and read as JSON"),
}


def out_of_bounds(settings: "Settings") -> Iterator[str]:
    """A sentence for each setting out of its bounds: which one, why it is refused, and what is allowed."""
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
