"""The routes of signing in, of an account, and of the public keys."""
