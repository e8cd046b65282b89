"""The built web client, served by the server itself."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

_NOT_BUILT = """<!doctype html><title>Deskhand</title><h1>The web client is not built</h1>
<p>Run <code>make web</code> and reload this page. The API is described at <a href="/docs">/docs</a>.</p>"""
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)

# The page itself knows what stands at an address within the console.
_PAGES = ("/", "/console", "/console/{within:path}")


def add_pages(app: FastAPI, folder: Path) -> None:
    """Serve the client's assets, and its page at `/` (the chat) and everywhere under `/console`."""
    index = folder / "index.html"
    if (folder / "assets").is_dir():
        app.mount("/assets", GZipMiddleware(StaticFiles(directory=folder / "assets")), name="assets")

    async def page() -> Response:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503, headers=headers)
        return FileResponse(index, headers=headers)

    for path in _PAGES:
        app.add_api_route(path, page, methods=["GET"], include_in_schema=False)
    for extra in (path for path in folder.glob("*") if path.is_file() and path != index):
        app.add_api_route(f"/{extra.name}", _file(extra), methods=["GET"], include_in_schema=False)


def _file(path: Path) -> Callable[[], Awaitable[FileResponse]]:
    async def serve() -> FileResponse:
        return FileResponse(path)

    return serve
