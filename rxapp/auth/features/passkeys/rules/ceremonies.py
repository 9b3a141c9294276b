"""What a browser is asked for, and how its answers are verified (WebAuthn §7). The extra is loaded only when needed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, NamedTuple

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.login.passkey_errors import PasskeysUnavailable, WrongPasskey
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.passkeys.rules.relying_party import accepts_origin, rp_id

PROMPT_MS = 120_000
"""How long the browser asks its person. With `RENEWED_AFTER_SECONDS` it is the lifetime of a challenge."""

RENEWED_AFTER_SECONDS = 180
"""The age at which a page that waits gets another challenge."""

CREDENTIAL_ID_MAXIMUM = 1_023
"""Bytes (WebAuthn §5.8.3). The table has no room for more, and no index of PostgreSQL for much more."""

MAXIMUM_LENGTH = 8_192
"""Characters of an answer. Those of today have about 1,000; the longest credential ids would add 3,000."""

EDDSA, ES256, RS256 = -8, -7, -257
"""COSE's numbers of the algorithms that are asked for, the best first."""

_TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})


def is_installed() -> bool:
    """Whether the extra is installed. It is not loaded."""
    return find_spec("webauthn") is not None


def require_installed() -> None:
    """Raise `PasskeysUnavailable` without the extra: what cannot be verified lets nobody in."""
    if not is_installed():
        raise PasskeysUnavailable


class Known(NamedTuple):
    """What a browser is told of a passkey: its id, and how its authenticator can be reached."""

    credential_id: bytes
    transports: str


def request_options(settings: Settings, challenge: bytes, known: Iterable[Known] = (), *, verifies_user: bool) -> dict[str, Any]:
    """For `navigator.credentials.get()`. With no `known` passkey the person chooses one, and gives no name."""
    return {
        "challenge": base64url(challenge),
        "rpId": rp_id(settings),
        "timeout": PROMPT_MS,
        "userVerification": "required" if verifies_user else "preferred",
        "allowCredentials": _described(known),
    }


def creation_options(settings: Settings, challenge: bytes, user: User, handle: bytes, known: Sequence[Known]) -> dict[str, Any]:
    """For `navigator.credentials.create()`. Each passkey can log in alone, so the authenticator must know its person."""
    return {
        "rp": {"id": rp_id(settings), "name": settings.app_name or rp_id(settings)},
        "user": {"id": base64url(handle), "name": user.user_name, "displayName": user.display_name},
        "challenge": base64url(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in (EDDSA, ES256, RS256)],
        "timeout": PROMPT_MS,
        "excludeCredentials": _described(known),
        "authenticatorSelection": {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"},
        "attestation": "none",
    }


def _described(known: Iterable[Known]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": base64url(each.credential_id)}
        | ({"transports": each.transports.split()} if each.transports else {})
        for each in known
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser has sent, taken apart. Nothing of it is verified. `credential` is all of it."""

    credential: dict[str, Any] = field(repr=False)
    challenge: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What a right answer says of the authenticator."""

    sign_count: int
    is_backup_eligible: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class NewCredential(Proved):
    """A passkey that was just made."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    aaguid: str
    transports: str


def read_answer(text: str, settings: Settings) -> Answer:
    """Take an answer apart. Raises `WrongPasskey` for one that no browser of this app sends, and `PasskeysUnavailable`."""
    require_installed()
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json  # noqa: PLC0415  the extra

    if len(text) > MAXIMUM_LENGTH:
        raise WrongPasskey
    try:
        credential = json.loads(text)
        client_data = json.loads(raw := base64url_to_bytes(credential["response"]["clientDataJSON"]))
        answer = Answer(credential, parse_client_data_json(raw).challenge, client_data["origin"])
        is_framed = client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data
    except Exception as error:  # the parsers of what strangers send raise many kinds
        raise WrongPasskey from error
    # In a frame of another site, a person does not see for whom they answer.
    if is_framed or not isinstance(answer.origin, str) or not accepts_origin(settings, answer.origin):
        raise WrongPasskey
    return answer


def credential_of(answer: Answer) -> tuple[bytes, bytes | None]:
    """The id of the credential, and the user handle if the authenticator has sent it. Raises `WrongPasskey`."""
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415  the extra

    try:
        parsed = parse_authentication_credential_json(answer.credential)
    except Exception as error:  # as above
        raise WrongPasskey from error
    if len(parsed.raw_id) > CREDENTIAL_ID_MAXIMUM:
        raise WrongPasskey
    return parsed.raw_id, parsed.response.user_handle or None


def verify(answer: Answer, settings: Settings, public_key: bytes, *, verifies_user: bool) -> Proved:
    """Verify all but the challenge and the counter: origin, relying party, presence, verification and signature.

    Raises `WrongPasskey`.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415  the extra
    from webauthn.helpers.structs import CredentialDeviceType  # noqa: PLC0415

    try:
        found = verify_authentication_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=rp_id(settings),
            expected_origin=answer.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=verifies_user,
        )
    except Exception as error:  # as above
        raise WrongPasskey from error
    is_eligible = found.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    return Proved(found.new_sign_count, is_eligible, found.credential_backed_up)


def verify_new(answer: Answer, settings: Settings) -> NewCredential:
    """Verify all of a new passkey but the challenge. Its maker is not asked to prove which model it is. Raises `WrongPasskey`."""
    from webauthn import verify_registration_response  # noqa: PLC0415  the extra
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415
    from webauthn.helpers.structs import CredentialDeviceType  # noqa: PLC0415

    try:
        found = verify_registration_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=rp_id(settings),
            expected_origin=answer.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in (EDDSA, ES256, RS256)],
        )
        transports = answer.credential["response"].get("transports") or ()
        known = [each for each in transports if isinstance(each, str) and each in _TRANSPORTS]
    except Exception as error:  # as above
        raise WrongPasskey from error
    if len(found.credential_id) > CREDENTIAL_ID_MAXIMUM:
        raise WrongPasskey
    return NewCredential(
        sign_count=found.sign_count,
        is_backup_eligible=found.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        is_backed_up=found.credential_backed_up,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        aaguid=found.aaguid,
        transports=" ".join(dict.fromkeys(known)),
    )
