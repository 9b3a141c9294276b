"""What we know of the app around us, and what its handlers and pages declare."""
