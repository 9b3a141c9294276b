"""The messages that the service has queued, as their readers see them."""

from typing import NamedTuple

from rxapp.auth import AuthService
from rxapp.auth.features.email.mail.compose import letter_of
from rxapp.auth.features.email.rules import outbox, own_address, proof_rows, proofs
from rxapp.auth.features.email.rules.own_address import MailedCode


class Read(NamedTuple):
    """A message: what its link's fragment is, and its code."""

    kind: str
    recipient: str
    link: str
    code: str


def letters(service: AuthService, recipient: str = "", kind: str = "") -> list[Read]:
    """The messages that were not sent to nobody, the newest first."""
    found = [each for each in outbox.newest(service.database, limit=200) if kind in ("", each.kind)]
    return [read(service, each) for each in found if recipient in ("", each.recipient)]


def newest(service: AuthService, recipient: str = "", kind: str = "") -> Read:
    return letters(service, recipient, kind)[0]


def read(service: AuthService, stored: outbox.StoredMail) -> Read:
    with service.database.connect() as db:
        proof = proof_rows.find(db, stored.proof_id) if stored.proof_id else None
    secrets = proofs.secrets_of(service.key_ring, proof) if proof else proofs.Secrets("", "")
    return Read(stored.kind, stored.recipient, secrets.link, secrets.code)


def confirm_address(service: AuthService, identity, address: str, client=None) -> str:
    """Give the person a confirmed address."""
    client = {"client": client} if client is not None else {}
    proof_id = own_address.begin(service, identity, address, **client)
    code = newest(service, address, "confirm").code
    return own_address.confirm(service, identity, MailedCode(proof_id=str(proof_id), code=code), **client)


def text_of(service: AuthService, kind: str) -> str:
    """What the newest message of this kind says, in plain text."""
    return next(letter_of(service, each).text for each in outbox.newest(service.database, limit=50) if each.kind == kind)
