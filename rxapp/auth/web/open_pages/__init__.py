"""Which pages are open, and how they learn that their session has ended or changed."""
