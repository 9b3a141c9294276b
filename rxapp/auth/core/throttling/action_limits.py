"""Limits for actions that succeed: each is counted, and after too many in a period the next one waits.

The counters' keys are keyed hashes, because people sometimes type their password into the field for the name.
"""

import hashlib
from datetime import timedelta
from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerSecond

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.errors import TooManyRequests
from rxapp.auth.core.identity.network_address import network_of
from rxapp.auth.core.keys.derivation import hkdf_sha256
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.counters import Counters

LOGIN_PERIOD = timedelta(minutes=5)
REFRESH_PERIOD = timedelta(minutes=1)
REGISTRATION_PERIOD = timedelta(hours=1)

PASSWORD_CHECKS_PER_REGISTRATION = 10
"""New passwords that a person may try for one registration: after "too easy to guess" comes another try."""

PASSKEY_LOGINS = 20
"""Of one account in `REFRESH_PERIOD`: more than a person and their programs ever need."""

PROVIDER_LOGINS = 600
"""From one network in `LOGIN_PERIOD`: a company that begins its day."""

MAILS_PER_NETWORK = 10
"""Times what one mailbox gets: an office behind one address has many people."""

MAILS_A_DAY_FROM_A_NETWORK, MAILS_FROM_ALL_NETWORKS, MAILS_PER_DAY = 2, 2, 4
"""Times what one network can have sent to one mailbox in an hour: in a day, and from all in an hour and in a day."""

_DAY_OF_MAIL = timedelta(hours=26)
"""Another length than that of failures, and so another memory: strangers with made-up names must not push these counts out."""

RECORDS_PER_PERIOD = 50
"""Failed attempts of one kind from one address that are recorded in `LOGIN_PERIOD`: a stranger must not fill the audit log."""


def rate(amount: int, period: timedelta) -> RateLimitItem:
    """So many in a period."""
    return RateLimitItemPerSecond(amount, int(period.total_seconds()))


_ONCE = rate(1, LOGIN_PERIOD)


class ActionLimits:
    """A part of `Throttle`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._counters = Counters(clock, settings.redis_url)
        self._hash_key = hkdf_sha256(settings.secret_key.get_secret_value().encode(), salt=b"", info=b"rxapp throttle")

    def count_refresh(self, session_id: UUID) -> None:
        """Count a rotation of a session. Raises `TooManyRequests`. Call it only after the refresh token was verified."""
        self._count("refresh", self._settings.refresh_rate_limit, REFRESH_PERIOD, str(session_id))

    def allows_refresh(self, session_id: UUID) -> bool:
        """Count a rotation of a session, or return False and count nothing. For callers that handle the refusal elsewhere."""
        return self._hit("refresh", self._settings.refresh_rate_limit, REFRESH_PERIOD, str(session_id))

    def count_passkey_login(self, user_id: UUID) -> None:
        """Count a login by a passkey. It costs no slow hash, and each makes a row that stays. Raises `TooManyRequests`."""
        self._count("passkey_login", PASSKEY_LOGINS, REFRESH_PERIOD, str(user_id))

    def count_provider_login(self, address: str) -> None:
        """Count a login that begins at another provider: each is remembered for a while. Raises `TooManyRequests`."""
        if address and self._settings.login_address_rate_limit:
            self._count("provider_login", PROVIDER_LOGINS, LOGIN_PERIOD, network_of(address))

    def count_provider_answer(self, address: str) -> None:
        """Count somebody who comes back from a provider, which is then asked about them. Raises `TooManyRequests`."""
        if address and self._settings.login_address_rate_limit:
            self._count("provider_answer", PROVIDER_LOGINS, LOGIN_PERIOD, network_of(address))

    def count_registration(self, address: str, *, times: int = 1) -> None:
        """Count a registration: it also reveals whether a user name is taken. Raises `TooManyRequests`.

        `times` as many are allowed as the settings say, where another provider stands in the way of a stranger.
        """
        if address:
            kind, amount = f"registration{'' if times == 1 else times}", self._settings.registration_rate_limit * times
            self._count(kind, amount, REGISTRATION_PERIOD, network_of(address))

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
            raise self._refusal(limit, key, self._counters.wait(rate(amount, period), limit, key))

    def _hit(self, limit: str, amount: int, period: timedelta, who: str) -> bool:
        """Whether one more is allowed; if so, it is counted. An amount of 0 means no limit."""
        return not amount or self._counters.hit(rate(amount, period), limit, self.unreadable(who))

    def _refusal(self, limit: str, key: str, wait: timedelta) -> TooManyRequests:
        return TooManyRequests(wait, limit, is_first=self._counters.hit(_ONCE, "refused", limit, key))

    def unreadable(self, *parts: str) -> str:
        """The keyed hash of what a person has typed. It may be kept: people sometimes type their password there."""
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), key=self._hash_key, digest_size=16).hexdigest()
