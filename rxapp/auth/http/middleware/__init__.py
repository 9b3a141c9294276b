"""What stands around the routes: limits, errors, the log of requests."""
