"""The HTTP API on FastAPI. It knows no Reflex."""
