"""Causes the faults of production on purpose, while people rotate: `make chaos`."""
