"""E-mail: confirmed addresses, forgotten passwords, codes to log in with, notices, invitations. On if `RXAPP_EMAIL` says so."""

from rxapp.auth.core.features import Feature
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.email.rules.notices import follow_events
from rxapp.auth.features.email.rules.outbox import PRUNERS
from rxapp.auth.features.email.rules.stage import EmailStage, find_name
from rxapp.auth.features.email.rules.step_up import EmailProof

_CHANGES = ("email_confirmed", "email_changed", "email_removed", "email_restored")
_OTHERS = ("email_reset_asked", "email_login_asked", "email_code_confirmed", "email_code_refused", "disowned", "invited")


def _is_on(settings: Settings) -> bool:
    return settings.has_email


FEATURE = Feature(
    name="email",
    stages=(EmailStage,),
    proofs=(EmailProof,),
    name_finders=(find_name,),
    event_followers=(follow_events,),
    pruners=PRUNERS,
    event_kinds=(*_CHANGES, *_OTHERS),
    announced_kinds=_CHANGES,
    routes="rxapp.auth.features.email.routes",
    pages="rxapp.auth.features.email.pages",
    commands="rxapp.auth.features.email.commands",
    checks="rxapp.auth.features.email.checks",
    tasks="rxapp.auth.features.email.sender",
    is_on=_is_on,
)
