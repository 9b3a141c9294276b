"""Passwords: how they are hashed, which are good, and how they are set by a link."""
