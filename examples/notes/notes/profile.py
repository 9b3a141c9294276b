"""What this app wants to know of a person beyond what `rxapp.auth` does: the city, asked at registration."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel

from rxapp.auth import Database, InputRefused, User
from rxapp.auth import web as auth

CITY_MAXIMUM_LENGTH = 80


class Profile(SQLModel, table=True):
    """A person's profile, beside their row in the users' table, which is not ours to change."""

    user_id: UUID = Field(sa_column_args=[ForeignKey(User.id, ondelete="CASCADE")], primary_key=True)
    city: str = Field(max_length=CITY_MAXIMUM_LENGTH)


async def keep_profile(registration: auth.Registration) -> None:
    """For `on_register`. What it refuses, the form shows, and then no account is left behind."""
    city = registration.extra_fields.get("city", "").strip()
    if len(city) > CITY_MAXIMUM_LENGTH or not city.isprintable():
        raise InputRefused(f"A city has at most {CITY_MAXIMUM_LENGTH} characters, all of which can be seen.")
    await auth.in_thread(_store, auth.get_service().database, Profile(user_id=registration.user_id, city=city))


def city_of(database: Database, user_id: UUID) -> str:
    """Where the person lives; empty if they have not said so, or if somebody made the account for them."""
    with database.read() as db:
        profile = db.get(Profile, user_id)
    return profile.city if profile else ""


def _store(database: Database, profile: Profile) -> None:
    with database.write() as db:
        db.add(profile)
