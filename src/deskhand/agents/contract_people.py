"""When a person comes in: escalation with its hours, and actions that need an approval.

Above: the contract. Below: kinds of text.
"""

from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, model_validator

from deskhand.agents.contract_text import (
    CURRENCY_PATTERN,
    TIME_PATTERN,
    ZONE_PATTERN,
    AnyList,
    Handle,
    Line,
    Once,
    Part,
    Share,
    broken_rule,
)

Phrase = Annotated[Line, StringConstraints(min_length=1, max_length=100)]
Amount = Annotated[float, Field(ge=0, le=1_000_000_000)]
TimeOfDay = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise broken_rule(f"{name!r} is no time zone: name one such as 'Europe/London' or 'UTC'.") from None
    return name


def _no_address(name: Any) -> Any:
    """An address of a channel holds its password: it belongs into the settings, and never into an error."""
    if isinstance(name, str) and "://" in name:
        raise broken_rule("is an address, and so a secret: name a channel of the settings, such as 'service-desk'.")
    return name


TimeZone = Annotated[str, StringConstraints(pattern=ZONE_PATTERN), AfterValidator(_known_zone)]
Channel = Annotated[Handle, BeforeValidator(_no_address)]


class WhenUnanswered(StrEnum):
    """What becomes of an approval that nobody decided in time."""

    REJECT = "reject"
    APPROVE = "approve"
    ESCALATE = "escalate"


class EscalationKeyword(Part):
    """A phrase that speaks for handing over."""

    phrase: Phrase = Field(title="Phrase", description="What the customer says.", examples=["data protection officer"])
    weight: Share = Field(
        0.8, title="Weight", description="How strongly it speaks for a person, from 0 to 1.", examples=[1.0]
    )


class OpenFrom(Part):
    """One stretch of a day in which people are there."""

    open: TimeOfDay = Field(title="Open", description="From, as HH:MM.", examples=["09:00"])
    close: TimeOfDay = Field(title="Close", description="Until, as HH:MM; 24:00 is midnight.", examples=["12:30"])

    @model_validator(mode="after")
    def _closes_later(self) -> "OpenFrom":
        if self.close <= self.open:
            reason = f"{self.close!r} is not after open, {self.open!r}"
            raise broken_rule(f"{reason}: a night is two days, until 24:00 and from 00:00.", field="close")
        return self


def _in_order(stretches: tuple[OpenFrom, ...]) -> tuple[OpenFrom, ...]:
    for place in range(1, len(stretches)):
        if stretches[place].open < stretches[place - 1].close:
            reason = (
                f"{stretches[place].open!r} lies before {stretches[place - 1].close!r}, where the one before it ends"
            )
            raise broken_rule(f"{reason}: write them in order, without overlap.", field=f"{place}.open")
    return stretches


Day = Annotated[tuple[OpenFrom, ...], AnyList, Field(max_length=4), AfterValidator(_in_order)]
_NINE_TO_FIVE = [{"open": "09:00", "close": "17:00"}]


class OpeningDays(Part):
    """The stretches of each day in which people are there; a day without any is closed."""

    monday: Day = Field((), title="Monday", description="When people are there on Mondays.", examples=[_NINE_TO_FIVE])
    tuesday: Day = Field(
        (), title="Tuesday", description="When people are there on Tuesdays.", examples=[_NINE_TO_FIVE]
    )
    wednesday: Day = Field(
        (), title="Wednesday", description="When people are there on Wednesdays.", examples=[_NINE_TO_FIVE]
    )
    thursday: Day = Field(
        (), title="Thursday", description="When people are there on Thursdays.", examples=[_NINE_TO_FIVE]
    )
    friday: Day = Field((), title="Friday", description="When people are there on Fridays.", examples=[_NINE_TO_FIVE])
    saturday: Day = Field((), title="Saturday", description="When people are there on Saturdays.", examples=[[]])
    sunday: Day = Field((), title="Sunday", description="When people are there on Sundays.", examples=[[]])


class EscalationHours(Part):
    """When people are there to take over."""

    timezone: TimeZone = Field(
        "UTC", title="Time zone", description="The zone the hours are meant in.", examples=["Europe/London"]
    )
    days: OpeningDays = Field(
        OpeningDays(),
        title="Days",
        description="Opening hours by day of the week.",
        examples=[{"monday": _NINE_TO_FIVE}],
    )


class EscalationRules(Part):
    """When a conversation goes to a person, and whom to tell."""

    threshold: Share = Field(
        0.7,
        title="Threshold",
        description="From this score on a person is called; safety shifts it.",
        examples=[0.7],
    )
    keywords: Annotated[tuple[EscalationKeyword, ...], AnyList] = Field(
        (),
        max_length=100,
        title="Keywords",
        description="Phrases that speak for a person, beside the built-in ones.",
        examples=[[{"phrase": "data protection officer", "weight": 1.0}]],
    )
    channels: Annotated[tuple[Channel, ...], AnyList, Once] = Field(
        (),
        max_length=20,
        title="Channels",
        description="Names of the notification channels that are told; their addresses stand in the settings.",
        examples=[["service-desk"]],
    )
    hours: EscalationHours | None = Field(
        None,
        title="Hours",
        description="When people are there; empty means always.",
        examples=[{"timezone": "Europe/London", "days": {"monday": _NINE_TO_FIVE}}],
    )


class ApprovalRule(Part):
    """An action that a person must allow first; with no bound given, every time."""

    action: Handle = Field(
        title="Action",
        description="What the agent wants to do: refund, discount, contract_modification, or a tool's name.",
        examples=["refund"],
    )
    above_amount: Amount | None = Field(
        None, title="Above amount", description="Only when more money than this is at stake.", examples=[200]
    )
    currency: Annotated[str, StringConstraints(pattern=CURRENCY_PATTERN)] | None = Field(
        None,
        title="Currency",
        description="The amount's currency as ISO 4217 writes it; empty means the account's own.",
        examples=["EUR"],
    )
    above_percent: Annotated[float, Field(ge=0, le=100)] | None = Field(
        None, title="Above percent", description="Only when a larger share than this is given away.", examples=[15]
    )
    confidence_below: Share | None = Field(
        None, title="Confidence below", description="Only when the agent is less sure than this.", examples=[0.7]
    )

    @model_validator(mode="after")
    def _currency_of_an_amount(self) -> "ApprovalRule":
        if self.currency is not None and self.above_amount is None:
            raise broken_rule(f"{self.currency!r} belongs to no amount: give above_amount too.", field="currency")
        return self


class ApprovalRules(Part):
    """What a person must allow, beyond what always needs it."""

    rules: Annotated[tuple[ApprovalRule, ...], AnyList] = Field(
        (),
        max_length=50,
        title="Rules",
        description="Actions that need an approval, beside refunds and discounts above the product's own bounds.",
        examples=[[{"action": "refund", "above_amount": 200, "currency": "EUR"}]],
    )
    timeout_seconds: int = Field(
        300,
        ge=10,
        le=604_800,
        title="Time-out in seconds",
        description="How long to wait for a decision.",
        examples=[900],
    )
    on_timeout: Annotated[WhenUnanswered, Strict(strict=False)] = Field(
        WhenUnanswered.REJECT,
        title="When nobody decides",
        description="What becomes of the request when the time is over.",
        examples=["escalate"],
    )
