"""`users import-local-auth`: imports users from reflex-local-auth."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import pluralize, print_json, print_table
from rxapp.auth.features.local_auth.rules import ImportReport, LocalAuthImport, read_local_users

Source = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="URL",
        envvar="LOCAL_AUTH_DATABASE_URL",
        help="The other app's database, such as sqlite:///reflex.db. If it has a password, give it in the variable.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, and only print the result.")]


def add_commands(groups: Mapping[str, typer.Typer]) -> None:
    """Add `users import-local-auth`."""
    groups["users"].command("import-local-auth")(import_local_auth)


def import_local_auth(*, source: Source, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import users from reflex-local-auth, with their passwords. The other database is only read.

    All or nothing. It is safe to run again, because existing users are skipped. Everybody logs in again.
    """
    with open_service() as service:
        local_users = read_local_users(source)
        report = LocalAuthImport(service.database, service.clock).run(local_users, is_dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run} | asdict(report))
    else:
        _print(report, dry_run)


def _print(report: ImportReport, dry_run: bool) -> None:
    disabled = sum(user.is_disabled for user in report.imported)
    done = "would be imported" if dry_run else "imported"
    typer.echo(f"{pluralize(len(report.imported), 'user')} {done}, {disabled} of them disabled; {len(report.skipped)} skipped.")
    if report.skipped:
        rows = [(user.user_name, user.local_id, user.reason) for user in report.skipped]
        print_table(("USER NAME", "ID", "WHY IT WAS SKIPPED"), rows)
