"""Other providers: logging in with Google, GitHub, Microsoft or any of OpenID Connect. On if `RXAPP_PROVIDERS__…` names one."""

from rxapp.auth.core.features import Feature
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.providers.rules import provider_logouts, provider_sessions
from rxapp.auth.features.providers.rules.completion import ProviderCompletion
from rxapp.auth.features.providers.rules.links import LINKED, UNLINKED, LinksAsWaysIn
from rxapp.auth.features.providers.rules.login import REFUSED
from rxapp.auth.features.providers.rules.own_links import ProviderProof


def _is_on(settings: Settings) -> bool:
    return bool(settings.providers)


FEATURE = Feature(
    name="providers",
    proofs=(ProviderProof,),
    ways_in=(LinksAsWaysIn,),
    completions=(ProviderCompletion,),
    event_followers=(provider_sessions.follow,),
    pruners=(provider_sessions.PRUNER, provider_logouts.PRUNER),
    event_kinds=(LINKED, UNLINKED, ProviderProof.event_kind, REFUSED),
    announced_kinds=(LINKED, UNLINKED),
    routes="rxapp.auth.features.providers.routes",
    pages="rxapp.auth.features.providers.pages",
    commands="rxapp.auth.features.providers.commands",
    checks="rxapp.auth.features.providers.checks",
    tasks="rxapp.auth.features.providers.tasks",
    is_on=_is_on,
)
