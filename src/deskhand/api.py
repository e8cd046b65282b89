"""The application: middleware, routes, and the one handler that turns errors into problem details.

Above: `wiring.py` builds the parts and hands them in. Below: the channels and the slices' endpoints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from deskhand.channels.middleware import REQUEST_ID, BodyLimit, RequestContext
from deskhand.channels.openapi import describe, operation_id
from deskhand.channels.pages import add_pages
from deskhand.kit.errors import DeskhandError
from deskhand.kit.problems import MEDIA_TYPE, FieldProblem, Problem, headers_of, problem_of
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.http import GATE

_DESCRIPTION = """Answers customers from your own knowledge, with checked citations.

Every failure is a problem detail (RFC 9457) with a stable `code`. Live events come as SSE from
`POST /api/v1/chat/sessions/{session_id}/messages` with `Accept: text/event-stream`, or over the WebSocket `/ws`;
both send the same typed, numbered frames: `start, status, route, sources, tool_call, text, escalation, approval,
complete, error`."""
_TITLES = {404: "Not found", 405: "Method not allowed", 413: "Too large", 415: "Type not supported"}


@dataclass(frozen=True, kw_only=True, slots=True)
class AppParts:
    """What an application is made of."""

    gate: Gate
    routers: Sequence[APIRouter]
    web_dir: Path
    cors_origins: Sequence[str]
    max_request_bytes: int
    version: str


def create_app(parts: AppParts) -> FastAPI:
    """The ASGI application."""
    app = FastAPI(
        title="Deskhand",
        version=parts.version,
        description=_DESCRIPTION,
        generate_unique_id_function=operation_id,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    setattr(app.state, GATE, parts.gate)
    for router in parts.routers:
        app.include_router(router)
    add_pages(app, parts.web_dir)
    app.openapi = lambda: describe(app, parts.routers)  # type: ignore[method-assign]  # FastAPI's own way to do it
    app.add_exception_handler(DeskhandError, _on_expected)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    if parts.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(parts.cors_origins), allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(BodyLimit, max_bytes=parts.max_request_bytes)
    app.add_middleware(RequestContext)
    return app


async def _on_expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DeskhandError)  # noqa: S101 - registered for that class
    return _shown(problem_of(error, _request_id(request)), headers_of(error))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for that class
    fields = [_field(entry) for entry in error.errors()]
    first = fields[0] if fields else FieldProblem(field="body", message="is not valid")
    problem = Problem(
        title="A value is not valid",
        status=422,
        detail=f"{first.field}: {first.message}.",
        code="invalid_value",
        request_id=_request_id(request),
        errors=fields,
    )
    return _shown(problem)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class
    title = _TITLES.get(error.status_code, "The request could not be understood")
    detail = f"{request.method} {request.url.path}: {error.detail}"
    code = title.lower().replace(" ", "_") if error.status_code in _TITLES else "bad_input"
    problem = Problem(title=title, status=error.status_code, detail=detail, code=code, request_id=_request_id(request))
    return _shown(problem, dict(error.headers or {}))


def _field(entry: dict[str, Any]) -> FieldProblem:
    return FieldProblem(field=".".join(str(part) for part in entry["loc"]), message=str(entry["msg"]))


def _request_id(request: Request) -> str | None:
    found: str | None = getattr(request.state, REQUEST_ID, None)
    return found


def _shown(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)
