"""A local server that speaks the OpenAI chat protocol and does what a script says, failures included.

For our tests and for yours: no account, no network. Serve `ScriptedProvider(...).app` on a loopback port and set
`OPENAI_BASE_URL` to its `/v1`. Each request takes the next step of the script; the last step repeats.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PIECE_CHARS = 12
HANG_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """Answer with this text, in pieces when the request asks for a stream.

    `usage` is what the provider says it took, given and written; `finish` why it ended.
    """

    text: str
    usage: tuple[int, int] | None = None
    finish: str = "stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallTool:
    """Ask for a tool. `arguments` is sent as it is, so that it can be malformed; `text` is said before."""

    name: str
    arguments: str
    text: str = ""
    usage: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """Answer with an HTTP error."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang:
    """Accept the request and never answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CutStream:
    """Send the beginning of an answer, then break the connection off."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndEarly:
    """Send the beginning of an answer, then end in good order without having said that it is whole."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HangMidStream:
    """Send the beginning of an answer, then nothing more."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage:
    """Answer 200 with something that is not the protocol."""

    body: str = "<html>Bad gateway</html>"


Step: TypeAlias = Say | CallTool | Refuse | Hang | CutStream | EndEarly | HangMidStream | Garbage


class ScriptedProvider:
    """Plays a script. `requests` holds the body of every request it got."""

    def __init__(self, *script: Step) -> None:
        self._script: Sequence[Step] = script or (Say(text="Hello."),)
        self.requests: list[dict[str, Any]] = []
        self.played_before = 0
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    def play(self, *script: Step) -> None:
        """From now on this script instead; `requests` go on."""
        self._script, self.played_before = script, len(self.requests)

    async def _complete(self, request: Request) -> Response:
        body: dict[str, Any] = await request.json()
        at = len(self.requests) - self.played_before
        step = self._script[min(at, len(self._script) - 1)]
        self.requests.append(body)
        match step:
            case Refuse(status=status, headers=headers):
                return JSONResponse({"error": {"message": "scripted failure"}}, status_code=status, headers=headers)
            case Garbage(body=text):
                return Response(text, media_type="text/html")
            case Hang():
                await asyncio.sleep(HANG_SECONDS)
                return Response(status_code=504)
            case _ if body.get("stream"):
                return StreamingResponse(_stream(step), media_type="text/event-stream")
            case _:
                return JSONResponse(_whole(step))


async def _stream(step: Step) -> AsyncIterator[str]:
    if isinstance(step, CallTool):
        if step.text:
            yield chunk({"role": "assistant", "content": step.text})
        yield chunk({"role": "assistant", "tool_calls": [{"index": 0, **_tool_call(step)}]})
        yield chunk({}, finish="tool_calls")
    else:
        text = getattr(step, "text", "")
        for start in range(0, len(text), PIECE_CHARS):
            yield chunk({"role": "assistant", "content": text[start : start + PIECE_CHARS]})
            await asyncio.sleep(0)
        await _end_early(step)
        if isinstance(step, EndEarly):
            return
        yield chunk({}, finish=getattr(step, "finish", "stop"))
    usage = getattr(step, "usage", None)
    if usage is not None:
        yield usage_chunk(*usage)
    yield "data: [DONE]\n\n"


async def _end_early(step: Step) -> None:
    if isinstance(step, CutStream):
        raise ConnectionAbortedError("the script cuts the stream here")
    if isinstance(step, HangMidStream):
        await asyncio.sleep(HANG_SECONDS)


def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    """One event of a streamed answer, as it goes over the wire."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps(_envelope('chat.completion.chunk', choice))}\n\n"


def usage_chunk(given: int, written: int) -> str:
    """The last event of a stream whose request asked what it took."""
    body = _envelope("chat.completion.chunk", {}) | {"choices": [], "usage": _usage(given, written)}
    return f"data: {json.dumps(body)}\n\n"


def _usage(given: int, written: int) -> dict[str, int]:
    return {"prompt_tokens": given, "completion_tokens": written, "total_tokens": given + written}


def _whole(step: Step) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": getattr(step, "text", None)}
    finish = "stop"
    if isinstance(step, CallTool):
        message["tool_calls"], finish = [_tool_call(step)], "tool_calls"
    usage = _usage(*(getattr(step, "usage", None) or (1, 1)))
    return _envelope("chat.completion", {"index": 0, "message": message, "finish_reason": finish}) | {"usage": usage}


def _tool_call(step: CallTool) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": step.name, "arguments": step.arguments}}


def _envelope(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": "scripted", "choices": [choice]}
