"""The shorter way through the client takes what the protocol says, and what providers make of it."""

from typing import Any

import pytest

from deskhand.llm.openai import _LeanChunk

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
