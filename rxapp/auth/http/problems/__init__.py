"""Errors over HTTP: which status an error has, and the problem document (RFC 9457) that the client gets."""
