"""The service that requests and events work on, its threads, and who listens."""
