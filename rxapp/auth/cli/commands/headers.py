"""`headers`: prints the security headers of the built pages, for another web server that serves them."""

from pathlib import Path
from typing import Annotated

import typer

from rxapp.auth.cli.opening import open_settings
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import print_json
from rxapp.auth.cli.refusals import refuse, refuse_without_reflex


def headers(
    *,
    pages: Annotated[Path | None, typer.Option(metavar="DIRECTORY", help="The built pages. [default: .web/build/client]")] = None,
    for_nginx: Annotated[bool, typer.Option("--nginx", help="Print lines for a server block of nginx.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the headers that a web server must send with the built pages if the app does not serve them itself.

    They contain the hashes of the pages' inline scripts: print them again after each build.
    """
    refuse_without_reflex("headers")
    # Other commands start faster without Reflex.
    from rxapp.auth.http.middleware.content_security_policy import hashes_of_built_pages  # noqa: PLC0415
    from rxapp.auth.http.middleware.security_headers import DEFAULT_HEADERS  # noqa: PLC0415
    from rxapp.auth.web.reflex_internals.app import directory_of_built_pages, get_config  # noqa: PLC0415

    settings = open_settings()
    directory = pages or directory_of_built_pages()
    if not any(directory.rglob("*.html")):
        refuse(f"There are no built pages in {directory}. Build them with: reflex export --frontend-only --no-zip")
    found = DEFAULT_HEADERS.for_pages(settings, hashes_of_built_pages(directory), get_config().api_url)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f'add_header {name} "{value}" always;' if for_nginx else f"{name}: {value}")
