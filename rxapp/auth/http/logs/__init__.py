"""Logging: its format, what libraries may log, and how secrets are kept out."""
