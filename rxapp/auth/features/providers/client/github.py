"""GitHub, which has OAuth and no OpenID Connect: its API says who somebody is."""

from typing import Any
from urllib.parse import urlsplit

from rxapp.auth.features.providers.client.outgoing import Outgoing, ProviderFault
from rxapp.auth.features.providers.client.published import Metadata
from rxapp.auth.features.providers.rules.provider import Provider

_PUBLIC, _API = "https://github.com", "https://api.github.com"
_VERSION = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def metadata_of(provider: Provider) -> Metadata:
    """Its addresses, for github.com and for a GitHub Enterprise."""
    issuer = provider.issuer.rstrip("/")
    return Metadata(
        issuer=provider.issuer,
        authorization_endpoint=f"{issuer}/login/oauth/authorize",
        token_endpoint=f"{issuer}/login/oauth/access_token",
        jwks_uri="",
        userinfo_endpoint="",
        client_authentications=("client_secret_post",),
        code_challenges=(),
        names_issuer=False,
    )


async def claims_of(provider: Provider, outgoing: Outgoing, access_token: str) -> dict[str, Any]:
    """The claims of whoever has this token, named as in OpenID Connect. Organisations and teams are groups.

    Raises `ProviderFault`.
    """
    api = _API if provider.issuer.rstrip("/") == _PUBLIC else f"{provider.issuer.rstrip('/')}/api/v3"
    headers = _VERSION | {"Authorization": f"Bearer {access_token}"}
    user = await outgoing.get(f"{api}/user", headers)
    if not isinstance(user, dict) or type(user.get("id")) is not int:
        raise ProviderFault(f"{urlsplit(api).hostname} does not say who somebody is")
    claims: dict[str, Any] = {
        "iss": provider.issuer,
        "sub": str(user["id"]),
        "preferred_username": user.get("login"),
        "name": user.get("name"),
    }
    addresses = await outgoing.get(f"{api}/user/emails", headers)
    for each in addresses if isinstance(addresses, list) else ():
        if isinstance(each, dict) and each.get("primary") is True:
            claims |= {"email": each.get("email"), "email_verified": each.get("verified") is True}
    if provider.options.roles:
        claims["groups"] = await _groups(api, outgoing, headers)
    return claims


async def _groups(api: str, outgoing: Outgoing, headers: dict[str, str]) -> list[str]:
    """`organisation`, and `organisation/team`."""
    organisations = await outgoing.get(f"{api}/user/orgs?per_page=100", headers)
    teams = await outgoing.get(f"{api}/user/teams?per_page=100", headers)
    known = organisations if isinstance(organisations, list) else []
    named = [each["login"] for each in known if isinstance(each, dict) and isinstance(each.get("login"), str)]
    for each in teams if isinstance(teams, list) else ():
        organisation = each.get("organization") if isinstance(each, dict) else None
        if isinstance(organisation, dict) and isinstance(each.get("slug"), str):
            named.append(f"{organisation.get('login')}/{each['slug']}")
    return named
