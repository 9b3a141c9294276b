"""Measurements; see `python -m benchmarks --help`."""
