"""A provider that lies: of OpenID Connect, and GitHub. It is honest until a test replaces one of its answers."""

import base64
import gzip
import hashlib
import hmac
import json
import secrets
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

CLIENT_ID, SECRET = "rxapp", "a secret of the client: with 32 bytes, and more / of them"
KID = "honest"
DISCOVERY, TOKEN, JWKS, USERINFO = "/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"
ACCESS_TOKEN, USER = "/login/oauth/access_token", "/api/v3/user"
EMAILS, ORGS, TEAMS = f"{USER}/emails", f"{USER}/orgs", f"{USER}/teams"
LOGOUT_EVENTS = {"http://schemas.openid.net/event/backchannel-logout": {}}

LONGEST_HELD_SECONDS = 30
"""A test that has failed must not leave a thread behind for ever."""

PERSON = {"sub": "mallory", "email": "mallory@example.com", "email_verified": True, "name": "Mallory Liar", "groups": []}


@dataclass(frozen=True)
class Answer:
    """What is answered: `body` in JSON, unless it is bytes. `held_by`: only when that is set. None as status breaks off."""

    body: Any = None
    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    held_by: Event | None = None
    cut_at: int | None = None
    """Bytes after which the connection is closed, of a body that was announced to be longer."""


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


Lie = Answer | Callable[[Asked], Answer]


class Liar:
    """One provider. `url` is its issuer, `answers` are lies by their paths, and `asked` is what it was asked."""

    def __init__(self) -> None:
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.key = new_key("RS256")
        self.tell_the_truth()
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def tell_the_truth(self) -> None:
        """Forget all lies, and all that has happened."""
        self.answers: dict[str, Lie] = {}
        self.asked: list[Asked] = []
        self.person: dict[str, Any] = dict(PERSON)
        self.keys: list[dict[str, Any]] = [jwk(self.key, kid=KID)]
        self.id_token: Callable[[dict[str, Any]], str] = self.sign
        self.tokens: Callable[[dict[str, Any]], Any] = dict
        self._codes: dict[str, dict[str, str]] = {}
        self._honest = {
            DISCOVERY: lambda _: Answer(self.discovery()),
            JWKS: lambda _: Answer({"keys": self.keys}),
            TOKEN: self._token,
            USERINFO: lambda _: Answer(self.person),
            ACCESS_TOKEN: lambda _: Answer({"access_token": "gho_a", "token_type": "bearer", "scope": ""}),
            USER: lambda _: Answer({"id": 7, "login": "mallory", "name": "Mallory Liar"}),
            EMAILS: lambda _: Answer([{"email": "mallory@example.com", "primary": True, "verified": True}]),
            ORGS: lambda _: Answer([]),
            TEAMS: lambda _: Answer([]),
        }

    def discovery(self, **changes: Any) -> dict[str, Any]:
        """What it publishes of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}{TOKEN}",
            "jwks_uri": f"{self.url}{JWKS}",
            "userinfo_endpoint": f"{self.url}{USERINFO}",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        } | changes

    def log_in(self, url: str, **answer: str | None) -> str:
        """Where it sends the browser, after somebody has logged in at the address `url`. Of `answer` what is None is left out."""
        request = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(12)
        self._codes[code] = request
        said = {"code": code, "state": request["state"]} | ({"iss": self.url} if "nonce" in request else {}) | answer
        return f"{request['redirect_uri']}?{urlencode({name: value for name, value in said.items() if value is not None})}"

    def _token(self, asked: Asked) -> Answer:
        request = self._codes.pop(asked.form.get("code", ""), None)
        if request is None or challenge_of(asked.form["code_verifier"]) != request["code_challenge"]:
            return Answer({"error": "invalid_grant"}, 400)
        tokens = {"access_token": "an access token", "token_type": "Bearer"}
        return Answer(self.tokens(tokens | {"id_token": self.id_token(self.claims(nonce=request["nonce"]))}))

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Of an honest ID token."""
        now = int(time.time())
        return {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300} | self.person | claims

    def logout_claims(self, **claims: Any) -> dict[str, Any]:
        """Of an honest logout token. One that is None is left out."""
        now = int(time.time())
        facts = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(8)}
        facts |= {"sub": self.person["sub"], "events": LOGOUT_EVENTS} | claims
        return {name: value for name, value in facts.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: Any = None, algorithm: str = "RS256", **header: Any) -> str:
        """A token, signed with its key if no other is given."""
        return signed(claims, key or self.key, algorithm, **{"kid": KID} | header)

    def count(self, path: str) -> int:
        """How often that path was asked for."""
        return sum(each.path == path for each in self.asked)

    def answer_to(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answer = self.answers.get(asked.path) or self._honest.get(asked.path, Answer(status=404))
        return answer(asked) if callable(answer) else answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def liars(count: int) -> Iterator[list[Liar]]:
    """So many providers. They end with the block."""
    running = [Liar() for _ in range(count)]
    try:
        yield running
    finally:
        for each in running:
            each.close()


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 64

    def __init__(self, liar: Liar) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.liar = liar

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever has heard enough goes away: that is what is tested."""


class _Answering(BaseHTTPRequestHandler):
    protocol_version, server = "HTTP/1.1", None
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path, headers = unquote(urlsplit(self.path).path), {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.liar.answer_to(Asked(self.command, path, headers, dict(parse_qsl(body))))
        if answer.held_by is not None:
            answer.held_by.wait(LONGEST_HELD_SECONDS)
        if answer.status is None:
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: answer.cut_at])
        self.close_connection = answer.cut_at is not None or self.close_connection

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def signed(claims: Any, key: Any, algorithm: str, **header: Any) -> str:
    """A token with whatever claims. A member of the header that is None is left out."""
    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    named = {name: value for name, value in header.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        return jwt.PyJWS().encode(body, key, algorithm, headers=named)


def unsigned(claims: Any, algorithm: Any = "none", signature: bytes = b"", **header: Any) -> str:
    """A token with any header and any signature."""
    return f"{encoded({'alg': algorithm, 'kid': KID} | header)}.{encoded(claims)}.{_base64url(signature)}"


def hmac_signed(claims: dict[str, Any], secret: bytes, algorithm: str = "HS256") -> str:
    """A token as whoever has the secret can make it; PyJWT refuses to do that with a public key."""
    start = unsigned(claims, algorithm).rpartition(".")[0]
    return f"{start}.{_base64url(hmac.digest(secret, start.encode(), hashlib.sha256))}"


def new_key(algorithm: str, bits: int = 2048) -> Any:
    """A private key for that algorithm."""
    if algorithm == "ES384":
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate() if algorithm == "EdDSA" else _rsa_key(bits)


def another_key() -> Any:
    """Of RSA, and of somebody else."""
    return new_key("RS256", 2056)


@cache
def _rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """One of each length is enough, as it takes long."""
    return rsa.generate_private_key(65_537, bits)


def jwk(key: Any, *, private: bool = False, **members: Any) -> dict[str, Any]:
    """A key as it is published."""
    kinds = {"RSA": RSAAlgorithm, "Ell": ECAlgorithm, "EC": ECAlgorithm, "Ed2": OKPAlgorithm}
    kind = next(each for name, each in kinds.items() if name in type(key).__name__)
    found = kind.to_jwk(key if private else key.public_key(), as_dict=True)
    return {name: value for name, value in found.items() if name != "key_ops"} | members


def pem(key: Any) -> bytes:
    """The public key, as text."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def half_hash(access_token: str) -> str:
    """`at_hash` with SHA-256."""
    return _base64url(hashlib.sha256(access_token.encode()).digest()[:16])


def challenge_of(verifier: str) -> str:
    """The code challenge of a code verifier."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def bomb(megabytes: int, layers: int = 1) -> Answer:
    """Few bytes that become many."""
    body = b" " * (megabytes << 20)
    for _ in range(layers):
        body = gzip.compress(body)
    return Answer(body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})


def told(**changes: Any) -> Callable[[Liar, dict[str, Any]], str]:
    """A lie about claims. One that is None is left out."""

    def tell(liar: Liar, claims: dict[str, Any]) -> str:
        return liar.sign({name: value for name, value in (claims | changes).items() if value is not None})

    return tell


def encoded(value: Any) -> str:
    """A part of a token."""
    return _base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
