"""The OpenAPI document as it is true of this API: what FastAPI says of malformed input is 422, what is answered is 400."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from rxapp.auth.http.callers.bearer import documented
from rxapp.auth.http.middleware.problems import answers_malformed_input

_NEVER_ANSWERED = str(HTTPStatus.UNPROCESSABLE_ENTITY.value)
_ANSWERED = str(HTTPStatus.BAD_REQUEST.value)
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def correct_document(api: FastAPI) -> None:
    """Have `api` tell the corrected document. FastAPI makes it once, and anew when routes are added."""
    made_by_fastapi = api.openapi

    def openapi() -> dict[str, Any]:
        document = made_by_fastapi()
        return _corrected(document) if answers_malformed_input(api) else document

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation["responses"].pop(_NEVER_ANSWERED, None):
                operation["responses"].setdefault(_ANSWERED, documented(HTTPStatus.BAD_REQUEST)[HTTPStatus.BAD_REQUEST])
    for schema in _OF_FASTAPI:
        document.get("components", {}).get("schemas", {}).pop(schema, None)
    return document
