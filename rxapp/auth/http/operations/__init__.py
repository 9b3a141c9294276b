"""For the operator: health, metrics, and what runs beside requests."""
