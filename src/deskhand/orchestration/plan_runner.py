"""Carries plans out, as jobs: each subtask is one, so that a process that is killed loses none and repeats none.

Above: `wiring.py` registers it with the queue. Below: the repository, the queue, the agents. Whatever ends a subtask
also puts into the queue what begins next, in one transaction. A job that is done twice finds its subtask ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import AfterCommit, GiveUp, Job
from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.orchestration.plan_consulting import place_of_thought
from deskhand.orchestration.plan_course import course_of, given_to
from deskhand.orchestration.plan_model import (
    MAX_ERROR_CHARS,
    UNDER_WAY,
    MadePlan,
    Plan,
    PlanStatus,
    Result,
    Strategy,
    Subtask,
    Synthesis,
    UnknownPlan,
)
from deskhand.orchestration.plan_ports import PlanEvents, PlanMaking, PlanSynthesising
from deskhand.orchestration.plan_reply import PlanReply
from deskhand.orchestration.plan_repository import PlanRepository
from deskhand.orchestration.plan_schemas import plan_status
from deskhand.orchestration.plan_work import SubtaskWork
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

RUN, SUBTASK, SYNTHESIS = "plan.run", "plan.subtask", "plan.synthesis"
"""The kinds of jobs: find the subtasks and begin; do one; put the results together."""
AT_ONCE = 4
"""Subtasks of one plan that run beside each other."""
ATTEMPTS = 4
"""How often a job is begun. More than one is for processes that were killed; an agent that fails ends its subtask."""
_SKIPPED = "Something it depends on did not succeed."
_BROKE_OFF = "It broke off again and again, and was given up."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun:
    """A subtask in hand: its number of attempts tells it from another process's."""

    plan: Plan
    subtask: Subtask
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """A plan that has ended, and the message that says so where there is one."""

    plan: Plan
    message_id: str | None


class PlanRunner:
    """Does the jobs of plans. One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        jobs: JobQueue,
        work: SubtaskWork,
        maker: PlanMaking,
        synthesiser: PlanSynthesising,
        events: PlanEvents,
        reply: PlanReply,
        at_once: int = AT_ONCE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._work = work
        self._maker = maker
        self._synthesiser = synthesiser
        self._events = events
        self._reply = reply
        self._at_once = at_once

    def register(self) -> None:
        """From now on the queue's jobs of plans are done here."""
        self._jobs.handle(RUN, self._run, attempts=ATTEMPTS, given_up=self._run_given_up)
        self._jobs.handle(SUBTASK, self._do, attempts=ATTEMPTS, given_up=self._do_given_up)
        self._jobs.handle(SYNTHESIS, self._conclude, attempts=ATTEMPTS, given_up=self._conclude_given_up)

    def tell(self, plan: Plan) -> None:
        """Let those who watch the plan's session know how far it is."""
        if plan.session_id is not None:
            self._events.tell(plan.session_id, plan_status(plan))

    async def _run(self, scope: TenantScope, job: Job) -> None:
        """Find the plan's subtasks where it has none, and begin."""
        plan_id: str = job.payload["plan_id"]
        plan = await self._plan(scope, plan_id)
        if plan.status not in UNDER_WAY:
            return
        wanted = job.payload.get("strategy")
        try:
            made = None if plan.subtasks else await self._made(scope, plan, wanted and Strategy(wanted))
        except DeskhandError as error:
            await self._not_made(scope, plan_id, error.detail)
            return
        async with self._store.write(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            if not await plans.take_hold(plan_id):
                return
            if made is not None and not (await plans.plan(plan_id)).subtasks:
                await plans.fill(plan_id, made)
            plan = await self._go_on(db, scope, plan_id)
        self._committed(plan)

    async def _do(self, scope: TenantScope, job: Job) -> None:
        """One subtask."""
        begun = await self._begin(scope, job.payload["plan_id"], job.payload["subtask"])
        if begun is None:
            return
        self.tell(begun.plan)
        told = given_to(begun.subtask, begun.plan.subtasks, begun.plan.strategy)
        result = await self._work.do(scope, begun.plan, begun.subtask, told)
        await self._end(scope, begun, result)

    async def _conclude(self, scope: TenantScope, job: Job) -> None:
        """Put the results together, and end the plan."""
        plan = await self._plan(scope, job.payload["plan_id"])
        if plan.status not in UNDER_WAY:
            return
        synthesis = await self._synthesiser.synthesise(scope, plan) if plan.done else None
        async with self._store.write(scope) as db:
            ended = await self._finished(db, scope, plan.id, synthesis)
        if ended is not None:
            self._told(scope, ended)

    async def _made(self, scope: TenantScope, plan: Plan, wanted: Strategy | None) -> MadePlan:
        return await self._maker.make(scope, plan.task, wanted, place_of_thought(plan))

    async def _begin(self, scope: TenantScope, plan_id: str, key: str) -> _Begun | None:
        async with self._store.write(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            attempt = await plans.begin(plan_id, key) if await plans.take_hold(plan_id) else None
            if attempt is None:
                return None
            plan = await plans.plan(plan_id)
        subtask = next(each for each in plan.subtasks if each.key == key)
        return _Begun(plan=plan, subtask=subtask, attempt=attempt)

    async def _end(self, scope: TenantScope, begun: _Begun, result: Result) -> None:
        async with self._store.write(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            if not await plans.take_hold(begun.plan.id):
                return
            if not await plans.end(begun.subtask.key, begun.attempt, result):
                return
            plan = await self._go_on(db, scope, begun.plan.id)
        log.info("subtask_ended", plan_id=plan.id, subtask=begun.subtask.key, status=result.status.value)
        self._committed(plan)

    async def _go_on(self, db: AsyncSession, scope: TenantScope, plan_id: str) -> Plan:
        """Into the queue with what can begin now, in the transaction of who holds the plan."""
        plans = PlanRepository(db, scope, self._clock)
        plan = await plans.plan(plan_id)
        course = course_of(plan.subtasks, plan.strategy, at_once=self._at_once)
        await plans.skip(course.skip, _SKIPPED)
        await plans.mark_queued(course.start)
        await self._queue(db, scope, plan_id, course.start)
        if course.is_over:
            await self._jobs.add(db, scope, kind=SYNTHESIS, key=plan_id, payload={"plan_id": plan_id})
        return await plans.plan(plan_id)

    async def _queue(self, db: AsyncSession, scope: TenantScope, plan_id: str, keys: Sequence[str]) -> None:
        for key in keys:
            await self._jobs.add(db, scope, kind=SUBTASK, key=key, payload={"plan_id": plan_id, "subtask": key})

    async def _finished(
        self, db: AsyncSession, scope: TenantScope, plan_id: str, synthesis: Synthesis | None
    ) -> _Ended | None:
        """The plan, ended; None when somebody else was quicker."""
        plans = PlanRepository(db, scope, self._clock)
        if not await plans.take_hold(plan_id):
            return None
        status = PlanStatus.DONE if (await plans.plan(plan_id)).done else PlanStatus.FAILED
        return await self._ended(db, scope, plan_id, status, synthesis)

    async def _ended(
        self,
        db: AsyncSession,
        scope: TenantScope,
        plan_id: str,
        status: PlanStatus,
        synthesis: Synthesis | None = None,
        error: str | None = None,
    ) -> _Ended:
        """The plan that is held here, ended, and what its customer is told."""
        plans = PlanRepository(db, scope, self._clock)
        await plans.finish(plan_id, status, synthesis=synthesis, error=error)
        plan = await plans.plan(plan_id)
        return _Ended(plan=plan, message_id=await self._reply.write(db, scope, plan))

    async def _not_made(self, scope: TenantScope, plan_id: str, reason: str) -> None:
        async with self._store.write(scope) as db:
            plans = PlanRepository(db, scope, self._clock)
            if not await plans.take_hold(plan_id):
                return
            ended = await self._ended(db, scope, plan_id, PlanStatus.FAILED, error=reason[:MAX_ERROR_CHARS])
        self._told(scope, ended)

    async def _run_given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> AfterCommit | None:
        plan_id: str = job.payload["plan_id"]
        if not await PlanRepository(db, scope, self._clock).take_hold(plan_id):
            return None
        ended = await self._ended(db, scope, plan_id, PlanStatus.FAILED, error=_BROKE_OFF)
        return lambda: self._told(scope, ended)

    async def _do_given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> None:
        """Only its dependants go without it."""
        plan_id, key = job.payload["plan_id"], job.payload["subtask"]
        plans = PlanRepository(db, scope, self._clock)
        if await plans.take_hold(plan_id) and await plans.give_up(key, _BROKE_OFF):
            await self._go_on(db, scope, plan_id)

    async def _conclude_given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> AfterCommit | None:
        """The results are there, if not as one text."""
        ended = await self._finished(db, scope, job.payload["plan_id"], None)
        return None if ended is None else lambda: self._told(scope, ended)

    async def _plan(self, scope: TenantScope, plan_id: str) -> Plan:
        """Raises GiveUp when the plan was erased meanwhile."""
        async with self._store.read(scope) as db:
            try:
                return await PlanRepository(db, scope, self._clock).plan(plan_id)
            except UnknownPlan:
                raise GiveUp("plan_erased") from None

    def _committed(self, plan: Plan) -> None:
        self._jobs.wake()
        self.tell(plan)

    def _told(self, scope: TenantScope, ended: _Ended) -> None:
        self._committed(ended.plan)
        self._reply.announce(scope, ended.message_id)
