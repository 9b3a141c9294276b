"""`python -m rxapp`: the command line."""

from rxapp.cli import app

app()
