"""For the operator: health, readiness, metrics, and background tasks."""
