"""The queue of work that outlives the process: added in the transaction that causes it, done once that is committed.

Above: whoever has work that must not be lost; `wiring.py` registers the handlers, then calls `begin`. Below: the runner
of one job, the repository. Several processes share the queue: each job is done by one of them.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import Handler, HandlerInTransaction, Job, JobNotGivenUp, JobStanding, JobState
from deskhand.jobs.repository import JobRepository, due_jobs, next_moment, tenants_with_ended
from deskhand.jobs.running import GivenUp, JobRunner, Kind, scope_of
from deskhand.kit.background import Background
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

ATTEMPTS = 8
SECONDS = 600.0
"""The longest that one attempt may take."""
AT_ONCE = 16
"""Jobs that one process does beside each other."""
POLL_SECONDS = 5.0
"""How long another process's job may wait until this one looks for it."""
SHORTEST_POLL_SECONDS = 0.02
KEPT = timedelta(days=90)
"""How long a job's key is remembered after it was done or cancelled."""


class JobQueue:
    """One for the process. Times are the clock's; only the pace of looking is the event loop's."""

    def __init__(
        self, *, store: TenantStore, clock: Clock, background: Background, runner: JobRunner | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._runner = runner or JobRunner(store=store, clock=clock)
        self._kinds: dict[str, Kind] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._look_again = False
        self._looking = False
        self._look_task: asyncio.Task[None] | None = None
        self._ticking = False
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None

    def handle(
        self,
        kind: str,
        handler: Handler,
        *,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
        given_up: GivenUp | None = None,
    ) -> None:
        """Jobs of that kind are done by this, at least once: tried again with growing pauses, then given up.

        What it does in the world it does with the job's key as idempotency key. `seconds` is for one attempt.
        `given_up` is told in the transaction that gives a job up.
        """
        self._register(Kind(name=kind, attempts=attempts, seconds=seconds, handler=handler, given_up=given_up))

    def handle_in_transaction(
        self,
        kind: str,
        handler: HandlerInTransaction,
        *,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
        given_up: GivenUp | None = None,
    ) -> None:
        """Jobs of that kind are done by this, exactly once: what it writes is committed together with their end.

        It must not wait for anything but its session: on SQLite nobody else writes meanwhile.
        """
        self._register(Kind(name=kind, attempts=attempts, seconds=seconds, in_transaction=handler, given_up=given_up))

    async def add(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        due_at: datetime | None = None,
    ) -> bool:
        """Whether the job is new, in the caller's transaction. Call `wake` once that is committed.

        Of a kind and a key a tenant has one job: a second one changes nothing, also when the first was done or
        cancelled. `payload` is JSON, at most 200 characters are for the `key`, and both hold ids, no personal data.
        """
        jobs = JobRepository(db, scope, self._clock)
        return await jobs.add(kind=kind, key=key, payload=payload, due_at=due_at or self._clock.now())

    async def cancel(self, db: AsyncSession, scope: TenantScope, *, kind: str, key: str) -> bool:
        """Whether the job was waiting and is not done any more, in the caller's transaction. False when it is being
        done, has ended, or is not there.
        """
        return await JobRepository(db, scope, self._clock).cancel(kind=kind, key=key)

    async def revive(self, db: AsyncSession, scope: TenantScope, *, kind: str, key: str) -> bool:
        """Whether the job had been given up and is tried anew, in the caller's transaction."""
        return await JobRepository(db, scope, self._clock).revive(kind=kind, key=key)

    async def standing(self, scope: TenantScope, *, kind: str, key: str) -> JobStanding | None:
        """What has become of a job; None when there is none."""
        async with self._store.read(scope) as db:
            return await JobRepository(db, scope, self._clock).standing(kind=kind, key=key)

    async def page(
        self, scope: TenantScope, *, state: JobState, kind: str | None, limit: int, offset: int
    ) -> tuple[tuple[JobStanding, ...], int]:
        """A part of the jobs in a state, the newest first, and how many there are."""
        async with self._store.read(scope) as db:
            jobs = JobRepository(db, scope, self._clock)
            return await jobs.page(state=state, kind=kind, limit=limit, offset=offset)

    async def try_again(self, scope: TenantScope, job_id: str) -> JobStanding:
        """The job that was given up, from its first attempt on.

        Raises:
            UnknownJob: when there is none.
            JobNotGivenUp: when it was not.
        """
        async with self._store.write(scope) as db:
            jobs = JobRepository(db, scope, self._clock)
            revived = await jobs.revive_one(job_id)
            standing = await jobs.one(job_id)
        if not revived:
            state = standing.state.value
            raise JobNotGivenUp(f"The job {job_id!r} is {state}: only what was given up can be tried again.")
        log.info("job_tried_again", job_id=job_id, kind=standing.job.kind, by=scope.user_id)
        self.wake()
        return standing

    def begin(self) -> None:
        """From now on look for jobs by itself: now, when the nearest is due, and every few seconds for what other
        processes add.
        """
        self._ticking = True
        self.wake()

    def end(self) -> None:
        """Take no more jobs. Those that run go on; `Background.close` waits for them."""
        self._ticking, self._ended = False, True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self) -> None:
        """Look for jobs now, beside everything else. Nothing is lost when this is never called: the next look finds
        them.
        """
        if self._ended:
            return
        self._look_again = True
        if not self._looking:
            self._looking = True
            self._look_task = self._beside("jobs", self._look())

    async def run_due(self) -> int:
        """Do all that is due, also what that adds, and wait until nothing is being done; how many were taken here.

        Not to be called by a handler, which would wait for itself.
        """
        taken = 0
        while True:
            if self._look_task is not None:
                await self._look_task
            taken += len(await self._start_due())
            if self._running:
                await asyncio.wait(self._running)
            elif not self._looking:
                return taken

    async def sweep(self) -> None:
        """Forget what ended long ago."""
        before = self._clock.now() - KEPT
        async with self._store.across_tenants() as db:
            tenants = await tenants_with_ended(db, before)
        for scope in map(scope_of, tenants):
            async with self._store.write(scope) as db:
                await JobRepository(db, scope, self._clock).forget(ended_before=before)

    def _register(self, kind: Kind) -> None:
        if kind.name in self._kinds:
            raise ValueError(f"There are two handlers for jobs of the kind {kind.name!r}: leave one out.")
        self._kinds[kind.name] = kind

    async def _look(self) -> None:
        wait = POLL_SECONDS
        try:
            while self._look_again:
                self._look_again = False
                await self._start_due()
            wait = await self._until_next()
        finally:
            # Also when the database could not be asked: the next look may find it there again.
            self._looking = False
            if self._look_again:
                self.wake()
            elif self._ticking:
                self._set_timer(wait)

    async def _start_due(self) -> list["asyncio.Task[None]"]:
        """Take what is due, as far as there is room, and begin with it."""
        room = AT_ONCE - len(self._running)
        if room <= 0 or not self._kinds or self._ended:
            return []
        async with self._store.across_tenants() as db:
            due = await due_jobs(db, self._clock.now(), self._kinds, room)
        started = []
        for tenant_id, job_id in due:
            taken = await self._runner.take(tenant_id, job_id)
            if taken is not None:
                started.append(self._start(*taken))
        return started

    def _start(self, job: Job, claim: str) -> "asyncio.Task[None]":
        task = self._beside(f"job {job.kind}", self._runner.do(self._kinds[job.kind], job, claim))
        self._running.add(task)
        task.add_done_callback(self._has_ended)
        return task

    def _beside(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """The work, in a context of its own: whose request happened to wake the queue has nothing to do with it."""
        return Context().run(self._background.start, name, work)

    def _has_ended(self, task: "asyncio.Task[None]") -> None:
        """There is room for the next one, which it may have added itself."""
        self._running.discard(task)
        if not task.get_loop().is_closed():
            self.wake()

    async def _until_next(self) -> float:
        """Seconds until the nearest job, and no longer than another process's may have to wait."""
        if len(self._running) >= AT_ONCE or not self._kinds:
            return POLL_SECONDS
        async with self._store.across_tenants() as db:
            nearest = await next_moment(db, self._kinds)
        if nearest is None:
            return POLL_SECONDS
        return min(POLL_SECONDS, (nearest - self._clock.now()).total_seconds())

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(seconds, SHORTEST_POLL_SECONDS), self.wake)
