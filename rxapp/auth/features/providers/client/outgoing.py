"""Requests to providers: few, short, small, and to nowhere else.

A provider publishes the addresses of its parts. If it lies, or somebody has changed what it publishes, they could be addresses in
our own network. So only its own host, and hosts that the operator names, may be in a private network.
"""

import asyncio
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rxapp.auth.core.login.provider_errors import ProviderUnavailable
from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.features.providers.rules.provider import Provider

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10
"""For one request with its answer. Somebody waits before a blank page meanwhile."""

MAXIMUM_BYTES = 256 * 1024
"""Of an answer: the keys of a provider are some KB."""

AT_A_TIME = 20
"""Requests to one provider: a slow one must not gather those of everybody who tries again."""

_CONNECT_SECONDS = 4
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "rxapp"}
_NOT_NOW = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class ProviderFault(ProviderUnavailable):
    """The provider does not answer, or not what it should. `why` is for the operator, and says no secret."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class Outgoing:
    """The requests to one provider. It belongs to one event loop."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._client: httpx.AsyncClient | None = None
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON at that address. Raises `ProviderFault`."""
        return await self._ask("GET", url, headers or {}, None)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """What it answers to a form, in JSON. Raises `ProviderFault`, or `ProviderRefusal` if it refuses the form."""
        return await self._ask("POST", url, headers or {}, form)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Any:
        import httpx  # noqa: PLC0415  the extra may be missing

        where = _named(url)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._places:
                target = await self._target(url)
                client = await self._open()
                sent = _HEADERS | target.headers | dict(headers)
                request = client.build_request(method, target.url, headers=sent, data=form, extensions=target.extensions)
                answer = await client.send(request, stream=True)
                try:
                    body = await _read(answer)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise ProviderFault(f"{where} did not answer in {TIMEOUT_SECONDS} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ProviderFault(f"{where} cannot be reached: {type(error).__name__}: {ascii(str(error))[:200]}") from error
        except ValueError as error:  # of an address or a text that cannot be sent
            raise ProviderFault(f"{where} cannot be asked: {type(error).__name__}") from error
        return _json(answer.status_code, body, where, refused_is_said=form is not None)

    def require_secure(self, url: str) -> None:
        """Raise `ProviderFault` unless the address is https. A provider on this machine may have http, on this machine."""
        try:
            parts, own = urlsplit(url), urlsplit(self._provider.issuer)
            is_local = own.scheme == "http" and is_loopback(own.hostname or "") and is_loopback(parts.hostname or "")
            is_whole = bool(parts.hostname) and "@" not in parts.netloc and url.isprintable() and parts.port != 0
        except ValueError as error:
            raise ProviderFault(f"{_named(url)} is no address") from error
        if not is_whole or (parts.scheme != "https" and not (parts.scheme == "http" and is_local)):
            raise ProviderFault(f"{_named(url)} is no address with https")

    async def _target(self, url: str) -> "_Target":
        self.require_secure(url)
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in (urlsplit(self._provider.issuer).hostname, *self._provider.options.hosts):
            return _Target(url, {}, {})
        address = await _public_address(host, parts.port or 443)
        at = f"[{address}]" if ":" in address else address
        at = f"{at}:{parts.port}" if parts.port else at
        # The connection goes to the address that was looked at, and TLS still asks for the name.
        return _Target(parts._replace(netloc=at).geturl(), {"Host": parts.netloc}, {"sni_hostname": host})

    async def _open(self) -> "httpx.AsyncClient":
        import httpx  # noqa: PLC0415

        if self._client is None:
            context = await asyncio.to_thread(ssl.create_default_context)  # it reads all certificates of the machine
            timeout = httpx.Timeout(TIMEOUT_SECONDS, connect=_CONNECT_SECONDS)
            jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # else one person's cookie goes with the next one's request
            options: dict[str, Any] = {"follow_redirects": False, "trust_env": False, "cookies": jar}
            self._client = self._client or httpx.AsyncClient(verify=context, timeout=timeout, **options)
        return self._client


class _Target:
    def __init__(self, url: str, headers: dict[str, str], extensions: dict[str, Any]) -> None:
        self.url, self.headers, self.extensions = url, headers, extensions


def _named(url: str) -> str:
    """The host of an address that a provider has written, for the operator."""
    try:
        return ascii(urlsplit(url).hostname or url)[1:-1][:100]
    except ValueError:
        return ascii(url)[1:-1][:100]


async def _public_address(host: str, port: int) -> str:
    """An address of the host. Raises `ProviderFault` if one of them is not public."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ProviderFault(f"{host!a} has no address") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise ProviderFault(f"{host} is in a private network. If that is right, name it in HOSTS")
    return addresses[0]


def _is_public(text: str) -> bool:
    """Whether the address is on the public network. Those that stand for an IPv4 address (NAT64, 6to4) could be of our own."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (address not in _GLOBAL_UNICAST or address in _6TO4):
        return False
    return address.is_global and not address.is_multicast


_GLOBAL_UNICAST, _6TO4 = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("2002::/16")


async def _read(answer: "httpx.Response") -> bytes:
    """The body as it came. One that is packed could be a thousand times as long, unpacked."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise ProviderFault(f"{answer.url.host} answers packed, and was asked not to")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MAXIMUM_BYTES:
            raise ProviderFault(f"{answer.url.host} answers with more than {MAXIMUM_BYTES} bytes")
    return bytes(body)


def _json(status: int, body: bytes, where: str, *, refused_is_said: bool) -> Any:
    is_refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_NOW
    is_refused = is_refused and refused_is_said
    if status >= HTTPStatus.MULTIPLE_CHOICES and not is_refused:
        raise ProviderFault(f"{where} answers with the status {status}")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderFault(f"{where} answers with something else than JSON") from error
    if is_refused:
        raise ProviderRefusal(str(said.get("error", "")) if isinstance(said, dict) else "")
    return said


class ProviderRefusal(Exception):
    """The provider has refused a form. `error` is its code, of its own choice."""

    def __init__(self, error: str) -> None:
        super().__init__(error[:64])
        self.error = error[:64]
