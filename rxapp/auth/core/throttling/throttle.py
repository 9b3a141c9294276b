"""Rate limits that slow down guessing. A stranger can never lock the owner of an account out.

Failures count for an account *and* a place: failures from one address do not affect the owner at another. No limit counts for an
account alone. The counters' keys are keyed hashes, because people sometimes type their password into the field for the name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from limits import RateLimitItem

from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.core.identity.network_address import network_of
from rxapp.auth.core.identity.user_names import user_name_key
from rxapp.auth.core.throttling.action_limits import LOGIN_PERIOD, ActionLimits, rate

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""The delay after the allowed failures, and after each further one."""

FAILURES_PER_DAY = 120
"""For an account and a place, however slowly somebody tries: a few in each five minutes never meet a delay. After so many, each
attempt waits for the longest delay. It is no lock: somebody in the same network must not keep the owner out for a day.
"""

STREAK_PERIOD = timedelta(hours=1)
"""How long a failure keeps the delays at their level."""

IN_FLIGHT = timedelta(seconds=1)
"""The wait if all remaining attempts are being verified at this moment: their results will be known soon."""

_STREAK = rate(len(DELAYS), STREAK_PERIOD)
_DAY = timedelta(days=1)
_DAY_OF_PROOFS = timedelta(hours=25)
"""Another length of the window has another memory: strangers with made-up user names must not push these counts out. So have the
61 minutes of `PROOFS`.
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many failures a day are verified at once for an account and a place, and how slowly the further ones."""

    daily: RateLimitItem
    slowly: RateLimitItem


PASSWORDS = Pace(rate(FAILURES_PER_DAY, _DAY), rate(1, DELAYS[-1]))
PROOFS = Pace(rate(20, _DAY_OF_PROOFS), rate(1, timedelta(minutes=61)))
"""Whoever guesses a proof, such as a code of six digits, has the password or a session. They get some 44 guesses a day."""


class Throttle(ActionLimits):
    """Threads share one instance, and with Redis all workers share its counters."""

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
        return rate(1, DELAYS[strikes - 1]) if strikes else rate(self._settings.login_rate_limit, LOGIN_PERIOD)

    def _address_limit(self) -> RateLimitItem | None:
        limit = self._settings.login_address_rate_limit
        return rate(limit, LOGIN_PERIOD) if limit else None
