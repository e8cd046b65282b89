"""HTTP shapes of usage."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from deskhand.usage.model import DayUsage, Usage

Cost = Annotated[float | None, Field(ge=0, description="Null where the model has no price (`DESKHAND_PRICES`).")]
Currency = Annotated[str | None, Field(description="ISO 4217; null where there is no cost.", examples=["USD"])]
Estimated = Annotated[
    int, Field(ge=0, description="Calls whose tokens the provider did not say; they are estimated from the text.")
]


class UsageSums(BaseModel):
    """Sums of calls of a model."""

    calls: Annotated[int, Field(ge=0, description="Requests to the model; a turn with tools makes several.")]
    estimated_calls: Estimated
    input_tokens: Annotated[int, Field(ge=0)]
    output_tokens: Annotated[int, Field(ge=0)]
    cost: Cost
    currency: Currency


class DayUsageOut(UsageSums):
    """What one model did on one day (UTC)."""

    day: date
    model: str


class CapOut(BaseModel):
    """How far an agent is in its tokens of today. Above the cap the offline model answers until tomorrow (UTC)."""

    agent_id: str
    tokens_per_day: Annotated[int, Field(description="`configuration.tokens_per_day` of the contract.")]
    used: Annotated[int, Field(ge=0)]
    left: Annotated[int, Field(ge=0)]


class UsagePage(BaseModel):
    """Usage between two days, both included. The offline model costs nothing and is not counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "first": "2026-01-01",
                    "last": "2026-01-31",
                    "items": [
                        {
                            "day": "2026-01-31",
                            "model": "gpt-4o-mini",
                            "calls": 412,
                            "estimated_calls": 3,
                            "input_tokens": 1_240_000,
                            "output_tokens": 98_000,
                            "cost": 0.2448,
                            "currency": "USD",
                        }
                    ],
                    "totals": [
                        {
                            "calls": 412,
                            "estimated_calls": 3,
                            "input_tokens": 1_240_000,
                            "output_tokens": 98_000,
                            "cost": 0.2448,
                            "currency": "USD",
                        }
                    ],
                    "caps": [{"agent_id": "support", "tokens_per_day": 2_000_000, "used": 1_338_000, "left": 662_000}],
                    "total": 1,
                    "limit": 50,
                    "offset": 0,
                }
            ]
        }
    )

    first: date
    last: date
    items: list[DayUsageOut]
    totals: Annotated[
        list[UsageSums], Field(description="Of the whole time: one for each currency, one for what had no price.")
    ]
    caps: Annotated[list[CapOut], Field(description="Of the agents whose contract sets a limit a day.")]
    total: int
    limit: int
    offset: int


def sums_out(usage: Usage) -> UsageSums:
    return UsageSums(**_sums(usage))


def day_out(found: DayUsage) -> DayUsageOut:
    return DayUsageOut(day=found.day, model=found.model, **_sums(found.usage))


def _sums(usage: Usage) -> dict[str, int | float | str | None]:
    return {
        "calls": usage.calls,
        "estimated_calls": usage.estimated_calls,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": None if usage.cost is None else float(usage.cost),
        "currency": usage.currency or None,
    }
