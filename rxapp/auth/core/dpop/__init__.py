"""DPoP: proofs that the sender of a request holds a private key (RFC 9449)."""
