"""The settings of e-mail: what they mean, and which are refused."""

import pytest
from pydantic import ValidationError

from rxapp.auth import Settings, UnsafeSettings
from rxapp.auth.core.settings.mail_settings import MailServer
from rxapp.auth.core.settings.production_checks import require_safe

KEY = {"_env_file": None, "secret_key": "k" * 40}


def settings(**given):
    return Settings(**KEY, **given)


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, "off"),
        ({"smtp_url": "smtp://mail.example.com"}, "optional"),
        ({"smtp_url": "smtp://mail.example.com", "email": "off"}, "off"),
        ({"email": "required"}, "required"),
    ],
)
def test_it_is_off_unless_messages_can_be_sent_or_it_is_asked_for(given, mode):
    assert settings(**given).email_mode == mode
    assert settings(**given).has_email == (mode != "off")


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, "starttls"),
        ("smtp://mail.example.com:25", "mail.example.com", 25, "starttls"),
        ("smtps://mail.example.com", "mail.example.com", 465, "tls"),
        ("smtp://mail.example.com?starttls=never", "mail.example.com", 587, ""),
        ("smtp://localhost:1025", "localhost", 1025, ""),
        ("smtp://localhost:1025?starttls=always", "localhost", 1025, "starttls"),
    ],
)
def test_the_url_names_the_server_and_its_encryption(url, host, port, encryption):
    server = MailServer(url)
    assert (server.host, server.port, server.encryption) == (host, port, encryption)


def test_a_password_in_the_url_may_have_any_character_and_is_not_shown():
    given = settings(smtp_url="smtp://user%40example.com:p%2Fw%3A%40@mail.example.com")
    assert (given.mail_server.user_name, given.mail_server.password) == ("user@example.com", "p/w:@")
    assert "p%2Fw" not in repr(given)


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://[::1", "smtp://host:99999"])
def test_what_is_no_server_is_refused_without_showing_it(url):
    with pytest.raises(ValidationError, match="has the form smtp://"):
        settings(smtp_url=url)


@pytest.mark.parametrize("sender", ["nobody", "a@b\nBcc: x@y.z"])
def test_what_is_no_sender_is_refused(sender):
    with pytest.raises(ValidationError, match="has the form rxapp@"):
        settings(mail_from=sender)


@pytest.mark.parametrize("page", ["app.example.com", "https://app.example.com/#x", "https://app.example.com/?next=1"])
def test_what_is_no_page_is_refused(page):
    with pytest.raises(ValidationError, match="without \\? and #"):
        settings(mail_link=page)


def test_links_lead_to_the_first_public_origin_or_where_it_is_set():
    assert settings().mail_link_page == ""
    assert settings(public_origins="https://a.example,https://b.example").mail_link_page == "https://a.example/mail-link"
    assert settings(mail_link="https://c.example/links").mail_link_page == "https://c.example/links"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"email": "optional"}, "RXAPP_SMTP_URL is not set"),
        ({"smtp_url": "smtps://mail.example.com"}, "RXAPP_MAIL_FROM is not"),
        ({"smtp_url": "smtp://mail.example.com?starttls=never", "mail_from": "a@b.example"}, "without TLS"),
        ({"mail_rate_limit": 0}, "RXAPP_MAIL_RATE_LIMIT is 0"),
        ({"mail_rate_limit": 101}, "RXAPP_MAIL_RATE_LIMIT is 101"),
        ({"smtp_timeout": 121}, "RXAPP_SMTP_TIMEOUT is 121"),
    ],
)
def test_production_refuses_what_would_not_work_or_could_be_read(given, says):
    with pytest.raises(UnsafeSettings, match=says):
        require_safe(Settings(**KEY, **given).model_copy(update={"environment": "production"}), {}, [])
