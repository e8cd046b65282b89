"""A local HTTP server that fails as it is told to: for tests of tools whose far side is an HTTP service.

    async with FailingServer({"/orders/7": [Answer(status=503), Answer(body={"state": "sent"})]}).serving() as url: ...

Each request of a path takes the next step of its script; the last step repeats. Paths without a script answer 404.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

HANG_SECONDS = 3600.0
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer; `body` is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang:
    """Take the request, and never answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Begin an answer, then break the connection off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """Answer 200 with something else than what was asked for."""

    content: bytes = b"<html>Bad gateway</html>"
    media_type: str = "text/html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Endless:
    """Answer 200 and never come to the end: the chunk again and again, so many seconds apart."""

    chunk: bytes
    seconds: float = 0.0


Step: TypeAlias = Answer | Hang | Cut | Raw | Endless


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class FailingServer:
    """Plays a script for each path. `requests` holds all that came in, in their order."""

    def __init__(self, scripts: Mapping[str, Sequence[Step]]) -> None:
        """`scripts` gives the steps of each path, at least one."""
        self._scripts = {path: list(steps) for path, steps in scripts.items()}
        self.requests: list[Received] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._play, methods=METHODS)])

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.path == path for request in self.requests)

    def script(self, path: str, *steps: Step) -> None:
        """From now on the path does this instead."""
        self._scripts[path] = list(steps)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The server on a free port of this machine; gives its address."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            config = uvicorn.Config(self.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                await task

    async def _play(self, request: Request) -> Response:
        path = request.url.path
        content = await request.body()
        self.requests.append(Received(method=request.method, path=path, headers=dict(request.headers), body=content))
        match self._next(path):
            case Answer(status=status, body=body, headers=headers):
                return Response(json.dumps(body), status, headers, media_type="application/json")
            case Raw(content=raw, media_type=media_type):
                return Response(raw, media_type=media_type)
            case Hang():
                await asyncio.sleep(HANG_SECONDS)
                return Response(status_code=504)
            case Cut():
                return StreamingResponse(_cut_off(), headers={"content-length": "1000"})
            case Endless(chunk=chunk, seconds=seconds):
                return StreamingResponse(_again_and_again(chunk, seconds), media_type="application/json")

    def _next(self, path: str) -> Step:
        steps = self._scripts.get(path, [Answer(status=404)])
        return steps.pop(0) if len(steps) > 1 else steps[0]


async def _again_and_again(chunk: bytes, seconds: float) -> AsyncIterator[bytes]:
    while True:
        yield chunk
        await asyncio.sleep(seconds)


async def _cut_off() -> AsyncIterator[bytes]:
    yield b'{"begun": '
    raise ConnectionAbortedError("the script breaks the connection off here")
