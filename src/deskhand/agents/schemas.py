"""HTTP shapes of agents. The contract's own shape is the contract."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deskhand.agents.contract import AgentContract
from deskhand.agents.contract_differences import Difference, DifferenceKind
from deskhand.agents.library import MAX_SUMMARY_CHARS, ApplyOutcome
from deskhand.agents.model import StoredAgent, StoredVersion, VersionInfo


class AgentStats(BaseModel):
    """How much an agent is used."""

    interaction_count: Annotated[int, Field(ge=0, description="Turns it answered.")]
    last_used_at: datetime | None


class AgentOut(AgentContract):
    """A contract in force, and how much it is used."""

    stats: AgentStats


class AgentPage(BaseModel):
    """A part of the list of agents, by name."""

    items: list[AgentOut]
    total: int
    limit: int
    offset: int


class VersionOut(BaseModel):
    """Who changed a contract, and why."""

    model_config = ConfigDict(from_attributes=True)

    version: Annotated[str, Field(examples=["1.0.1"])]
    author: Annotated[str | None, Field(description="E-mail address or key of who changed it.")]
    summary: Annotated[str, Field(examples=["Speak more formally"])]
    created_at: datetime


class VersionPage(BaseModel):
    """A part of the versions, newest first."""

    items: list[VersionOut]
    total: int
    limit: int
    offset: int


class WholeVersionOut(VersionOut):
    """A version with its contract."""

    contract: AgentContract


class DifferenceOut(BaseModel):
    """One field that differs between two versions."""

    model_config = ConfigDict(from_attributes=True)

    path: Annotated[str, Field(examples=["traits.humor"])]
    kind: DifferenceKind
    before: Any = None
    after: Any = None


class DiffOut(BaseModel):
    """What leads from one version to another."""

    model_config = ConfigDict(populate_by_name=True)

    before: Annotated[str, Field(alias="from")]
    after: Annotated[str, Field(alias="to")]
    changes: list[DifferenceOut]


class RollbackIn(BaseModel):
    """To which version to go back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "1.0.0", "summary": "Too casual"}]})

    version: Annotated[str, Field(min_length=1, max_length=64)]
    summary: Annotated[str, Field(max_length=MAX_SUMMARY_CHARS)] = ""


class AppliedOut(BaseModel):
    """What applying a contract came to."""

    outcome: ApplyOutcome
    agent: AgentOut


def agent_out(agent: StoredAgent) -> AgentOut:
    contract = agent.contract
    parts = {name: getattr(contract, name) for name in type(contract).model_fields}
    stats = AgentStats(interaction_count=agent.interaction_count, last_used_at=agent.last_used_at)
    return AgentOut.model_construct(**parts, stats=stats)


def version_out(info: VersionInfo) -> VersionOut:
    return VersionOut.model_validate(info)


def whole_version_out(stored: StoredVersion) -> WholeVersionOut:
    return WholeVersionOut.model_construct(**version_out(stored.info).model_dump(), contract=stored.contract)


def diff_out(before: str, after: str, changes: list[Difference]) -> DiffOut:
    return DiffOut(before=before, after=after, changes=[DifferenceOut.model_validate(change) for change in changes])
