"""The gate in front of WebSockets, and their limits."""
