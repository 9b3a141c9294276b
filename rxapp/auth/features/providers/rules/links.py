"""The statements on `auth_provider_link`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from rxapp.auth.core.audit import events
from rxapp.auth.core.database.provider_tables import ProviderLink
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.core.login.provider_errors import ProviderLinkedElsewhere
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers.rules.profile import Arrival, Profile
from rxapp.auth.features.providers.rules.provider import providers_of

_link = AuthTable.metadata.tables[ProviderLink.__tablename__]

_LABEL_LENGTH = 254

LINKED, UNLINKED = "provider_linked", "provider_unlinked"
"""The kinds of events."""


class StoredLink(Protocol):
    """A row of `auth_provider_link`. It is only read."""

    id: UUID
    user_id: UUID
    issuer: str
    subject: str
    label: str
    created_at: datetime
    last_used_at: datetime | None


_IS_ACTIVE = _link.c.removed_at.is_(None)
_ACCOUNT = (_link.c.issuer == bindparam("by"), _link.c.subject == bindparam("who"))
_THEIRS = _link.c.user_id == bindparam("owner")
_FIND = select(_link).where(*_ACCOUNT, _IS_ACTIVE)
_OF_USER = select(_link).where(_THEIRS, _IS_ACTIVE).order_by(_link.c.created_at, _link.c.id)
_REMOVED = (
    select(_link.c.id)
    .where(_link.c.removed_at.is_not(None), _link.c.issuer == bindparam("by"), or_(_THEIRS, _link.c.subject == bindparam("who")))
    .limit(1)
)
_NEW = insert(_link)
_USED = update(_link).where(*_ACCOUNT, _IS_ACTIVE).values(last_used_at=bindparam("now"))
_REMOVE = (
    update(_link)
    .where(_link.c.id == bindparam("of"), _THEIRS, _IS_ACTIVE)
    .values(removed_at=bindparam("now"))
    .returning(*_link.c)
)
_REMOVE_ADDED = (
    update(_link).where(_THEIRS, _link.c.created_at >= bindparam("since"), _IS_ACTIVE).values(removed_at=bindparam("now"))
)
_FORGET_REMOVED = delete(_link).where(_THEIRS, _link.c.issuer == bindparam("by"), _link.c.removed_at.is_not(None))
_ISSUERS = select(_link.c.issuer).where(_IS_ACTIVE).distinct()


def find(db: Connection, issuer: str, subject: str) -> StoredLink | None:
    """The link of this account at the provider, whoever has it."""
    return cast("StoredLink | None", db.execute(_FIND, {"by": issuer, "who": subject}).one_or_none())


def links_of(db: Connection, user_id: UUID) -> Sequence[StoredLink]:
    """The links of the user, the oldest first."""
    return cast("Sequence[StoredLink]", db.execute(_OF_USER, {"owner": user_id}).all())


def may_link_by_address(db: Connection, user_id: UUID, profile: Profile) -> bool:
    """Whether an address may link this account to the user. Not if they have, or had, another link to that provider.

    Nor if this account was linked before and is not now: whoever removes a link does not want it back by itself.
    """
    names = {"by": profile.issuer, "who": profile.subject, "owner": user_id}
    has_another = any(each.issuer == profile.issuer for each in links_of(db, user_id))
    return not has_another and db.execute(_REMOVED, names).first() is None


def add(db: Connection, user_id: UUID, profile: Profile, now: datetime) -> None:
    """Store a link. Raises `ProviderLinkedElsewhere` if there is one for this account: of two at once only one is stored."""
    names = {"issuer": profile.issuer, "subject": profile.subject, "label": label_of(profile)}
    db.execute(_FORGET_REMOVED, {"owner": user_id, "by": profile.issuer})
    try:
        db.execute(_NEW, {"id": uuid4(), "user_id": user_id, "created_at": now, "last_used_at": None, "removed_at": None} | names)
    except IntegrityError as error:
        raise ProviderLinkedElsewhere from error


def link(service: AuthService, db: Connection, user_id: UUID, arrival: Arrival) -> None:
    """Link the account at the provider to a user who is locked, and record it. Raises `ProviderLinkedElsewhere`."""
    known = find(db, arrival.profile.issuer, arrival.profile.subject)
    if known is not None and known.user_id != user_id:
        raise ProviderLinkedElsewhere
    if known is None:
        add(db, user_id, arrival.profile, service.clock())
        detail = f"{arrival.provider.label}: {label_of(arrival.profile)}"
        events.record(db, LINKED, service.clock(), user_id=user_id, client=arrival.client, detail=detail)


def label_of(profile: Profile) -> str:
    """What a person recognises the account by."""
    return (profile.address or profile.user_name or profile.display_name or profile.subject)[:_LABEL_LENGTH]


def note_use(db: Connection, profile: Profile, now: datetime) -> None:
    """Note that somebody has logged in by it."""
    db.execute(_USED, {"by": profile.issuer, "who": profile.subject, "now": now})


def remove(db: Connection, user_id: UUID, link_id: UUID, now: datetime) -> StoredLink | None:
    """Remove a link of the user. Returns it, or None if there is none."""
    return cast("StoredLink | None", db.execute(_REMOVE, {"of": link_id, "owner": user_id, "now": now}).one_or_none())


def issuers(db: Connection) -> list[str]:
    """The issuers of all links."""
    return list(db.scalars(_ISSUERS))


class LinksAsWaysIn:
    """A `WayIn`: the links to providers that are configured. A link to any other lets nobody in."""

    def __init__(self, service: AuthService) -> None:
        self._providers, self._clock = providers_of(service), service.clock

    def count(self, db: Connection, user_id: UUID) -> int:
        """How many the user has."""
        return sum(self._providers.of_issuer(link.issuer) is not None for link in links_of(db, user_id))

    def remove_all(self, db: Connection, user_id: UUID, since: datetime) -> int:
        """Remove those that were added since then."""
        return db.execute(_REMOVE_ADDED, {"owner": user_id, "since": since, "now": self._clock()}).rowcount
