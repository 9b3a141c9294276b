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
        "any browser can call {}: they take the place of guarded ones, and a guard is not inherited",
        "Put @auth.event() over each of them too.",
    ),
    "setter": (
        problem,
        "any browser can call {} by Reflex's setvar, which calls whatever is named set_…",
        "Name it otherwise.",
    ),
    "covered": (
        problem,
        "the guard stands under another decorator, and nobody knows whether that asks it: {}",
        "Put @auth.event outermost.",
    ),
    "idle": (
        problem,
        "the guard can never run, for no state has this as a handler: {}",
        "Write it over a `def` of an rx.State, or of a mixin of that, whose name is there once and begins with no underscore.",
    ),
    "joining": (
        problem,
        "anyone can join a shared state without a guard: {}",
        "Put @auth.event() over each, and ask there who may come in.",
    ),
    "joining for all": (
        warning,
        "anyone can join a shared state by what has public=True: {}",
        "Put @auth.event() over each, unless the room is everybody's.",
    ),
}


def describe_faults(named: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """One finding for each kind of fault that was found."""
    for kind, (found, says, mend) in _FINDINGS.items():
        if kind in named:
            yield found("handlers", says.format(", ".join(sorted(named[kind]))), mend)
