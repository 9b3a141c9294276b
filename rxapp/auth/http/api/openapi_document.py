"""Corrects the OpenAPI document: FastAPI documents 422 for malformed input, and this API answers 400."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from rxapp.auth.http.callers.bearer import documented
from rxapp.auth.http.problems.documents import answers_malformed_input

_FASTAPI_STATUS = str(HTTPStatus.UNPROCESSABLE_ENTITY.value)
_OUR_STATUS = str(HTTPStatus.BAD_REQUEST.value)
_FASTAPI_SCHEMAS = ("HTTPValidationError", "ValidationError")


def correct_document(api: FastAPI) -> None:
    """Make `api` serve the corrected document. FastAPI makes it once, and again when routes are added."""
    made_by_fastapi = api.openapi

    def openapi() -> dict[str, Any]:
        document = made_by_fastapi()
        return _corrected(document) if answers_malformed_input(api) else document

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation["responses"].pop(_FASTAPI_STATUS, None):
                operation["responses"].setdefault(_OUR_STATUS, documented(HTTPStatus.BAD_REQUEST)[HTTPStatus.BAD_REQUEST])
    for schema in _FASTAPI_SCHEMAS:
        document.get("components", {}).get("schemas", {}).pop(schema, None)
    return document
