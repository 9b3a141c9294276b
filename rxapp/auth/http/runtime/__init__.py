"""The service that requests and events use, its worker threads, the hooks, and the listeners for sessions."""
