"""The shorter way through the client takes what the protocol says, and what providers make of it."""

from types import SimpleNamespace
from typing import Any

import pytest

from deskhand.llm.circuit import FAILURES_IN_A_ROW, CircuitState
from deskhand.llm.model import WhyDown
from deskhand.llm.openai import _LeanChunk, lean_client
from deskhand.llm.providers import Providers
from deskhand.settings import load_settings
from deskhand.testing.hash_embedder import HashEmbedder

PIECE: dict[str, Any] = {
    "id": "c1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": None}],
}


def text_of(data: dict[str, Any]) -> str | None:
    return _LeanChunk.build(response=None, data=data).choices[0].delta.content


def test_a_piece_as_the_protocol_has_it_is_read() -> None:
    assert text_of(PIECE) == "Hello"


@pytest.mark.parametrize(
    "change",
    [
        {"object": "text"},
        {"created": None},
        {"id": None},
        {"service_tier": "unheard of"},
        {"extra": {"x": 1}},
        {"usage": {"total_tokens": "many"}},
    ],
)
def test_a_piece_that_does_not_quite_fit_is_read_all_the_same(change: dict[str, Any]) -> None:
    assert text_of(PIECE | change) == "Hello"


@pytest.mark.parametrize("missing", ["id", "object", "created", "model"])
def test_a_piece_without_what_nobody_reads_is_read(missing: str) -> None:
    assert text_of({name: value for name, value in PIECE.items() if name != missing}) == "Hello"


@pytest.mark.parametrize(
    ("headers", "again"),
    [({}, True), ({"retry-after": "1"}, True), ({"retry-after-ms": "500"}, True), ({"retry-after": "90"}, False)],
)
def test_a_wait_that_is_short_is_kept_and_a_long_one_is_not(headers: dict[str, str], again: bool) -> None:  # noqa: FBT001
    client = lean_client(api_key="key", base_url="http://127.0.0.1:9/v1", timeout_seconds=1.0, max_retries=2)
    assert client._should_retry(SimpleNamespace(status_code=429, headers=headers)) is again


def test_the_breakers_of_the_providers_that_have_a_key_can_be_seen() -> None:
    settings = load_settings(env_file=None, openai_api_key="key")
    providers = Providers(settings, HashEmbedder())
    model = providers.model("openai", "m", timeout_seconds=30.0)
    other = providers.model("openai", "n", timeout_seconds=20.0)
    assert model is not None
    assert other is not None
    assert model.circuit is other.circuit
    for _ in range(FAILURES_IN_A_ROW):
        model.went_down(WhyDown.SERVER_ERROR)
    assert providers.circuits() == {"openai": CircuitState.OPEN}
    model.circuit.failed()
    model.answered()
    assert providers.circuits() == {"openai": CircuitState.CLOSED}
