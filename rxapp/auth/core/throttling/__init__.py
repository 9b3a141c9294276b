"""Rate limits, and the audit log of failed attempts."""
