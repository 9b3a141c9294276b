"""Derived keys."""

from rxapp.auth.core.keys.derivation import Keys, hkdf_sha256


def test_hkdf_gives_the_vectors_of_rfc_5869():
    """Appendix A.1 and A.3; ours gives the first 32 bytes of the output."""
    first = hkdf_sha256(bytes([0x0B] * 22), salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)))
    assert first.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    third = hkdf_sha256(bytes([0x0B] * 22), salt=b"", info=b"")
    assert third.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_no_key_serves_two_purposes():
    keys = Keys.derive("k" * 40)
    assert len({keys.access_token_key, keys.refresh_token_secret, keys.key_id}) == 3


def test_the_same_secret_gives_the_same_keys_and_another_gives_others():
    assert Keys.derive("k" * 40) == Keys.derive("k" * 40)
    assert Keys.derive("k" * 40) != Keys.derive("l" * 40)
