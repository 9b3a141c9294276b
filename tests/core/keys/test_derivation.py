"""Derived keys: the bytes that follow from a secret never change, for tokens and stored keys in use stand on them."""

import pytest

from rxapp.auth.core.keys.derivation import Keys, hkdf_sha256

SECRET = "k" * 40

OF_THE_SECRET = {
    "access_token_key": "f56c5dfd2ebfb5490ae19c7502f0b851503eb84955ffdb37ebc99b7ac949829d",
    "ed25519_seed": "f011e2821a922d8f188dea5f18da2266a6a02dcf863d167d7f40069020f12114",
    "p256_seed": "37423dda737d3ff0df11d6484724c82ef53ec708caacc34c44d8aeede5275154"
    "a7ef3550641bb325edb605ad2de7c7218897439de558f927b315de3cddc760ff",
    "refresh_token_secret": "abf32654b10048ead53429b2cd313f5ce10dcc302d8a1fd824580690b2a240ec",
    "password_link_key": "2a432c4f25f45a7e1de052fa6084b74723ee4c952c64be86cb1b2370b9284c61",
    "dpop_nonce_key": "4ffd719cea9a4776e9a9b325d19e5c1026059b7c82c682ed8b6a0c5b88789339",
    "upload_ticket_key": "42e09d97ad1493ba00e148dcd58ed2b0f9f2e8ca18ead374fe3ba8fae54f0edd",
}


@pytest.mark.parametrize(
    ("secret", "salt", "info", "begins_with"),
    [
        (
            b"\x0b" * 22,
            bytes(range(13)),
            bytes(range(0xF0, 0xFA)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
        ),
        (
            bytes(range(0x50)),
            bytes(range(0x60, 0xB0)),
            bytes(range(0xB0, 0x100)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
        ),
        (b"\x0b" * 22, b"", b"", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
    ],
    ids=["A.1", "A.2", "A.3"],
)
def test_hkdf_gives_the_vectors_of_rfc_5869(secret, salt, info, begins_with):
    """Appendix A; ours gives the first 32 bytes of the output."""
    assert hkdf_sha256(secret, salt=salt, info=info).hex() == begins_with


def test_the_keys_of_a_secret_are_those_of_every_release_before():
    keys = Keys.derive(SECRET)
    assert {name: getattr(keys, name).hex() for name in OF_THE_SECRET} == OF_THE_SECRET
    assert keys.key_id == "29250cc41ea3"


def test_no_key_serves_two_purposes():
    keys = Keys.derive(SECRET)
    assert len({*(getattr(keys, name) for name in OF_THE_SECRET), keys.key_id}) == len(OF_THE_SECRET) + 1


def test_the_same_secret_gives_the_same_keys_and_another_gives_others():
    assert Keys.derive(SECRET) == Keys.derive(SECRET)
    assert Keys.derive(SECRET) != Keys.derive("l" * 40)
