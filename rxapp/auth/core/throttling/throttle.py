"""Rate limits that slow down guessing. A stranger can never lock the owner of an account out.

Failures count for an account *and* a place: failures from one address do not affect the owner at another. No limit counts for an
account alone. The counters' keys are keyed hashes, because people sometimes type their password into the field for the name.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerSecond

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.errors import InvalidCredentials, TooManyRequests
from rxapp.auth.core.identity.user_names import user_name_key
from rxapp.auth.core.keys.derivation import hkdf_sha256
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.counters import Counters

LOGIN_PERIOD = timedelta(minutes=5)
REFRESH_PERIOD = timedelta(minutes=1)
REGISTRATION_PERIOD = timedelta(hours=1)

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""The delay after the allowed failures, and after each further one."""

FAILURES_PER_DAY = 120
"""For an account and a place, however slowly somebody tries: a few in each five minutes never meet a delay. After so many, each
attempt waits for the longest delay. It is no lock: somebody in the same network must not keep the owner out for a day.
"""

STREAK_PERIOD = timedelta(hours=1)
"""How long a failure keeps the delays at their level."""

PASSWORD_CHECKS_PER_REGISTRATION = 10
"""New passwords that a person may try for one registration: after "too easy to guess" comes another try."""

PASSKEY_LOGINS = 20
"""Of one account in `REFRESH_PERIOD`: more than a person and their programs ever need."""

MAILS_PER_NETWORK = 10
"""Times what one mailbox gets: an office behind one address has many people."""

MAILS_A_DAY_FROM_A_NETWORK, MAILS_FROM_ALL_NETWORKS, MAILS_PER_DAY = 2, 2, 4
"""Times what one network can have sent to one mailbox in an hour: in a day, and from all in an hour and in a day."""

_DAY_OF_MAIL = timedelta(hours=26)
"""Another length than that of failures, and so another memory: strangers with made-up names must not push these counts out."""

RECORDS_PER_PERIOD = 50
"""Failed attempts of one kind from one address that are recorded in `LOGIN_PERIOD`: a stranger must not fill the audit log."""

IN_FLIGHT = timedelta(seconds=1)
"""The wait if all remaining attempts are being verified at this moment: their results will be known soon."""

IPV6_NETWORK_BITS = 64
"""A household has at least a /64 (RFC 6177 §2) and may use any address in it."""


def _rate(amount: int, period: timedelta) -> RateLimitItem:
    return RateLimitItemPerSecond(amount, int(period.total_seconds()))


_STREAK = _rate(len(DELAYS), STREAK_PERIOD)
_DAY = timedelta(days=1)
_DAY_OF_PROOFS = timedelta(hours=25)
"""Another length of the window has another memory: strangers with made-up user names must not push these counts out. So have the
61 minutes of `PROOFS`.
"""

_ONCE = _rate(1, LOGIN_PERIOD)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many failures a day are verified at once for an account and a place, and how slowly the further ones."""

    daily: RateLimitItem
    slowly: RateLimitItem


PASSWORDS = Pace(_rate(FAILURES_PER_DAY, _DAY), _rate(1, DELAYS[-1]))
PROOFS = Pace(_rate(20, _DAY_OF_PROOFS), _rate(1, timedelta(minutes=61)))
"""Whoever guesses a proof, such as a code of six digits, has the password or a session. They get some 44 guesses a day."""


class Throttle:
    """Threads share one instance, and with Redis all workers share its counters."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._counters = Counters(clock, settings.redis_url)
        self._hash_key = hkdf_sha256(settings.secret_key.get_secret_value().encode(), salt=b"", info=b"rxapp throttle")

    @contextmanager
    def password_attempt(
        self, user_name: str, address: str, session_id: UUID | str | None = None, *, pace: Pace = PASSWORDS
    ) -> Iterator[None]:
        """Verify a password inside of this block. Raises `TooManyRequests` before the block runs.

        `InvalidCredentials` from the block is a failure. A block without an error is a success, and clears earlier failures. An
        attempt counts from its beginning: parallel attempts must not get more guesses than sequential ones. For a signed-in user,
        the session is the place: a thief of the session gets no more guesses from other addresses.
        """
        if not self._settings.login_rate_limit:
            yield
            return
        network = self.unreadable(network_of(address))
        place = self.unreadable(user_name_key(user_name), str(session_id or network_of(address)))
        strikes = self._counters.count(_STREAK, "streak", place)
        self._require_address_limit(address, network)
        if self._counters.is_used_up(pace.daily, "day", place) and not self._counters.hit(pace.slowly, "slowly", place):
            raise self._refusal("login", place, self._counters.wait(pace.slowly, "slowly", place))
        attempts = self._attempts(strikes)
        if not self._counters.hit(attempts, "attempt", place, str(strikes)):
            wait = self._counters.wait(attempts, "attempt", place, str(strikes)) if strikes else IN_FLIGHT
            raise self._refusal("login", place, wait)
        try:
            yield
        except InvalidCredentials:
            self._counters.hit(pace.daily, "day", place)
            self._note_failure(place, strikes, network)
            raise
        except BaseException:
            self._counters.clear(attempts, "attempt", place, str(strikes))  # an outage: nothing was verified
            raise
        self._counters.clear(_STREAK, "streak", place)
        self._counters.clear(pace.daily, "day", place)
        for level in range(strikes + 1):
            self._counters.clear(self._attempts(level), "attempt", place, str(level))

    @contextmanager
    def proof_attempt(self, address: str) -> Iterator[None]:
        """Verify a proof that nobody can guess, such as a signature, inside of this block. Raises `TooManyRequests` before it.

        Failures (`InvalidCredentials`) count for the address, and for no account: none could be locked by them.
        """
        network = self.unreadable(network_of(address))
        self._require_address_limit(address, network)
        try:
            yield
        except InvalidCredentials:
            if limit := self._address_limit():
                self._counters.hit(limit, "failure", network)
            raise

    def _require_address_limit(self, address: str, network: str) -> None:
        limit = self._address_limit()
        if address and limit and self._counters.is_used_up(limit, "failure", network):
            raise self._refusal("login_address", network, self._counters.wait(limit, "failure", network))

    def _note_failure(self, place: str, strikes: int, network: str) -> None:
        if limit := self._address_limit():
            self._counters.hit(limit, "failure", network)
        is_used_up = self._counters.is_used_up(self._attempts(strikes), "attempt", place, str(strikes))
        # If several attempts fail at once, only one of them raises the delay.
        if is_used_up and self._counters.count(_STREAK, "streak", place) == strikes:
            self._counters.hit(_STREAK, "streak", place)
            following = min(strikes + 1, len(DELAYS))
            self._counters.hit(self._attempts(following), "attempt", place, str(following))

    def _attempts(self, strikes: int) -> RateLimitItem:
        """At first, some attempts in five minutes; after failures, one attempt in a growing delay."""
        return _rate(1, DELAYS[strikes - 1]) if strikes else _rate(self._settings.login_rate_limit, LOGIN_PERIOD)

    def _address_limit(self) -> RateLimitItem | None:
        limit = self._settings.login_address_rate_limit
        return _rate(limit, LOGIN_PERIOD) if limit else None

    def count_refresh(self, session_id: UUID) -> None:
        """Count a rotation of a session. Raises `TooManyRequests`. Call it only after the refresh token was verified."""
        self._count("refresh", self._settings.refresh_rate_limit, REFRESH_PERIOD, str(session_id))

    def allows_refresh(self, session_id: UUID) -> bool:
        """Count a rotation of a session, or return False and count nothing. For callers that handle the refusal elsewhere."""
        return self._hit("refresh", self._settings.refresh_rate_limit, REFRESH_PERIOD, str(session_id))

    def count_passkey_login(self, user_id: UUID) -> None:
        """Count a login by a passkey. It costs no slow hash, and each makes a row that stays. Raises `TooManyRequests`."""
        self._count("passkey_login", PASSKEY_LOGINS, REFRESH_PERIOD, str(user_id))

    def count_registration(self, address: str) -> None:
        """Count a registration: it also reveals whether a user name is taken. Raises `TooManyRequests`."""
        if address:
            self._count("registration", self._settings.registration_rate_limit, REGISTRATION_PERIOD, network_of(address))

    def count_password_check(self, address: str) -> None:
        """Count the check of a new password for a registration, which costs a thread some time. Raises `TooManyRequests`."""
        if address:
            amount = self._settings.registration_rate_limit * PASSWORD_CHECKS_PER_REGISTRATION
            self._count("judgement", amount, REGISTRATION_PERIOD, network_of(address))

    def count_asked_mail(self, mailbox: str, address: str) -> None:
        """Count a message that somebody at `address` asks for, perhaps to a mailbox that nobody has. Raises `TooManyRequests`."""
        amount, network = self._settings.mail_rate_limit, network_of(address)
        if address:
            self._count("mail_network", amount * MAILS_PER_NETWORK, REGISTRATION_PERIOD, network)
        self._count("mail", amount, REGISTRATION_PERIOD, f"{network} {mailbox}")
        self._count("mail_share", amount * MAILS_A_DAY_FROM_A_NETWORK, _DAY_OF_MAIL, f"{network} {mailbox}")
        self._count("mail_hour", amount * MAILS_FROM_ALL_NETWORKS, REGISTRATION_PERIOD, mailbox)
        self._count("mail_day", amount * MAILS_PER_DAY, _DAY_OF_MAIL, mailbox)

    def count_mail_of(self, who: UUID) -> None:
        """Count a message that somebody who is logged in, or logging in, asks for. Raises `TooManyRequests`."""
        amount = self._settings.mail_rate_limit
        self._count("mail_of", amount * MAILS_FROM_ALL_NETWORKS, REGISTRATION_PERIOD, str(who))
        self._count("mail_of_day", amount * MAILS_PER_DAY, _DAY_OF_MAIL, str(who))

    def count_record(self, kind: str, address: str) -> None:
        """Count an audit record of a failed attempt that anybody can make. Raises `TooManyRequests`."""
        if address:
            self._count("event", RECORDS_PER_PERIOD, LOGIN_PERIOD, f"{kind} {network_of(address)}")

    def count_session_record(self, session_id: UUID, kind: str) -> int:
        """Count a failed attempt with genuine tokens of this session. Returns the count in `LOGIN_PERIOD`."""
        return self._counters.tally(LOGIN_PERIOD, "recorded", self.unreadable(str(session_id), kind))

    def _count(self, limit: str, amount: int, period: timedelta, who: str) -> None:
        if not self._hit(limit, amount, period, who):
            key = self.unreadable(who)
            raise self._refusal(limit, key, self._counters.wait(_rate(amount, period), limit, key))

    def _hit(self, limit: str, amount: int, period: timedelta, who: str) -> bool:
        """Whether one more is allowed; if so, it is counted. An amount of 0 means no limit."""
        return not amount or self._counters.hit(_rate(amount, period), limit, self.unreadable(who))

    def _refusal(self, limit: str, key: str, wait: timedelta) -> TooManyRequests:
        return TooManyRequests(wait, limit, is_first=self._counters.hit(_ONCE, "refused", limit, key))

    def unreadable(self, *parts: str) -> str:
        """The keyed hash of what a person has typed. It may be kept: people sometimes type their password there."""
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), key=self._hash_key, digest_size=16).hexdigest()


def network_of(address: str) -> str:
    """The part of an address that a household cannot change: an IPv4 address or an IPv6 /64. Any other text stays as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), IPV6_NETWORK_BITS), strict=False))
