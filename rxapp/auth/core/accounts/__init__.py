"""Users: what they do for themselves, and what administrators do."""
