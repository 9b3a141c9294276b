"""The gate in front of all events of a page: what needs the device's key waits, and goes on in order once that is proved.

The browser answers the challenge by itself (`components/device_key.js`), so the person notices nothing and no click is lost.
"""

from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext
from reflex_components_core.core._upload import UploadChunkIterator, UploadFile

from rxapp.auth.access_claims import AccessClaims
from rxapp.auth.web import policy, waiting_events
from rxapp.auth.web.key_proof import Challenge
from rxapp.auth.web.runtime import get_service
from rxapp.auth.web.state import AuthState

ANSWER = f"{AuthState.get_full_name()}.prove_key"

LOADING = frozenset({"hydrate", "hydrate_and_load", "on_load_internal"})
"""What a page sends on connecting and on navigating; the last one counts."""


def hold(auth: AuthState, event: Event) -> StateUpdate | None:
    """The update to send while `event` waits, with the challenge if none is under way; None if the event may pass."""
    name = event.name.rpartition(".")[2]
    if event.name == ANSWER or has_files(event):
        return None
    service, connection, proof, claims = get_service(), auth._connection(), auth._key_proof, auth._claims_at_hand()
    now = service.clock()
    if _is_late(auth, connection) and proof.is_asked(auth._refresh_token_reported_on, now):
        _wait_for_newer(auth, event)
        return StateUpdate()
    if not proof.is_needed(connection, claims, now, signs_in=_signs_in(event)):
        return None
    if name in LOADING:
        waiting_events.forget(connection, LOADING)
    waiting_events.wait(connection, event)
    if proof.is_asked(connection, now):
        return StateUpdate()
    _take_over(proof.challenge, connection, claims)
    text = service.dpop.new_challenge()
    auth._key_proof = proof.asked(connection, text, claims, now)
    challenge = {"text": text, "at": int(now.timestamp())}
    return StateUpdate(delta={auth.get_full_name(): {f"key_challenge{FIELD_MARKER}": challenge}})


def _is_late(auth: AuthState, connection: str) -> bool:
    """Whether the page has connected anew since it sent this event over a connection that was verified."""
    return connection == auth._verified_on != auth._refresh_token_reported_on


def _wait_for_newer(auth: AuthState, event: Event) -> None:
    asked = auth._key_proof.challenge
    if asked is not None and auth._identity is not None and asked.session_id == auth._identity.session_id:
        waiting_events.wait(asked.connection, event)


def _take_over(unanswered: Challenge | None, connection: str, claims: AccessClaims | None) -> None:
    """The connection broke off before the answer came: its clicks wait on the new one, for the same session only."""
    if unanswered is None or unanswered.connection == connection:
        return
    clicks = [event for event in waiting_events.take(unanswered.connection) if event.name.rpartition(".")[2] not in LOADING]
    if claims is not None and claims.session_id == unanswered.session_id:
        for click in clicks:
            waiting_events.wait(connection, click)


def _signs_in(event: Event) -> bool:
    registered = RegistrationContext.get().event_handlers.get(event.name)
    return registered is not None and policy.signs_in(registered.handler.fn)


def has_files(event: Event) -> bool:
    """An upload cannot wait: its files are gone when its request ends. It runs if this connection has proved the key before."""
    values = [item for value in event.payload.values() for item in (value if isinstance(value, list) else [value])]
    return any(isinstance(value, UploadFile | UploadChunkIterator) for value in values)
