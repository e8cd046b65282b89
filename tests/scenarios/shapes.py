"""What a scenario may say. Whatever is not named here is refused, with the place where it stands.

A scenario is one YAML file: the shop as it is, then steps. In each step somebody does something: the customer writes,
staff acts, time passes, the CRM changes its mind; behind it stands what must be so afterwards.
"""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator


class Way(StrEnum):
    """With what the agents write."""

    SCRIPTED = "scripted"
    OFFLINE = "offline"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Order(Part):
    """Something the customer has bought."""

    number: str
    days_ago: int
    amount: Decimal
    currency: str = "GBP"
    proven_defect: bool = False


class ShopPart(Part):
    """The shop before the first word. `agents` are those that ship, or new ones, with what differs in their contracts.

    `written_by_model` names those whose answers the script holds; all others are offline.
    """

    agents: dict[str, dict[str, Any] | None]
    written_by_model: tuple[str, ...] = ()
    documents: dict[str, str] | None = None
    empty_bases: tuple[str, ...] = ()
    customer: dict[str, Any] = {}
    orders: tuple[Order, ...] = ()
    session_agent: str | None = None
    external_crm: bool = False


class ModelSays(Part):
    """One answer of the model: words, a call of a tool, or a failure."""

    says: str | None = None
    calls: str | None = None
    given: dict[str, Any] = {}
    fails: int | None = None
    breaks_off_after: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "ModelSays":
        said = [each for each in (self.says, self.calls, self.fails, self.breaks_off_after) if each is not None]
        if len(said) != 1:
            raise ValueError("give one of says, calls, fails and breaks_off_after")
        return self


class Expected(Part):
    """What must be so. Of the answer: agent to events. Of the house: the rest, all that there is, oldest first.

    Of each thing only what is named is compared. A text that begins or ends with … may go on there.
    """

    agent: str | None = None
    routed: str | None = None
    fallback: bool | None = None
    model: str | None = None
    answered: bool | None = None
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    cites: tuple[str, ...] | None = None
    tools: dict[str, dict[str, Any]] | None = None
    ticket: bool | None = None
    silent: bool | None = None
    events: tuple[str, ...] = ()
    model_was_told: tuple[str, ...] = ()
    tools_offered: tuple[str, ...] = ()
    tools_not_offered: tuple[str, ...] = ()
    offered: dict[str, tuple[bool, ...]] = {}
    """By tool: whether it was offered to each request to the model."""

    approvals: list[dict[str, Any]] | None = None
    tickets: list[dict[str, Any]] | None = None
    votes: list[dict[str, Any]] | None = None
    money: list[dict[str, Any]] | None = None
    notes: list[dict[str, Any]] | None = None
    crm_events: list[dict[str, Any]] | None = None
    deliveries: list[dict[str, Any]] | None = None
    plans: list[dict[str, Any]] | None = None
    contact: dict[str, Any] | None = None
    last_messages: list[dict[str, Any]] | None = None


class Decides(Part):
    """What staff says to the request that waits."""

    verdict: Literal["approve", "reject", "modify"]
    notes: str = ""
    arguments: dict[str, Any] | None = None
    answer: int = 200


class Staff(Part):
    """One thing that a member of staff does."""

    decides: Decides | None = None
    takes_over: bool = False
    says: str | None = None
    hands_back: str | None = None
    starts_plan: dict[str, Any] | None = None
    calls_a_vote: dict[str, Any] | None = None
    removes_base: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Staff":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give one of {', '.join(type(self).model_fields)}")
        return self


class Step(Part):
    """Who does what, and what must be so then: in any case, and with each way of writing."""

    customer: str | None = None
    model: tuple[ModelSays, ...] = ()
    staff: Staff | None = None
    time_passes: timedelta | None = None
    crm_answers: dict[str, int] | None = None
    expect: Expected = Expected()
    scripted: Expected = Expected()
    offline: Expected = Expected()

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        done = [each for each in (self.customer, self.staff, self.time_passes, self.crm_answers) if each is not None]
        if len(done) != 1:
            raise ValueError("give one of customer, staff, time_passes and crm_answers")
        if self.model and self.customer is None:
            raise ValueError("the model answers a customer: give what the customer writes")
        return self

    def expected(self, way: Way) -> tuple[Expected, Expected]:
        return self.expect, self.scripted if way is Way.SCRIPTED else self.offline


class Scenario(Part):
    """A whole conversation."""

    name: str
    about: str
    ways: tuple[Way, ...] = (Way.SCRIPTED,)
    shop: ShopPart
    steps: tuple[Step, ...]


class WrongScenario(Exception):
    """The file cannot be played; the message names it, the place and the fault."""


Found: TypeAlias = list[dict[str, Any]]


def read_scenario(path: Path) -> Scenario:
    """What the file says.

    Raises:
        WrongScenario: naming each place that is wrong.
    """
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise WrongScenario(f"{path.name} is no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise WrongScenario(f"{path.name} cannot be played:\n  " + "\n  ".join(faults)) from None
