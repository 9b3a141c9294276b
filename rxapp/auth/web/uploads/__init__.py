"""Uploads. They come over HTTP, and a ticket says to which page and session they belong."""
