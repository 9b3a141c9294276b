"""What is stored when a login by a provider is complete: the link, the roles, and with which session there ours has begun.

Not before: until then only the provider has spoken, and the account may ask for a second factor.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.login.provider_errors import ProviderLoginEnded
from rxapp.auth.core.login.stages import LoginAttempt
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers.rules import links, provider_logouts, provider_sessions, roles
from rxapp.auth.features.providers.rules.profile import Arrival, Profile
from rxapp.auth.features.providers.rules.provider import providers_of

_NAME, _PROFILE, _LINKS_NOW = "provider", "profile", "links_now"
"""The names of the notes."""


def notes_of(arrival: Arrival, *, links_now: bool) -> Mapping[str, str]:
    """The notes of a login. `links_now`: the account at the provider is linked when the login is complete."""
    profile = arrival.profile
    known = (profile.issuer, profile.subject, profile.session, links.label_of(profile), profile.roles)
    kept = (*known, arrival.heard_at.isoformat())
    notes = {_NAME: arrival.provider.name, _PROFILE: json.dumps(kept, ensure_ascii=False, separators=(",", ":"))}
    return notes | ({_LINKS_NOW: "yes"} if links_now else {})


class ProviderCompletion:
    """A `Completion`."""

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def lock(self, db: Session, attempt: LoginAttempt) -> None:
        """Lock out logouts at the provider, and all administrators if the provider may change roles."""
        if _NAME not in attempt.notes:
            return
        arrival = self._arrival(attempt, NO_CLIENT)
        provider_logouts.lock(db.connection(), arrival.profile.issuer, shared=True)
        if arrival.provider.options.roles:
            users.lock_administrators(db, attempt.user.id)

    def complete(self, db: Session, attempt: LoginAttempt, session_id: UUID, client: Client) -> None:
        """Store it all. Raises `ProviderLinkedElsewhere`, and `ProviderLoginEnded` after a logout there or without the link."""
        if _NAME not in attempt.notes:
            return
        arrival, connection = self._arrival(attempt, client), db.connection()
        if provider_logouts.is_logged_out(connection, arrival):
            raise ProviderLoginEnded
        if _LINKS_NOW in attempt.notes:
            links.link(self._service, connection, attempt.user.id, arrival)
        known = links.find(connection, arrival.profile.issuer, arrival.profile.subject)
        if known is None or known.user_id != attempt.user.id:
            raise ProviderLoginEnded
        links.note_use(connection, arrival.profile, self._service.clock())
        provider_sessions.note(connection, attempt.user.id, arrival.profile, session_id)
        roles.apply(self._service, db, arrival, users.get_user(db, attempt.user.id))

    def _arrival(self, attempt: LoginAttempt, client: Client) -> Arrival:
        issuer, subject, session, label, given, heard_at = json.loads(attempt.notes[_PROFILE])
        profile = Profile(issuer, subject, session=session, user_name=label, roles=tuple(given))
        provider = providers_of(self._service).get(attempt.notes[_NAME])
        return Arrival(provider, profile, client, datetime.fromisoformat(heard_at))
