"""The client components that carry out `rx.toast` and its kind without evaluating code, and say what the policy forbids.

Needs: `refs`, `ReflexEvent` and `isTrue` of Reflex's `state.js`, `eventLoop` of its `context-registry.js`, and that it evaluates
such code by a call of `eval`.
Why: toasts and alerts are ordinary, and `'unsafe-eval'` would let every injected text run too.
Without it: toasts, alerts and the other calls do nothing in production, or every page fails to load its scripts.
"""

import reflex as rx

from rxapp.auth.http.middleware.security_headers import SecurityHeaders
from rxapp.auth.web.reflex_internals.app import is_development
from rxapp.auth.web.ui.components.component_base import OwnComponent


class SentCalls(OwnComponent):
    """Invisible. Carries out the calls that are listed in its script, and refuses all other code."""

    tag = "SentCalls"

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one. It loads the others."""
        rx.asset("evaluator.js", shared=True)
        rx.asset("carry_out.js", shared=True)
        rx.asset("policy_notes.js", shared=True)
        return rx.asset("sent_calls.js", shared=True).importable_path


class PolicyNotes(OwnComponent):
    """Invisible. In development, says what the policy forbids, where it happens."""

    tag = "PolicyNotes"

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("policy_notes.js", shared=True).importable_path


def components_for_policy(headers: SecurityHeaders | None) -> list[rx.Component]:
    """What each page needs under the policy of these headers. An app that sends none of ours, or allows `eval`, needs nothing."""
    if headers is None:
        return []
    if not headers.allow_eval:
        return [SentCalls.create()]
    return [PolicyNotes.create()] if is_development() else []
