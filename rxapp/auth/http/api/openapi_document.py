"""The OpenAPI document as it is true of this API: what FastAPI says of malformed input is 422, what is answered is 400."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from rxapp.auth.http.callers.bearer import documented

_NEVER_ANSWERED = str(HTTPStatus.UNPROCESSABLE_ENTITY.value)
_ANSWERED = str(HTTPStatus.BAD_REQUEST.value)
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


class TrueDocument(FastAPI):
    """FastAPI, with the document corrected."""

    def openapi(self) -> dict[str, Any]:
        """The document; FastAPI makes it once, and anew when routes are added."""
        document = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                if operation["responses"].pop(_NEVER_ANSWERED, None):
                    operation["responses"].setdefault(_ANSWERED, documented(HTTPStatus.BAD_REQUEST)[HTTPStatus.BAD_REQUEST])
        for schema in _OF_FASTAPI:
            document.get("components", {}).get("schemas", {}).pop(schema, None)
        return document
