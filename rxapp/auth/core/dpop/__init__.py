"""Proofs that a sender holds a key (RFC 9449)."""
