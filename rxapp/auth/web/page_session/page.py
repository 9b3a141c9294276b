"""Whose a page is, and what its connection has shown: one rule, as a value and a decision. It knows no Reflex and no database.

Reflex keeps the state of a page under the page's client token. That token stands in the WebSocket's URL, so in logs: whoever has
read it can connect to the page. Hence the rule. **A connection is nobody's until it has itself shown the tokens of a session
and, if that session is bound to a key, the key. Until then nothing of a person is computed for it, sent to it or run for it.**

What a page shows belongs to the session that loaded it, its `owner`. It stays when the same session proves itself again over
another connection, and is dropped, unsent, when another session or nobody does. Nothing else outlives the connection: no token,
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
"""Of a page, whose late events are still known. None is late for longer than a few of them."""

REPLACED_SESSIONS = 4
"""Of a page's person, for which work may still be running."""

ACKNOWLEDGED_WITHIN = timedelta(seconds=5)
"""How long a pair that was sent to a page works there before its browser has stored it. A browser stores it at once."""

NOBODY = UUID(int=0)
"""In place of a session, where there is none."""

NOTHING = TokenPair("", "")
"""What a browser holds in which nobody is signed in."""


class Kind(Enum):
    """What an event is, as far as the rule asks."""

    CONNECTING = auto()
    """The page has connected, and reports what its browser holds."""
    REPORTING = auto()
    """What the browser holds has changed."""
    PROVING = auto()
    """The browser's answer to a challenge."""
    LOADING = auto()
    """The page has navigated. Of several the last one counts."""
    UPLOADING = auto()
    """It has files, which are gone when its request ends: it cannot wait."""
    ACTING = auto()
    """All others: what a person does."""


class Step(Enum):
    """What becomes of an event."""

    RUN = auto()
    WAIT = auto()
    """Until the browser has answered what it was asked already."""
    ASK_FOR_KEY = auto()
    """And wait for the answer."""
    ASK_TO_CONNECT = auto()
    """Have the page report what its browser holds, and wait for that."""
    DROP = auto()


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """A pair that was sent to the page's browser, to be stored in place of a refresh token, or of any with that beginning."""

    pair: TokenPair
    in_place_of: str = field(repr=False)
    sent_at: datetime
    is_beginning: bool = False

    def replaces(self, refresh_token: str) -> bool:
        """Whether the browser, which holds this token, has not stored the pair yet."""
        return refresh_token.startswith(self.in_place_of) if self.is_beginning else refresh_token == self.in_place_of


class PageSession(NamedTuple):
    """Whose a page is (`owner`, the id of a session), and what its present `connection` has shown.

    `has_reported`: it has said what its browser holds; `is_owners`: that, and its key, were verified to be the owner's.
    `refused` is what it reported and the service refused: as long as it reports the same, it holds nothing.
    `earlier` are connections of before that were the owner's: an event may come late. `formerly` are sessions of the same person
    that the owner's has replaced. A tuple, for Reflex puts a proxy around
    any other value that a state holds, at each look, and the gate looks at this one with every event.
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
        """After another connection has come to the page; none, if `connection` is empty."""
        earlier = (*self.earlier, self.connection)[-EARLIER_CONNECTIONS:] if self.is_owners else self.earlier
        return PageSession(owner=self.owner, connection=connection, earlier=earlier, formerly=self.formerly)

    def reported(self) -> "PageSession":
        """After the connection has said what its browser holds. A pair that was on its way to an older one is lost."""
        return self._replace(has_reported=True, issued=None, refused=NOTHING)

    def verified(self, session_id: UUID) -> "PageSession":
        """After the connection was verified to be this session's: what the page shows from now on is too."""
        if self.is_owners and self.owner == session_id:
            return self
        if self.owner == session_id:
            return self._replace(is_owners=True)
        return self._replace(owner=session_id, is_owners=True, earlier=(), formerly=())

    def sent(self, pair: TokenPair, held: TokenPair, now: datetime, in_place_of: str | None = None) -> "PageSession":
        """After `pair` was sent to the browser, in place of what it holds, or of any refresh token that begins so."""
        is_beginning = in_place_of is not None
        return self._replace(issued=IssuedPair(pair, in_place_of or held.refresh_token, now, is_beginning))

    def continued_as(self, session_id: UUID) -> "PageSession":
        """After another session has replaced the owner's: the person is the same, and so is all that the page shows."""
        formerly = (*self.formerly, self.owner)[-REPLACED_SESSIONS:] if self.owner is not None else ()
        return self._replace(owner=session_id, formerly=formerly)

    def nobodys(self) -> "PageSession":
        """After all that the page showed of anyone was forgotten."""
        return self._replace(owner=None, is_owners=False, earlier=(), formerly=())

    def left(self, refused: TokenPair = NOTHING) -> "PageSession":
        """After its person has left, or was refused with what the browser holds: no pair is on its way any more."""
        return self.nobodys()._replace(issued=None, refused=refused)

    def belongs_to(self, session_id: UUID) -> bool:
        """Whether the page is this session's, or of one that has replaced it; with `NOBODY`, whether it is nobody's."""
        return session_id == (self.owner or NOBODY) or session_id in self.formerly

    def asked(self, text: str, now: datetime) -> "PageSession":
        """After the browser was asked to sign `text` with its key."""
        return self._replace(key=self.key.asked(text, now))

    def answered(self, key: ProvedKey | None, claims: AccessClaims | None, now: datetime) -> "PageSession":
        """After the browser has proved `key`, or has shown that it has none."""
        return self._replace(key=self.key.answered(key, claims, now))

    def proved_session(self, claims: AccessClaims | None) -> UUID | None:
        """The session that this connection has proved to be of, by its key or as the page's owner. `claims` as for `step`."""
        if self.is_owners:
            return self.owner
        key = self.key.key.thumbprint if self.key.key is not None else None
        return claims.session_id if claims is not None and key is not None and claims.device_key_thumbprint == key else None

    def held(self, access_token: str, refresh_token: str) -> TokenPair:
        """What the browser holds, given what it has reported; `NOTHING` if that was refused."""
        held = TokenPair(access_token, refresh_token)
        return NOTHING if held == self.refused else held

    def at_hand(self, held: TokenPair) -> TokenPair:
        """The pair that stands for this page now: the one on its way to the browser, else what the browser holds.

        The browser reports its two halves one after the other, and an event may come between: a new refresh token says it all.
        """
        if self.issued is not None and (self.is_on_its_way(held) or self.has_arrived(held)):
            return self.issued.pair
        return held

    def is_on_its_way(self, held: TokenPair) -> bool:
        """Whether the browser still holds what the pair last sent replaces: it may never get that pair."""
        return self.issued is not None and self.issued.replaces(held.refresh_token)

    def has_arrived(self, held: TokenPair) -> bool:
        """Whether the browser has stored the pair last sent."""
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
        """What becomes of an event that came over the page's present connection.

        `claims` are those of the access token at hand, if it is genuine, expired or not. An event that `signs_in` waits for a
        key to bind the session to, if the browser can keep one.
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
        """What becomes of an event that came over a connection which has closed since.

        It was its owner's if that connection was. It then waits for the present one to show whose it is, and counts as its.
        """
        if connection not in self.earlier or kind not in (Kind.ACTING, Kind.UPLOADING):
            return Step.DROP
        if self.is_owners:
            return Step.RUN
        return Step.WAIT if self.connection and kind is Kind.ACTING else Step.DROP

    def _is_overdue(self, held: TokenPair, now: datetime, acknowledged_within: timedelta) -> bool:
        """A page that never stores what it is sent would use each pair without showing that it is in use, as a thief wants to."""
        return self.issued is not None and self.is_on_its_way(held) and now > self.issued.sent_at + acknowledged_within
