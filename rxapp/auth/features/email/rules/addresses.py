"""E-mail addresses: which texts are some, and how they are compared. And the statements on `auth_email_address`."""

from datetime import datetime
from importlib.util import find_spec
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from rxapp.auth.core.database.mail_tables import ADDRESS_MAXIMUM_LENGTH, EmailAddress
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.extras import ExtraNotInstalled
from rxapp.auth.core.identity.user_names import is_searchable, user_name_key
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login.email_errors import EmailAddressTaken, InvalidEmailAddress

PACKAGES = ("aiosmtplib", "email_validator", "jinja2")

_address = AuthTable.metadata.tables[EmailAddress.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]

_FIND = select(_address.c.user_id).where(_address.c.address_key == bindparam("key"))
_OF = select(_address.c.address).where(_address.c.user_id == bindparam("of"))
_SINCE = select(_address.c.confirmed_at).where(_address.c.user_id == bindparam("of"))
_NAME_AT = (
    select(_user.c.user_name).join(_address, _address.c.user_id == _user.c.id).where(_address.c.address_key == bindparam("key"))
)
_IS_NAME = select(_user.c.id).where(_user.c.user_name_key == bindparam("name_key"))
_NEW = insert(_address)
_CHANGE = update(_address).where(_address.c.user_id == bindparam("of"))
_DELETE = delete(_address).where(_address.c.user_id == bindparam("of"))


class Mailbox(NamedTuple):
    """An address as messages are sent to it, and the form in which two are compared."""

    address: str
    key: str


def attempts_count_for(text: str) -> str:
    """What attempts to log in count for: the same for all ways in which one can write a name or an address.

    It is made of the text alone: whether somebody has that name or that address must not show at a limit.
    """
    try:
        return mailbox_in(text).key
    except InvalidEmailAddress:
        return user_name_key(text)


def counted_as(text: str) -> str:
    """The same for messages. Many servers deliver `name+anything@` to `name@`."""
    local, at, domain = attempts_count_for(text).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def require_installed() -> None:
    """Raise `ExtraNotInstalled` if a package is missing: better at the start than when somebody needs a message."""
    for package in PACKAGES:
        if find_spec(package) is None:
            raise ExtraNotInstalled("RXAPP_EMAIL", package, "email", package)


def mailbox_in(text: str) -> Mailbox:
    """The mailbox that a person has typed. Raises `InvalidEmailAddress`. Nothing is asked of any server.

    International domains are in the form of the protocol, and the part before the @ has ASCII only: what looks alike is alike.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  the extra may be missing

    text = text.strip()
    try:
        if len(text) > ADDRESS_MAXIMUM_LENGTH:
            raise InvalidEmailAddress(InputRule.EMAIL_REFUSED)
        # Domains such as `.test` exist where the operator says so. Nothing is delivered to them elsewhere.
        rules: Any = {"check_deliverability": False, "allow_smtputf8": False, "test_environment": True, "strict": True}
        address = validate_email(text, **rules).ascii_email
    except EmailNotValidError as error:
        raise InvalidEmailAddress(InputRule.EMAIL_REFUSED) from error
    if address is None or len(address) > ADDRESS_MAXIMUM_LENGTH:
        raise InvalidEmailAddress(InputRule.EMAIL_REFUSED)
    return Mailbox(address, address.lower())


def address_of(db: Connection, user_id: UUID) -> str:
    """The confirmed address of the user, or an empty text."""
    return db.execute(_OF, {"of": user_id}).scalar_one_or_none() or ""


def confirmed_at(db: Connection, user_id: UUID) -> datetime:
    """When the user, who has an address, confirmed it."""
    return db.execute(_SINCE, {"of": user_id}).scalar_one()


def owner_of(db: Connection, key: str) -> UUID | None:
    """The id of the user who has confirmed this address."""
    return db.execute(_FIND, {"key": key}).scalar_one_or_none()


def user_name_at(db: Connection, text: str) -> str | None:
    """The name of the user who has confirmed the address in `text`. None if it is none, or if it is a user name itself.

    A name comes first: it was there before, and confirming an address must not take somebody's way in.
    """
    name_key = user_name_key(text)
    if "@" not in text or not is_searchable(name_key):
        return None
    try:
        key = mailbox_in(text).key
    except InvalidEmailAddress:
        return None
    is_name = db.execute(_IS_NAME, {"name_key": name_key}).first() is not None
    found = db.execute(_NAME_AT, {"key": key}).scalar_one_or_none()  # asked in any case, so that the time does not tell
    return None if is_name else found


def put(db: Connection, user_id: UUID, mailbox: Mailbox, now: datetime) -> str:
    """Store the confirmed address of a user whom the caller has locked. Returns the one that they had before, or an empty text.

    Raises `EmailAddressTaken`. A unique column decides, so that of two at once only one gets it.
    """
    before = address_of(db, user_id)
    values = {"address": mailbox.address, "address_key": mailbox.key, "confirmed_at": now}
    try:
        if before:
            db.execute(_CHANGE.values(values), {"of": user_id})
        else:
            db.execute(_NEW.values(user_id=user_id, **values))
    except IntegrityError as error:
        raise EmailAddressTaken from error
    return before


def remove(db: Connection, user_id: UUID) -> None:
    """Remove the address of a user."""
    db.execute(_DELETE, {"of": user_id})
