"""An authenticator with a passkey, as a person holds it, made of nothing but keys: so that it can also do wrong.

What it answers is the JSON of a browser (`PublicKeyCredential.toJSON()`).
"""

import hashlib
import json
import struct
from base64 import urlsafe_b64decode
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.features.passkeys.rules import own_passkeys

ORIGIN = "http://localhost:3000"
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
BITWARDEN = "d548826e-79b4-db40-a3d8-11116f7e8349"


def unbase64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey. By default it verifies its person, counts its uses, and has no copies."""

    def __init__(self, *, flags=UP | UV, count=0, counts=True, aaguid=BITWARDEN):
        self.flags, self.count, self.counts, self.aaguid = flags, count, counts, aaguid
        self.key = generate_private_key(SECP256R1())
        self.id = token_bytes(16)
        self.handle = b""

    def create(self, options, **wrong) -> str:
        """The answer to `navigator.credentials.create()`."""
        self.handle = unbase64(options["user"]["id"])
        public = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        of_key = bytes.fromhex(self.aaguid.replace("-", "")) + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(options["rp"]["id"], wrong, AT) + of_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": base64url(self._client_data("webauthn.create", options, wrong))}
        response |= {"attestationObject": base64url(attestation), "transports": ["internal", "hybrid", "telepathy"]}
        return self._credential(response)

    def get(self, options, **wrong) -> str:
        """The answer to `navigator.credentials.get()`. `wrong` says what is not as it should be."""
        self.count += self.counts
        client_data = self._client_data("webauthn.get", options, wrong)
        data = self._data(options["rpId"], wrong)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ECDSA(SHA256()))
        if "signature" in wrong:
            signature = wrong["signature"]
        response = {"clientDataJSON": base64url(client_data), "authenticatorData": base64url(data)}
        handle = wrong.get("handle", self.handle)
        response |= {"signature": base64url(signature), "userHandle": None if handle is None else base64url(handle)}
        return self._credential(response)

    def _client_data(self, kind, options, wrong) -> bytes:
        found = {"type": kind, "challenge": options["challenge"], "origin": ORIGIN, "crossOrigin": False}
        return json.dumps(found | {name: wrong[name] for name in found | {"topOrigin": ""} if name in wrong}).encode()

    def _data(self, rp_id, wrong, more=0) -> bytes:
        flags, count = wrong.get("flags", self.flags) | more, wrong.get("count", self.count)
        return hashlib.sha256(wrong.get("rp_id", rp_id).encode()).digest() + struct.pack(">BI", flags, count)

    def _credential(self, response) -> str:
        named = base64url(self.id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response, "clientExtensionResults": {}})


def add_passkey(service, identity, **about) -> Authenticator:
    """A passkey of this person. `about` is that of `Authenticator`."""
    made = Authenticator(**about)
    options, handle = own_passkeys.begin_adding(service, identity)
    own_passkeys.add(service, identity, made.create(options), handle=handle, default_name="Passkey")
    return made
