"""SQL of plans, in one scope. Above: the planner and its runner. Below: tables.

Whoever changes a plan takes hold of it first, so that of two subtasks that end at the same time the second one sees
what the first has written. Steps are conditional updates: what has ended stays as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.orchestration.plan_model import (
    OPEN_SUBTASKS,
    UNDER_WAY,
    MadePlan,
    Plan,
    PlanPage,
    PlanStatus,
    Result,
    SubtaskStatus,
    Synthesis,
    UnknownPlan,
)
from deskhand.orchestration.plan_rows import citations_in, plan_of, synthesis_in
from deskhand.orchestration.plan_tables import PlanRow, SubtaskRow
from deskhand.tenancy.scope import TenantScope

_SILENT = {"synchronize_session": False}


class PlanRepository:
    """Plans of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, values: Mapping[str, Any]) -> str:
        """The id of a new plan without subtasks; one of its own unless `values` name it."""
        row = {
            "id": new_id("pln"),
            "tenant_id": self._scope.tenant_id,
            "status": PlanStatus.PENDING,
            "revision": 0,
            "created_by": self._scope.user_id,
            "created_at": self._clock.now(),
        }
        row |= values
        await self._db.execute(insert(PlanRow), [row])
        return str(row["id"])

    async def fill(self, plan_id: str, made: MadePlan) -> None:
        """Give the plan its subtasks."""
        rows = [
            {
                "key": new_id("pls"),
                "tenant_id": self._scope.tenant_id,
                "plan_id": plan_id,
                "position": position,
                "subtask_id": draft.id,
                "description": draft.description,
                "agent": draft.agent,
                "dependencies": list(dict.fromkeys(draft.dependencies)),
                "estimate_seconds": draft.estimate_seconds,
                "status": SubtaskStatus.WAITING,
                "queued": False,
                "citations": [],
                "attempts": 0,
            }
            for position, draft in enumerate(made.subtasks)
        ]
        await self._db.execute(insert(SubtaskRow), rows)
        await self._change(plan_id, strategy=made.strategy, made_by=made.made_by[:200])

    async def plan(self, plan_id: str) -> Plan:
        """The plan of that id, with its subtasks in order.

        Raises:
            UnknownPlan: when there is none.
        """
        row = await self._db.scalar(_fresh(select(PlanRow)).where(PlanRow.id == plan_id))
        if row is None:
            raise UnknownPlan(f"There is no plan {plan_id!r}: list them with GET /api/v1/plans.")
        return plan_of(row, (await self._subtasks([plan_id]))[plan_id])

    async def of_turn(self, session_id: str | None, turn_id: str) -> Plan | None:
        """The plan that was made for the turn."""
        wanted = select(PlanRow.id).where(PlanRow.session_id == session_id, PlanRow.turn_id == turn_id)
        plan_id = await self._db.scalar(wanted.limit(1))
        return None if plan_id is None else await self.plan(plan_id)

    async def of_turns_in(self, session_id: str) -> tuple[int, int]:
        """How many plans were made for turns of the session, and how many of these are under way."""
        under_way = func.count().filter(PlanRow.status.in_(UNDER_WAY))
        wanted = select(func.count(), under_way).select_from(PlanRow)
        made, open_ones = (
            await self._db.execute(wanted.where(PlanRow.session_id == session_id, PlanRow.turn_id.is_not(None)))
        ).one()
        return made, open_ones

    async def plans(self, *, status: PlanStatus | None, session_id: str | None, limit: int, offset: int) -> PlanPage:
        """Plans, the newest first."""
        wanted = {PlanRow.status: status, PlanRow.session_id: session_id}
        condition = and_(
            PlanRow.id.is_not(None), *(column == value for column, value in wanted.items() if value is not None)
        )
        total = await self._db.scalar(select(func.count()).select_from(PlanRow).where(condition)) or 0
        found = _fresh(select(PlanRow)).where(condition).order_by(PlanRow.id.desc()).limit(limit).offset(offset)
        rows = list(await self._db.scalars(found))
        subtasks = await self._subtasks([row.id for row in rows])
        items = tuple(plan_of(row, subtasks[row.id]) for row in rows)
        return PlanPage(items=items, total=total, limit=limit, offset=offset)

    async def take_hold(self, plan_id: str) -> bool:
        """Whether the plan is under way; until the transaction's end nobody else changes it."""
        held = (PlanRow.id == plan_id, PlanRow.status.in_(UNDER_WAY))
        return await self._changed(update(PlanRow).where(*held).values(revision=PlanRow.revision + 1), PlanRow.id)

    async def begin(self, plan_id: str, key: str) -> int | None:
        """The number of this attempt at the subtask; None when it has ended. Only for who holds the plan."""
        open_ones = (SubtaskRow.key == key, SubtaskRow.plan_id == plan_id, SubtaskRow.status.in_(OPEN_SUBTASKS))
        values = {"status": SubtaskStatus.RUNNING, "attempts": SubtaskRow.attempts + 1}
        begun = await self._db.execute(
            update(SubtaskRow).where(*open_ones).values(values).returning(SubtaskRow.attempts),
            execution_options=_SILENT,
        )
        attempt = begun.scalar()
        if attempt is not None:
            await self._change(plan_id, status=PlanStatus.RUNNING)
        return attempt

    async def end(self, key: str, attempt: int, result: Result) -> bool:
        """Whether the result is kept: not when the subtask has ended, or was begun anew meanwhile."""
        mine = (SubtaskRow.key == key, SubtaskRow.status == SubtaskStatus.RUNNING, SubtaskRow.attempts == attempt)
        values = {
            "status": result.status,
            "output": result.output,
            "answered": result.answered,
            "citations": citations_in(result.citations),
            "error": result.error,
            "seconds": round(result.seconds, 3),
            "attempts": attempt + result.tries - 1,
        }
        return await self._changed(update(SubtaskRow).where(*mine).values(values), SubtaskRow.key)

    async def give_up(self, key: str, error: str) -> bool:
        """Whether an unfinished subtask is failed now."""
        return await self._set([key], SubtaskStatus.FAILED, error)

    async def skip(self, keys: Sequence[str], error: str) -> None:
        """These will not be done."""
        await self._set(keys, SubtaskStatus.SKIPPED, error)

    async def mark_queued(self, keys: Sequence[str]) -> None:
        """There are jobs for these."""
        await self._db.execute(
            update(SubtaskRow).where(SubtaskRow.key.in_(keys)).values(queued=True), execution_options=_SILENT
        )

    async def cancel(self, plan_id: str) -> None:
        """End the plan, and whatever of it has not ended. Only for who holds it."""
        open_ones = (SubtaskRow.plan_id == plan_id, SubtaskRow.status.in_(OPEN_SUBTASKS))
        await self._db.execute(
            update(SubtaskRow).where(*open_ones).values(status=SubtaskStatus.CANCELLED), execution_options=_SILENT
        )
        await self.finish(plan_id, PlanStatus.CANCELLED)

    async def finish(
        self, plan_id: str, status: PlanStatus, *, synthesis: Synthesis | None = None, error: str | None = None
    ) -> None:
        """The plan has ended. Only for who holds it."""
        values: dict[str, Any] = {"status": status, "finished_at": self._clock.now(), "error": error}
        if synthesis is not None:
            values["synthesis"] = synthesis_in(synthesis)
        await self._change(plan_id, **values)

    async def _change(self, plan_id: str, **values: Any) -> None:
        await self._db.execute(update(PlanRow).where(PlanRow.id == plan_id).values(values), execution_options=_SILENT)

    async def _set(self, keys: Sequence[str], status: SubtaskStatus, error: str) -> bool:
        open_ones = (SubtaskRow.key.in_(keys), SubtaskRow.status.in_(OPEN_SUBTASKS))
        return await self._changed(
            update(SubtaskRow).where(*open_ones).values(status=status, error=error), SubtaskRow.key
        )

    async def _changed(self, statement: Any, column: Any) -> bool:
        changed = await self._db.execute(statement.returning(column), execution_options=_SILENT)
        return changed.first() is not None

    async def _subtasks(self, plan_ids: Sequence[str]) -> dict[str, list[SubtaskRow]]:
        found: dict[str, list[SubtaskRow]] = {plan_id: [] for plan_id in plan_ids}
        wanted = _fresh(select(SubtaskRow)).where(SubtaskRow.plan_id.in_(plan_ids))
        for row in await self._db.scalars(wanted.order_by(SubtaskRow.plan_id, SubtaskRow.position)):
            found[row.plan_id].append(row)
        return found


def _fresh(statement: Any) -> Any:
    """Rows that an update of this transaction went past must be read anew."""
    return statement.execution_options(populate_existing=True)
