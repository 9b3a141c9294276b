"""One-time codes of an authenticator app as a second factor, and recovery codes for whoever has lost it."""

from rxapp.auth.core.features import Feature
from rxapp.auth.features.totp.rules.enrolment import TotpEnrolment
from rxapp.auth.features.totp.rules.factors import RecoveryFactor, TotpFactor
from rxapp.auth.features.totp.rules.sealing import rewrap_all

_KINDS = (
    "second_factor_added",
    "second_factor_renamed",
    "second_factor_removed",
    "recovery_codes_made",
    "recovery_code_used",
)

FEATURE = Feature(
    name="totp",
    second_factors=(TotpFactor, RecoveryFactor),
    enrolments=(TotpEnrolment,),
    rewrappers=(rewrap_all,),
    event_kinds=_KINDS,
    announced_kinds=_KINDS,
    pages="rxapp.auth.features.totp.pages",
    checks="rxapp.auth.features.totp.checks",
)
