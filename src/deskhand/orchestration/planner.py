"""Plans as staff and agents use them: checked, started, looked at, cancelled.

Above: the endpoints, and the turn. Below: the checks, the repository, the queue. Nothing of a plan runs before all of
it was found possible; from then on its jobs carry it, whatever becomes of this process.
"""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.conversations.repository import ConversationRepository
from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, NotFound
from deskhand.kit.ids import new_id
from deskhand.kit.problems import FieldProblem
from deskhand.orchestration.plan_checks import check_plan
from deskhand.orchestration.plan_model import (
    MAX_TASK_CHARS,
    MadePlan,
    Plan,
    PlanDraft,
    PlanEnded,
    PlanPage,
    PlanRefused,
    PlanStatus,
    Strategy,
)
from deskhand.orchestration.plan_ports import PlanAgents
from deskhand.orchestration.plan_repository import PlanRepository
from deskhand.orchestration.plan_runner import RUN, SUBTASK, SYNTHESIS
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

GIVEN = "given"
"""Who made a plan whose subtasks came with it."""
MOST_A_SESSION = 20
"""Plans that are made for turns of one session."""
MOST_UNDER_WAY = 2
"""Of these so many at the same time."""


class Running(Protocol):
    """What carries plans out here."""

    def tell(self, plan: Plan) -> None: ...


class Asking(Protocol):
    """What asks agents here."""

    def stop(self, plan_id: str) -> None: ...


class Planner:
    """Starts plans and ends them."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        jobs: JobQueue,
        agents: PlanAgents,
        runner: Running,
        work: Asking,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._agents = agents
        self._runner = runner
        self._work = work

    async def start(self, scope: TenantScope, draft: PlanDraft) -> Plan:
        """The plan, checked and on its way. Of a turn that has one already, that one.

        Raises:
            PlanRefused: when it cannot be carried out; nothing is kept of it then.
            UnknownSession: when there is no such session.
        """
        _check_task(draft.task)
        await self._check(scope, draft)
        async with self._store.write(scope) as db:
            plan = await self.add(db, scope, draft)
        self.go(plan)
        return plan

    async def add(self, db: AsyncSession, scope: TenantScope, draft: PlanDraft) -> Plan:
        """As `start`, in the caller's transaction, of a draft that was found possible. Call `go` once it is committed.

        Raises:
            UnknownSession: when there is no such session.
        """
        plans = PlanRepository(db, scope, self._clock)
        plan_id = draft.id or new_id("pln")
        payload = {"plan_id": plan_id, "strategy": draft.strategy}
        # Of two that come for one turn at once the second waits here, and then finds the first one's plan.
        is_new = await self._jobs.add(db, scope, kind=RUN, key=draft.turn_id or plan_id, payload=payload)
        found = None if is_new or draft.turn_id is None else await plans.of_turn(draft.session_id, draft.turn_id)
        if found is not None:
            return found
        strategy = draft.strategy or _strategy_of(draft)
        place = await self._place(db, scope, draft)
        await plans.add({"id": plan_id, "task": draft.task, "strategy": strategy, **place})
        if draft.subtasks:
            await plans.fill(plan_id, MadePlan(strategy=strategy, subtasks=draft.subtasks, made_by=GIVEN))
        return await plans.plan(plan_id)

    def go(self, plan: Plan) -> None:
        """The plan is committed: tell of it, and begin."""
        self._runner.tell(plan)
        self._jobs.wake()

    async def has_room(self, scope: TenantScope, session_id: str) -> bool:
        """Whether one more plan may be made for a turn of the session."""
        async with self._store.read(scope) as db:
            made, under_way = await PlanRepository(db, scope, self._clock).of_turns_in(session_id)
        return made < MOST_A_SESSION and under_way < MOST_UNDER_WAY

    async def plan(self, scope: TenantScope, plan_id: str) -> Plan:
        """Raises UnknownPlan."""
        async with self._store.read(scope) as db:
            return await PlanRepository(db, scope, self._clock).plan(plan_id)

    async def plans(
        self,
        scope: TenantScope,
        *,
        status: PlanStatus | None = None,
        session_id: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> PlanPage:
        """Plans, the newest first."""
        async with self._store.read(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            return await plans.plans(status=status, session_id=session_id, limit=limit, offset=offset)

    async def cancel(self, scope: TenantScope, plan_id: str) -> Plan:
        """The plan, ended before its time; one that was cancelled already as it is.

        Raises:
            UnknownPlan: when there is none.
            PlanEnded: when it has come to its own end.
        """
        async with self._store.write(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            # Jobs before the plan, as whoever gives a job up takes hold of them: nobody waits in a ring.
            await self._cancel_jobs(db, scope, await plans.plan(plan_id))
            if not await plans.take_hold(plan_id):
                return _ended(await plans.plan(plan_id))
            await plans.cancel(plan_id)
            plan = await plans.plan(plan_id)
        self._work.stop(plan_id)
        self._runner.tell(plan)
        return plan

    async def _cancel_jobs(self, db: AsyncSession, scope: TenantScope, plan: Plan) -> None:
        """Those that nobody is at; one that comes later finds the plan ended."""
        kinds = [
            (RUN, plan.turn_id or plan.id),
            (SYNTHESIS, plan.id),
            *((SUBTASK, each.key) for each in plan.subtasks if each.queued),
        ]
        for kind, key in kinds:
            await self._jobs.cancel(db, scope, kind=kind, key=key)

    async def _check(self, scope: TenantScope, draft: PlanDraft) -> None:
        missing: dict[str, str] = {}
        # Whoever sends thousands is told so before anybody looks for their agents.
        check_plan(draft.subtasks, draft.strategy, {})
        for agent_id in dict.fromkeys(subtask.agent for subtask in draft.subtasks):
            try:
                await self._agents.agent(scope, agent_id)
            except (NotFound, Conflict) as error:
                missing[agent_id] = error.detail.rstrip(".")
        check_plan(draft.subtasks, draft.strategy, missing)

    async def _place(self, db: AsyncSession, scope: TenantScope, draft: PlanDraft) -> dict[str, str | None]:
        if draft.session_id is None:
            return {"session_id": None, "thread_id": None, "contact_id": None, "turn_id": draft.turn_id}
        session = await ConversationRepository(db, scope, self._clock).session(draft.session_id)
        return {
            "session_id": session.id,
            "thread_id": session.thread_id,
            "contact_id": session.contact_id,
            "turn_id": draft.turn_id,
        }


def _ended(plan: Plan) -> Plan:
    """The plan where it was cancelled before.

    Raises:
        PlanEnded: when it has come to its own end.
    """
    if plan.status is not PlanStatus.CANCELLED:
        raise PlanEnded(f"The plan {plan.id!r} is {plan.status.value} already: there is nothing to cancel.")
    return plan


def _check_task(task: str) -> None:
    if not any(sign.isalnum() for sign in task):
        raise PlanRefused([FieldProblem(field="task", message="It is empty: say what is to be done.")])
    if len(task) > MAX_TASK_CHARS:
        message = f"It has {len(task)} characters: shorten it to {MAX_TASK_CHARS}."
        raise PlanRefused([FieldProblem(field="task", message=message)])


def _strategy_of(draft: PlanDraft) -> Strategy:
    """What follows from the subtasks; while there are none, the one that fits all."""
    if draft.subtasks and not any(subtask.dependencies for subtask in draft.subtasks):
        return Strategy.PARALLEL
    return Strategy.HYBRID
