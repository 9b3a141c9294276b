"""The findings about event handlers, in words. `rxapp.auth.web.site.handler_faults` finds the faults and names their kinds."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from rxapp.auth.doctor.findings import Finding, problem, warning

_FINDINGS: dict[str, tuple[Callable[[str, str, str], Finding], str, str]] = {
    "open": (
        problem,
        "any browser can call {}",
        "Put @auth.event() over each, with roles=[…] or public=True.",
    ),
    "overriding": (
        problem,
        "any browser can call {}: they override guarded handlers, and a guard is not inherited",
        "Put @auth.event() over each of them too.",
    ),
    "setter": (
        problem,
        "any browser can call {} through Reflex's setvar, which calls every method named set_…",
        "Give it another name.",
    ),
    "covered": (
        problem,
        "the guard is under another decorator, which may skip it: {}",
        "Put @auth.event outermost.",
    ),
    "idle": (
        problem,
        "the guard can never run, because no state has this as a handler: {}",
        "Put it over a method of an rx.State or of its mixin. The name must be unique there, and have no leading underscore.",
    ),
    "joining": (
        problem,
        "anyone can join a shared state without a guard: {}",
        "Put @auth.event() over each, and check there who may join.",
    ),
    "joining for all": (
        warning,
        "anyone can join a shared state through handlers with public=True: {}",
        "Put @auth.event() over each, unless the state is open to everybody.",
    ),
}


def describe_faults(named: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """One finding for each kind of fault that was found."""
    for kind, (report, says, mend) in _FINDINGS.items():
        if kind in named:
            yield report("handlers", says.format(", ".join(sorted(named[kind]))), mend)
