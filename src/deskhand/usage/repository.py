"""SQL of usage: sums that grow by one statement, and what is read of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope
from deskhand.usage.model import DayUsage, Usage
from deskhand.usage.tables import ModelUsage

_KEY = ["tenant_id", "day", "agent_id", "model", "currency"]
_SUMS = ("calls", "estimated_calls", "input_tokens", "output_tokens", "cost_nanos")


class UsageRepository:
    """Usage of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    @property
    def today(self) -> date:
        return self._clock.now().date()

    async def add(self, agent_id: str, model: str, usage: Usage) -> None:
        """Let today's sums grow. One statement: whoever does it at the same time is counted too."""
        values = {
            "id": new_id("use"),
            "tenant_id": self._scope.tenant_id,
            "day": self.today,
            "agent_id": agent_id,
            "model": model,
            "currency": usage.currency,
            "calls": usage.calls,
            "estimated_calls": usage.estimated_calls,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost_nanos": usage.cost_nanos or 0,
        }
        added = upsert(self._db, ModelUsage).values(values)
        await self._db.execute(added.on_conflict_do_update(index_elements=_KEY, set_=_grown(added.excluded)))

    async def spent(self, agent_id: str, day: date) -> int:
        """The tokens that an agent used on a day."""
        total = func.sum(ModelUsage.input_tokens + ModelUsage.output_tokens)
        where = (ModelUsage.agent_id == agent_id, ModelUsage.day == day)
        return int(await self._db.scalar(select(total).where(*where)) or 0)

    async def spent_by_agent(self, day: date) -> dict[str, int]:
        """The tokens of a day, by agent."""
        total = func.sum(ModelUsage.input_tokens + ModelUsage.output_tokens)
        rows = await self._db.execute(
            select(ModelUsage.agent_id, total).where(ModelUsage.day == day).group_by(ModelUsage.agent_id)
        )
        return {agent_id: int(tokens) for agent_id, tokens in rows}

    async def by_day_and_model(
        self, first: date, last: date, agent_id: str | None, *, limit: int, offset: int
    ) -> tuple[tuple[DayUsage, ...], int]:
        """Sums by day and model, the newest day first, and how many there are of them."""
        where = _between(first, last, agent_id)
        groups = (ModelUsage.day, ModelUsage.model, ModelUsage.currency)
        counted = select(*groups).where(*where).group_by(*groups).subquery()
        total = await self._db.scalar(select(func.count()).select_from(counted))
        rows = await self._db.execute(
            select(*groups, *_sums())
            .where(*where)
            .group_by(*groups)
            .order_by(ModelUsage.day.desc(), ModelUsage.model, ModelUsage.currency)
            .limit(limit)
            .offset(offset)
        )
        return tuple(DayUsage(day=row[0], model=row[1], usage=_usage(row[2], row[3:])) for row in rows), int(total or 0)

    async def totals(self, first: date, last: date, agent_id: str | None) -> tuple[Usage, ...]:
        """The sums of the whole time: one for each currency, and one for what had no price."""
        rows = await self._db.execute(
            select(ModelUsage.currency, *_sums())
            .where(*_between(first, last, agent_id))
            .group_by(ModelUsage.currency)
            .order_by(ModelUsage.currency)
        )
        return tuple(_usage(row[0], row[1:]) for row in rows)


def _grown(excluded: Any) -> dict[str, ColumnElement[int]]:
    return {name: getattr(ModelUsage, name) + excluded[name] for name in _SUMS}


def _sums() -> list[ColumnElement[int]]:
    return [func.sum(getattr(ModelUsage, name)) for name in _SUMS]


def _between(first: date, last: date, agent_id: str | None) -> list[ColumnElement[bool]]:
    where = [ModelUsage.day >= first, ModelUsage.day <= last]
    return where if agent_id is None else [*where, ModelUsage.agent_id == agent_id]


def _usage(currency: str, sums: Sequence[Any]) -> Usage:
    calls, estimated, given, written, nanos = (int(each) for each in sums)
    return Usage(
        calls=calls,
        estimated_calls=estimated,
        input_tokens=given,
        output_tokens=written,
        cost_nanos=nanos if currency else None,
        currency=currency,
    )
