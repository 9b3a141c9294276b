"""The headers by themselves: what the app around can change, what production adds, and how pages are read."""

import asyncio

import pytest

from rxapp.auth.http.middleware import request_body
from rxapp.auth.http.middleware.content_security_policy import hashes_of_built_pages, policy_text, script_hashes
from rxapp.auth.http.middleware.request_limits import RequestLimits
from rxapp.auth.http.middleware.security_headers import (
    ALWAYS,
    DEFAULT_HEADERS,
    ResponseHeaders,
    SecurityHeaders,
    SecurityHeadersMiddleware,
)
from tests.api_in_process import bearer
from tests.web.test_events import in_a_loop

POLICY = "Content-Security-Policy"
ALERT = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
"""Of `alert(1)`, by openssl."""


@pytest.fixture
def production(settings):
    return settings.model_copy(update={"environment": "production"})


class TestScriptHashes:
    @pytest.mark.parametrize(
        "document",
        [
            "<script>alert(1)</script>",
            '<html><SCRIPT type="module" async="">alert(1)</SCRIPT><p>alert(2)</p>',
            "<p><script>alert(1)</script><script src='/a.js'></script><!-- <script>alert(2)</script> -->",
        ],
    )
    def test_each_inline_script_has_one_and_nothing_else_has(self, document):
        assert script_hashes(document) == {ALERT}

    def test_the_text_is_taken_as_it_stands(self):
        a, b, c = (script_hashes(f"<script>{text}</script>") for text in ("'<b>&amp;</b>'", "'<b>&</b>'", "\n'<b>&</b>'"))
        assert len(a | b | c) == 3

    def test_those_of_a_directory_are_of_all_its_pages_and_in_the_same_order_each_time(self, tmp_path):
        (tmp_path / "login").mkdir()
        (tmp_path / "index.html").write_text("<script>alert(1)</script>")
        (tmp_path / "login" / "index.html").write_text("<script>alert(1)</script><script>alert('é')</script>", encoding="utf-8")
        (tmp_path / "page.js").write_text("<script>alert(3)</script>")
        found = hashes_of_built_pages(tmp_path)
        assert len(found) == 2
        assert ALERT in found
        assert found == sorted(found)


class TestPolicyText:
    def test_added_sources_come_after_those_there_are(self):
        assert policy_text({"img-src": ["'self'"]}, {"img-src": ["data:", "'self'"]}) == "img-src 'self' data:"

    def test_added_sources_take_the_place_of_none(self):
        assert policy_text({"frame-src": ["'none'"]}, {"frame-src": ["https://a.example"]}) == "frame-src https://a.example"

    def test_a_directive_may_be_new(self):
        assert policy_text({"img-src": ["'self'"]}, {"media-src": ["'self'"]}) == "img-src 'self'; media-src 'self'"


class TestForPages:
    def test_scripts_are_those_of_the_app_and_the_inline_ones_of_the_pages(self, settings, tmp_path):
        (tmp_path / "index.html").write_text("<script>alert(1)</script>")
        policy = DEFAULT_HEADERS.for_pages(settings, hashes_of_built_pages(tmp_path))[POLICY]
        assert f"script-src 'self' {ALERT};" in policy
        assert "unsafe-eval" not in policy
        for directive in (
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "connect-src 'self'",
        ):
            assert f"{directive};" in f"{policy};"

    @pytest.mark.parametrize(
        ("backend", "connections"),
        [
            ("", ""),
            ("http://localhost:8000", ""),
            ("http://0.0.0.0:8000", ""),
            ("https://api.example.com", " https://api.example.com wss://api.example.com"),
            ("http://192.0.2.1:8000/path", " http://192.0.2.1:8000 ws://192.0.2.1:8000"),
        ],
    )
    def test_an_api_elsewhere_may_be_talked_to(self, settings, backend, connections):
        assert f"connect-src 'self'{connections};" in DEFAULT_HEADERS.for_pages(settings, backend=backend)[POLICY]

    def test_hsts_is_for_production(self, settings, production):
        assert "Strict-Transport-Security" not in DEFAULT_HEADERS.for_pages(settings)
        for headers in (DEFAULT_HEADERS.for_pages(production), DEFAULT_HEADERS.for_others(production)):
            assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"

    def test_the_app_around_adds_sources_and_changes_and_leaves_out_headers(self, production):
        changed = SecurityHeaders(
            sources={"img-src": ["https://images.example.com"], "frame-ancestors": ["https://portal.example.com"]},
            headers={"Strict-Transport-Security": None, "Referrer-Policy": "no-referrer"},
        ).for_pages(production)
        assert "img-src 'self' data: https://images.example.com;" in changed[POLICY]
        assert changed[POLICY].endswith("frame-ancestors https://portal.example.com")
        assert "Strict-Transport-Security" not in changed
        assert changed["Referrer-Policy"] == "no-referrer"

    def test_images_from_elsewhere_and_the_evaluation_of_code_are_allowed_by_name(self, production):
        policy = SecurityHeaders(images=["https://images.example.com"], allow_eval=True).for_pages(production)[POLICY]
        assert "img-src 'self' data: https://images.example.com;" in policy
        assert "script-src 'self' 'unsafe-eval';" in policy

    def test_in_development_the_policy_is_the_same_but_for_what_the_server_itself_needs(self, settings):
        of_production = dict(each.split(" ", 1) for each in DEFAULT_HEADERS.for_pages(settings)[POLICY].split("; "))
        of_development = dict(each.split(" ", 1) for each in DEFAULT_HEADERS.for_development().split("; "))
        assert of_production.keys() - of_development.keys() == {"frame-ancestors"}, "a meta element cannot have it"
        others = {name for name, sources in of_development.items() if of_production[name] != sources}
        assert others == {"script-src", "connect-src"}
        assert of_development["script-src"] == "'self' 'unsafe-inline'"

    def test_in_development_uploaded_files_come_from_the_port_of_the_api(self):
        policy = DEFAULT_HEADERS.for_development("http://localhost:8000")
        assert "img-src 'self' data: http://*:8000;" in policy
        assert "default-src 'self' http://*:8000;" in policy


def test_answers_that_are_no_pages_may_do_nothing(settings):
    policy = DEFAULT_HEADERS.for_others(settings)[POLICY]
    assert policy == "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pytest.mark.usefixtures("api")
class TestMiddleware:
    """Around the real API."""

    @pytest.fixture
    def api(self, api):
        from fastapi import Response

        @api.get("/page")
        def page():
            return Response("<p>", media_type="text/html", headers={"X-Frame-Options": "DENY"})

        @api.get("/known")
        @api.get("/known/")
        def known(status: int = 200):
            return Response("<p>" if status == 200 else None, status, media_type="text/html")

        @api.get("/known.json")
        def json():
            return {}

        @api.get("/file")
        def file(kind: str):
            return Response("", media_type=kind)

        @api.get("/own")
        def own():
            cors = {"Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Origin": "https://app.example.com"}
            headers = {POLICY: "default-src 'self'"} | cors
            return Response("<p>", media_type="text/html", headers=headers)

        headers = ResponseHeaders(
            for_pages={POLICY: "for pages"},
            for_others={POLICY: "for others"} | ALWAYS,
            by_path={"/known": {POLICY: "for this page"}},
        )
        return SecurityHeadersMiddleware(api, headers)

    def test_a_page_that_is_known_has_a_policy_of_its_own(self, client):
        for path in ("/known", "/known/", "/known?a=b", "/known?status=304"):
            assert client.get(path).headers[POLICY] == "for this page"
        assert client.get("/known.json").headers[POLICY] == "for others"

    def test_pages_have_the_policy_for_pages_and_the_rest_has_the_other(self, client):
        assert client.get("/page").headers[POLICY] == "for pages"
        assert client.get("/api/me").headers[POLICY] == "for others"
        assert client.get("/nothing").headers[POLICY] == "for others"

    @pytest.mark.parametrize("kind", ["text/javascript", "text/css", "font/woff2"])
    def test_a_file_that_a_page_loads_has_none_that_is_for_documents_only(self, client, kind):
        sent = client.get(f"/file?kind={kind}").headers
        assert sent[POLICY] == "for others"
        assert {name for name in ALWAYS if name not in sent} == {"Permissions-Policy", "Cross-Origin-Opener-Policy"}

    @pytest.mark.parametrize("kind", ["image/svg+xml", "application/json", "application/pdf", "text/plain", "text/xml"])
    def test_what_a_browser_can_show_by_itself_has_all(self, client, kind):
        assert all(name in client.get("/file", params={"kind": kind}).headers for name in ALWAYS)

    def test_a_header_that_a_route_sets_itself_is_left_as_it_is(self, client):
        assert client.get("/own").headers.get_list(POLICY) == ["default-src 'self'"]
        assert client.get("/page").headers["X-Frame-Options"] == "DENY"

    def test_no_credentials_cross_origins(self, client):
        assert "Access-Control-Allow-Credentials" not in client.get("/own").headers

    def test_an_allowed_origin_may_read_the_nonce_for_its_next_proof(self, client):
        assert "DPoP-Nonce" in client.get("/own").headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Expose-Headers" not in client.get("/page").headers


class TestDocsPage:
    def test_its_policy_allows_its_one_inline_script_and_the_place_its_others_come_from(self, client):
        page = client.get("/docs")
        (own,) = script_hashes(page.text)
        assert f"script-src 'self' https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/ {own};" in page.headers[POLICY]
        assert "frame-ancestors 'none'" in page.headers[POLICY]

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    def test_in_production_it_and_the_document_are_there_only_if_asked_for(self, service, production):
        from rxapp.auth.http.api.app import create_api

        for is_asked_for in (False, True):
            api = create_api(production.model_copy(update={"api_docs": is_asked_for}))
            assert (api.openapi_url is not None) is is_asked_for
            paths = {getattr(route, "path", "") for route in api.routes}
            assert ("/docs" in paths, "/openapi.json" in paths, "/redoc" in paths) == (is_asked_for, is_asked_for, False)


@pytest.mark.usefixtures("api")
class TestBodyLimit:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"body_limit": 20_000})

    @pytest.fixture
    def api(self, api):
        from fastapi import Request

        @api.post("/own")
        async def own(request: Request):
            return len(await request.body())

        return api

    def test_a_route_of_the_app_around_reads_up_to_the_limit(self, client):
        assert client.post("/own", content=b"x" * 20_000).json() == 20_000

    def test_what_announces_more_is_refused(self, client):
        assert client.post("/own", content=b"x" * 20_001).status_code == 413

    def test_what_sends_more_without_announcing_it_is_refused(self, client):
        async def chunks():
            for _ in range(21):
                yield b"x" * 1_000

        answer = client.post("/own", content=chunks())
        assert (answer.status_code, answer.json()["code"]) == (413, "request_entity_too_large")

    def test_every_route_of_ours_that_takes_a_body_takes_less(self, client, tokens):
        paths = client.get("/openapi.json").json()["paths"]
        with_body = [(verb, path) for path, verbs in paths.items() for verb, route in verbs.items() if "requestBody" in route]
        assert len(with_body) >= 6
        for verb, path in with_body:
            answer = client.request(
                verb.upper(), path.replace("{customer_id}", "1"), content=b"x" * 16_385, headers=bearer(tokens)
            )
            assert answer.status_code == 413, path


class TestABodyThatIsRefusedForItsLength:
    """It is let come to its end, so that the answer is read; who does not send it gains nothing."""

    def answer_to(self, receive) -> list[int]:
        sent = []

        async def send(message) -> None:
            sent.append(message.get("status"))

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"a"), (b"content-length", b"2000000")]}
        in_a_loop(RequestLimits(None, routes=list, body_limit=1_000)(scope, receive, send))
        return [status for status in sent if status]

    def test_one_that_never_comes_is_not_waited_for_long(self, monkeypatch):
        monkeypatch.setattr(request_body, "DISCARDING_SECONDS", 0.01)

        async def never():
            await asyncio.Event().wait()

        assert self.answer_to(never) == [413]

    def test_one_whose_sender_has_gone_is_not_waited_for(self):
        async def gone():
            return {"type": "http.disconnect"}

        assert self.answer_to(gone) == [413]

    def test_of_one_without_end_only_so_much_is_taken(self):
        taken = []

        async def endless():
            taken.append(65_536)
            return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

        assert self.answer_to(endless) == [413]
        assert sum(taken) <= request_body.MAXIMUM_DISCARDED_BYTES + 65_536
