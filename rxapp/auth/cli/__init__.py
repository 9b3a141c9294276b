"""The operator's command line. It contains no rules: it parses, calls the service once, and translates the error."""

import sys
from io import TextIOWrapper

import typer

from rxapp.auth.cli.commands import doctor, events, headers, keys, migrate, prune, serve, sessions, users
from rxapp.auth.core.features import included_features

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="The database and all other settings are the app's own: from the environment, or from a .env file.",
)
GROUPS = {"users": users.app, "sessions": sessions.app, "events": events.app, "keys": keys.app}
for name, group in GROUPS.items():
    app.add_typer(group, name=name)
app.command("migrate")(migrate.migrate)
app.command("prune")(prune.prune)
app.command("doctor")(doctor.doctor)
app.command("headers")(headers.headers)
app.command("serve")(serve.serve)
for feature in included_features():
    if module := feature.load("commands"):
        for name, group in (module.add_commands(GROUPS) or {}).items():
            app.add_typer(group, name=name)


@app.callback()
def main() -> None:
    """Manage the users, the sessions, the audit log and the keys of rxapp, on the server, without signing in."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # do not fail on a terminal without Unicode
