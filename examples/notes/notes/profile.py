"""A field of this app's own at registration, which `rxapp.auth` does not have: the city."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel, col

from rxapp.auth import Database, InputRefused, User
from rxapp.auth import web as auth

CITY_MAXIMUM_LENGTH = 80


class Profile(SQLModel, table=True):
    """A person's profile. It has a table of its own, because the users' table belongs to `rxapp.auth`."""

    user_id: UUID = Field(sa_column_args=[ForeignKey(col(User.id), ondelete="CASCADE")], primary_key=True)
    city: str = Field(max_length=CITY_MAXIMUM_LENGTH)


async def keep_profile(registration: auth.Registration) -> None:
    """For `on_register`. If it refuses, the form shows the error and no account remains."""
    city = registration.extra_fields.get("city", "").strip()
    if len(city) > CITY_MAXIMUM_LENGTH or not city.isprintable():
        raise InputRefused(f"A city has at most {CITY_MAXIMUM_LENGTH} characters, all of which can be seen.")
    await auth.in_thread(_store, auth.get_service().database, Profile(user_id=registration.user_id, city=city))


def city_of(database: Database, user_id: UUID) -> str:
    """The person's city. Empty if they have not named it, or if an administrator made the account."""
    with database.read() as db:
        profile = db.get(Profile, user_id)
    return profile.city if profile else ""


def _store(database: Database, profile: Profile) -> None:
    with database.write() as db:
        db.add(profile)
