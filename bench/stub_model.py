"""A model server that costs next to nothing: the OpenAI protocol on loopback, answering after a delay that is set.

Plain ASGI, so that what is measured is the server that asks. It answers with the first sentence of the first passage
that it is given, cited, and a question; and keeps the moment at which it had sent enough for the sentence to be told.
Run it with a port.

"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import uvicorn

BEHAVIOUR_PATH = "/behaviour"
TELLABLE_PATH = "/tellable"
TRIVIAL_TOOL = "opening_hours"
"""Asked for before the answer whenever it is offered, which only the reference does."""

NOTHING_GIVEN = "Thank you for asking."
QUESTION = (" Is", " there anything else?")
"""With its first word it is clear that the sentence before has ended."""
_SENTENCE = re.compile(r"[^.!?|#*\n]{20,300}[.!?]")
EVENT_STREAM = [(b"content-type", b"text/event-stream")]
JSON = [(b"content-type", b"application/json")]

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """How the model answers: seconds before the first piece, seconds between pieces, and how many there are.

    A `status` other than 200 is a refusal; `cut` breaks the connection off after the first sentence.
    """

    delay: float = 0.0
    gap: float = 0.0
    pieces: int = 8
    status: int = 200
    cut: bool = False


class CutOff(Exception):
    """Ends a connection in the middle of its stream."""


class Stub:
    """The ASGI application."""

    def __init__(self) -> None:
        self._behaviour = Behaviour()
        self._tellable = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body(receive)
        if scope["path"] == BEHAVIOUR_PATH:
            if scope["method"] == "PUT":
                self._behaviour = Behaviour(**json.loads(body))
            await _whole(send, json.dumps(asdict(self._behaviour)), status=204 if scope["method"] == "PUT" else 200)
            return
        if scope["path"] == TELLABLE_PATH:
            await _whole(send, json.dumps(self._tellable))
            return
        request = json.loads(body)
        await asyncio.sleep(self._behaviour.delay)
        if self._behaviour.status != 200:
            await _whole(send, json.dumps({"error": {"message": "out of order"}}), status=self._behaviour.status)
        elif _wants_tool(request):
            await _whole(send, json.dumps(_completion(_tool_call(), "tool_calls")))
        elif request.get("stream"):
            await self._stream(send, _sentence_for(request))
        else:
            content = _sentence_for(request) + "".join(QUESTION)
            await _whole(send, json.dumps(_completion({"content": content}, "stop")))

    async def _stream(self, send: Any, sentence: str) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        for line in self._lines(sentence):
            await send({"type": "http.response.body", "body": line.encode(), "more_body": True})
            if self._behaviour.gap:
                await asyncio.sleep(self._behaviour.gap)
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    def _lines(self, sentence: str) -> Iterator[str]:
        yield _chunk({"role": "assistant", "content": ""})
        length = -(-len(sentence) // self._behaviour.pieces)
        for begin in range(0, len(sentence), length):
            yield _chunk({"content": sentence[begin : begin + length]})
        self._tellable = time.time_ns()
        yield _chunk({"content": QUESTION[0]})
        if self._behaviour.cut:
            raise CutOff
        yield _chunk({"content": QUESTION[1]})
        yield _chunk({}, "stop")


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _whole(send: Any, text: str, *, status: int = 200) -> None:
    content = b"" if status == 204 else text.encode()
    await send({"type": "http.response.start", "status": status, "headers": JSON})
    await send({"type": "http.response.body", "body": content})


def _sentence_for(request: Body) -> str:
    """The first sentence of the first passage in the request, as the answer cites it."""
    for message in reversed(request["messages"]):
        for line in str(message.get("content")).splitlines():
            if line.startswith('{"number": 1,'):
                found = _SENTENCE.search(json.loads(line)["text"])
                return f"{found[0].strip()} [1]" if found else NOTHING_GIVEN
    return NOTHING_GIVEN


def _wants_tool(request: Body) -> bool:
    offered = [tool["function"]["name"] for tool in request.get("tools") or ()]
    return TRIVIAL_TOOL in offered and request["messages"][-1]["role"] != "tool"


def _tool_call() -> Body:
    call = {"id": "call_1", "type": "function", "function": {"name": TRIVIAL_TOOL, "arguments": "{}"}}
    return {"content": None, "tool_calls": [call]}


def _completion(message: Body, finish: str) -> Body:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {**_envelope("chat.completion"), "choices": [choice], "usage": usage}


def _chunk(delta: Body, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({**_envelope('chat.completion.chunk'), 'choices': [choice]})}\n\n"


def _envelope(kind: str) -> Body:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": "stub"}


if __name__ == "__main__":
    uvicorn.run(Stub(), port=int(sys.argv[1]), log_level="critical", access_log=False, lifespan="off")
