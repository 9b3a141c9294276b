"""Fresh authentication by a mailed code, where the settings allow codes. Above all for a person who has no password."""

from typing import Any
from uuid import UUID

from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import NotFound
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.core.login.second_factor import WrongCode, WrongStepUpCode
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, outbox, own_address, proof_rows, proofs
from rxapp.auth.features.email.rules.proof_rows import Purpose
from rxapp.auth.features.email.rules.recovery import EMAIL, where


class EmailProof:
    """A `Proof`. The answer is the id that `ask_for_step_up` gave, a blank, and the code."""

    method = EMAIL
    event_kind = "email_code_confirmed"
    amr = (EMAIL,)

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_available(self, user: User) -> bool:
        """Whether codes are allowed, and the user has an address."""
        return self._service.settings.email_codes and bool(own_address.address_of(self._service, user.id))

    def verify(self, user: User, session_id: UUID, answer: str, client: Client) -> None:
        """Spend the code. Raises `WrongStepUpCode`, `TooManyRequests`, `OtherDevice` or `MailedProofEnded`."""
        service, (proof_id, _, code) = self._service, answer.partition(" ")
        if not self.is_available(user):
            raise NotFound
        try:
            proof, owner = proofs.by_code(service, proof_id, code, client)
        except WrongCode as error:
            service.failures.record("email_code_refused", client=client, user_id=user.id, session_id=session_id)
            raise WrongStepUpCode from error
        if (proof.purpose, owner.id, proof.session_id) != (Purpose.STEP_UP, user.id, session_id):
            raise MailedProofEnded
        with service.database.transaction() as db:
            proof_rows.spend(db, proof, service.clock())
            if addresses.address_of(db, user.id) != proof.address:
                raise MailedProofEnded


@retry_on_outage
def ask_for_step_up(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> UUID:
    """Send a code to whoever is logged in. Returns the id that goes with it. Raises `NotFound` or `TooManyRequests`."""
    now = service.clock()
    with service.database.connect() as db:
        address = addresses.address_of(db, identity.user_id)
    if not address or not service.settings.email_codes:
        raise NotFound
    service.throttle.count_mail_of(identity.session_id)  # strangers who ask for codes must not use up those of the session
    facts: dict[str, Any] = {
        "session_id": identity.session_id,
        "counted_as": service.throttle.unreadable(str(identity.session_id)),
    }
    with service.database.transaction() as db:
        proof_id = proof_rows.add(db, Purpose.STEP_UP, address, client, now, user_id=identity.user_id, **facts)
        where_from = where(client, now)
        outbox.queue(db, Purpose.STEP_UP, address, now, user_id=identity.user_id, proof_id=proof_id, facts=where_from)
    return proof_id
