"""The gate in front of WebSockets, and its limits."""
