"""The audit log, its export, its statistics, and signals for metrics."""
