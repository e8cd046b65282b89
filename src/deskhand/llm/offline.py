"""The chat client that answers without a language model: it quotes the passages that answer, with citations.

Above: agents and turns, which use it like any other Agent Framework client.
Below: `offline_answer` (what to say), `small_talk`, `questions`, the embedder port.

The last user message carries what it works on in `additional_properties`: PASSAGES_KEY,
QUESTIONS_KEY, and optionally STYLE_KEY and VECTORS_KEY. The response carries KIND_KEY and PIECES_KEY.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from uuid import uuid4

from agent_framework import (
    BaseChatClient,
    ChatMiddlewareLayer,
    ChatResponse,
    ChatResponseUpdate,
    Content,
    FunctionInvocationLayer,
    Message,
    ResponseStream,
)
from agent_framework.observability import ChatTelemetryLayer

from deskhand.llm.embedding import Embedder
from deskhand.llm.offline_answer import Found, find_answer
from deskhand.llm.offline_saying import AnswerPiece
from deskhand.llm.offline_search import passages_in, search_calls
from deskhand.llm.offline_style import STYLE_KEY, AnswerStyle, closing, opening, small_talk_reply
from deskhand.llm.offline_text import answer_chunks
from deskhand.llm.offline_vectors import TextVectors
from deskhand.llm.passages import NO_ANSWER, PASSAGES_KEY, QUESTIONS_KEY, VECTORS_KEY, Passage
from deskhand.llm.questions import standalone
from deskhand.llm.small_talk import SmallTalk, recognise

KIND_KEY = "deskhand_kind"
"""Key of the response's `additional_properties` that says what the reply is: one of the `Kind` values."""

PIECES_KEY = "deskhand_pieces"
"""Key of the response's `additional_properties`: the tuple of `AnswerPiece`, what was quoted from where."""

CONFIDENCE_KEY = "deskhand_confidence"
"""Key of the response's `additional_properties`: 0 to 1, of the surest answered question."""

MODEL = "offline"

Kind = Literal["answer", "no_answer", "small_talk", "human"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply before it is sent; the chunks joined are its text."""

    kind: Kind
    chunks: tuple[str, ...]
    pieces: tuple[AnswerPiece, ...] = ()
    confidence: float = 1.0

    @property
    def properties(self) -> dict[str, Any]:
        return {KIND_KEY: self.kind, PIECES_KEY: self.pieces, CONFIDENCE_KEY: self.confidence}


class RawOfflineChatClient(BaseChatClient[Any]):
    """The offline model alone, without tool loop, middleware and telemetry."""

    OTEL_PROVIDER_NAME: ClassVar[str] = "deskhand.offline"

    def __init__(self, embedder: Embedder, *, style: AnswerStyle | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = MODEL
        self._vectors = TextVectors(embedder)
        self._style = style or AnswerStyle()

    def _inner_get_response(
        self,
        *,
        messages: Sequence[Message],
        stream: bool,
        options: Mapping[str, Any],
        **_: Any,
    ) -> Awaitable[ChatResponse[Any]] | ResponseStream[ChatResponseUpdate, ChatResponse[Any]]:
        updates = self._updates(messages, options)
        if stream:
            return self._build_response_stream(updates)
        return self._collect(updates)

    async def _collect(self, updates: AsyncIterator[ChatResponseUpdate]) -> ChatResponse[Any]:
        return ChatResponse.from_updates([update async for update in updates])

    async def _updates(
        self, messages: Sequence[Message], options: Mapping[str, Any]
    ) -> AsyncIterator[ChatResponseUpdate]:
        outcome = await self._outcome(messages, options)
        response_id = f"offline-{uuid4().hex}"
        for update in _told(outcome) if isinstance(outcome, Reply) else [_called(outcome)]:
            update.response_id = update.message_id = response_id
            update.model = MODEL
            yield update

    async def _outcome(self, messages: Sequence[Message], options: Mapping[str, Any]) -> Reply | list[Content]:
        """The reply, or the tool calls that must come before it."""
        at = next((at for at in range(len(messages) - 1, -1, -1) if messages[at].role == "user"), None)
        if at is None:
            return Reply(kind="no_answer", chunks=(NO_ANSWER,), confidence=0.0)
        message, after = messages[at], messages[at + 1 :]
        style = message.additional_properties.get(STYLE_KEY) or self._style
        said = recognise(message.text)
        if said is not None:
            text = small_talk_reply(said, style)
            return Reply(kind="human" if said is SmallTalk.HUMAN else "small_talk", chunks=(text,))
        questions = message.additional_properties.get(QUESTIONS_KEY) or _questions(messages[: at + 1])
        passages = message.additional_properties.get(PASSAGES_KEY)
        if passages is None:
            calls = search_calls(questions, options, after)
            if calls:
                return calls
            passages = passages_in(after)
        vectors = self._vectors.knowing(message.additional_properties.get(VECTORS_KEY) or {})
        return await _answer(vectors, questions, passages, style)


class OfflineChatClient(
    FunctionInvocationLayer[Any],
    ChatMiddlewareLayer[Any],
    ChatTelemetryLayer[Any],
    RawOfflineChatClient,
):
    """The offline model as agents use it: with tool loop, middleware and telemetry."""

    def __init__(self, embedder: Embedder, *, style: AnswerStyle | None = None, **kwargs: Any) -> None:
        """`kwargs` are those of the framework's layers: `middleware`, `function_invocation_configuration`."""
        super().__init__(embedder=embedder, style=style, **kwargs)


async def _answer(
    vectors: TextVectors, questions: Sequence[str], passages: Sequence[Passage], style: AnswerStyle
) -> Reply:
    found = [await find_answer(vectors, question, passages, style=style) for question in questions]
    if not any(each.pieces for each in found):
        confidence = max((each.confidence for each in found), default=0.0)
        return Reply(kind="no_answer", chunks=(NO_ANSWER,), confidence=confidence)
    return _reply(found, style)


def _told(reply_: Reply) -> list[ChatResponseUpdate]:
    """One update a sentence; the last one says what kind of reply it was."""
    updates = [ChatResponseUpdate(contents=[Content.from_text(chunk)], role="assistant") for chunk in reply_.chunks]
    updates[-1].finish_reason = "stop"
    updates[-1].additional_properties = reply_.properties
    return updates


def _called(calls: list[Content]) -> ChatResponseUpdate:
    return ChatResponseUpdate(contents=calls, role="assistant", finish_reason="tool_calls")


def _questions(messages: Sequence[Message]) -> list[str]:
    earlier = [message.text for message in messages[:-1] if message.role == "user"]
    return standalone(messages[-1].text, earlier)


def _reply(found: Sequence[Found], style: AnswerStyle) -> Reply:
    confidence = max(each.confidence for each in found)
    before = opening(style, questions=[each.question for each in found], confidence=confidence)
    chunks = answer_chunks(found, opening=before, closing=closing(style))
    pieces = tuple(dict.fromkeys(piece for each in found for piece in each.pieces))
    return Reply(kind="answer", chunks=chunks, pieces=pieces, confidence=confidence)
