"""What has happened: the audit log, and signals for metrics."""
