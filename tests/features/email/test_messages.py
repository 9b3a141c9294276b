"""What the messages say: every kind in every language, in text and HTML, and with the templates of an app."""

from dataclasses import fields
from email import message_from_bytes
from email.policy import default as modern
from string import Formatter

import pytest

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.features import event_kinds, included_features
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.mail.compose import LANGUAGES, letter_of, message_of
from rxapp.auth.features.email.mail.texts import ENGLISH, Letter
from rxapp.auth.features.email.rules import notices, outbox, own_address, recovery, step_up
from rxapp.auth.features.email.rules.invitations import Invited, invite
from rxapp.auth.features.email.rules.proof_rows import Purpose
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS, HERE
from tests.mailbox import confirm_address

OF_PROOFS = {Purpose.CONFIRM, Purpose.RESET, Purpose.LOGIN, Purpose.STEP_UP, Purpose.INVITE}
OF_ADDRESSES = {own_address.CHANGED, own_address.REMOVED, own_address.IN_USE}
KINDS = OF_PROOFS | OF_ADDRESSES | {notices.NOTICE, notices.NEW_DEVICE, notices.MORE}


def names_in(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_kinds_with_the_same_names_to_fill_in(language):
    texts = LANGUAGES[language]
    assert texts.letters.keys() == KINDS - {notices.NEW_DEVICE}  # it is a notice in words
    assert texts.notices.keys() == ENGLISH.notices.keys() == notices.TOLD | {notices.NEW_DEVICE}
    assert set(event_kinds(included_features())) >= notices.TOLD
    for kind, letter in texts.letters.items():
        for each in fields(Letter):
            here, there = getattr(letter, each.name), getattr(ENGLISH.letters[kind], each.name)
            assert (names_in(here), bool(here)) == (names_in(there), bool(there)), (kind, each.name)


@pytest.fixture
def all_kinds(service, john, clock):
    """One message of each kind has been queued."""
    service.create_user("mallory", PASSWORD)
    mallory = service.verify_access(service.log_in("mallory", PASSWORD).access_token)
    own_address.begin(service, mallory, ADDRESS)
    recovery.ask_for_reset(service, "johndoe", HERE)
    recovery.ask_for_code(service, "johndoe", HERE)
    step_up.ask_for_step_up(service, john, HERE)
    service.log_in("johndoe", PASSWORD, HERE)
    service.revoke(john.session_id, RevocationReason.TOKEN_REUSED, HERE)
    confirm_address(service, mallory, "mallory@example.com")
    confirm_address(service, mallory, "mallory@example.net")
    own_address.begin(service, mallory, "mallory@example.org")
    own_address.remove(service, mallory)
    invite(service, Invited("jane@example.com", "jane", "Jane", ["Manager"]))
    with service.database.transaction() as db:
        outbox.queue(db, notices.MORE, ADDRESS, clock(), user_id=john.user_id)
    return {each.kind: each for each in reversed(outbox.newest(service.database, limit=99))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_a_whole_message(service, all_kinds, settings, language):
    assert all_kinds.keys() == KINDS
    service = AuthService(settings.model_copy(update={"mail_language": language}), service.database, service.clock)
    for kind, stored in all_kinds.items():
        if kind == Purpose.CONFIRM:
            continue  # it was used
        letter = letter_of(service, stored)
        assert letter.subject.strip()
        assert "{" not in letter.text
        assert "{" not in letter.html.partition("</style>")[2]
        assert f'<html lang="{language}">' in letter.html
        assert "http" not in letter.html.replace("https://app.example/mail-link#rxm1_", "")  # no remote images, no other links
        if letter.secrets is not None and letter.secrets.code:
            assert letter.secrets.code in letter.text
            assert letter.secrets.code in letter.html


def test_the_message_to_an_address_that_is_not_confirmed_has_no_word_of_whoever_asks(service):
    """A stranger's user name in it would be an advertisement that we send for them."""
    service.create_user("Visit evil example now", PASSWORD)
    mallory = service.verify_access(service.log_in("Visit evil example now", PASSWORD).access_token)
    own_address.begin(service, mallory, "victim@example.com")
    letter = letter_of(service, outbox.newest(service.database, limit=1)[0])
    assert "evil" not in letter.text + letter.html + letter.subject


def test_what_people_have_chosen_is_text_in_html(service, settings):
    service = AuthService(settings.model_copy(update={"app_name": "<b>A&B</b>"}), service.database, service.clock)
    invite(service, Invited("jane@example.com", "<i>jane</i>"))
    letter = letter_of(service, outbox.newest(service.database, limit=1)[0])
    assert "<i>" not in letter.html
    assert "<b>" not in letter.html
    assert "&lt;i&gt;jane&lt;/i&gt;" in letter.html


def test_a_user_name_brings_no_header(service, settings):
    service = AuthService(settings.model_copy(update={"app_name": "Ünï 𝔸pp"}), service.database, service.clock)
    invite(service, Invited("jane@example.com", "jane"))
    raw = message_of(service, outbox.newest(service.database, limit=1)[0]).as_bytes()
    parsed = message_from_bytes(raw, policy=modern)
    assert parsed["Subject"] == "You have an account at Ünï 𝔸pp"
    assert parsed["Bcc"] is None
    assert raw.isascii()


def test_an_app_has_templates_of_its_own_for_all_kinds_or_for_one(service, john, settings, tmp_path):
    (tmp_path / "mail.txt").write_text("{{ subject }} / {{ code }}")
    (tmp_path / "login.txt").write_text("LOGIN {{ code }}")
    service = AuthService(settings.model_copy(update={"mail_templates": tmp_path}), service.database, service.clock)
    recovery.ask_for_reset(service, "johndoe", HERE)
    recovery.ask_for_code(service, "johndoe", HERE)
    login, reset = (letter_of(service, each) for each in outbox.newest(service.database, limit=2))
    assert (login.text, reset.text) == (
        f"LOGIN {login.secrets.code}",
        f"Choose a new password for Acme / {reset.secrets.code}",
    )
    assert "<html" in login.html  # ours


def test_nothing_that_lets_somebody_in_is_in_the_database(service, john, sqlite_file_or_dump):
    recovery.ask_for_reset(service, "johndoe", HERE)
    letter = letter_of(service, outbox.newest(service.database, limit=1)[0])
    stored = sqlite_file_or_dump()
    for secret in (letter.secrets.link, letter.secrets.code):
        assert secret not in stored


@pytest.fixture
def sqlite_file_or_dump(service):
    """All rows of the three tables as text."""

    def dump():
        with service.database.connect() as db:
            tables = ("auth_outgoing_mail", "auth_mailed_proof", "auth_email_address")
            return "\n".join(str(row) for table in tables for row in db.exec_driver_sql(f"SELECT * FROM {table}").all())

    return dump
