"""To whom a page belongs, and what its connection has proved: one rule, as a value and a decision, without Reflex or database.

Reflex keeps the state of a page under the page's client token. That token is part of the WebSocket's URL, so it is in logs, and
everybody who has read it can connect to the page. Hence the rule. **A connection belongs to nobody until it has itself shown
the tokens of a session and, if that session is bound to a key, proved the key. Until then nothing of a person is computed for
it, sent to it or run for it.**

What a page shows belongs to the session that loaded it, its `owner`. It stays when the same session proves itself again over
another connection. It is dropped, unsent, when another session or nobody does. Nothing else outlives the connection: no token,
no key, no identity.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple
from uuid import UUID

from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.web.page_session.key_proof import NO_KEY_SHOWN, KeyProof

EARLIER_CONNECTIONS = 8
"""How many closed connections of a page are remembered, for events that arrive late. Late events come from the last few."""

REPLACED_SESSIONS = 4
"""How many earlier sessions of a page's person are remembered: work may still run for them."""

ACKNOWLEDGED_WITHIN = timedelta(seconds=5)
"""How long a pair works on a page before its browser has stored it. A browser stores it at once."""

NOBODY = UUID(int=0)
"""The session id where there is no session."""

NOTHING = TokenPair("", "")
"""What a browser holds while nobody is logged in."""


class Kind(Enum):
    """The kinds of events that the rule distinguishes."""

    CONNECTING = auto()
    """The page has connected, and reports what its browser holds."""
    REPORTING = auto()
    """What the browser holds has changed."""
    PROVING = auto()
    """The browser's answer to a challenge."""
    LOADING = auto()
    """The page has navigated. If several wait, only the last one counts."""
    UPLOADING = auto()
    """It has files. They are gone when its request ends, so it cannot wait."""
    ACTING = auto()
    """All others: what a person does."""


class Step(Enum):
    """What to do with an event."""

    RUN = auto()
    WAIT = auto()
    """Wait for the browser's answer to an earlier question."""
    ASK_FOR_KEY = auto()
    """Ask for a proof of the key, and wait for the answer."""
    ASK_TO_CONNECT = auto()
    """Make the page report what its browser holds, and wait for the report."""
    DROP = auto()


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """A pair that was sent to the page's browser. It replaces one refresh token, or every one with that beginning."""

    pair: TokenPair
    in_place_of: str = field(repr=False)
    sent_at: datetime
    is_beginning: bool = False

    def replaces(self, refresh_token: str) -> bool:
        """Whether the browser has not stored the pair yet. `refresh_token` is what it holds."""
        return refresh_token.startswith(self.in_place_of) if self.is_beginning else refresh_token == self.in_place_of


class PageSession(NamedTuple):
    """To whom a page belongs (`owner`, the id of a session), and what its present `connection` has shown.

    `has_reported`: it has said what its browser holds. `is_owners`: its tokens and its key were verified to be the owner's.
    `refused`: the pair that it reported and the service refused. As long as it reports the same pair, it holds nothing.
    `earlier`: closed connections that were the owner's; an event of theirs may arrive late. `formerly`: sessions of the same
    person that the owner has replaced. This is a tuple, because Reflex wraps any other value in a proxy at each access,
    and the gate reads this one with every event.
    """

    owner: UUID | None = None
    connection: str = ""
    has_reported: bool = False
    is_owners: bool = False
    issued: IssuedPair | None = None
    refused: TokenPair = NOTHING
    key: KeyProof = NO_KEY_SHOWN
    earlier: tuple[str, ...] = ()
    formerly: tuple[UUID, ...] = ()

    def begin(self, connection: str) -> "PageSession":
        """After another connection has come to the page, or, if `connection` is empty, after the last one has closed."""
        earlier = (*self.earlier, self.connection)[-EARLIER_CONNECTIONS:] if self.is_owners else self.earlier
        return PageSession(owner=self.owner, connection=connection, earlier=earlier, formerly=self.formerly)

    def reported(self) -> "PageSession":
        """After the connection has said what its browser holds. A pair that was on its way to an older connection is lost."""
        return self._replace(has_reported=True, issued=None, refused=NOTHING)

    def verified(self, session_id: UUID) -> "PageSession":
        """After the connection was verified to be of this session. What the page shows from now on belongs to it too."""
        if self.is_owners and self.owner == session_id:
            return self
        if self.owner == session_id:
            return self._replace(is_owners=True)
        return self._replace(owner=session_id, is_owners=True, earlier=(), formerly=())

    def sent(self, pair: TokenPair, held: TokenPair, now: datetime, in_place_of: str | None = None) -> "PageSession":
        """After `pair` was sent to the browser. It replaces what the browser holds, or any refresh token with that beginning."""
        is_beginning = in_place_of is not None
        return self._replace(issued=IssuedPair(pair, in_place_of or held.refresh_token, now, is_beginning))

    def continued_as(self, session_id: UUID) -> "PageSession":
        """After another session has replaced the owner's: the person is the same, and so is all that the page shows."""
        formerly = (*self.formerly, self.owner)[-REPLACED_SESSIONS:] if self.owner is not None else ()
        return self._replace(owner=session_id, formerly=formerly)

    def nobodys(self) -> "PageSession":
        """After all that the page showed of any person was cleared."""
        return self._replace(owner=None, is_owners=False, earlier=(), formerly=())

    def left(self, refused: TokenPair = NOTHING) -> "PageSession":
        """After its person has left, or after the pair that the browser holds was refused. No pair is on its way any more."""
        return self.nobodys()._replace(issued=None, refused=refused)

    def belongs_to(self, session_id: UUID) -> bool:
        """Whether the page belongs to this session or to one that has replaced it. With `NOBODY`: whether it has no owner."""
        return session_id == (self.owner or NOBODY) or session_id in self.formerly

    def asked(self, text: str, now: datetime) -> "PageSession":
        """After the browser was asked to sign `text` with its key."""
        return self._replace(key=self.key.asked(text, now))

    def answered(self, key: ProvedKey | None, claims: AccessClaims | None, now: datetime) -> "PageSession":
        """After the browser has proved `key`, or has shown that it has none."""
        return self._replace(key=self.key.answered(key, claims, now))

    def proved_session(self, claims: AccessClaims | None) -> UUID | None:
        """The session that this connection has proved, by its key or as the page's owner. `claims` as for `step`."""
        if self.is_owners:
            return self.owner
        key = self.key.key.thumbprint if self.key.key is not None else None
        return claims.session_id if claims is not None and key is not None and claims.device_key_thumbprint == key else None

    def held(self, access_token: str, refresh_token: str) -> TokenPair:
        """The pair that the browser has reported, or `NOTHING` if the service has refused it."""
        held = TokenPair(access_token, refresh_token)
        return NOTHING if held == self.refused else held

    def at_hand(self, held: TokenPair) -> TokenPair:
        """The pair to use for this page now: the one on its way to the browser, else what the browser holds.

        A new refresh token alone proves receipt of the pair: the other token may be stored a moment later.
        """
        if self.issued is not None and (self.is_on_its_way(held) or self.has_arrived(held)):
            return self.issued.pair
        return held

    def is_on_its_way(self, held: TokenPair) -> bool:
        """Whether the browser still holds what the last pair sent replaces. It may never get that pair."""
        return self.issued is not None and self.issued.replaces(held.refresh_token)

    def has_arrived(self, held: TokenPair) -> bool:
        """Whether the browser has stored the last pair sent."""
        return self.issued is not None and held.refresh_token == self.issued.pair.refresh_token

    def step(
        self,
        kind: Kind,
        held: TokenPair,
        claims: AccessClaims | None,
        now: datetime,
        *,
        signs_in: bool = False,
        acknowledged_within: timedelta = ACKNOWLEDGED_WITHIN,
    ) -> Step:
        """What to do with an event that came over the page's present connection.

        `claims` are those of the current access token if it is genuine, even if it has expired. An event that `signs_in` begins
        a session: if the browser can keep a key, the event waits for it, so that the session is bound to the key.
        """
        if not self.has_reported:
            return Step.DROP if kind is Kind.UPLOADING else Step.ASK_TO_CONNECT
        if kind in (Kind.REPORTING, Kind.PROVING, Kind.UPLOADING):
            return Step.RUN
        if kind is not Kind.CONNECTING and self._is_overdue(held, now, acknowledged_within):
            return Step.ASK_TO_CONNECT
        if not self.key.is_needed(claims, now, signs_in=signs_in):
            return Step.RUN
        return Step.WAIT if self.key.is_asked(now) else Step.ASK_FOR_KEY

    def late_step(self, connection: str, kind: Kind) -> Step:
        """What to do with an event that came over a connection that has closed since.

        If that connection was the owner's, so is the event. It then waits until the present connection has proved its session,
        and counts as that one's.
        """
        if connection not in self.earlier or kind not in (Kind.ACTING, Kind.UPLOADING):
            return Step.DROP
        if self.is_owners:
            return Step.RUN
        return Step.WAIT if self.connection and kind is Kind.ACTING else Step.DROP

    def _is_overdue(self, held: TokenPair, now: datetime, acknowledged_within: timedelta) -> bool:
        """Whether the browser has not stored the pair in time. A thief could use a pair without storing it, to stay unseen."""
        return self.issued is not None and self.is_on_its_way(held) and now > self.issued.sent_at + acknowledged_within
