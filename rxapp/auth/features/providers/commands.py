"""`providers list` and `providers check`."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import print_json, print_table
from rxapp.auth.cli.refusals import refuse
from rxapp.auth.features.providers.client.examination import examine
from rxapp.auth.features.providers.rules.provider import Providers, callback_of, providers_of

providers = typer.Typer(no_args_is_help=True, help="Look at the providers with which people log in, and ask whether they answer.")

_HEADINGS = ("NAME", "KIND", "LABEL", "ISSUER", "REDIRECT ADDRESS")


def add_commands(_groups: Mapping[str, typer.Typer]) -> Mapping[str, typer.Typer]:
    """Returns the group `providers`."""
    return {"providers": providers}


@providers.command("list")
def list_providers(*, as_json: AsJson = False) -> None:
    """List the providers that the environment names, with the address to register there."""
    with open_service() as service:
        found = providers_of(service)
        rows = [(each, callback_of(service.settings, each.name)) for each in found]
    if as_json:
        columns = ("name", "kind", "label", "issuer")
        print_json([{name: getattr(each, name) for name in columns} | {"callback": callback} for each, callback in rows])
        return
    print_table(_HEADINGS, [(each.name, each.kind, each.label, each.issuer, callback) for each, callback in rows])
    _say_faults(found)


@providers.command("check")
def check_providers(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One provider. [default: all]")] = "", *, as_json: AsJson = False
) -> None:
    """Ask the providers for what they publish, as a login does."""
    with open_service() as service:
        found = providers_of(service)
        wanted = [each for each in found if name in ("", each.name)]
        if not wanted:
            refuse(f"There is no provider {name!r}." if name else "No provider is configured: set RXAPP_PROVIDERS__….")
        results = [(each, asyncio.run(examine(each, callback_of(service.settings, each.name), service.clock))) for each in wanted]
    if as_json:
        print_json([{"name": each.name, "fault": result.fault, "doubts": list(result.doubts)} for each, result in results])
    else:
        print_table(
            ("NAME", "STATE"), [(each.name, result.fault or "; ".join(result.doubts) or "answers") for each, result in results]
        )
        _say_faults(found)
    if any(result.fault for _, result in results):
        raise typer.Exit(1)


def _say_faults(found: Providers) -> None:
    for fault in found.faults:
        typer.echo(f"Not complete, unless the app's code completes it: {fault}", err=True)
