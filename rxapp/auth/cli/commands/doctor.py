"""`doctor`: finds what is wrong with this deployment, and says how to fix it."""

import os
from collections.abc import Iterator
from dataclasses import asdict

import typer

from rxapp.auth import UnsafeSettings
from rxapp.auth.cli.opening import read_settings
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import print_json, printable
from rxapp.auth.doctor import Finding, Verdict, examine

_LONGEST_VERDICT = max(map(len, Verdict))


def doctor(*, as_json: AsJson = False) -> None:
    """Check settings, database, Redis, clock and event handlers; say what is wrong and how to fix it.

    Exit code 1 if there is a problem, 0 if there are only warnings or nothing. It changes nothing.
    """
    findings = []
    for finding in _findings():
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if any(finding.verdict is Verdict.PROBLEM for finding in findings):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        yield from examine(read_settings(), os.environ)
    except UnsafeSettings as refused:
        yield from examine(refused.settings, os.environ, refused=refused)


def _print(finding: Finding) -> None:
    typer.echo(f"{finding.verdict:{_LONGEST_VERDICT}}  {finding.check}: {printable(finding.says)}")
    if finding.mend:
        typer.echo(f"{'':{_LONGEST_VERDICT}}  {printable(finding.mend)}")
