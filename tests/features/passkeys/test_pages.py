"""What the states of the pages take from a browser: one answer, and only to the challenge that the page shows."""

import pytest

from rxapp.auth.core.login.passkey_errors import WrongPasskey
from rxapp.auth.features.passkeys.pages.login_ways import PasskeyLoginState
from rxapp.auth.features.passkeys.pages.passkey_button import why_failed
from rxapp.auth.features.passkeys.rules.use import login_options
from rxapp.auth.http.runtime.service import use_service
from tests.authenticator import add_passkey


@pytest.fixture
def served_here(service):
    use_service(service)
    return service


@pytest.fixture
def page(served_here):
    return PasskeyLoginState(_reflex_internal_init=True)


@pytest.fixture
def phone(served_here, pair):
    return add_passkey(served_here, served_here.verify_access(pair.access_token))


def test_an_answer_to_its_challenge_is_taken_once(served_here, page, phone):
    options = login_options(served_here)
    page._offer(options)
    answer = phone.get(options)
    assert page._take(answer) == answer
    with pytest.raises(WrongPasskey):
        page._take(answer)


def test_an_answer_to_a_challenge_of_another_page_is_not(served_here, page, phone):
    page._offer(login_options(served_here))
    with pytest.raises(WrongPasskey):
        page._take(phone.get(login_options(served_here)))


@pytest.mark.parametrize("sent", [None, 1, {}, [], "", "{}"])
def test_what_an_event_sent_by_hand_may_hold_is_not(served_here, page, sent):
    page._offer(login_options(served_here))
    with pytest.raises(WrongPasskey):
        page._take(sent)


def test_the_options_say_nothing_of_a_person_before_they_have_logged_in(served_here, page):
    page._offer(login_options(served_here))
    assert page.options["publicKey"]["allowCredentials"] == []


def test_each_error_of_a_browser_has_a_sentence_of_ours():
    assert len({why_failed(name) for name in ("NotAllowedError", "SecurityError", "TypeError", "<b>")}) == 3
