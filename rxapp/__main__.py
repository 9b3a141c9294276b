"""`python -m rxapp`: the command line."""

from rxapp.auth.cli import app

app()
