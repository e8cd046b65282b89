"""Around every request: its id, its time, its log line, a bound on its size. Plain ASGI: streams stay streams."""

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from deskhand.kit.errors import TooLarge
from deskhand.kit.ids import new_id
from deskhand.kit.problems import MEDIA_TYPE, Problem, problem_of

log = structlog.get_logger(__name__)

REQUEST_ID = "request_id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,100}")
_QUIET_PATHS = ("/health", "/assets/")


class RequestContext:
    """Takes `X-Request-ID` in or makes one, sends it back with `X-Process-Time`, and logs one line a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _WELL_FORMED.fullmatch(given) else new_id("req")
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        with bound_contextvars(request_id=request_id):
            if scope["type"] == "http":
                await self._http(scope, receive, send, request_id)
            else:
                await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began = time.perf_counter()
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                seconds = time.perf_counter() - began
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers["X-Process-Time"] = f"{seconds:.4f}"
                headers["X-Content-Type-Options"] = "nosniff"
                _log_request(scope, message["status"], seconds)
            await send(message)

        # Here rather than in a handler of FastAPI's: those for any exception stand outside of this context.
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            log.exception("request_broke", path=scope["path"])
            if started:
                raise
            await _shown(_unexpected(request_id))(scope, receive, send_with_headers)


def _unexpected(request_id: str) -> Problem:
    return Problem(
        title="Something went wrong",
        status=500,
        code="internal_error",
        request_id=request_id,
        detail=f"The request failed and was logged under the id {request_id!r}: please try again.",
    )


def _shown(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.model_dump(exclude_none=True), status_code=problem.status, media_type=MEDIA_TYPE)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    if not scope["path"].startswith(_QUIET_PATHS):
        log.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))


class BodyLimit:
    """Refuses a request body above `max_bytes`, also one that does not say how long it is."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        await self._bounded(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        started = False

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._too_large()
            return message

        async def send_bounded(message: Message) -> None:
            nonlocal started
            # What the application makes of the cut-off body is not what was wrong with it.
            if received <= self._max_bytes or started:
                started = True
                await send(message)

        await self._app(scope, receive_bounded, send_bounded)
        if received > self._max_bytes and not started:
            await self._refuse(scope, receive, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The request is larger than {self._max_bytes:,} bytes: send less at once.")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = problem_of(self._too_large(), scope.get("state", {}).get(REQUEST_ID))
        await _shown(problem)(scope, receive, send)
