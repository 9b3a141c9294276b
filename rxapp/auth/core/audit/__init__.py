"""The audit log, its export, and signals for metrics."""
