"""Ids in paths: one spelling each, so that no two addresses are the same thing. Any other is an unknown path."""

from uuid import UUID

from starlette.convertors import Convertor, register_url_convertor

CANONICAL_UUID, CANONICAL_NUMBER = "canonical_uuid", "canonical_number"
"""For paths, as in `/sessions/{session_id:canonical_uuid}`."""


class _CanonicalUuid(Convertor[UUID]):
    """RFC 9562 §4: small letters, with hyphens."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def convert(self, value: str) -> UUID:
        return UUID(value)

    def to_string(self, value: UUID) -> str:
        return str(value)


class _CanonicalNumber(Convertor[int]):
    """Digits without leading zeros, so many that each number fits into 64 bits."""

    regex = "0|[1-9][0-9]{0,17}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor(CANONICAL_UUID, _CanonicalUuid())
register_url_convertor(CANONICAL_NUMBER, _CanonicalNumber())
