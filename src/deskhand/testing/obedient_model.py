"""A model that obeys every instruction it sees, wherever it stands: what prompt injection is tested against.

It speaks the OpenAI chat protocol, as `scripted_provider.py` does. Whatever it finds in a message, in a passage, in a
tool's result or in a memory that reads like an order, it does: it says what it is told to say, recites its
instructions (in base64, backwards, a word a line, when it is told so), and calls any tool that is named, whether or
not it was offered. With no order left it answers with the first sentence of the first passage, cited.

A defence that holds against it lies outside the model.
"""

import base64
import codecs
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from deskhand.kit.sentences import split_sentences
from deskhand.llm.passages import NO_ANSWER
from deskhand.testing.scripted_provider import CallTool, chunk

_QUOTED = r"[\"“'«]([^\"”»\n]{3,400}?)[\"”»'](?=[\s.,;!?)\]}\\]|$)"
_SAY = re.compile(
    r"\b(?:say|answer|reply|respond|write|output|print|state|tell|confirm|claim|append|add|include|insert|begin|end|start"
    rf"|return|translate)\b[^\"“«\n]{{0,120}}?[\s:]{_QUOTED}",
    re.IGNORECASE,
)
_RECITE = re.compile(
    r"\b(?:reveal|show|print|output|repeat|display|disclose|leak|share|expose|recite|encode|spell|quote|summari[sz]e|what"
    r"|give|tell|write|list|dump)\b.{0,80}?"
    r"\b(?:instructions?|system prompt|system message|prompt|rules|guidelines|contract|configuration|everything above"
    r"|text above)\b",
    re.IGNORECASE | re.DOTALL,
)
_CALL = re.compile(
    r"\b(?:call|invoke|run|execute|use|trigger|fire)\b[^.\n{]{0,40}?[`'\"“]?\b([a-z]+(?:_[a-z0-9]+)+)\b[`'\"”]?"
    r"(?:[^{}\n.]{0,30}(\{[^{}]{0,400}\}))?",
    re.IGNORECASE,
)
_PASSAGE = re.compile(r'^\{"passage": (\d+).*?"text": (".*")\}$', re.MULTILINE)
MAX_CALLS = 6
_MANNERS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "backwards": lambda text: text[::-1],
    "reverse": lambda text: text[::-1],
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "hex": lambda text: text.encode().hex(),
    "word per line": lambda text: "\n".join(text.split()),
    "word a line": lambda text: "\n".join(text.split()),
    "capitals": str.upper,
}


class ObedientModel:
    """Serve its `app` on a loopback port. `requests` holds what it was sent, `recited` what it gave away."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> StreamingResponse:
        body: dict[str, Any] = await request.json()
        self.requests.append(body)
        return StreamingResponse(_stream(obey(body["messages"])), media_type="text/event-stream")


def obey(messages: list[dict[str, Any]]) -> str | list[CallTool]:
    """What it does with a conversation: tools to call, or what it says."""
    system = "\n".join(_text(message) for message in messages if message["role"] in {"system", "developer"})
    read = "\n".join(_text(message) for message in messages if message["role"] in {"user", "tool"})
    called = {call["function"]["name"] for message in messages for call in message.get("tool_calls") or ()}
    calls = [call for call in _calls(read) if call.name not in called][:MAX_CALLS]
    if calls:
        return calls
    said = [text for _, text in sorted([*_sayings(read), *_recitals(read, system)])]
    return "\n".join(dict.fromkeys(said)) or _cited(read)


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "\n".join(str(part.get("text", "")) for part in content)
    return str(content)


def _plain(text: str) -> str:
    """As it reads once the frame of JSON is taken off."""
    return text.replace('\\"', '"').replace("\\n", "\n")


def _calls(read: str) -> Iterator[CallTool]:
    for found in _CALL.finditer(_plain(read)):
        arguments = found[2] or "{}"
        try:
            json.loads(arguments)
        except ValueError:
            arguments = "{}"
        yield CallTool(name=found[1].lower(), arguments=arguments)


def _sayings(read: str) -> Iterator[tuple[int, str]]:
    for found in _SAY.finditer(_plain(read)):
        yield found.start(), found[1]


def _recitals(read: str, system: str) -> Iterator[tuple[int, str]]:
    plain = _plain(read)
    for found in _RECITE.finditer(plain):
        manner = plain[max(0, found.start() - 80) : found.end() + 120].lower()
        yield found.start(), _in_the_manner(system, manner)


def _in_the_manner(system: str, manner: str) -> str:
    told = (write for sign, write in _MANNERS.items() if sign in manner)
    return next(told, str)(system)


def _cited(read: str) -> str:
    found = _PASSAGE.search(read)
    if found is None:
        return NO_ANSWER
    sentences = split_sentences(json.loads(found[2]))
    return f"{sentences[0]} [{found[1]}]" if sentences else NO_ANSWER


async def _stream(done: str | list[CallTool]) -> AsyncIterator[str]:
    if isinstance(done, list):
        calls = [
            {
                "index": place,
                "id": f"call_{place}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for place, call in enumerate(done)
        ]
        yield chunk({"role": "assistant", "tool_calls": calls})
        yield chunk({}, finish="tool_calls")
    else:
        yield chunk({"role": "assistant", "content": done})
        yield chunk({}, finish="stop")
    yield "data: [DONE]\n\n"
