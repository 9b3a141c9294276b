"""Logging in: from the first proof, through the stages that are due, to a session."""
