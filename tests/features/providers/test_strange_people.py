"""What a provider says of a person is stored, or refused in words; and its addresses are looked at before they are used."""

from functools import partial

import pytest

from rxapp.auth.features.providers.client.outgoing import ProviderFault, _public_address
from tests.apart import run_apart
from tests.features.providers.liar import PERSON, USERINFO, Answer, liars, told
from tests.features.providers.refusals import exchange, nobody_let_in, settings_naming, try_to_log_in

SURROGATE = "\ud800"
LONG = 10**400


@pytest.fixture(scope="module")
def the_liar():
    with liars(1) as [liar]:
        yield liar


@pytest.fixture
def liar(the_liar):
    the_liar.tell_the_truth()
    return the_liar


@pytest.fixture(scope="module")
def settings(the_liar):
    options = {"roles": {"boss": "Admin"}, "two_factors_amr": "mfa"}
    return settings_naming({"liar": the_liar, "guarded": the_liar}, liar=options, guarded={"domains": "example.com"})


TEXTS = {
    "NUL in sub": {"sub": "a\0b"},
    "half a character in sub": {"sub": SURROGATE},
    "sub of 255 characters and nothing else": {"sub": "s" * 255, "email": None, "name": None},
    "NUL in sid": {"sid": "a\0b"},
    "half a character in sid": {"sid": SURROGATE},
    "NUL in the address": {"email": "a\0b@example.com"},
    "half a character in the address": {"email": f"{SURROGATE}@example.com"},
    "NUL in the name": {"name": "a\0b"},
    "half a character in the name": {"name": SURROGATE},
    "NUL in the user name": {"preferred_username": "a\0b"},
    "half a character in the user name": {"preferred_username": SURROGATE},
    "a user name of 254 characters": {"preferred_username": "u" * 254},
    "an address that is none": {"email": "no address"},
    "a name in many lines": {"name": "a\r\nb"},
    "auth_time of long ago": {"auth_time": 0},
    "auth_time that is huge": {"auth_time": LONG},
    "auth_time in the future": {"auth_time": 9_999_999_999},
    "groups that are an object": {"groups": {"boss": True}},
    "groups of everything": {"groups": [None, 7, ["boss"], {"a": 1}, SURROGATE]},
    "amr that is a text": {"amr": "mfa"},
}


@pytest.mark.parametrize("person", TEXTS.values(), ids=TEXTS)
def test_a_person_is_let_in_or_refused_in_words_with(client, liar, person):
    liar.answers[USERINFO] = lambda _: Answer({name: value for name, value in (PERSON | person).items() if value is not None})
    liar.id_token = partial(told(**person), liar)
    came = try_to_log_in(client, liar)
    answer = exchange(client, came["ticket"]) if "ticket" in came else None
    assert answer is None or answer.status_code == 200 or answer.json()["code"].startswith("provider_"), answer.text


@pytest.mark.parametrize(
    "address",
    [
        "mallory@example.com.evil.example",
        "mallory@evil.example",
        "mallory@sub.example.com",
        "example.com",
        "@example.com",
        "mallory@evil.example@example.com",
        "mallory\r\n@example.com",
    ],
)
def test_who_is_of_no_allowed_domain_gets_no_account(client, liar, served, address):
    liar.id_token = partial(told(email=address), liar)
    came = try_to_log_in(client, liar, "guarded")
    with nobody_let_in(served, "guarded: provider_sign_up_closed"):
        assert exchange(client, came["ticket"]).json().get("code") == "provider_sign_up_closed"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
        *("::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "2001::1", "240.0.0.1"),
        *(address for address in ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::127.0.0.1", "fec0::1", "64:ff9b:1::a00:1")),
    ],
)
def test_an_address_that_others_cannot_reach_is_none(address):
    try:
        run_apart(_public_address(address, 443))
    except ProviderFault as fault:
        assert "private network" in fault.why
    else:
        raise AssertionError(address)
