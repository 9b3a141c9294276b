"""Closed by default: every event handler says who may call it, and no state shows what only the server may know."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

INSPECT = """
import json
import rxapp.rxapp
from reflex_base.registry import RegistrationContext
from rxapp.auth.web.policy import handler_policies
shown = {}
policies = {name: sorted(policy) if isinstance(policy, frozenset) else policy for name, policy in handler_policies().items()}
for state in RegistrationContext.get().base_states.values():
    if not state.__module__.startswith("reflex"):
        shown[state.__name__] = sorted(state.base_vars)
print(json.dumps([policies, shown]))
"""


@pytest.fixture(scope="module")
def inspected():
    environment = {"PATH": "", "DATABASE_URL": "sqlite:///unused.db", "RXAPP_SECRET_KEY": "x" * 40}
    found = subprocess.run([sys.executable, "-c", INSPECT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def test_every_event_handler_says_who_may_call_it(inspected):
    policies, _ = inspected
    assert policies == {
        "AccountState.change_password": [],
        "AccountState.delete": [],
        "AccountState.load": [],
        "AccountState.rename": [],
        "ActivityState.load": [],
        "ActivityState.show_more": [],
        "AuthState.ask_for_upload": "public",
        "AuthState.enter": "public",
        "AuthState.go_on": "public",
        "AuthState.log_out": "public",
        "AuthState.prove_key": "public",
        "AuthState.session_changed": "public",
        "ConfirmState.submit": [],
        "ConfirmationState.cancel": "public",
        "CustomersState.add": ["Manager"],
        "CustomersState.cancel": ["Manager"],
        "CustomersState.filter_by": ["Manager"],
        "CustomersState.load": ["Manager"],
        "CustomersState.refresh": ["Manager"],
        "CustomersState.remove": ["Manager"],
        "CustomersState.rename": ["Manager"],
        "CustomersState.start_removing": ["Manager"],
        "CustomersState.start_renaming": ["Manager"],
        "EventsState.export": ["Admin"],
        "EventsState.filter_by": ["Admin"],
        "EventsState.load": ["Admin"],
        "EventsState.turn_page": ["Admin"],
        "LoginState.prepare": "public",
        "LoginState.submit": "public",
        "OutageState.dismiss": "public",
        "OutageState.tell": "public",
        "RegisterState.submit": "public",
        "SessionsState.end": [],
        "SessionsState.end_other": [],
        "SessionsState.end_others": [],
        "SessionsState.load": [],
        "SetPasswordState.prepare": "public",
        "SetPasswordState.submit": "public",
        "StrengthState.estimate": "public",
        "UserState.add_role": ["Admin"],
        "UserState.disable": ["Admin"],
        "UserState.enable": ["Admin"],
        "UserState.end_session": ["Admin"],
        "UserState.end_sessions": ["Admin"],
        "UserState.load": ["Admin"],
        "UserState.make_link": ["Admin"],
        "UserState.toggle_role": ["Admin"],
        "UsersState.create": ["Admin"],
        "UsersState.load": ["Admin"],
        "UsersState.search_for": ["Admin"],
        "UsersState.turn_page": ["Admin"],
    }


def test_the_vars_that_go_to_the_browser_are_known(inspected):
    _, shown = inspected
    assert shown == {
        "AccountState": [
            "deletion_error",
            "deletion_wait",
            "display_name",
            "is_busy",
            "other_sessions",
            "password_error",
            "password_form",
            "password_message",
            "password_wait",
            "profile_error",
            "profile_message",
            "user_name",
        ],
        "ActivityState": ["has_more", "now", "rows"],
        "AuthState": [
            "ended_because",
            "jwt",
            "key_challenge",
            "refresh_token",
            "roles",
            "status",
            "storage_command",
            "upload_ticket",
            "user_name",
            "wait",
        ],
        "ConfirmState": [],
        "ConfirmationState": ["error", "is_busy", "is_open", "wait"],
        "CustomersState": [
            "add_error",
            "additions",
            "customers",
            "done",
            "failed",
            "filter_text",
            "focused",
            "is_loaded",
            "refreshed",
            "removing",
            "rename_error",
            "renaming",
        ],
        "EventsState": ["error", "now", "page", "pages", "rows", "total"],
        "LoginState": ["error", "is_busy", "reason", "wait"],
        "OutageState": ["sentence"],
        "RegisterState": ["error", "is_busy", "wait"],
        "SessionsState": ["message", "now", "rows"],
        "SetPasswordState": ["error", "is_busy", "user_name", "wait"],
        "StrengthState": ["hint", "score"],
        "UserState": [
            "display_name",
            "error",
            "events",
            "has_password",
            "is_disabled",
            "link",
            "message",
            "now",
            "roles",
            "sessions",
            "user_name",
        ],
        "UsersState": ["created", "error", "link", "new_user_form", "page", "pages", "rows", "search", "total"],
    }
