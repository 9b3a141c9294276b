"""The rules of logging in with other providers."""
