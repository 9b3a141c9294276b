"""What breaks in production, broken on purpose while people rotate: `make chaos`."""
