"""Attacks on our own border: the routes to which browsers come back, and those that take tickets and logout tokens."""

import asyncio
import socket
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from rxapp.auth import AuthService
from rxapp.auth.features.providers.client.outgoing import Outgoing, ProviderFault
from rxapp.auth.features.providers.cookies import MAXIMUM_COOKIES
from rxapp.auth.features.providers.rules import login
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.features.providers.rules.transactions import MAXIMUM_NEXT_LENGTH
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import Client, assert_problem, bearer, everybodys_api
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.features.providers.conftest import APP, PAGE, come_back, fragment_of, start
from tests.features.providers.liar import (
    DISCOVERY,
    JWKS,
    LOGOUT_EVENTS,
    TOKEN,
    Answer,
    another_key,
    liars,
    unsigned,
)
from tests.features.providers.refusals import (
    ENDED,
    LOGIN,
    REFUSAL,
    UNAVAILABLE,
    arrive,
    begin,
    exchange,
    nobody_let_in,
    refusals,
    rows,
    settings_naming,
    try_to_log_in,
)

CONFIRM = "/api/auth/confirm/provider"
PREFIX = "rxapp_provider_"
JUNK = {
    "nothing": "",
    "a word": "ticket",
    "no base64": "!!!!",
    "other letters": "ticket-ä-\u202e",
    "zeros": "A" * 400,
    "the length of a nonce": "A" * 16,
    "too long": "A" * 8_192,
}


@pytest.fixture(scope="module")
def providers():
    with liars(2) as running:
        yield running


@pytest.fixture
def liar(providers):
    for each in providers:
        each.tell_the_truth()
    return providers[0]


@pytest.fixture
def other(liar, providers):
    """Another issuer. It does not promise `iss` in its answers."""
    silent = providers[1]
    silent.answers[DISCOVERY] = Answer(silent.discovery(authorization_response_iss_parameter_supported=False))
    return silent


@pytest.fixture(scope="module")
def settings(providers):
    return settings_naming({"liar": providers[0], "other": providers[1]})


@pytest.fixture
def another_browser(client, served):
    """It has no cookies."""
    browser = Client(everybodys_api(served.settings), client._portal)
    yield browser
    browser.close()


@pytest.fixture
def begun(client, liar):
    """The address to which the provider sends the browser, which has the cookie."""
    return liar.log_in(start(client, begin(client, "liar")))


def cookies_of(client):
    return client._client.cookies


def path_of(url, **query):
    """The path of a callback, with changes of its query."""
    parts = urlsplit(url)
    said = {name: value for name, value in (dict(parse_qsl(parts.query)) | query).items() if value is not None}
    return parts.path, said


def back(client, url, **query):
    """What the page gets if the browser comes back to that address, with a changed query."""
    path, said = path_of(url, **query)
    response = client.get(path, params=said)
    assert response.status_code == 303, response.text
    return fragment_of(response.headers["Location"])


def log_in(client, browser_liar):
    return exchange(client, try_to_log_in(client, browser_liar)["ticket"]).json()


class TestCallback:
    def test_an_answer_is_good_once_even_if_the_cookie_is_kept(self, client, liar, served, begun):
        kept = dict(cookies_of(client).items())
        assert "ticket" in come_back(client, begun)
        cookies_of(client).update(kept)
        with nobody_let_in(served, "liar: the code was refused"):
            assert "error" in come_back(client, begun)

    def test_of_many_answers_at_once_one_gives_a_ticket(self, client, liar, served, begun):
        async def all_of_them():
            return await asyncio.gather(*(client._client.get(begun) for _ in range(10)))

        came = [fragment_of(answer.headers["Location"]) for answer in client._portal.call(all_of_them)]
        assert sum("ticket" in each for each in came) == 1
        assert sum("error" in each for each in came) == 9

    def test_without_the_cookie_it_lets_nobody_in(self, another_browser, liar, served, begun):
        """Login CSRF: an attacker makes somebody open the address with the attacker's code."""
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert back(another_browser, begun) == {"error": ENDED}
        assert liar.count(TOKEN) == 0

    def test_it_does_not_end_the_login_of_whom_somebody_else_plays(self, client, another_browser, begun):
        assert back(another_browser, begun) == {"error": ENDED}
        assert "ticket" in come_back(client, begun)

    def test_the_cookie_of_a_browsers_own_login_is_not_for_anothers_answer(self, client, another_browser, liar, served, begun):
        start(another_browser, begin(another_browser, "liar"))
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert back(another_browser, begun) == {"error": ENDED}
        assert liar.count(TOKEN) == 0

    def test_a_cookie_under_the_name_of_another_login_is_not_for_it(self, another_browser, served, begun):
        start(another_browser, begin(another_browser, "liar"))
        [own] = cookies_of(another_browser).values()
        cookies_of(another_browser).set(PREFIX + path_of(begun)[1]["state"], own)
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert back(another_browser, begun) == {"error": ENDED}

    def test_the_cookie_of_another_provider_is_not_for_it(self, client, liar, other, served, begun):
        with nobody_let_in(served, "callback: provider_login_ended"):
            path, said = path_of(begun)
            answer = client.get(path.replace("/liar/", "/other/"), params=said)
            assert fragment_of(answer.headers["Location"]) == {"error": ENDED}
        assert (liar.count(TOKEN), other.count(TOKEN)) == (0, 0)

    @pytest.mark.parametrize("state", [None, "", "forged", "é", "../..", "a;b=c", "A" * 32, "\x00", "x" * 5_000])
    def test_a_state_cannot_be_forged(self, client, served, begun, state):
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert back(client, begun, state=state) == {"error": ENDED}

    @pytest.mark.parametrize("more", ["x", "!", "é", " "])
    def test_a_state_with_something_more_is_another(self, client, served, begun, more):
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert back(client, begun, state=path_of(begun)[1]["state"] + more) == {"error": ENDED}

    def test_a_state_is_good_for_an_hour(self, client, clock, begun, liar):
        later = liar.log_in(start(client, begin(client, "liar")))
        clock.move(minutes=59)
        liar.id_token = lambda claims: liar.sign(claims | {"iat": claims["iat"] + 3_540, "exp": claims["exp"] + 3_540})
        assert "ticket" in come_back(client, begun)
        clock.move(minutes=1, seconds=1)
        assert come_back(client, later) == {"error": ENDED}

    @pytest.mark.parametrize("name", ["unknown", "LIAR", "%00", "..%2fliar", "l" * 4_000, "%F0%9F%92%A3", "%ff"])
    def test_a_provider_that_there_is_not_lets_nobody_in(self, client, served, begun, name):
        before = rows(served)
        answer = client.get(f"/api/auth/providers/{name}/callback?state=a&code=b")
        assert answer.status_code in (303, 404), answer.text
        assert answer.status_code == 404 or fragment_of(answer.headers["Location"]) == {"error": REFUSAL}
        assert rows(served) == before

    def test_no_word_of_the_provider_comes_to_the_page(self, client, served, begun):
        with nobody_let_in(served, "liar: the provider says 'invalid_scope&ticket=1#'"):
            said = back(client, begun, error="invalid_scope&ticket=1#", error_description="<script>", error_uri="//evil.example")
        assert said == {"error": REFUSAL, "for": "login"}

    @pytest.mark.parametrize("error", ["access_denied", "login_required", "consent_required", "interaction_required"])
    def test_whoever_has_cancelled_is_told_so(self, client, liar, begun, error):
        assert back(client, begun, error=error)["error"] == "provider_login_cancelled"
        assert liar.count(TOKEN) == 0

    @pytest.mark.parametrize("code", [None, ""])
    def test_without_a_code_nothing_is_asked(self, client, liar, served, begun, code):
        with nobody_let_in(served, "liar: no code"):
            assert back(client, begun, code=code)["error"] == REFUSAL
        assert liar.count(TOKEN) == 0

    def test_another_code_is_of_no_use(self, client, liar, served, begun):
        """Code injection: PKCE binds the code to the transaction."""
        stolen = path_of(liar.log_in(start(client, begin(client, "liar"))))[1]["code"]
        with nobody_let_in(served, "liar: the code was refused ('invalid_grant')"):
            assert back(client, begun, code=stolen)["error"] == REFUSAL

    def test_a_provider_that_ignores_pkce_is_found_out_by_the_nonce(self, client, liar, served, begun):
        stolen = liar.claims(nonce="that of the victim")
        liar.id_token = lambda claims: liar.sign(stolen)
        with nobody_let_in(served, "liar: nonce"):
            assert back(client, begun)["error"] == REFUSAL

    @pytest.mark.parametrize("name", ["state", "code", "iss"])
    def test_a_parameter_that_is_there_twice_is_refused(self, client, liar, begun, name):
        path = path_of(begun)[0]
        answer = client.get(f"{path}?{name}=first&{urlsplit(begun).query}")
        assert fragment_of(answer.headers["Location"]) == {"error": ENDED}
        assert liar.count(TOKEN) == 0

    def test_head_uses_nothing_up(self, client, liar, begun):
        path, said = path_of(begun)
        answer = client.request("HEAD", path, params=said)
        assert fragment_of(answer.headers["Location"]) == {"error": ENDED}
        assert liar.count(TOKEN) == 0
        assert "ticket" in come_back(client, begun)

    def test_a_form_is_no_answer(self, client, begun):
        path, said = path_of(begun)
        assert client.post(path, data=said).status_code == 405
        assert "ticket" in come_back(client, begun)

    def test_the_cookie_is_taken_away_afterwards(self, client, begun):
        assert len(cookies_of(client)) == 1
        come_back(client, begun)
        assert len(cookies_of(client)) == 0


class TestMixUp:
    def test_an_answer_that_names_another_issuer_is_refused(self, client, liar, other, served, begun):
        with nobody_let_in(served, "liar: iss of the answer"):
            assert back(client, begun, iss=other.url)["error"] == REFUSAL
        assert liar.count(TOKEN) == 0

    def test_an_answer_without_the_issuer_that_was_promised_is_refused(self, client, liar, served, begun):
        with nobody_let_in(served, "liar: iss of the answer"):
            assert back(client, begun, iss=None)["error"] == REFUSAL
        assert liar.count(TOKEN) == 0

    @pytest.mark.parametrize("iss", ["", "{url}/", "https://evil.example", "{url}\x00"])
    def test_it_is_compared_letter_by_letter(self, client, liar, served, begun, iss):
        with nobody_let_in(served, "liar: iss of the answer"):
            assert back(client, begun, iss=iss.format(url=liar.url))["error"] == REFUSAL

    def test_an_error_that_names_another_issuer_is_refused_too(self, client, other, served, begun):
        with nobody_let_in(served, "liar: iss of the answer"):
            assert back(client, begun, iss=other.url, error="access_denied", code=None)["error"] == REFUSAL

    def test_one_that_promises_nothing_may_still_not_name_another(self, client, liar, other, served):
        location = other.log_in(start(client, begin(client, "other")))
        with nobody_let_in(served, "other: iss of the answer"):
            assert back(client, location, iss=liar.url)["error"] == REFUSAL

    def test_one_that_promises_nothing_need_not_name_itself(self, client, other):
        assert "ticket" in back(client, other.log_in(start(client, begin(client, "other"))), iss=None)

    def test_the_code_of_one_is_of_no_use_at_the_callback_of_another(self, client, liar, other, served, begun):
        location = other.log_in(start(client, begin(client, "other")))
        with nobody_let_in(served, "other: the code was refused"):
            assert back(client, location, iss=None, code=path_of(begun)[1]["code"])["error"] == REFUSAL
        assert "ticket" in come_back(client, begun)


class TestStart:
    def test_an_address_is_good_once(self, client, liar):
        url = begin(client, "liar")
        assert start(client, url).startswith(f"{liar.url}/authorize?")
        assert fragment_of(start(client, url)) == {"error": ENDED}

    def test_of_many_at_once_one_goes_on(self, client, liar):
        url = begin(client, "liar")

        async def all_of_them():
            return await asyncio.gather(*(client._client.get(url) for _ in range(10)))

        places = [answer.headers["Location"] for answer in client._portal.call(all_of_them)]
        assert sum(place.startswith(liar.url) for place in places) == 1

    def test_an_address_is_good_for_two_minutes(self, client, liar, clock):
        first, second = begin(client, "liar"), begin(client, "liar")
        clock.move(minutes=1, seconds=59)
        assert start(client, first).startswith(liar.url)
        clock.move(seconds=2)
        assert fragment_of(start(client, second)) == {"error": ENDED}

    @pytest.mark.parametrize("more", ["&with=", "&a=b&a=c"])
    def test_head_and_a_parameter_that_is_there_twice_use_nothing_up(self, client, liar, more):
        url = begin(client, "liar")
        for answer in (client.request("HEAD", url.removeprefix(APP)), client.get(url.removeprefix(APP) + more)):
            assert fragment_of(answer.headers["Location"]) == {"error": ENDED}
            assert "Set-Cookie" not in answer.headers
        assert start(client, url).startswith(liar.url)

    def test_an_address_is_for_one_provider(self, client, liar, other):
        url = begin(client, "liar").replace("/liar/", "/other/")
        assert fragment_of(start(client, url)) == {"error": ENDED}

    def test_an_address_is_not_good_after_a_restart_that_forgot_what_was_used(self, client, liar, served, clock):
        url = begin(client, "liar")
        clock.move(seconds=1)
        use_service(AuthService(served.settings, served.database, clock))
        assert fragment_of(start(client, url)) == {"error": ENDED}

    @pytest.mark.parametrize("text", [value for value in JUNK.values() if len(value) < 8_192])
    def test_junk_starts_nothing(self, client, liar, served, text):
        with nobody_let_in(served):
            answer = client.get("/api/auth/providers/liar/start", params={"with": text})
            assert fragment_of(answer.headers["Location"]) == {"error": ENDED}
        assert liar.asked == []

    def test_a_cookie_is_no_address(self, client, liar):
        start(client, begin(client, "liar"))
        [sealed] = cookies_of(client).values()
        answer = client.get("/api/auth/providers/liar/start", params={"with": sealed})
        assert fragment_of(answer.headers["Location"]) == {"error": ENDED}

    def test_an_address_is_no_cookie(self, client, liar, served):
        """Whoever has seen the address in a log cannot make a cookie of it."""
        url = begin(client, "liar")
        location = liar.log_in(start(client, url))
        state = path_of(location)[1]["state"]
        cookies_of(client).clear()
        cookies_of(client).set(PREFIX + state, parse_qs(urlsplit(url).query)["with"][0])
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert come_back(client, location) == {"error": ENDED}

    def test_the_redirect_address_does_not_come_from_a_request(self, client, liar):
        url = begin(client, "liar", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert url.startswith(f"{APP}/api/auth/providers/liar/start?")
        headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        location = client.get(url.removeprefix(APP), headers=headers).headers["Location"]
        asked = dict(parse_qsl(urlsplit(location).query))
        assert asked["redirect_uri"] == f"{APP}/api/auth/providers/liar/callback"

    def test_the_page_does_not_come_from_a_request(self, client, begun):
        path, said = path_of(begun)
        headers = {"Host": "evil.example", "Origin": "https://evil.example", "Referer": "https://evil.example/"}
        answer = client.get(path, params=said, headers=headers)
        assert answer.headers["Location"].startswith(f"{PAGE}#ticket=")

    def test_the_provider_is_asked_with_pkce_state_and_nonce(self, client, liar):
        asked = [dict(parse_qsl(urlsplit(start(client, begin(client, "liar"))).query)) for _ in range(2)]
        for each in asked:
            assert (each["response_type"], each["code_challenge_method"]) == ("code", "S256")
            assert min(len(each[name]) for name in ("state", "nonce", "code_challenge")) >= 32
        for name in ("state", "nonce", "code_challenge"):
            assert asked[0][name] != asked[1][name]


class TestCookies:
    def test_no_script_reads_it_and_no_other_site_sends_it_along(self, client, liar):
        answer = client.get(begin(client, "liar").removeprefix(APP))
        [cookie] = answer.headers.get_list("Set-Cookie")
        name, *attributes = cookie.split("; ")
        assert name.startswith(PREFIX)
        assert {each.lower() for each in attributes} == {"httponly", "samesite=lax", "path=/", "max-age=3600"}

    def test_over_tls_it_is_for_this_host_alone(self, client, liar, served, clock):
        secure = served.settings.model_copy(update={"api_url": "https://api.example"})
        use_service(AuthService(secure, served.database, clock))
        answer = client.get(begin(client, "liar").removeprefix("https://api.example"))
        [cookie] = answer.headers.get_list("Set-Cookie")
        name, *attributes = cookie.split("; ")
        assert name.startswith(f"__Host-{PREFIX}")
        assert {each.lower() for each in attributes} == {"httponly", "samesite=lax", "path=/", "max-age=3600", "secure"}

    def test_over_tls_a_cookie_without_the_prefix_is_not_read(self, client, liar, served, clock):
        """Another host of the domain could set it."""
        secure = served.settings.model_copy(update={"api_url": "https://api.example"})
        use_service(AuthService(secure, served.database, clock))
        answer = client.get(begin(client, "liar").removeprefix("https://api.example"))
        name, _, sealed = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
        path, said = path_of(liar.log_in(answer.headers["Location"]))
        planted = client.get(path, params=said, headers={"Cookie": f"{name.removeprefix('__Host-')}={sealed}"})
        assert fragment_of(planted.headers["Location"]) == {"error": ENDED}
        genuine = client.get(path, params=said, headers={"Cookie": f"{name}={sealed}"})
        assert "ticket" in fragment_of(genuine.headers["Location"])

    def test_the_oldest_are_forgotten(self, client, liar):
        places = [liar.log_in(start(client, begin(client, "liar"))) for _ in range(MAXIMUM_COOKIES + 2)]
        assert len(cookies_of(client)) == MAXIMUM_COOKIES
        assert come_back(client, places[0]) == {"error": ENDED}
        assert come_back(client, places[1]) == {"error": ENDED}
        assert all("ticket" in come_back(client, place) for place in places[2:])

    def test_hundreds_that_were_sent_by_hand_disturb_nobody(self, client, liar):
        junk = "; ".join(f"{PREFIX}{number}=a" for number in range(300))
        answer = client.get(begin(client, "liar").removeprefix(APP), headers={"Cookie": f'{junk}; {PREFIX}"\\=b; a=b'})
        assert answer.status_code == 303
        deleted = [each for each in answer.headers.get_list("Set-Cookie") if "max-age=0" in each.lower()]
        assert len(deleted) > 300 - MAXIMUM_COOKIES

    def test_a_cookie_of_another_kind_stays(self, client, liar):
        answer = client.get(begin(client, "liar").removeprefix(APP), headers={"Cookie": "session=a; rxapp_other=b"})
        assert len(answer.headers.get_list("Set-Cookie")) == 1

    @pytest.mark.parametrize(
        "path",
        [
            "/" + "a" * (MAXIMUM_NEXT_LENGTH - 1),
            "/" + "ä" * (MAXIMUM_NEXT_LENGTH // 2 - 1),
            "/" + "💣" * (MAXIMUM_NEXT_LENGTH // 4 - 1),
        ],
        ids=["ASCII", "umlauts", "beyond the basic plane"],
    )
    def test_it_is_never_longer_than_browsers_keep(self, client, liar, path):
        """RFC 6265bis §5.6: name and value have 4,096 bytes together."""
        answer = client.get(begin(client, "liar", {"next": path}).removeprefix(APP))
        assert 0 < len(answer.headers.get("Set-Cookie", "").partition(";")[0]) <= 4_096
        came = come_back(client, liar.log_in(answer.headers["Location"]))
        assert "ticket" in came
        assert came["next"] == path

    def test_all_of_them_fit_into_a_header(self, client, liar):
        for _ in range(MAXIMUM_COOKIES):
            start(client, begin(client, "liar", {"next": "/" + "a" * (MAXIMUM_NEXT_LENGTH - 1)}))
        assert len(cookies_of(client)) == MAXIMUM_COOKIES
        assert len("; ".join(f"{name}={value}" for name, value in cookies_of(client).items())) < 8_000


class TestTickets:
    def test_is_good_once(self, client, liar, served):
        came = try_to_log_in(client, liar)
        assert exchange(client, came["ticket"]).status_code == 200
        before = rows(served)
        assert_problem(exchange(client, came["ticket"]), 400, ENDED)
        assert rows(served) == before

    def test_of_many_at_once_one_is_answered(self, client, liar):
        came = try_to_log_in(client, liar)
        answers = client.post_at_once(LOGIN, 10, json={"ticket": came["ticket"]})
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9

    def test_two_first_logins_at_once_make_one_account(self, client, liar, served):
        first, second = (try_to_log_in(client, liar)["ticket"] for _ in range(2))
        before = rows(served)

        async def both():
            post = client._client.post
            return await asyncio.gather(*(post(LOGIN, json={"ticket": ticket}) for ticket in (first, second)))

        assert [answer.status_code for answer in client._portal.call(both)] == [200, 200]
        assert rows(served)["auth_user"] == before["auth_user"] + 1
        assert rows(served)["auth_provider_link"] == before["auth_provider_link"] + 1

    def test_one_who_comes_while_the_first_login_is_stored_is_that_person_too(self, client, liar, served, monkeypatch):
        """It finds no link, and a moment later the address of the account that has been made."""
        first, second = (try_to_log_in(client, liar)["ticket"] for _ in range(2))
        is_asked = login.addresses.owner_of

        def owner_after_the_first_login(db, key):
            monkeypatch.setattr(login.addresses, "owner_of", is_asked)
            login.log_in(served, first)
            return is_asked(db, key)

        monkeypatch.setattr(login.addresses, "owner_of", owner_after_the_first_login)
        answer = exchange(client, second)
        assert answer.status_code == 200, answer.text
        assert rows(served)["auth_provider_link"] == 1

    @pytest.mark.parametrize("ticket", [value for name, value in JUNK.items() if name != "nothing"])
    def test_junk_is_none(self, client, liar, served, ticket):
        with nobody_let_in(served):
            assert_problem(exchange(client, ticket), 400, ENDED)

    @pytest.mark.parametrize("body", [{}, {"ticket": ""}, {"ticket": None}, {"ticket": ["a"]}, {"ticket": "A" * 8_193}, []])
    def test_a_body_without_a_ticket_is_refused(self, client, liar, body):
        assert client.post(LOGIN, json=body).status_code == 400

    def test_cannot_be_changed(self, client, liar, served):
        ticket = try_to_log_in(client, liar)["ticket"]
        with nobody_let_in(served):
            for place in (0, 20, len(ticket) // 2, len(ticket) - 5):
                letter = "A" if ticket[place] != "A" else "B"
                assert_problem(exchange(client, f"{ticket[:place]}{letter}{ticket[place + 1 :]}"), 400, ENDED)
            assert_problem(exchange(client, ticket[:-4]), 400, ENDED)
            assert_problem(exchange(client, f"{ticket}AAAA"), 400, ENDED)

    def test_neither_an_address_nor_a_cookie_is_one(self, client, liar, served):
        url = begin(client, "liar")
        start(client, url)
        [cookie] = cookies_of(client).values()
        with nobody_let_in(served):
            for sealed in (cookie, parse_qs(urlsplit(url).query)["with"][0]):
                assert_problem(exchange(client, sealed), 400, ENDED)

    def test_is_no_cookie(self, client, liar, served, begun):
        ticket, state = come_back(client, begun)["ticket"], path_of(begun)[1]["state"]
        cookies_of(client).set(PREFIX + state, ticket)
        with nobody_let_in(served, "callback: provider_login_ended"):
            assert come_back(client, begun) == {"error": ENDED}

    def test_is_for_an_issuer_that_is_still_configured(self, client, liar, other, served, clock):
        ticket = try_to_log_in(client, liar)["ticket"]
        moved = settings_naming({"liar": other})
        use_service(AuthService(moved, served.database, clock))
        with nobody_let_in(served):
            assert exchange(client, ticket).json()["code"] in (ENDED, REFUSAL)


class Device:
    """A browser's key. It signs over the nonce that it was given last."""

    def __init__(self, client, clock):
        self.client, self.clock, self.key, self.nonce = client, clock, DeviceKey(), None

    def post(self, path, body):
        for _ in range(2):
            proof = self.key.proof("POST", APP + path, self.clock(), nonce=self.nonce)
            answer = self.client.post(path, json=body, headers={"DPoP": proof})
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            if answer.json().get("code") != "use_dpop_nonce":
                break
        return answer

    def begin(self):
        return self.post("/api/auth/providers/liar/begin", {}).json()["url"]

    def exchange(self, ticket):
        return self.post(LOGIN, {"ticket": ticket})


class TestKeys:
    @pytest.fixture
    def device(self, client, clock):
        return Device(client, clock)

    def test_a_ticket_is_for_the_key_that_began(self, client, liar, served, device):
        ticket = arrive(client, liar, device.begin())["ticket"]
        answer = device.exchange(ticket)
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"

    def test_another_key_cannot_use_it(self, client, liar, served, clock, device):
        """Whoever has stolen a ticket, or whom somebody has sent theirs."""
        ticket = arrive(client, liar, device.begin())["ticket"]
        with nobody_let_in(served, "another browser"):
            answer = Device(client, clock).exchange(ticket)
            assert answer.status_code >= 400
        assert device.exchange(ticket).status_code == 200, "an attempt with another key must not use it up"

    def test_nobody_without_a_key_can_use_it(self, client, liar, served, device):
        ticket = arrive(client, liar, device.begin())["ticket"]
        with nobody_let_in(served, "another browser"):
            assert exchange(client, ticket).status_code >= 400

    def test_nobody_with_a_key_can_use_one_that_was_begun_without(self, client, liar, served, device):
        """Session fixation: an attacker has begun without a key, and hands on the address."""
        ticket = try_to_log_in(client, liar)["ticket"]
        with nobody_let_in(served, "another browser"):
            assert device.exchange(ticket).status_code >= 400

    def test_without_a_key_nobody_comes_in_where_one_is_required(self, client, liar, served, clock):
        strict = served.settings.model_copy(update={"require_device_key": True})
        use_service(AuthService(strict, served.database, clock))
        with nobody_let_in(served):
            assert_problem(client.post("/api/auth/providers/liar/begin", json={}), 400, "device_key_required")


@pytest.mark.usefixtures("johndoe")
class TestPurposes:
    @pytest.fixture
    def link_ticket(self, client, liar, tokens):
        return self.ticket_for(client, liar, tokens, "link")

    def ticket_for(self, client, liar, tokens, purpose):
        url = begin(client, "liar", {"purpose": purpose}, "account/providers", bearer(tokens))
        came = arrive(client, liar, url)
        assert came["for"] == purpose
        return came["ticket"]

    def link(self, client, ticket, tokens):
        return client.post("/api/account/providers", json={"ticket": ticket}, headers=bearer(tokens))

    def confirm(self, client, ticket, tokens):
        return client.post(CONFIRM, json={"answer": ticket}, headers=bearer(tokens))

    def test_a_ticket_to_link_links(self, client, tokens, served, link_ticket):
        assert self.link(client, link_ticket, tokens).status_code == 204
        assert rows(served)["auth_provider_link"] == 1

    def test_a_ticket_to_link_logs_nobody_in(self, client, served, link_ticket):
        with nobody_let_in(served):
            assert_problem(exchange(client, link_ticket), 400, ENDED)

    def test_a_ticket_to_log_in_links_nothing(self, client, liar, served, tokens):
        """Otherwise an attacker could link their own account to the victim's, with a ticket of theirs."""
        ticket = try_to_log_in(client, liar)["ticket"]
        with nobody_let_in(served):
            assert_problem(self.link(client, ticket, tokens), 400, ENDED)

    def test_a_ticket_to_link_is_for_the_session_that_began(self, client, served, link_ticket):
        others = client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD}).json()
        with nobody_let_in(served):
            assert_problem(self.link(client, link_ticket, others), 400, ENDED)

    def test_a_ticket_to_confirm_does_neither_link_nor_log_in(self, client, liar, served, tokens):
        ticket = self.ticket_for(client, liar, tokens, "confirm")
        with nobody_let_in(served):
            assert_problem(self.link(client, ticket, tokens), 400, ENDED)
            assert_problem(exchange(client, ticket), 400, ENDED)

    def test_linking_asks_who_is_there(self, client, liar, link_ticket):
        assert client.post("/api/account/providers", json={"ticket": link_ticket}).status_code == 401
        assert client.post("/api/account/providers/liar/begin", json={"purpose": "link"}).status_code == 401

    def test_linking_asks_for_a_fresh_authentication(self, client, liar, served, tokens, clock, link_ticket):
        clock.move(minutes=4)
        stale = served.settings.fresh_authentication_period
        assert stale.total_seconds() > 240, "else the ticket outlives it"
        clock.move(seconds=stale.total_seconds())
        fresh = client.post("/api/token/refresh", json={"accessToken": tokens["token"], "refreshToken": tokens["refreshToken"]})
        answer = client.post("/api/account/providers/liar/begin", json={"purpose": "link"}, headers=bearer(fresh.json()))
        assert answer.status_code in (401, 403), answer.text

    @pytest.mark.parametrize("purpose", ["login", "", None, "admin"])
    def test_there_is_no_other_purpose(self, client, liar, tokens, purpose):
        answer = client.post("/api/account/providers/liar/begin", json={"purpose": purpose}, headers=bearer(tokens))
        assert answer.status_code == 400


class TestNext:
    @pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "javascript:alert(1)", "evil", "", "///a"])
    def test_what_is_no_path_is_dropped(self, client, liar, path):
        assert "next" not in arrive(client, liar, begin(client, "liar", {"next": path}))

    @pytest.mark.parametrize("path", ["/customers", "/a?b=c&ticket=x#error=y", "/\\evil.example", "/\t/evil.example", "/ä\r\nb"])
    def test_a_path_is_handed_to_the_page_as_it_was_and_changes_nothing_else(self, client, liar, path):
        came = arrive(client, liar, begin(client, "liar", {"next": path}))
        assert came.pop("next") == path
        assert came.keys() == {"ticket", "for"}
        assert exchange(client, came["ticket"]).status_code == 200

    def test_a_path_is_handed_on_with_an_error_too(self, client, liar):
        liar.answers[TOKEN] = Answer({"error": "invalid_grant"}, 400)
        came = arrive(client, liar, begin(client, "liar", {"next": "/a&ticket=x"}))
        assert came == {"error": REFUSAL, "for": "login", "next": "/a&ticket=x"}

    def test_a_path_of_more_bytes_than_there_is_room_for_is_dropped(self, client, liar):
        path = "/" + "ä" * (MAXIMUM_NEXT_LENGTH // 2)
        assert "next" not in arrive(client, liar, begin(client, "liar", {"next": path}))

    @pytest.mark.parametrize("path", ["/" + "a" * MAXIMUM_NEXT_LENGTH, "/\x00"])
    def test_what_nobody_needs_is_refused(self, client, liar, path):
        assert client.post("/api/auth/providers/liar/begin", json={"next": path}).status_code == 400

    def test_half_a_character_disturbs_nobody(self, client, liar):
        content = b'{"next": "/\\ud800"}'
        begun = client.post("/api/auth/providers/liar/begin", content=content, headers={"Content-Type": "application/json"})
        assert begun.status_code in (200, 400, 422)
        if begun.status_code == 200:
            assert arrive(client, liar, begun.json()["url"])


class TestHeaders:
    def test_nothing_is_stored_and_no_address_is_passed_on(self, client, liar, served):
        begun = client.post("/api/auth/providers/liar/begin", json={})
        started = client.get(begun.json()["url"].removeprefix(APP))
        location = liar.log_in(started.headers["Location"]).removeprefix(APP)
        came = client.get(location)
        again = client.get(location)
        refused = client.get("/api/auth/providers/liar/start?with=a")
        logout = client.post("/api/auth/providers/liar/backchannel-logout", data={"logout_token": "a"})
        for answer in (started, came, again, refused, logout):
            assert answer.headers["Cache-Control"] == "no-store"
        for answer in (started, came, again, refused):
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.text == ""

    def test_what_holds_secrets_is_not_stored(self, client, liar):
        ticket = try_to_log_in(client, liar)["ticket"]
        assert exchange(client, ticket).headers["Cache-Control"] == "no-store"

    def test_the_address_to_start_at_is_not_stored(self, client, liar):
        begun = client.post("/api/auth/providers/liar/begin", json={})
        assert begun.headers.get("Cache-Control") == "no-store"

    def test_no_answer_names_a_secret(self, client, liar):
        url = begin(client, "liar")
        location = start(client, url)
        assert "secret" not in location
        assert "code_verifier" not in location


class TestPrivateNetworks:
    @pytest.fixture
    def trap(self):
        """Something of ours that no provider may reach."""
        with socket.create_server(("127.0.0.1", 0)) as trap:
            trap.setblocking(False)
            yield trap

    @pytest.fixture
    def resolve(self, monkeypatch):
        """Gives hosts addresses."""
        known = {}
        honest = asyncio.BaseEventLoop.getaddrinfo

        async def getaddrinfo(loop, host, port, **options):
            if host not in known:
                return await honest(loop, host, port, **options)
            found = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
        return known

    @pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["10.0.0.1"], []], ids=str)
    @pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
    def test_a_host_in_one_is_never_connected_to(self, client, liar, served, trap, resolve, addresses, endpoint):
        resolve["internal.example"] = [addresses]
        address = f"https://internal.example:{trap.getsockname()[1]}/"
        liar.answers[DISCOVERY] = Answer(liar.discovery(**{endpoint: address}))
        with nobody_let_in(served, "liar: internal.example is in a private network"):
            assert try_to_log_in(client, liar)["error"] == UNAVAILABLE
        with pytest.raises(BlockingIOError):
            trap.accept()

    def test_the_connection_goes_to_the_address_that_was_looked_at(self, client, served, resolve, monkeypatch):
        """DNS rebinding: at the next question the host would be in our network. TLS still asks for the name."""
        asked = []

        def answer(request):
            asked.append((str(request.url), request.headers["Host"], request.extensions.get("sni_hostname")))
            return httpx.Response(200, stream=httpx.ByteStream(b"{}"))

        async def opened(_):
            return httpx.AsyncClient(transport=httpx.MockTransport(answer))

        monkeypatch.setattr(Outgoing, "_open", opened)
        resolve["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
        outgoing = Outgoing(providers_of(served).get("liar"))
        assert client._portal.call(outgoing.get, "https://rebinding.example:8443/keys?a=b") == {}
        assert asked == [("https://93.184.216.34:8443/keys?a=b", "rebinding.example:8443", "rebinding.example")]

    def test_nothing_is_asked_at_an_address_with_something_before_its_host(self, client, served, resolve):
        resolve["public.example"] = [["93.184.216.34"]]
        outgoing = Outgoing(providers_of(served).get("liar"))
        with pytest.raises(ProviderFault) as refused:
            client._portal.call(outgoing.get, "https://user:password@public.example/keys")
        assert refused.value.why == "public.example is no address with https"


class TestLogoutTokens:
    PATH = "/api/auth/providers/liar/backchannel-logout"

    @pytest.fixture
    def mallory(self, client, liar):
        """Whoever has logged in by the provider."""
        liar.person["sid"] = "session-1"
        return log_in(client, liar)

    def send(self, client, token, path=PATH):
        return client.post(path, data={"logout_token": token})

    def is_in(self, client, tokens):
        return client.get("/api/me", headers=bearer(tokens)).status_code == 200

    @pytest.mark.parametrize("claims", [{}, {"sid": "session-1"}, {"sid": "session-1", "sub": None}], ids=str)
    def test_an_honest_one_ends_the_session(self, client, liar, mallory, claims):
        answer = self.send(client, liar.sign(liar.logout_claims(**claims), typ="logout+jwt"))
        assert answer.status_code == 200, answer.text
        assert not self.is_in(client, mallory)

    @pytest.mark.parametrize("claims", [{"sub": "ada"}, {"sid": "session-2"}, {"sid": "session-1", "sub": "ada"}], ids=str)
    def test_that_of_somebody_else_ends_nothing(self, client, liar, mallory, claims):
        assert self.send(client, liar.sign(liar.logout_claims(**claims))).status_code == 200
        assert self.is_in(client, mallory)

    LIES = {
        "no events": ({"events": None}, "events"),
        "events that are a list": ({"events": list(LOGOUT_EVENTS)}, "events"),
        "another event": ({"events": {"http://schemas.openid.net/event/other": {}}}, "events"),
        "an event that is a text": ({"events": dict.fromkeys(LOGOUT_EVENTS, "")}, "events"),
        "a nonce": ({"nonce": "a"}, "this is no logout token"),
        "a nonce that is null": ({"nonce": "null"}, "this is no logout token"),
        "another aud": ({"aud": "another"}, "aud"),
        "no aud": ({"aud": None}, "aud"),
        "another iss": ({"iss": "https://elsewhere.example"}, "iss"),
        "neither sub nor sid": ({"sub": None}, "sub or sid"),
        "an empty sub": ({"sub": ""}, "sub or sid"),
        "a sub that is a list": ({"sub": ["mallory"]}, "sub or sid"),
        "no jti": ({"jti": None}, "jti"),
        "a jti that is a number": ({"jti": 7}, "jti"),
        "no iat": ({"iat": None}, "iat"),
        "an iat of long ago": ({"iat": 1_000_000_000, "exp": None}, "iat"),
        "an exp of long ago": ({"exp": 1_000_000_000}, "exp"),
    }

    @pytest.mark.parametrize(("claims", "why"), LIES.values(), ids=LIES)
    def test_one_is_refused_with(self, client, liar, served, claims, why):
        with nobody_let_in(served, f"logout token: {why}"):
            answer = self.send(client, liar.sign(liar.logout_claims(**claims)))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_a_forged_one_is_refused(self, client, liar, served, mallory):
        claims = liar.logout_claims()
        forged = [liar.sign(claims, key=another_key()), unsigned(claims), unsigned(claims, "RS256"), "a.b.c", "a", "é"]
        with nobody_let_in(served, *["logout token: "] * len(forged)):
            assert [self.send(client, each).status_code for each in forged] == [400] * len(forged)
        assert self.is_in(client, mallory)

    def test_that_of_another_issuer_is_refused(self, client, liar, other, served, mallory):
        with nobody_let_in(served, "logout token: iss", "logout token: iss"):
            assert self.send(client, other.sign(other.logout_claims())).status_code == 400
            assert self.send(client, other.sign(liar.logout_claims()), self.PATH.replace("liar", "other")).status_code == 400
        assert self.is_in(client, mallory)

    def test_an_id_token_is_none(self, client, liar, mallory):
        assert self.send(client, liar.sign(liar.claims())).status_code == 400
        assert self.is_in(client, mallory)

    @pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "secevent+jwt"])
    def test_a_token_of_another_type_is_none(self, client, liar, mallory, typ):
        assert self.send(client, liar.sign(liar.logout_claims(), typ=typ)).status_code == 400
        assert self.is_in(client, mallory)

    def test_one_that_comes_again_ends_no_session_that_has_begun_since(self, client, liar, clock, mallory):
        token = liar.sign(liar.logout_claims())
        assert self.send(client, token).status_code == 200
        clock.move(seconds=20)
        newer = log_in(client, liar)
        assert self.send(client, token).status_code == 200
        assert self.is_in(client, newer)

    def test_an_unknown_key_is_asked_for_five_times_a_minute(self, client, liar, clock, mallory):
        before = liar.count(JWKS)
        tokens = [liar.sign(liar.logout_claims(), kid=f"unknown-{number}") for number in range(20)]
        assert {self.send(client, each).status_code for each in tokens} == {400}
        assert liar.count(JWKS) == before + 5
        clock.move(minutes=1)
        assert self.send(client, tokens[0]).status_code == 400
        assert liar.count(JWKS) == before + 6

    @pytest.mark.parametrize("session", [" session ", "s" * 255], ids=["blanks around it", "255 characters"])
    def test_a_strange_name_of_a_session_is_known_again(self, client, liar, session):
        liar.person["sid"] = session
        tokens = log_in(client, liar)
        assert self.send(client, liar.sign(liar.logout_claims(sid=session))).status_code == 200
        assert not self.is_in(client, tokens)

    def test_a_flood_does_not_fill_the_audit_log(self, client, liar, served):
        for _ in range(60):
            self.send(client, "a.b.c")
        assert len(refusals(served)) == 50

    @pytest.mark.parametrize(
        "body",
        [
            {"json": {"logout_token": "a"}},
            {"content": b"logout_token=a"},
            {"content": b"logout_token=a", "headers": {"Content-Type": "text/plain"}},
            {"content": b"", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"content": b"\xff\xfe", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"content": b"&".join([b"a=b"] * 99), "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"data": {"logout_token": ["a", "b"]}},
            {"data": {"Logout_Token": "a"}},
            {"files": {"logout_token": b"a"}},
        ],
        ids=["JSON", "no type", "text", "empty", "no ASCII", "many fields", "two tokens", "another name", "multipart"],
    )
    def test_only_a_form_with_one_token_is_read(self, client, liar, body):
        answer = client.post(self.PATH, **body)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    @pytest.mark.parametrize("size", [20_000, 1_000_000])
    def test_a_long_one_is_not_read(self, client, liar, size):
        assert self.send(client, "a" * size).status_code in (400, 413)
        assert liar.asked == []

    def test_a_provider_that_there_is_not_has_none(self, client, liar):
        assert self.send(client, "a.b.c", self.PATH.replace("liar", "unknown")).status_code == 400

    @pytest.mark.parametrize(
        "claims",
        [
            {"iat": 10**400},
            {"iat": float("nan")},
            {"sub": "\ud800"},
        ],
        ids=["huge", "no number", "half a character"],
    )
    def test_a_strange_one_is_refused(self, client, liar, mallory, claims):
        assert self.send(client, liar.sign(liar.logout_claims(**claims))).status_code == 400

    def test_nothing_else_is_told_than_that_it_is_refused(self, client, liar, mallory):
        assert len({self.send(client, each).text for each in ("a", liar.sign(liar.logout_claims(aud="b")))}) == 1
