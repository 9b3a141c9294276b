"""The routes for logging in and out, for an account, and for the public keys."""
