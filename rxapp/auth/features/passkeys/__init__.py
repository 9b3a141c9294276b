"""Passkeys (WebAuthn): to log in without a name and a password, as a second factor, and to confirm who one is."""

from rxapp.auth.core.features import Feature
from rxapp.auth.features.passkeys.rules.use import PasskeyFactor, PasskeyProof

_CHANGES = (
    "passkey_added",
    "passkey_renamed",
    "passkey_removed",
    "passkey_asked_for",
    "passkey_not_asked_for",
    "password_removed",
)

FEATURE = Feature(
    name="passkeys",
    proofs=(PasskeyProof,),
    second_factors=(PasskeyFactor,),
    ways_in=(PasskeyFactor,),
    event_kinds=(*_CHANGES, "passkey_confirmed", "passkey_refused"),
    announced_kinds=_CHANGES,
    routes="rxapp.auth.features.passkeys.routes",
    pages="rxapp.auth.features.passkeys.pages",
    checks="rxapp.auth.features.passkeys.checks",
)
