"""How often anything may be tried, and what is written down of failures."""
