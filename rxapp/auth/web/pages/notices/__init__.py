"""What a page says without being asked: no connection, no database, too many attempts."""
