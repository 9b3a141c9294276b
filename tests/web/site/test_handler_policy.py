"""Closed by default: every event handler says who may call it, and no state shows what only the server may know."""

import json
import secrets
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


def inspect(**environment):
    """As `reflex run` loads it."""
    own = {"PATH": "", "DATABASE_URL": "sqlite:///unused.db", "RXAPP_SECRET_KEY": "x" * 40, "REFLEX_ENV_MODE": "dev"}
    environment = own | environment
    found = subprocess.run([sys.executable, "-c", INSPECT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def inspected():
    return inspect()


@pytest.fixture(scope="module")
def inspected_with_email():
    return inspect(RXAPP_EMAIL="required", RXAPP_EMAIL_CODES="true")


@pytest.fixture(scope="module")
def inspected_with_providers():
    acme = {"ISSUER": "https://acme.example", "CLIENT_ID": "rxapp", "CLIENT_SECRET": "s"}
    return inspect(**{f"RXAPP_PROVIDERS__ACME__{name}": value for name, value in acme.items()})


def test_so_does_every_one_of_other_providers(inspected, inspected_with_providers):
    (without, shown_without), (policies, shown) = inspected, inspected_with_providers
    pages = "rxapp.auth.features.providers.pages"
    assert {name: policy for name, policy in policies.items() if name not in without} == {
        f"{pages}.administration.UserLinksState.load": ["Admin"],
        f"{pages}.administration.UserLinksState.remove": ["Admin"],
        f"{pages}.buttons.DepartureState.confirm": [],
        f"{pages}.buttons.DepartureState.log_in": "public",
        f"{pages}.confirm_form.ProviderConfirmState.load": [],
        f"{pages}.landing.ProviderLandingState.confirm": [],
        f"{pages}.landing.ProviderLandingState.link": [],
        f"{pages}.landing.ProviderLandingState.prepare": "public",
        f"{pages}.security_section.OwnLinksState.add": [],
        f"{pages}.security_section.OwnLinksState.load": [],
        f"{pages}.security_section.OwnLinksState.remove": [],
    }
    assert {state: names for state, names in shown.items() if state not in shown_without} == {
        "DepartureState": ["command", "is_going"],
        "OwnLinksState": ["error", "links", "now", "said", "wait"],
        "ProviderConfirmState": ["linked"],
        "ProviderLandingState": ["again", "error", "wait"],
        "UserLinksState": ["links", "now"],
    }


def test_so_does_every_one_of_e_mail(inspected, inspected_with_email):
    (without, _), (policies, _) = inspected, inspected_with_email
    pages = "rxapp.auth.features.email.pages"
    assert {name: policy for name, policy in policies.items() if name not in without} == {
        f"{pages}.administration.UserAddressState.load": ["Admin"],
        f"{pages}.asking.CodeLoginState.ask": "public",
        f"{pages}.asking.CodeLoginState.prepare": "public",
        f"{pages}.asking.CodeLoginState.start_again": "public",
        f"{pages}.asking.CodeLoginState.use": "public",
        f"{pages}.asking.ForgottenState.ask": "public",
        f"{pages}.asking.ForgottenState.prepare": "public",
        f"{pages}.asking.ForgottenState.start_again": "public",
        f"{pages}.asking.ForgottenState.use": "public",
        f"{pages}.confirm_form.EmailConfirmState.answer": [],
        f"{pages}.confirm_form.EmailConfirmState.ask": [],
        f"{pages}.confirm_form.EmailConfirmState.prepare": [],
        f"{pages}.link_page.MailLinkState.confirm": [],
        f"{pages}.link_page.MailLinkState.disown": "public",
        f"{pages}.link_page.MailLinkState.log_in": "public",
        f"{pages}.link_page.MailLinkState.prepare": "public",
        f"{pages}.link_page.MailLinkState.refuse": "public",
        f"{pages}.link_page.MailLinkState.show_code": "public",
        f"{pages}.link_page.MailLinkState.undo": "public",
        f"{pages}.mailbox.MailboxState.load": "public",
        f"{pages}.messages.MessagesState.load": ["Admin"],
        f"{pages}.messages.MessagesState.retry": ["Admin"],
        f"{pages}.own_address.OwnAddressState.ask": [],
        f"{pages}.own_address.OwnAddressState.cancel": [],
        f"{pages}.own_address.OwnAddressState.confirm": [],
        f"{pages}.own_address.OwnAddressState.load": [],
        f"{pages}.own_address.OwnAddressState.remove": [],
        f"{pages}.stage_form.EmailStageState.another": "public",
        f"{pages}.stage_form.EmailStageState.ask": "public",
        f"{pages}.stage_form.EmailStageState.leave": "public",
        f"{pages}.stage_form.EmailStageState.prepare": "public",
        f"{pages}.stage_form.EmailStageState.use": "public",
    }


def test_no_state_of_e_mail_shows_a_proof_or_another_secret(inspected, inspected_with_email):
    (_, without), (_, shown) = inspected, inspected_with_email
    answers = ["error", "is_busy", "is_sent", "wait", "wrong"]
    assert {name: names for name, names in shown.items() if name not in without} == {
        "CodeLoginState": answers,
        "EmailConfirmState": ["is_sent"],
        "EmailStageState": ["address", *answers],
        "ForgottenState": answers,
        "MailLinkState": ["address", "code", "device", "error", "is_busy", "network", "purpose", "said", "user_name", "wait"],
        "MailboxState": ["letters"],
        "MessagesState": ["now", "rows", "said"],
        "OwnAddressState": ["address", "asked", "error", "is_busy", "is_sent", "said", "wait", "wrong"],
        "UserAddressState": ["address"],
    }


def test_in_production_there_is_no_mailbox():
    production = {"RXAPP_ENVIRONMENT": "production", "RXAPP_DEMO_DATA": "false", "RXAPP_PUBLIC_ORIGINS": "https://app.example"}
    sending = {"RXAPP_SMTP_URL": "smtps://mail.example.com", "RXAPP_MAIL_FROM": "a@example.com"}
    policies, shown = inspect(**production, **sending, RXAPP_SECRET_KEY=secrets.token_urlsafe(48))
    assert "rxapp.auth.features.email.pages.link_page.MailLinkState.undo" in policies
    assert [name for name in (*policies, *shown) if "Mailbox" in name] == []


def test_every_event_handler_says_who_may_call_it(inspected):
    policies, _ = inspected
    assert policies == {
        "rxapp.auth.features.inspector.pages.lab_page.LabState.attack": [],
        "rxapp.auth.features.inspector.pages.lab_page.LabState.begin": [],
        "rxapp.auth.features.inspector.pages.lab_page.LabState.bind": [],
        "rxapp.auth.features.inspector.pages.session_page.InspectorState.go_on_looking": [],
        "rxapp.auth.features.inspector.pages.session_page.InspectorState.look": [],
        "rxapp.auth.features.inspector.pages.tour_page.TourState.begin": [],
        "rxapp.auth.features.inspector.pages.tour_page.TourState.go_back": [],
        "rxapp.auth.features.inspector.pages.tour_page.TourState.go_on": [],
        "rxapp.auth.web.auth_state.confirmation.ConfirmationState.cancel": "public",
        "rxapp.auth.web.auth_state.confirmation.ConfirmationState.choose": "public",
        "rxapp.auth.web.auth_state.news.NewsState.dismiss": "public",
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
        "rxapp.auth.web.pages.parts.trust_device.TrustState.wish": "public",
        "rxapp.auth.web.pages.register.RegisterState.prepare": "public",
        "rxapp.auth.web.pages.register.RegisterState.submit": "public",
        "rxapp.auth.web.pages.sessions.SessionsState.ask_again": [],
        "rxapp.auth.web.pages.sessions.SessionsState.end": [],
        "rxapp.auth.web.pages.sessions.SessionsState.end_other": [],
        "rxapp.auth.web.pages.sessions.SessionsState.end_others": [],
        "rxapp.auth.web.pages.sessions.SessionsState.load": [],
        "rxapp.auth.features.new_password.pages.NewPasswordState.prepare": "public",
        "rxapp.auth.features.new_password.pages.NewPasswordState.submit": "public",
        "rxapp.auth.features.totp.pages.enrolment_form.EnrolState.download_codes": [],
        "rxapp.auth.features.totp.pages.enrolment_form.EnrolState.leave": [],
        "rxapp.auth.features.totp.pages.enrolment_form.EnrolState.prepare": "public",
        "rxapp.auth.features.totp.pages.enrolment_form.EnrolState.submit": "public",
        "rxapp.auth.web.pages.parts.user_factors.UserFactorsState.load": ["Admin"],
        "rxapp.auth.web.pages.parts.user_factors.UserFactorsState.remove_all": ["Admin"],
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
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyConfirmState.answer": [],
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyConfirmState.begin": [],
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyConfirmState.fail": [],
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyStepUpState.answer": [],
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyStepUpState.begin": [],
        "rxapp.auth.features.passkeys.pages.confirm_form.PasskeyStepUpState.fail": [],
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyFactorState.answer": "public",
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyFactorState.begin": "public",
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyFactorState.fail": "public",
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyLoginState.answer": "public",
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyLoginState.begin": "public",
        "rxapp.auth.features.passkeys.pages.login_ways.PasskeyLoginState.fail": "public",
        "rxapp.auth.features.passkeys.pages.own_password.OwnPasswordState.load": [],
        "rxapp.auth.features.passkeys.pages.own_password.OwnPasswordState.remove": [],
        "rxapp.auth.features.passkeys.pages.own_password.OwnPasswordState.set_one": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.answer": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.ask": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.ask_for_name": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.begin": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.cancel": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.fail": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.load": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.open_dialog": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.remove": [],
        "rxapp.auth.features.passkeys.pages.security_section.PasskeysState.rename": [],
        "rxapp.auth.features.totp.pages.login_forms.CodeState.submit": "public",
        "rxapp.auth.features.totp.pages.security_section.AppsState.add": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.ask_for_name": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.begin": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.cancel": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.download_codes": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.hide_codes": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.load": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.remove": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.rename": [],
        "rxapp.auth.features.totp.pages.security_section.AppsState.renew_codes": [],
        "rxapp.auth.web.pages.second_factor.SecondFactorState.start_again": "public",
        "rxapp.auth.web.pages.second_factor.SecondFactorState.switch": "public",
        "rxapp.auth.web.pages.account.AccountState.delete_without_password": [],
    }


def test_the_vars_that_go_to_the_browser_are_known(inspected):
    _, shown = inspected
    assert shown == {
        "InspectorState": ["claims", "happenings", "ring", "session"],
        "LabState": ["failed", "is_bound", "result", "running"],
        "TourState": ["stop"],
        "AccountState": [
            "display_name",
            "error",
            "has_password",
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
        "LoginState": ["error", "is_busy", "methods", "new_codes", "reason", "stage", "wait", "wrong"],
        "NewPasswordState": ["is_by_link"],
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
        "SessionsState": ["now", "rows", "said", "trusted"],
        "SecondFactorState": ["method"],
        "SetPasswordState": ["error", "is_busy", "user_name", "wait", "wrong"],
        "StrengthState": ["hint", "minimum", "score"],
        "TrustState": ["is_offered"],
        "NewsState": ["sentences"],
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
            "invited",
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
        "AppsState": [
            "codes_left",
            "devices",
            "error",
            "has_factor",
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
        "CodeState": [],
        "OwnPasswordState": ["error", "has_another_way", "has_password", "is_busy", "said", "wait", "wrong"],
        "PasskeyConfirmState": ["options"],
        "EnrolState": ["qr_path", "qr_size", "secret", "uri"],
        "PasskeyStepUpState": ["options"],
        "PasskeyFactorState": ["options"],
        "PasskeyLoginState": ["options"],
        "PasskeysState": [
            "asks_after_password",
            "error",
            "is_adding",
            "is_busy",
            "naming",
            "now",
            "old_name",
            "options",
            "passkeys",
            "said",
            "signal",
            "wait",
            "wrong",
        ],
    }
