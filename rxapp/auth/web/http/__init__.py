"""The HTTP API: a FastAPI app that answers every failure with a problem document."""
