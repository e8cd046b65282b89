"""SQL of agents and their versions. When a contract changes stands in `library.py`, what it says in `contract.py`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.contract import AgentContract, content_hash, document_of
from deskhand.agents.model import (
    AgentExists,
    AgentFilter,
    StoredAgent,
    StoredVersion,
    UnknownAgent,
    UnknownVersion,
    VersionInfo,
)
from deskhand.agents.tables import AgentRow, AgentVersionRow
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

# Made once, since it runs with every turn.
_USED = (
    update(AgentRow)
    .where(AgentRow.key == bindparam("of_key"))
    .values(interaction_count=AgentRow.interaction_count + 1, last_used_at=bindparam("now"))
)


class AgentRepository:
    """Agents of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def find(self, agent_id: str) -> StoredAgent | None:
        """The agent of that handle."""
        row = await self._row(agent_id)
        return None if row is None else _agent(row)

    async def agent(self, agent_id: str) -> StoredAgent:
        """The same.

        Raises:
            UnknownAgent: when there is none.
        """
        found = await self.find(agent_id)
        if found is None:
            raise UnknownAgent(f"There is no agent {agent_id!r}: GET /api/v1/agents lists those there are.")
        return found

    async def agents(self, wanted: AgentFilter, *, limit: int, offset: int) -> tuple[tuple[StoredAgent, ...], int]:
        """A part of the list by name, and how long it is."""
        statement = select(AgentRow)
        if wanted.status is not None:
            statement = statement.where(AgentRow.status == wanted.status)
        if wanted.type is not None:
            statement = statement.where(AgentRow.type == wanted.type)
        if wanted.tag is not None:
            statement = statement.where(AgentRow.tags.contains(f"\n{wanted.tag}\n", autoescape=True))
        total = await self._db.scalar(select(func.count()).select_from(statement.subquery())) or 0
        ordered = statement.order_by(func.lower(AgentRow.name), AgentRow.id).limit(limit).offset(offset)
        return tuple(_agent(row) for row in await self._db.scalars(ordered)), total

    async def handoffs(self) -> Mapping[str, tuple[str, ...]]:
        """Each agent's handle, and to whom it may hand over."""
        rows = await self._db.execute(select(AgentRow.id, AgentRow.contract))
        return {agent_id: tuple(contract["routing"]["handoff_targets"]) for agent_id, contract in rows}

    async def add(self, contract: AgentContract, *, author: str | None, summary: str) -> StoredAgent:
        """A new agent with its first version.

        Raises:
            AgentExists: when the handle is taken.
        """
        row = AgentRow(
            key=new_id("agt"),
            tenant_id=self._scope.tenant_id,
            id=contract.id,
            created_at=contract.created_at,
            interaction_count=0,
            **_columns(contract),
        )
        self._db.add(row)
        try:
            await self._db.flush()
        except IntegrityError:
            raise AgentExists(
                f"There is an agent {contract.id!r} already: choose another id, or change that one."
            ) from None
        await self._write_version(row.key, contract, author, summary)
        return _agent(row)

    async def change(
        self, agent: StoredAgent, contract: AgentContract, *, author: str | None, summary: str
    ) -> StoredAgent | None:
        """The agent under its new contract, kept as a version; None when another change came first."""
        changed = await self._db.execute(
            update(AgentRow)
            .where(AgentRow.key == agent.key, AgentRow.version == agent.contract.version)
            .values(**_columns(contract))
            .returning(AgentRow.key),
            execution_options={"synchronize_session": False},
        )
        if changed.first() is None:
            return None
        await self._write_version(agent.key, contract, author, summary)
        self._db.expire_all()
        return await self.agent(contract.id)

    async def versions(self, agent: StoredAgent, *, limit: int, offset: int) -> tuple[tuple[VersionInfo, ...], int]:
        """A part of the versions, newest first, and how many there are."""
        of_agent = AgentVersionRow.agent_key == agent.key
        total = await self._db.scalar(select(func.count()).select_from(AgentVersionRow).where(of_agent)) or 0
        newest = select(AgentVersionRow).where(of_agent).order_by(AgentVersionRow.id.desc()).limit(limit).offset(offset)
        return tuple(_info(row) for row in await self._db.scalars(newest)), total

    async def version(self, agent: StoredAgent, version: str) -> StoredVersion:
        """One version whole.

        Raises:
            UnknownVersion: when the agent never had it.
        """
        row = await self._db.scalar(
            select(AgentVersionRow).where(AgentVersionRow.agent_key == agent.key, AgentVersionRow.version == version)
        )
        if row is None:
            agent_id = agent.contract.id
            raise UnknownVersion(
                f"The agent {agent_id!r} has no version {version!r}: GET /api/v1/agents/{agent_id}/versions lists them."
            )
        return StoredVersion(info=_info(row), contract=_contract(row.contract))

    async def count_interaction(self, key: str) -> None:
        """One more, counted by the database: none is lost when several turns end at once."""
        values = {"of_key": key, "now": self._clock.now()}
        await self._db.execute(_USED, values, execution_options={"synchronize_session": False})

    async def _row(self, agent_id: str) -> AgentRow | None:
        row: AgentRow | None = await self._db.scalar(select(AgentRow).where(AgentRow.id == agent_id))
        return row

    async def _write_version(self, key: str, contract: AgentContract, author: str | None, summary: str) -> None:
        self._db.add(
            AgentVersionRow(
                id=new_id("agv"),
                tenant_id=self._scope.tenant_id,
                agent_key=key,
                version=contract.version,
                author=author,
                summary=summary,
                contract=document_of(contract),
                created_at=contract.updated_at,
            )
        )
        await self._db.flush()


def _columns(contract: AgentContract) -> dict[str, Any]:
    return {
        "name": contract.name,
        "type": contract.type.value,
        "status": contract.metadata.status.value,
        "tags": "\n" + "".join(f"{tag}\n" for tag in contract.metadata.tags),
        "version": contract.version,
        "content_hash": content_hash(contract),
        "contract": document_of(contract),
        "updated_at": contract.updated_at,
    }


def _contract(document: dict[str, Any]) -> AgentContract:
    return AgentContract.model_validate(document)


def _agent(row: AgentRow) -> StoredAgent:
    return StoredAgent(
        key=row.key,
        contract=_contract(row.contract),
        content_hash=row.content_hash,
        interaction_count=row.interaction_count,
        last_used_at=row.last_used_at,
    )


def _info(row: AgentVersionRow) -> VersionInfo:
    return VersionInfo(version=row.version, author=row.author, summary=row.summary, created_at=row.created_at)
