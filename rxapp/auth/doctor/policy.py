"""The findings about the Content-Security-Policy, in words. `rxapp.auth.web.site.policy_faults` finds the faults."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rxapp.auth.doctor.findings import Finding, warning


def describe_forbidden(faults: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    """One finding for each thing that is forbidden, with the setting that allows it. `faults` are directive, source and place."""
    places = defaultdict(list)
    for directive, source, place in faults:
        places[directive, source].append(place)
    for (directive, source), where in places.items():
        says = "code from a handler (rx.call_script)" if source == "eval" else f"{source} ({directive})"
        mend = f"Allow it: install_auth(app, security_headers=auth.SecurityHeaders({_setting(directive, source)}))"
        yield warning("policy", f"the Content-Security-Policy forbids {says}: {', '.join(sorted(where))}", mend)


def _setting(directive: str, source: str) -> str:
    if source == "eval":
        return "allow_eval=True"
    return f'images=["{source}"]' if directive == "img-src" else f'sources={{"{directive}": ["{source}"]}}'
