"""Whose a page is, what its connection has shown, and whose the work is that runs for it."""
