"""Which pages are open, and how they are told what becomes of their session."""
