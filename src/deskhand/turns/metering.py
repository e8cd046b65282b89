"""Counts what a model's answer uses, call by call: as the provider says, or estimated from the text where it does not.

Above: the writing of an answer. Below: the usage slice's figures.
"""

from collections.abc import Iterable
from typing import Any

from deskhand.conversations.context import estimated_tokens
from deskhand.usage.model import ModelCall


class CallMeter:
    """The calls that one answer takes: tools make it several, each given everything that went before."""

    def __init__(self, model: str, given: Iterable[str]) -> None:
        """`given` are the texts of the first request."""
        self._model = model
        self._context = sum(map(estimated_tokens, given))
        self._written = 0
        self._reported: tuple[int, int] | None = None
        self._before = (0, 0)
        """What was reported of the calls before in the same request."""
        self._under_way = False
        self._done: list[ModelCall] = []

    @property
    def input_tokens(self) -> int:
        """Of the calls so far and the one that comes next, or is under way."""
        return sum(call.input_tokens for call in self._done) + self._context

    @property
    def output_tokens(self) -> int:
        return sum(call.output_tokens for call in self._done) + -(-self._written // 4)

    @property
    def calls(self) -> list[ModelCall]:
        """The calls, the one under way included."""
        return [*self._done, self._call()] if self._under_way else list(self._done)

    def asked(self) -> None:
        """A request is on its way."""
        self._under_way = True

    def wrote(self, text: str) -> None:
        self._under_way = True
        self._written += len(text)

    def reported(self, details: Any) -> None:
        """What the provider says of the call under way; the last word counts.

        The framework adds the calls of one request up, tools between them: what was there before is not this call's.
        """
        given, written = details.get("input_token_count"), details.get("output_token_count")
        if isinstance(given, int) and isinstance(written, int) and given >= 0 and written >= 0:
            self._under_way = True
            before = self._before if given >= self._before[0] and written >= self._before[1] else (0, 0)
            self._reported = (given - before[0], written - before[1])

    def got_results(self, results: Iterable[str]) -> None:
        """The call under way ended by calling tools: the next one is given what it wrote and what they returned."""
        call = self._call()
        self._done.append(call)
        if self._reported is not None:
            self._before = (self._before[0] + call.input_tokens, self._before[1] + call.output_tokens)
        self._context = max(self._context, call.input_tokens) + call.output_tokens
        self._context += sum(map(estimated_tokens, results))
        self._written, self._reported, self._under_way = 0, None, True

    def begins_again(self, given: Iterable[str]) -> None:
        """The answer so far is there; what comes next is a request of its own, given these texts."""
        if self._under_way:
            self._done.append(self._call())
        self._context = sum(map(estimated_tokens, given))
        self._written, self._reported, self._under_way, self._before = 0, None, False, (0, 0)

    def _call(self) -> ModelCall:
        if self._reported is not None:
            given, written = self._reported
            return ModelCall(model=self._model, input_tokens=given, output_tokens=written)
        written = -(-self._written // 4)
        return ModelCall(model=self._model, input_tokens=self._context, output_tokens=written, estimated=True)
