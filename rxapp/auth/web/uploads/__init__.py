"""Uploads, which come over HTTP and show by a ticket whose they are."""
