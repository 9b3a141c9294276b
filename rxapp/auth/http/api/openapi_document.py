"""Corrects the OpenAPI document: what FastAPI cannot know of refusals, of keys, and of who may call what."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.callers.bearer import SCHEME, documented
from rxapp.auth.http.callers.dpop import HEADER
from rxapp.auth.http.callers.tags import ACCOUNT, KEYS, LOG_IN, OPERATIONS
from rxapp.auth.http.problems.documents import answers_malformed_input
from rxapp.auth.http.problems.schema import PROBLEM_TYPE, Problem

ABOUT: dict[str, Any] = {
    "title": "rxapp",
    "summary": "Log in, stay logged in, and log out",
    "description": "Access tokens live for minutes, and refresh tokens are exchanged. Refusals are problem documents (RFC 9457).",
    "contact": {"name": "rxapp"},
    "license_info": {"name": "MIT", "identifier": "MIT"},
    "openapi_tags": [
        {"name": LOG_IN, "description": "Get a pair of tokens, exchange it, and end its session"},
        {"name": ACCOUNT, "description": "One's own account and sessions"},
        {"name": KEYS, "description": "The public keys of access tokens"},
        {"name": OPERATIONS, "description": "Whether the server is well"},
    ],
}
"""For our own API. An app that we are installed in says itself what it is."""

_DPOP = "dpop"
_DPOP_SCHEME = {
    "type": "http",
    "scheme": "DPoP",
    "description": "The access token of a session that is bound to a key, with a proof of it in the header `DPoP` (RFC 9449)",
}
_NONCE = {"DPoP-Nonce": {"description": "For the next proof (RFC 9449 §8)", "schema": {"type": "string"}}}
_FASTAPI_STATUS = str(HTTPStatus.UNPROCESSABLE_ENTITY.value)
_OUR_STATUS = str(HTTPStatus.BAD_REQUEST.value)
_FASTAPI_SCHEMAS = ("HTTPValidationError", "ValidationError")
_WITH_NONCE = (str(HTTPStatus.OK.value), _OUR_STATUS)


def servers(settings: Settings) -> list[dict[str, Any]]:
    """Where the API is: at the app's own origins, or where the document comes from."""
    return [{"url": origin} for origin in settings.public_origins] or [{"url": "/"}]


def correct_document(api: FastAPI) -> None:
    """Make `api` serve the corrected document. FastAPI makes it once, and again when routes are added."""
    made_by_fastapi = api.openapi

    def openapi() -> dict[str, Any]:
        document = made_by_fastapi()
        return _corrected(document) if answers_malformed_input(api) else document

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    for operation in _operations(document):
        _correct_refusals(operation)
        _correct_access(document, operation)
    components = document.setdefault("components", {})
    if SCHEME in components.get("securitySchemes", {}):
        components["securitySchemes"][_DPOP] = _DPOP_SCHEME
    for schema in _FASTAPI_SCHEMAS:
        components.get("schemas", {}).pop(schema, None)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from operations.values()


def _correct_refusals(operation: dict[str, Any]) -> None:
    """FastAPI documents 422 for malformed input, and this API answers 400. Our refusals are no plain JSON."""
    responses = operation["responses"]
    if responses.pop(_FASTAPI_STATUS, None):
        refused = documented(HTTPStatus.BAD_REQUEST)[HTTPStatus.BAD_REQUEST.value]
        responses.setdefault(_OUR_STATUS, {name: refused[name] for name in ("description", "content")})
    for response in responses.values():
        content = response.get("content", {})
        plain = next((each for each in content if each != PROBLEM_TYPE), None)
        model = content[plain].get("schema", {}).get("$ref", "") if PROBLEM_TYPE in content and plain else ""
        if model.endswith(Problem.__name__):  # FastAPI gives it a longer name if the app has a `Problem` too
            response["content"] = {PROBLEM_TYPE: {"schema": {"$ref": model}}}


def _correct_access(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """Each guarded operation takes both kinds of tokens, and each other one says that it takes none."""
    needed = operation.get("security")
    if needed is None and "security" not in document:
        operation["security"] = []
    elif needed and {SCHEME: []} in needed and {_DPOP: []} not in needed:
        needed.append({_DPOP: []})
    if any(parameter.get("name") == HEADER for parameter in operation.get("parameters", ())):
        for status in _WITH_NONCE:
            if status in operation["responses"]:
                operation["responses"][status].setdefault("headers", {}).update(_NONCE)
