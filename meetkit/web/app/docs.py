"""The Swagger UI page; its scripts are served from here, so that it needs no network."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

_SCRIPTS = ("fastapi_swagger", "resources")


def serve_docs(app: FastAPI) -> None:
    """Serve the documentation at `/docs`, to which `/` leads. Its links are relative, so they work behind any proxy."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{app.title}: its routes",
        swagger_js_url="swagger/swagger-ui-bundle.js",
        swagger_css_url="swagger/swagger-ui.css",
        swagger_favicon_url="swagger/favicon-32x32.png",
        swagger_ui_parameters={"displayRequestDuration": True, "filter": True},
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page

    # Relative too: `/` of the app is any path behind a proxy.
    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("docs", 307)

    app.mount("/swagger", StaticFiles(packages=[_SCRIPTS]))
