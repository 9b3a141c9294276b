"""Sessions: how they rotate, how they are verified, and how they end."""
