"""Who can answer: the offline model, and every provider that speaks the OpenAI protocol and has its key.

Above: the agents' runtime. Below: `openai.py`, `offline.py`, the settings.
"""

from dataclasses import dataclass

from cachetools import LRUCache
from pydantic import SecretStr

from deskhand.llm.circuit import Circuit, CircuitState
from deskhand.llm.embedding import Embedder
from deskhand.llm.model import ChatModel
from deskhand.llm.offline import OfflineChatClient
from deskhand.llm.openai import LeanOpenAI, lean_client, openai_model
from deskhand.settings import LLMProvider, Settings

OFFLINE_SECONDS = 30.0
NO_KEY_NEEDED = "none"
KEPT_MODELS = 256

# The addresses at which these providers speak the OpenAI protocol.
OPENAI_URL = "https://api.openai.com/v1/"
ANTHROPIC_URL = "https://api.anthropic.com/v1/"
GEMINI_URL = "https://generativelanguage.googleapis.com/v1beta/openai/"
OLLAMA_URL = "http://127.0.0.1:11434/v1"
AZURE_PATH = "/openai/v1/"

_DEFAULT_MODELS = {
    LLMProvider.ANTHROPIC: "claude-haiku-4-5",
    LLMProvider.GEMINI: "gemini-2.5-flash",
    LLMProvider.OLLAMA: "llama3.2",
}
"""The model taken when a contract names none; of the others, `DESKHAND_LLM__MODEL`."""

_KEY_NAMES = {
    LLMProvider.OPENAI: "OPENAI_API_KEY",
    LLMProvider.AZURE: "AZURE_OPENAI_API_KEY",
    LLMProvider.ANTHROPIC: "ANTHROPIC_API_KEY",
    LLMProvider.GEMINI: "GEMINI_API_KEY",
    LLMProvider.OLLAMA: "OLLAMA_BASE_URL",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a provider is reached. Without a key it is known, but cannot be used."""

    key: SecretStr | None
    key_name: str
    """The setting that makes it ready."""
    url: str


class Providers:
    """Gives the models that contracts name."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._llm = settings.llm
        self._endpoints = endpoints_of(settings)
        self._offline = ChatModel(
            name=LLMProvider.OFFLINE.value,
            client=OfflineChatClient(embedder),
            is_offline=True,
            timeout_seconds=OFFLINE_SECONDS,
        )
        self._clients: dict[LLMProvider, LeanOpenAI] = {}
        self._circuits = {provider: Circuit() for provider in LLMProvider}
        self._models: LRUCache[tuple[LLMProvider, str, float], ChatModel] = LRUCache(maxsize=KEPT_MODELS)

    @property
    def known(self) -> frozenset[str]:
        """Every provider a contract may name, with or without its key."""
        return frozenset(provider.value for provider in LLMProvider)

    @property
    def default(self) -> LLMProvider:
        """Whose model answers when a contract names none."""
        return self._llm.provider

    def is_ready(self, provider: str) -> bool:
        """Whether its key, or its address, is set."""
        return provider == LLMProvider.OFFLINE or self._endpoints[LLMProvider(provider)].key is not None

    def model(self, provider: str | None, model: str | None, *, timeout_seconds: float) -> ChatModel | None:
        """The model, or None when its provider has no key. Without a provider, what the installation is set to.

        `timeout_seconds` is for a whole answer.
        """
        chosen = self.default if provider is None else LLMProvider(provider)
        if chosen is LLMProvider.OFFLINE:
            return self._offline
        if not self.is_ready(chosen):
            return None
        name = model or _DEFAULT_MODELS.get(chosen, self._llm.model)
        key = (chosen, name, timeout_seconds)
        if key not in self._models:
            self._models[key] = openai_model(
                name, self._client(chosen), timeout_seconds=timeout_seconds, circuit=self._circuits[chosen]
            )
        return self._models[key]

    def circuits(self) -> dict[str, CircuitState]:
        """How the breaker of each provider stands that has its key; for metrics and health."""
        return {
            provider.value: circuit.state
            for provider, circuit in self._circuits.items()
            if provider is not LLMProvider.OFFLINE and self.is_ready(provider)
        }

    async def close(self) -> None:
        """Hang up on every provider."""
        for client in self._clients.values():
            await client.close()

    def _client(self, provider: LLMProvider) -> LeanOpenAI:
        """One client a provider: its connections are shared by all contracts."""
        if provider not in self._clients:
            endpoint = self._endpoints[provider]
            assert endpoint.key is not None  # noqa: S101 - `is_ready` was asked
            self._clients[provider] = lean_client(
                api_key=endpoint.key.get_secret_value(),
                base_url=endpoint.url,
                timeout_seconds=self._llm.timeout_seconds,
                max_retries=self._llm.max_retries,
            )
        return self._clients[provider]


def endpoints_of(settings: Settings) -> dict[LLMProvider, Endpoint]:
    """Where each provider but the offline one is reached."""
    openai, azure = settings.openai_base_url, settings.azure_openai_endpoint
    ollama = settings.ollama_base_url
    keys = {
        LLMProvider.OPENAI: settings.openai_api_key,
        LLMProvider.AZURE: settings.azure_openai_api_key if azure else None,
        LLMProvider.ANTHROPIC: settings.anthropic_api_key,
        LLMProvider.GEMINI: settings.gemini_api_key,
        LLMProvider.OLLAMA: SecretStr(NO_KEY_NEEDED) if ollama else None,
    }
    urls = {
        LLMProvider.OPENAI: openai or OPENAI_URL,
        LLMProvider.AZURE: azure.rstrip("/") + AZURE_PATH if azure else "",
        LLMProvider.ANTHROPIC: ANTHROPIC_URL,
        LLMProvider.GEMINI: GEMINI_URL,
        LLMProvider.OLLAMA: ollama or OLLAMA_URL,
    }
    return {
        provider: Endpoint(key=keys[provider], key_name=_KEY_NAMES[provider], url=urls[provider]) for provider in keys
    }
