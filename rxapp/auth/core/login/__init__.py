"""Logging in: the first proof, then the stages that are due, then a session."""
