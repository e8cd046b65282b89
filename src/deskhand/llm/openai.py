"""Any provider that speaks the OpenAI protocol, as a chat model. Below: Agent Framework's client over the `openai` one."""

from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI

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
    client = AsyncOpenAI(
        api_key=api_key, base_url=base_url, timeout=settings.timeout_seconds, max_retries=settings.max_retries
    )
    return ChatModel(
        name=settings.model,
        client=OpenAIChatCompletionClient(model=settings.model, async_client=client),
        is_offline=False,
        timeout_seconds=settings.timeout_seconds,
    )
