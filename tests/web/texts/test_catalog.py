"""Every word that a person reads can be translated, German is complete, and no page has a word of its own."""

import ast
import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from types import SimpleNamespace
from uuid import uuid4

import pytest
import reflex as rx
from sqlalchemy.exc import SQLAlchemyError

from rxapp.auth import (
    AuthError,
    DatabaseUnavailable,
    InputRefused,
    InvalidCredentials,
    InvalidToken,
    InvalidUserName,
    PasswordRefused,
    RevocationReason,
    SessionEnded,
    SessionRevoked,
    TooManyRequests,
    UserNameTaken,
)
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.statistics import REFUSALS
from rxapp.auth.core.features import event_kinds, included_features
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.passwords.policy import strength_of
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.passkeys.pages.confirm_form import confirm_form
from rxapp.auth.features.passkeys.pages.login_ways import factor_form, login_section
from rxapp.auth.features.passkeys.pages.own_password import password_section
from rxapp.auth.features.passkeys.pages.security_section import passkeys_section
from rxapp.auth.features.totp.pages.login_forms import code_form, recovery_form
from rxapp.auth.features.totp.pages.security_section import security_section
from rxapp.auth.http.runtime.service import Overloaded, use_service
from rxapp.auth.web import set_password_page
from rxapp.auth.web.pages.account import account_page
from rxapp.auth.web.pages.activity import activity_page
from rxapp.auth.web.pages.events import events_page
from rxapp.auth.web.pages.login import login_page
from rxapp.auth.web.pages.notices.connection_notice import connection_notice
from rxapp.auth.web.pages.notices.outage_notice import outage_notice
from rxapp.auth.web.pages.notices.slow_down import slow_down_notice
from rxapp.auth.web.pages.overview import overview_page
from rxapp.auth.web.pages.parts.confirm import confirm_dialog
from rxapp.auth.web.pages.parts.event_rows import _row as event_row
from rxapp.auth.web.pages.parts.new_password import _hint
from rxapp.auth.web.pages.parts.user_factors import user_factors
from rxapp.auth.web.pages.register import register_page
from rxapp.auth.web.pages.second_factor import second_factor_form
from rxapp.auth.web.pages.security import security_page
from rxapp.auth.web.pages.sessions import sessions_page
from rxapp.auth.web.pages.user import user_page
from rxapp.auth.web.pages.users import users_page
from rxapp.auth.web.site.page_layout import Look
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words, in_words
from rxapp.auth.web.texts import ENGLISH, GERMAN, Counted
from rxapp.auth.web.ui.placeholders import forbidden_view, waiting_view
from tests.conftest import ROOT

MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
SAMPLES = [InvalidCredentials(), UserNameTaken(), InvalidUserName(InputRule.USER_NAME_TOO_LONG, limit=64), Overloaded()]

CARDS = [login_page, register_page, set_password_page]
FRAMED = [account_page, sessions_page, activity_page, overview_page, users_page, user_page, events_page, security_page]
PARTS = [
    second_factor_form,
    code_form,
    recovery_form,
    security_section,
    user_factors,
    factor_form,
    login_section,
    confirm_form,
    passkeys_section,
    password_section,
    confirm_dialog,
    slow_down_notice,
    outage_notice,
    connection_notice,
    waiting_view,
    forbidden_view,
]

SAID = re.compile(
    r'^"?(aria-label|title|label|placeholder|words|alt|question|why|yes|no|close|text|busy|unsupported)"?:(.*)$', re.DOTALL
)
"""The props that a person hears or reads."""

LITERAL = re.compile(r'\["\w+"\]|=== ?"\w+"|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


def leaves(node, path=""):
    """Each text of a language, by its path."""
    if is_dataclass(node):
        for field in fields(node):
            yield from leaves(getattr(node, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from leaves(item, f"{path}.{number}")
    elif node:
        yield path, node


def in_strange_letters(node):
    """A language whose every letter is wide: a narrow one that is on a page was written there, and not here."""
    if is_dataclass(node):
        return replace(node, **{field.name: in_strange_letters(getattr(node, field.name)) for field in fields(node)})
    if isinstance(node, tuple):
        return tuple(map(in_strange_letters, node))
    return re.sub(r"\{\w+\}|[A-Za-z]", lambda found: found[0] if found[0][0] == "{" else chr(ord(found[0]) + 0xFEE0), node)


def said_in(rendered):
    """The texts in what a component renders to, in whichever branch they stand."""
    if isinstance(rendered, list | tuple):
        for item in rendered:
            yield from said_in(item)
    elif isinstance(rendered, dict):
        yield from literals_in(rendered.get("contents", ""))
        for prop in rendered.get("props", []):
            if said := SAID.match(prop):
                yield from literals_in(said[2])
        for name, item in rendered.items():
            if name not in ("contents", "props"):
                yield from said_in(item)
    elif isinstance(rendered, rx.Component):
        yield from said_in(rendered.render())


def literals_in(expression):
    """Those that are not the names of members, without what is filled in."""
    for quoted, template in LITERAL.findall(str(expression)):
        text = quoted or template
        text = re.sub(r"\$?\{.*?\}", "", text)
        yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def placeholders_of(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.fixture
def speak(monkeypatch, settings, sqlite_database, clock):
    """Install a language."""
    use_service(AuthService(settings, sqlite_database, clock))
    monkeypatch.setattr(site, "_look", Look())
    return lambda texts: monkeypatch.setattr(site, "texts", texts)


class TestGerman:
    def test_has_every_text(self):
        english, german = dict(leaves(ENGLISH)), dict(leaves(GERMAN))
        assert english.keys() == german.keys()
        assert [path for path, text in english.items() if german[path] == text] == []

    def test_has_the_same_to_fill_in(self):
        german = dict(leaves(GERMAN))
        for path, text in leaves(ENGLISH):
            assert placeholders_of(german[path]) == placeholders_of(text), path


class TestPages:
    @pytest.mark.parametrize("page", [*CARDS, *FRAMED, *PARTS], ids=lambda page: page.__name__)
    def test_none_has_a_word_of_its_own(self, speak, page):
        speak(in_strange_letters(ENGLISH))
        said = list(said_in(page()))
        assert said
        assert [text for text in said if re.search(r"[A-Za-z]", text)] == []

    @pytest.mark.parametrize("page", [*CARDS, *FRAMED, *PARTS], ids=lambda page: page.__name__)
    def test_none_has_a_style_that_would_bring_emotion_to_every_page(self, speak, page):
        speak(ENGLISH)
        assert not re.search(r"\bcss\b[^,]{0,3}:", str(page().render()))

    def test_no_handler_of_theirs_has_a_sentence_of_its_own(self):
        for file in (ROOT / "rxapp" / "auth" / "web" / "pages").glob("*.py"):
            tree = ast.parse(file.read_text())
            docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            words = [text.value for text in texts if id(text) not in docstrings]
            assert [text for text in words if re.search(r"^[A-Z][a-z]|[.…?!]$", text)] == [], file.name

    def test_a_single_text_can_be_replaced(self, speak):
        speak(replace(GERMAN, login=replace(GERMAN.login, title="Willkommen zurück")))
        assert {"Willkommen zurück", "Benutzername"} <= set(said_in(login_page()))

    def test_no_component_of_ours_in_the_browser_has_words(self):
        files = [
            file for file in (ROOT / "rxapp" / "auth" / "web").rglob("*.js") if file.name != "policy_notes.js"
        ]  # for developers
        assert len(files) > 8
        for file in files:
            code = re.sub(r"//.*|This browser cannot (keep a key|read its key now):", "", file.read_text())
            assert not re.search(r"""["'`][A-Z][a-z]+ [^"'`]*["'`]""", code), file


class TestCodes:
    def test_every_kind_of_event_has_words(self):
        assert {kind for kind in event_kinds(included_features()) if not ENGLISH.event_kinds.of(kind)} == set()

    def test_every_kind_of_refusal_has_a_few_words(self):
        assert {kind for kind in REFUSALS if not ENGLISH.overview.reasons.of(kind)} == set()

    def test_every_reason_for_which_a_session_ends_has_words_at_the_login_page(self):
        codes = {*RevocationReason, *(error.code for error in all_errors(SessionEnded)), InvalidToken.code}
        assert {code for code in codes if not ENGLISH.login.reasons.of(code)} == set()

    @pytest.mark.parametrize("code", [None, "", "of", "__class__", "__doc__", "hello"])
    def test_what_else_may_stand_in_the_url_is_not_shown(self, code):
        assert ENGLISH.login.reasons.of(code) == ""

    def test_every_error_of_ours_has_words(self):
        """Those for what was typed have rules in place of that."""
        ours = [error for error in all_errors(AuthError) if is_ours(error) and not issubclass(error, InputRefused)]
        assert {error.code for error in ours if not ENGLISH.refusals.of(error.code)} == {AuthError.code}  # of a base

    def test_every_rule_has_words(self):
        assert {rule for rule in InputRule if not ENGLISH.refusals.of(rule.name.lower())} == set()


def all_errors(base):
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)


def is_ours(error):
    return error.__module__.startswith("rxapp.auth.")


class NotInvited(InvalidCredentials):
    """As an app may say it, with the code of ours."""

    message = "You are not on the list."


class TestRefusals:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (InvalidCredentials(), "Benutzername oder Passwort ist falsch."),
            (TooManyRequests(timedelta(seconds=5)), "Zu viele Versuche."),
            (Overloaded(), GERMAN.refusals.temporarily_unavailable),
            (UserNameTaken(), "Dieser Benutzername ist vergeben."),
            (PasswordRefused(InputRule.PASSWORD_TOO_LONG, limit=256), "Bitte verwenden Sie höchstens 256 Zeichen."),
            (SessionRevoked(uuid4()), "Die Sitzung wurde beendet."),
            (DatabaseUnavailable(SQLAlchemyError(), may_retry=True), GERMAN.notices.nothing_was_done),
            (
                DatabaseUnavailable(SQLAlchemyError(), may_retry=False, is_outcome_known=False),
                GERMAN.notices.may_have_been_done,
            ),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_are_told_in_the_language_of_the_pages(self, speak, error, words):
        speak(GERMAN)
        assert in_words(error) == words

    @pytest.mark.parametrize("error", [NotInvited(), InputRefused("No such {city}.")], ids=["own error", "own words"])
    def test_the_apps_own_keep_their_message(self, speak, error):
        speak(GERMAN)
        assert in_words(error) == error.message

    @pytest.mark.parametrize("error", [*SAMPLES], ids=lambda error: error.code)
    def test_in_english_they_say_what_the_api_says(self, speak, error):
        speak(ENGLISH)
        assert in_words(error) == error.message


class TestWhatIsSaidAtRunTime:
    @pytest.mark.parametrize(
        ("typed", "hint"),
        [
            ("", ""),
            ("p", "Noch 14 Zeichen"),
            ("plumb orbit ca", "Noch 1 Zeichen"),
            ("passwordpassword", GERMAN.refusals.password_too_common),
            ("bluemoon12121987", "Geht besser"),
            ("plumb orbit cadet vixen", "Sehr gut"),
        ],
    )
    def test_the_hint_while_a_password_is_typed(self, speak, settings, typed, hint):
        speak(GERMAN)
        assert _hint(strength_of(typed, "johndoe", settings)) == hint

    @pytest.mark.parametrize(
        ("device", "words"),
        [("Firefox on Windows", "Firefox auf Windows"), ("Unknown device", "Unbekanntes Gerät"), ("curl", "curl")],
    )
    def test_the_device_of_a_session(self, speak, device, words):
        speak(GERMAN)
        assert device_in_words(device) == words

    def test_the_log_of_events(self, speak):
        speak(GERMAN)
        event = SimpleNamespace(id=1, kind=EventKind.SESSION_REVOKED, detail="user_disabled", user_name=None, user_id=None)
        event.actor_name, event.actor_id, event.occurred_at, event.address, event.user_agent = None, 7, MOMENT, "", ""
        row = event_row(event, is_own=False)
        assert row.what == "Sitzung beendet, weil das Konto gesperrt wurde"
        assert (row.who, row.by) == ("niemand Bekanntes", "jemand mit gelöschtem Konto (7)")

    @pytest.mark.parametrize(("count", "words"), [(0, "none"), (1, "one"), (2, "2 of them")])
    def test_a_number(self, count, words):
        assert Counted("one", "{count} of them", "none").of(count) == words
