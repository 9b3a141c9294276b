"""`/api/customers`: managers read, add, rename and remove; every refusal is a problem document and none a 5xx."""

import json
from urllib.parse import quote

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from rxapp.demo.customers import MAXIMUM_ID
from tests.api_in_process import assert_problem, bearer

PATH = "/api/customers"
SENDING = {"POST": PATH, "PUT": f"{PATH}/1"}
ALL = {**SENDING, "GET": f"{PATH}/1", "DELETE": f"{PATH}/1"}
IMPOSSIBLE_IDS = [0, -1, MAXIMUM_ID + 1, 2**63, 10**100]
NOT_IDS = ["x", "1.5", "1e9", "0x1", "%00", "%ff", "%ed%a0%80", "9" * 5_000, "null", " "]


@pytest.fixture
def call(client, tokens):
    """Send a request as a manager does."""

    def send(method, path, **options):
        return client.request(method, path, headers=bearer(tokens) | options.pop("headers", {}), **options)

    return send


@pytest.fixture
def visitor(client, service):
    """The headers of somebody who is signed in and no manager."""
    service.create_user("visitor", "def@123")
    return bearer(client.post("/api/auth/login", json={"username": "visitor", "password": "def@123"}).json())


def names(call):
    return call("GET", PATH).json()


class TestGuard:
    @pytest.mark.parametrize("method", ALL)
    def test_nobody_gets_401_and_nothing_changes(self, client, call, method):
        assert_problem(client.request(method, ALL[method], json={"name": "Ada"}), 401, "invalid_token")
        assert names(call) == ["John Doe", "Jane Doe"]

    @pytest.mark.parametrize("method", ALL)
    def test_who_is_no_manager_gets_403_and_nothing_changes(self, client, call, visitor, method):
        assert_problem(client.request(method, ALL[method], json={"name": "Ada"}, headers=visitor), 403, "permission_denied")
        assert names(call) == ["John Doe", "Jane Doe"]

    @pytest.mark.parametrize("method", ALL)
    def test_an_expired_token_gets_401_token_expired_and_nothing_changes(self, call, clock, client, tokens, method):
        clock.move(seconds=301)
        assert_problem(call(method, ALL[method], json={"name": "Ada"}), 401, "token_expired")
        body = {"accessToken": tokens["token"], "refreshToken": tokens["refreshToken"]}
        fresh = client.post("/api/token/refresh", json=body).json()
        assert client.get(PATH, headers=bearer(fresh)).json() == ["John Doe", "Jane Doe"]

    def test_the_records_are_guarded_too(self, client, visitor):
        assert_problem(client.get(f"{PATH}/records"), 401, "invalid_token")
        assert_problem(client.get(f"{PATH}/records", headers=visitor), 403, "permission_denied")


class TestReading:
    def test_the_list_of_names_is_what_it_always_was(self, call):
        assert call("GET", PATH).content == b'["John Doe","Jane Doe"]'

    def test_the_records_have_the_ids_as_well(self, call):
        records = call("GET", f"{PATH}/records").json()
        assert [record["name"] for record in records] == ["John Doe", "Jane Doe"]
        assert [call("GET", f"{PATH}/{record['id']}").json() for record in records] == records

    def test_one_that_is_not_there_is_404(self, call):
        assert_problem(call("GET", f"{PATH}/999"), 404, "customer_not_found")


class TestAdding:
    def test_it_is_201_with_the_record_and_its_address(self, call):
        response = call("POST", PATH, json={"name": "  Ada Lovelace "})
        assert response.status_code == 201
        assert response.json() == {"id": 3, "name": "Ada Lovelace"}
        assert response.headers["location"] == "/api/customers/3"
        assert call("GET", response.headers["location"]).json() == response.json()
        assert names(call) == ["John Doe", "Jane Doe", "Ada Lovelace"]

    def test_a_name_that_is_taken_is_409(self, call):
        assert_problem(call("POST", PATH, json={"name": "Jane Doe"}), 409, "customer_name_taken")
        assert names(call) == ["John Doe", "Jane Doe"]

    def test_sent_twenty_times_at_once_it_is_added_once(self, client, tokens, call):
        answers = client.post_at_once(PATH, 20, json={"name": "Ada Lovelace"}, headers=bearer(tokens))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert names(call).count("Ada Lovelace") == 1

    def test_an_id_in_the_body_is_passed_over(self, call):
        assert call("POST", PATH, json={"id": 1, "name": "Ada Lovelace"}).json()["id"] == 3


class TestRenaming:
    def test_it_is_200_with_the_record(self, call):
        response = call("PUT", f"{PATH}/2", json={"name": "Jane Roe"})
        assert (response.status_code, response.json()) == (200, {"id": 2, "name": "Jane Roe"})
        assert names(call) == ["John Doe", "Jane Roe"]

    def test_the_same_twice_is_200_twice(self, call):
        assert [call("PUT", f"{PATH}/2", json={"name": "Jane Roe"}).status_code for _ in range(2)] == [200, 200]

    def test_to_a_name_that_is_taken_is_409(self, call):
        assert_problem(call("PUT", f"{PATH}/2", json={"name": "John Doe"}), 409, "customer_name_taken")
        assert names(call) == ["John Doe", "Jane Doe"]

    def test_one_that_is_not_there_is_404(self, call):
        assert_problem(call("PUT", f"{PATH}/999", json={"name": "Ada"}), 404, "customer_not_found")


class TestRemoving:
    def test_it_is_204_and_then_404(self, call):
        response = call("DELETE", f"{PATH}/1")
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(call("DELETE", f"{PATH}/1"), 404, "customer_not_found")
        assert names(call) == ["Jane Doe"]

    def test_without_any_customer_the_list_is_empty(self, call):
        for number in (1, 2):
            call("DELETE", f"{PATH}/{number}")
        assert (names(call), call("GET", f"{PATH}/records").json()) == ([], [])


MALFORMED = {
    "nothing": b"",
    "null": b"null",
    "not JSON": b"name=Ada",
    "a list": b"[]",
    "a string": b'"Ada"',
    "no members": b"{}",
    "a null name": b'{"name": null}',
    "a number": b'{"name": 1}',
    "a list of names": b'{"name": ["Ada"]}',
    "deeply nested": b'{"name": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "huge integer": b'{"name": ' + b"9" * 9_000 + b"}",
    "bad UTF-8": b'{"name": "\xff\xfe"}',
    "truncated": b'{"name": "Ada',
}
IMPOSSIBLE_NAMES = {
    "empty": "",
    "white space": " \t\n",
    "NUL": "Ada\0",
    "a line break": "Ada\nLovelace",
    "lone surrogate": "\ud800",
    "right to left": "Ada\u202e",
    "129 characters": "x" * 129,
    "thousands of characters": "x" * 15_000,
    "thousands of accents": "a" + "\u0301\u0323" * 1_000,
}


@pytest.mark.parametrize("method", SENDING)
class TestWhatIsSent:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_a_null_or_malformed_body_is_400(self, call, method, name):
        response = call(method, SENDING[method], content=MALFORMED[name], headers={"Content-Type": "application/json"})
        assert_problem(response, 400, "invalid_request")
        assert names(call) == ["John Doe", "Jane Doe"]

    @pytest.mark.parametrize("name", IMPOSSIBLE_NAMES)
    def test_a_name_that_is_none_is_400(self, call, method, name):
        content = json.dumps({"name": IMPOSSIBLE_NAMES[name]}).encode()
        response = call(method, SENDING[method], content=content, headers={"Content-Type": "application/json"})
        assert_problem(response, 400, "invalid_customer_name")
        assert names(call) == ["John Doe", "Jane Doe"]

    def test_a_body_over_16_kb_is_413(self, call, method):
        assert_problem(call(method, SENDING[method], json={"name": "x" * 17_000}), 413, "request_entity_too_large")

    def test_another_content_type_is_415(self, call, method):
        assert_problem(call(method, SENDING[method], data={"name": "Ada"}), 415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
class TestIds:
    @pytest.mark.parametrize("customer_id", IMPOSSIBLE_IDS)
    def test_an_id_out_of_the_databases_range_is_404(self, call, method, customer_id):
        answer = call(method, f"{PATH}/{customer_id}", json={"name": "Ada"})
        assert answer.status_code == 404, answer.text

    @pytest.mark.parametrize("customer_id", [*NOT_IDS, "01", "+1"])
    def test_what_is_no_id_or_another_spelling_of_one_is_404(self, call, method, customer_id):
        assert_problem(call(method, f"{PATH}/{customer_id}", json={"name": "Ada"}), 404, "not_found")


def test_another_method_is_405(call):
    assert_problem(call("PATCH", f"{PATH}/1"), 405, "method_not_allowed")
    assert_problem(call("PUT", f"{PATH}/records", json={"name": "Ada"}), 405, "method_not_allowed")


def test_the_openapi_document_names_every_answer(client):
    paths = client.get("/openapi.json").json()["paths"]
    always = {"401", "403", "503"}
    with_name = always | {"400", "409", "413"}
    with_id = always | {"400", "404"}
    documented = {
        (path, method): operation["responses"].keys()
        for path, operations in paths.items()
        if path.startswith(PATH)
        for method, operation in operations.items()
    }
    assert documented == {
        (PATH, "get"): always | {"200"},
        (PATH, "post"): with_name | {"201"},
        (f"{PATH}/records", "get"): always | {"200"},
        (f"{PATH}/{{customer_id}}", "get"): with_id | {"200"},
        (f"{PATH}/{{customer_id}}", "put"): with_id | with_name | {"200"},
        (f"{PATH}/{{customer_id}}", "delete"): with_id | {"204"},
    }
    assert "Location" in paths[PATH]["post"]["responses"]["201"]["headers"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "id", "x"]), inner),
    max_leaves=8,
)


@given(body=JSON | st.fixed_dictionaries({"name": st.text(st.characters(codec=None))}), customer_id=st.integers() | st.text())
@settings(max_examples=60)
def test_nothing_whatever_is_a_5xx(call, body, customer_id):
    content = json.dumps(body).encode()
    name = quote(str(customer_id), safe="")
    for method, path in [("POST", PATH), ("PUT", f"{PATH}/{name}"), ("GET", f"{PATH}/{name}"), ("DELETE", f"{PATH}/{name}")]:
        response = call(method, path, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code < 500, response.text
