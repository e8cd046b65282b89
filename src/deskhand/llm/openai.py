"""Any provider that speaks the OpenAI protocol, as a chat model. Below: Agent Framework's client over `openai`."""

from functools import cached_property
from typing import Any

from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI, AsyncStream
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import ValidationError

from deskhand.llm.circuit import Circuit
from deskhand.llm.model import ChatModel

LONGEST_WAIT_SECONDS = 3.0
"""A customer waits meanwhile, and the offline model could have answered."""


def lean_client(*, api_key: str, base_url: str | None, timeout_seconds: float, max_retries: int) -> "LeanOpenAI":
    """A client of an OpenAI-compatible endpoint.

    A 429, a 5xx and a lost connection are tried again `max_retries` times with back-off, inside the time-out. Where the
    provider asks for a longer wait than `LONGEST_WAIT_SECONDS`, the request fails at once, so that another can answer.
    """
    return LeanOpenAI(api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=max_retries)


def openai_model(name: str, client: "LeanOpenAI", *, timeout_seconds: float, circuit: Circuit) -> ChatModel:
    """The model of that name behind the client; `circuit` is the provider's."""
    return ChatModel(
        name=name,
        client=OpenAIChatCompletionClient(model=name, async_client=client),
        is_offline=False,
        timeout_seconds=timeout_seconds,
        circuit=circuit,
    )


class _LeanChunk(ChatCompletionChunk):
    """A piece of an answer, built by pydantic's parser; what that does not take, the client's lenient way.

    The lenient way takes half a millisecond, and an answer has a hundred pieces.
    """

    @classmethod
    def build(cls, *, response: Any, data: dict[str, Any]) -> "_LeanChunk":  # noqa: ARG003 - the client's protocol
        """What the client calls for each piece."""
        try:
            return cls.model_validate(data)
        except ValidationError:
            return cls.construct(**data)


class _LeanCompletions(AsyncCompletions):
    """Sends the request as it is.

    The client's own `create` walks every part of every message to rename keys that need no renaming: with twenty
    messages that is a third of a turn's time. Agent Framework hands over plain JSON already.
    """

    async def create(self, *, stream: bool = False, **body: Any) -> Any:  # type: ignore[override]  # its overloads
        return await self._post(
            "/chat/completions",
            body=body | {"stream": stream},
            cast_to=ChatCompletion,
            stream=stream,
            stream_cls=AsyncStream[_LeanChunk],
        )


class _LeanChat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _LeanCompletions(self._client)


class LeanOpenAI(AsyncOpenAI):
    """The `openai` client, with a shorter way to the chat completions and less patience."""

    @cached_property
    def chat(self) -> AsyncChat:
        return _LeanChat(self)

    def _should_retry(self, response: Any) -> bool:
        asked = self._parse_retry_after_header(response.headers)
        return (asked is None or asked <= LONGEST_WAIT_SECONDS) and super()._should_retry(response)
