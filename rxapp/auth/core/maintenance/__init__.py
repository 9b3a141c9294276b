"""Maintenance: pruning, key rotation, and the import of users."""
