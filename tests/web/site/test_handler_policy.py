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
from rxapp.auth.web.reflex_internals.registered_handlers import is_reflexs_own
from rxapp.auth.web.site.handler_policy import handler_policies
shown = {}
policies = {name: sorted(policy) if isinstance(policy, frozenset) else policy for name, policy in handler_policies().items()}
for state in RegistrationContext.get().base_states.values():
    if not is_reflexs_own(state):
        shown[state.__name__] = sorted({**state.base_vars, **state.computed_vars})
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
        "rxapp.auth.web.auth_state.confirmation.ConfirmationState.cancel": "public",
        "rxapp.auth.web.auth_state.confirmation.ConfirmationState.choose": "public",
        "rxapp.auth.web.auth_state.outage.OutageState.dismiss": "public",
        "rxapp.auth.web.auth_state.outage.OutageState.tell": "public",
        "rxapp.auth.web.pages.account.AccountState.change_password": [],
        "rxapp.auth.web.pages.account.AccountState.delete": [],
        "rxapp.auth.web.pages.account.AccountState.load": [],
        "rxapp.auth.web.pages.account.AccountState.rename": [],
        "rxapp.auth.web.pages.activity.ActivityState.load": [],
        "rxapp.auth.web.pages.activity.ActivityState.show_more": [],
        "rxapp.auth.web.pages.parts.confirm.ConfirmState.submit": [],
        "rxapp.auth.web.pages.parts.confirm.ConfirmState.submit_code": [],
        "rxapp.auth.web.pages.events.EventsState.clear": ["Admin"],
        "rxapp.auth.web.pages.events.EventsState.export": ["Admin"],
        "rxapp.auth.web.pages.events.EventsState.filter_by": ["Admin"],
        "rxapp.auth.web.pages.events.EventsState.load": ["Admin"],
        "rxapp.auth.web.pages.events.EventsState.turn_page": ["Admin"],
        "rxapp.auth.web.pages.login.LoginState.prepare": "public",
        "rxapp.auth.web.pages.login.LoginState.start_again": "public",
        "rxapp.auth.web.pages.login.LoginState.submit": "public",
        "rxapp.auth.web.pages.overview.OverviewState.load": ["Admin"],
        "rxapp.auth.web.pages.overview.OverviewState.refresh": ["Admin"],
        "rxapp.auth.web.pages.overview.OverviewState.show_per": ["Admin"],
        "rxapp.auth.web.pages.parts.new_password.StrengthState.estimate": "public",
        "rxapp.auth.web.pages.register.RegisterState.prepare": "public",
        "rxapp.auth.web.pages.register.RegisterState.submit": "public",
        "rxapp.auth.web.pages.sessions.SessionsState.end": [],
        "rxapp.auth.web.pages.sessions.SessionsState.end_other": [],
        "rxapp.auth.web.pages.sessions.SessionsState.end_others": [],
        "rxapp.auth.web.pages.sessions.SessionsState.load": [],
        "rxapp.auth.features.new_password.pages.NewPasswordState.submit": "public",
        "rxapp.auth.features.totp.pages.login_form.SecondFactorState.start_again": "public",
        "rxapp.auth.features.totp.pages.login_form.SecondFactorState.submit": "public",
        "rxapp.auth.features.totp.pages.login_form.SecondFactorState.switch": "public",
        "rxapp.auth.features.totp.pages.security_page.SecurityState.add": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.ask_for_name": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.begin": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.cancel": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.download_codes": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.hide_codes": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.load": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.remove": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.rename": [],
        "rxapp.auth.features.totp.pages.security_page.SecurityState.renew_codes": [],
        "rxapp.auth.features.totp.pages.user_section.UserFactorsState.load": ["Admin"],
        "rxapp.auth.features.totp.pages.user_section.UserFactorsState.remove_all": ["Admin"],
        "rxapp.auth.features.new_password.pages.SetPasswordState.prepare": "public",
        "rxapp.auth.features.new_password.pages.SetPasswordState.submit": "public",
        "rxapp.auth.web.pages.user.UserState.add_role": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.close_form": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.delete": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.disable": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.enable": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.end_session": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.end_sessions": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.load": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.make_link": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.open_form": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.rename": ["Admin"],
        "rxapp.auth.web.pages.user.UserState.toggle_role": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.close_form": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.create": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.load": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.open_form": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.search_for": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.sort_by": ["Admin"],
        "rxapp.auth.web.pages.users.UsersState.turn_page": ["Admin"],
        "rxapp.auth.web.auth_state.state.AuthState.ask_for_upload": "public",
        "rxapp.auth.web.auth_state.state.AuthState.enter": "public",
        "rxapp.auth.web.auth_state.state.AuthState.go_on": "public",
        "rxapp.auth.web.auth_state.state.AuthState.log_out": "public",
        "rxapp.auth.web.auth_state.state.AuthState.prove_key": "public",
        "rxapp.auth.web.auth_state.state.AuthState.session_changed": "public",
        "rxapp.demo.pages.customers.state.CustomersState.add": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.cancel": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.filter_by": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.load": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.refresh": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.remove": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.rename": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.start_removing": ["Manager"],
        "rxapp.demo.pages.customers.state.CustomersState.start_renaming": ["Manager"],
    }


def test_the_vars_that_go_to_the_browser_are_known(inspected):
    _, shown = inspected
    assert shown == {
        "AccountState": [
            "display_name",
            "error",
            "is_busy",
            "other_sessions",
            "password_form",
            "said",
            "user_name",
            "wait",
            "wrong",
        ],
        "ActivityState": ["has_more", "now", "rows"],
        "AuthState": [
            "display_name",
            "ended_because",
            "has_two_factors",
            "is_key_unreadable",
            "jwt",
            "key_challenge",
            "person",
            "refresh_token",
            "roles",
            "status",
            "storage_command",
            "upload_ticket",
            "user_name",
            "wait",
        ],
        "ConfirmState": [],
        "ConfirmationState": ["error", "is_busy", "is_open", "method", "methods", "wait", "wants_factor"],
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
        "EventsState": ["error", "filter_form", "now", "page", "pages", "rows", "total"],
        "LoginState": ["error", "is_busy", "methods", "reason", "stage", "wait", "wrong"],
        "NewPasswordState": [],
        "OutageState": ["sentence"],
        "OverviewState": [
            "failed",
            "failed_before",
            "failed_today",
            "is_new",
            "logins",
            "logins_before",
            "logins_today",
            "new_users",
            "now",
            "refusals",
            "rows",
            "sessions",
            "starts",
            "top",
            "unit",
            "users",
        ],
        "RegisterState": ["error", "is_busy", "is_logged_in", "wait", "wrong"],
        "SessionsState": ["now", "rows", "said"],
        "SecondFactorState": ["is_recovery"],
        "SecurityState": [
            "codes_left",
            "devices",
            "error",
            "is_adding",
            "is_busy",
            "now",
            "old_name",
            "qr_path",
            "qr_size",
            "recovery_codes",
            "renaming",
            "said",
            "secret",
            "uri",
            "wait",
            "wrong",
        ],
        "SetPasswordState": ["error", "is_busy", "user_name", "wait", "wrong"],
        "StrengthState": ["hint", "score"],
        "UserFactorsState": ["has_any"],
        "UserState": [
            "created_at",
            "deleted",
            "display_name",
            "error",
            "events",
            "has_password",
            "is_disabled",
            "is_editing",
            "last_seen_at",
            "link",
            "now",
            "roles",
            "said",
            "sessions",
            "user_name",
            "wrong",
        ],
        "UsersState": [
            "created",
            "error",
            "is_adding",
            "is_descending",
            "link",
            "new_user_form",
            "now",
            "order",
            "page",
            "pages",
            "rows",
            "search",
            "total",
            "wrong",
        ],
    }
