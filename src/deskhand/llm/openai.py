"""Any provider that speaks the OpenAI protocol, as a chat model. Below: Agent Framework's client over `openai`."""

from functools import cached_property
from typing import Any

from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI, AsyncStream
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from deskhand.kit.errors import Misconfigured
from deskhand.llm.model import ChatModel
from deskhand.settings import LLMSettings


def openai_model(settings: LLMSettings, *, api_key: str, base_url: str | None) -> ChatModel:
    """The model behind an OpenAI-compatible endpoint.

    A 429, a 5xx and a lost connection are tried again `max_retries` times with back-off, inside the time-out.

    Raises:
        Misconfigured: when the address is not one.
    """
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise Misconfigured(f"OPENAI_BASE_URL is {base_url!r}: it must start with http:// or https://.")
    client = LeanOpenAI(
        api_key=api_key, base_url=base_url, timeout=settings.timeout_seconds, max_retries=settings.max_retries
    )
    return ChatModel(
        name=settings.model,
        client=OpenAIChatCompletionClient(model=settings.model, async_client=client),
        is_offline=False,
        timeout_seconds=settings.timeout_seconds,
    )


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
            stream_cls=AsyncStream[ChatCompletionChunk],
        )


class _LeanChat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _LeanCompletions(self._client)


class LeanOpenAI(AsyncOpenAI):
    """The `openai` client, with a shorter way to the chat completions."""

    @cached_property
    def chat(self) -> AsyncChat:
        return _LeanChat(self)
