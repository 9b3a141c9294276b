"""`/docs`: a page to try out the API. Its scripts come from another host, so it has its own Content-Security-Policy."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from rxapp.auth.http.middleware.content_security_policy import PAGE, policy_text, script_hashes

SWAGGER_UI = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/"
"""The host that FastAPI uses. All scripts from it run in our origin. This is one reason why the page is off in production."""


def add_docs_page(api: FastAPI) -> None:
    """Add the page at `/docs` to `api`. It reads `/openapi.json`."""
    page = get_swagger_ui_html(
        openapi_url=api.openapi_url or "",
        title=api.title,
        swagger_js_url=f"{SWAGGER_UI}swagger-ui-bundle.js",
        swagger_css_url=f"{SWAGGER_UI}swagger-ui.css",
        swagger_favicon_url="data:,",  # the app's icon is below the path of the pages
    )
    scripts = [SWAGGER_UI, *script_hashes(bytes(page.body).decode())]
    more = {"script-src": scripts, "style-src": [SWAGGER_UI], "img-src": [SWAGGER_UI]}
    page.headers["Content-Security-Policy"] = policy_text(PAGE, more)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page
