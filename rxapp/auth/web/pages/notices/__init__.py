"""Notices that a page shows by itself: no connection, no database, too many attempts."""
