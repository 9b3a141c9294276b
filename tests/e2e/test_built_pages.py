"""The built pages on their way to a browser: how much comes, how it is packed, what is kept, and that nothing is redirected."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from rxapp.auth.features.inspector.pages.routes import LAB, SESSION, TOUR
from tests.e2e.conftest import sign_in
from tests.thorough import thorough_but_for

pytestmark = pytest.mark.at_root

FOR_EVER = "public, max-age=31536000, immutable"
MOST_KILOBYTES = 150
"""1,000 bytes each, headers included."""


@pytest.fixture
def script(api) -> str:
    """The path of one of the scripts that the login page loads."""
    return re.search(r'"(/assets/framework-[^"]+\.js)"', api.get("/login").text)[1]


class Wire:
    """What a tab receives: bytes by address, as they came."""

    def __init__(self, tab) -> None:
        self._addresses, self._sizes = {}, {}
        network = tab.context.new_cdp_session(tab)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", lambda it: self._addresses.update({it["requestId"]: it["request"]["url"]}))
        network.on("Network.loadingFinished", lambda it: self._sizes.update({it["requestId"]: it["encodedDataLength"]}))

    @property
    def sizes(self) -> dict[str, int]:
        return {self._addresses[request]: size for request, size in self._sizes.items()}


def load(tab, path: str) -> dict[str, int]:
    wire = Wire(tab)
    tab.goto(path)
    tab.wait_for_function("() => sessionStorage.getItem('token') !== null")
    return wire.sizes


@pytest.mark.parametrize(
    "spelled",
    thorough_but_for(("account/index.html",), ("Account", "/account", "account.html", "account/index.html", "ACCOUNT/")),
)
def test_a_page_has_one_address_and_its_data_at_every_spelling(tab, person, server, spelled):
    sign_in(tab, person)
    tab.goto(f"{server.pages_url}{spelled}?a=b#there")
    expect(tab).to_have_url(re.compile(r"/account/?\?a=b#there$"))
    expect(tab.get_by_label("Display name")).to_have_value(person)


class TestWeight:
    def test_the_first_load_of_the_login_page_stays_below_150_kilobytes(self, tab):
        fetched = load(tab, "/login")
        assert 50_000 < sum(fetched.values()) < MOST_KILOBYTES * 1000
        assert len(fetched) <= 10, "each further file costs 0.7 KB of headers, and a turn on a slow network"

    def test_the_second_fetches_nothing_but_the_word_that_the_page_is_still_good(self, profile, server, api):
        load(profile.new_page(), "/login")
        again = load(profile.new_page(), "/login")
        fetched = {url: size for url, size in again.items() if size}
        page = fetched.pop(f"{server.url}/login")
        if server.is_behind_proxy:  # with a certificate that the browser was told to overlook: of such a site it keeps nothing
            assert {api.get(url).headers["cache-control"] for url in fetched if "/assets/" in url} == {FOR_EVER}
        else:
            assert not fetched
            assert page < 3_000

    def test_no_page_needs_emotion_so_none_carries_it(self, api, script):
        assert "data-emotion" not in api.get(script).text

    def test_a_page_is_drawn_without_waiting_for_any_other_file(self, tab):
        tab.route("**/assets/**", lambda route: None)  # which never arrive
        tab.goto("/login", wait_until="commit")
        expect(tab.get_by_role("button", name="Log in")).to_have_css("border-radius", "8px")
        tab.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")

    def test_no_page_waits_for_a_redirect(self, api):
        for path in ("/login", "/login?next=/customers", "/account/sessions", "/login/"):
            answer = api.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        assert api.head("/login").status_code == 200

    def test_what_is_no_page_stays_what_it_was(self, api):
        assert api.get("/assets").status_code == 404
        assert api.get("/nothing-here").status_code == 404
        assert api.post("/login").status_code == 405


class TestKept:
    def test_what_has_its_hash_in_its_name_is_kept_for_a_year_without_asking(self, api, script):
        answer = api.get(script)
        assert answer.headers["cache-control"] == FOR_EVER
        confirmed = api.get(script, headers={"If-None-Match": answer.headers["etag"]})
        assert (confirmed.status_code, confirmed.headers["cache-control"]) == (304, FOR_EVER)

    @pytest.mark.parametrize("path", ["/", "/login", "/customers", "/nothing-here"])
    def test_a_page_is_asked_for_anew_each_time(self, api, path):
        assert api.get(path).headers["cache-control"] == "no-cache"

    def test_and_comes_only_if_it_has_changed(self, api):
        page = api.get("/login")
        confirmed = api.get("/login", headers={"If-None-Match": page.headers["etag"]})
        assert (confirmed.status_code, confirmed.content) == (304, b"")
        assert confirmed.headers["cache-control"] == "no-cache"

    def test_a_script_that_is_gone_is_not_remembered_as_gone(self, api):
        answer = api.get("/assets/gone-12345678.js")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-cache")

    def test_a_name_without_a_hash_is_not_kept_for_ever(self, api):
        assert "immutable" not in api.get("/favicon.svg").headers.get("cache-control", "")


class TestPacked:
    @pytest.mark.parametrize(("accepted", "packed"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None)])
    def test_as_well_as_the_browser_can_unpack_it(self, api, script, accepted, packed):
        for path in ("/login", script):
            with api.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
                assert answer.headers.get("content-encoding") == packed, path
                assert "accept-encoding" in answer.headers["vary"].lower(), path

    def test_each_packing_has_a_tag_of_its_own_and_the_same_policy(self, api: httpx.Client):
        tags, policies = set(), set()
        for accepted in ("br", "gzip", "identity"):
            with api.stream("GET", "/login", headers={"Accept-Encoding": accepted}) as answer:
                tags.add(answer.headers["etag"])
                policies.add(answer.headers["content-security-policy"])
        assert len(tags) == 3
        assert len(policies) == 1


def test_there_is_nothing_of_the_pages_for_developers(server, api):
    built = [file for file in (server.pages / "build").rglob("*") if file.is_file()]
    assert built
    for file in built:
        text = file.read_bytes()
        assert b"/dev/" not in text, file
        assert b"inspector" not in text, file
    for page in (SESSION, LAB, TOUR):
        assert api.get(page).status_code == httpx.codes.NOT_FOUND
