"""What a call of a model used, what it cost, and the sums of that. Above: the turn, the recorder. Below: nothing.

Money is counted in whole billionths of the currency, so that sums are exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NANOS = 1_000_000_000
_PER_TOKEN = NANOS // 1_000_000
"""Billionths a token at a price of one a million tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCall:
    """One request to a model. `estimated` where the provider did not say how much it was."""

    model: str
    input_tokens: int
    output_tokens: int
    estimated: bool = False

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a million tokens cost."""

    input: Decimal
    output: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceList:
    """Prices by the model's name, all in one currency (ISO 4217)."""

    currency: str = "USD"
    prices: Mapping[str, Price]

    def nanos(self, call: ModelCall) -> int | None:
        """What a call cost, or None where the model has no price."""
        price = self.prices.get(call.model)
        if price is None:
            return None
        return round((price.input * call.input_tokens + price.output * call.output_tokens) * _PER_TOKEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Sums of calls. `cost_nanos` is None where nothing of it had a price."""

    calls: int = 0
    estimated_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanos: int | None = None
    currency: str = ""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> Decimal | None:
        """In the currency."""
        return None if self.cost_nanos is None else Decimal(self.cost_nanos) / NANOS


@dataclass(frozen=True, kw_only=True, slots=True)
class DayUsage:
    """What a model did on a day."""

    day: date
    model: str
    usage: Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentCap:
    """The most tokens an agent may use in a day for its tenant; None where its contract sets no limit."""

    agent_id: str
    tokens_per_day: int | None


def summed(calls: Iterable[ModelCall], prices: PriceList) -> Usage:
    """What these calls used together."""
    total = Usage()
    for call in calls:
        nanos = prices.nanos(call)
        total = Usage(
            calls=total.calls + 1,
            estimated_calls=total.estimated_calls + call.estimated,
            input_tokens=total.input_tokens + call.input_tokens,
            output_tokens=total.output_tokens + call.output_tokens,
            cost_nanos=total.cost_nanos if nanos is None else (total.cost_nanos or 0) + nanos,
            currency=total.currency if nanos is None else prices.currency,
        )
    return total
