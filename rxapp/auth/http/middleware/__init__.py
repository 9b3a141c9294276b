"""ASGI middleware around the routes: limits, errors, the request log, the Content Security Policy."""
