"""Secret keys: what is derived from them, and how they are kept and changed."""
