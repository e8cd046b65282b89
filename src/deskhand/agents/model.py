"""Agents as the slice and the floors above pass them around, and what can be wrong with a request for one."""

from dataclasses import dataclass
from datetime import datetime

from deskhand.agents.contract import AgentContract
from deskhand.kit.errors import Conflict, DeskhandError, NotFound


class UnknownAgent(NotFound):
    code = "unknown_agent"


class UnknownVersion(NotFound):
    code = "unknown_version"


class AgentExists(Conflict):
    code = "agent_exists"


class AgentNotActive(Conflict):
    code = "agent_not_active"


class ContractChanged(DeskhandError):
    """Somebody else changed the contract since it was read (`If-Match`)."""

    code = "contract_changed"
    status = 412
    title = "The contract was changed meanwhile"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAgent:
    """An agent with its contract in force. `key` is its inner id, which no contract chooses."""

    key: str
    contract: AgentContract
    content_hash: str
    interaction_count: int
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionInfo:
    """A version of a contract: who wrote it, and why."""

    version: str
    author: str | None
    summary: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredVersion:
    info: VersionInfo
    contract: AgentContract


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentFilter:
    """What a list of agents is narrowed to; None takes all."""

    status: str | None = None
    type: str | None = None
    tag: str | None = None
