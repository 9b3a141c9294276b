"""`/docs`: the API to try out. Its scripts come from elsewhere, so it has a Content-Security-Policy of its own."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from rxapp.auth.http.middleware.content_security_policy import PAGE, policy_text, script_hashes

SWAGGER_UI = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/"
"""Where FastAPI has it from. Whatever this host serves runs in our origin: a reason why the page is off in production."""


def add_docs_page(api: FastAPI) -> None:
    """Give `api` the page at `/docs`, which reads `/openapi.json`."""
    page = get_swagger_ui_html(
        openapi_url=api.openapi_url or "",
        title=api.title,
        swagger_js_url=f"{SWAGGER_UI}swagger-ui-bundle.js",
        swagger_css_url=f"{SWAGGER_UI}swagger-ui.css",
        swagger_favicon_url="/favicon.svg",
    )
    scripts = [SWAGGER_UI, *script_hashes(bytes(page.body).decode())]
    more = {"script-src": scripts, "style-src": [SWAGGER_UI], "img-src": [SWAGGER_UI]}
    page.headers["Content-Security-Policy"] = policy_text(PAGE, more)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page
