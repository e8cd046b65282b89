"""One job, from being taken to its end: its lease kept up, its effect noted once, its failures tried again.

Above: the queue. Below: the repository. Whatever a handler raises ends here, in the log and in the job's row.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import GiveUp, Handler, HandlerInTransaction, Job
from deskhand.jobs.repository import JobRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.kit.ids import new_id
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
"""How long nothing need be heard of a process until its jobs are taken up by another one."""
HEARTBEAT_SECONDS = 8.0
FIRST_WAIT = timedelta(seconds=5)
GROWTH = 3
LONGEST_WAIT = timedelta(hours=1)
_JITTER = 0.2
_TELL_TOO_MUCH = ("httpx", "pydantic", "sqlalchemy")
"""Whose exceptions repeat addresses or values, and so may hold personal data."""

GivenUp = HandlerInTransaction
"""Told in the transaction that gives a job up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """How jobs of one kind are done: by `handler`, or inside the transaction that notes them as done."""

    name: str
    attempts: int
    seconds: float
    handler: Handler | None = None
    in_transaction: HandlerInTransaction | None = None
    given_up: GivenUp | None = None


class ClaimLost(Exception):
    """Another process has the job by now: nothing was heard of this one for too long."""


class JobRunner:
    """Takes jobs and does them. One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`chance` gives 0 to 1; `sleep` paces the heartbeat."""
        self._store = store
        self._clock = clock
        self._chance = chance
        self._sleep = sleep

    async def take(self, tenant_id: str, job_id: str) -> tuple[Job, str] | None:
        """The job and the claim to it; None when somebody else was quicker."""
        scope, claim = scope_of(tenant_id), new_id("clm")
        async with self._store.write(scope) as db:
            until = self._clock.now() + LEASE
            job = await JobRepository(db, scope, self._clock).claim(job_id, claim=claim, until=until)
        return None if job is None else (job, claim)

    async def do(self, kind: Kind, job: Job, claim: str) -> None:
        """Do it, and note how that went."""
        try:
            async with asyncio.timeout(kind.seconds):
                await self._done(kind, job, claim)
        except asyncio.CancelledError:
            # The process ends: whoever comes next need not wait for the lease.
            await asyncio.shield(self._give_back(job, claim))
            raise
        except ClaimLost:
            log.warning("job_taken_by_another", kind=job.kind, job_id=job.id, attempt=job.attempts)
        except Exception as error:  # noqa: BLE001 - the border of a job; logged here
            await self._failed(kind, job, claim, error)

    async def _done(self, kind: Kind, job: Job, claim: str) -> None:
        if job.attempts > kind.attempts:  # whoever tried before did not live to note it
            raise GiveUp("cut_off_too_often")
        scope = scope_of(job.tenant_id)
        if kind.in_transaction is not None:
            async with self._store.write(scope) as db:
                # First, so that nobody else begins while this one is at it, and nothing is done without the claim.
                await self._note_done(db, scope, job, claim)
                after = await kind.in_transaction(db, scope, job)
            if after is not None:
                after()
        elif kind.handler is not None:
            await self._beside_heartbeat(kind.handler, scope, job, claim)
            async with self._store.write(scope) as db:
                await self._note_done(db, scope, job, claim)

    async def _note_done(self, db: AsyncSession, scope: TenantScope, job: Job, claim: str) -> None:
        if not await JobRepository(db, scope, self._clock).done(job, claim):
            raise ClaimLost

    async def _beside_heartbeat(self, handler: Handler, scope: TenantScope, job: Job, claim: str) -> None:
        """The handler's work, cut off when the job turns out to be somebody else's."""
        work = asyncio.ensure_future(handler(scope, job))
        heart = asyncio.ensure_future(self._keep_lease(scope, job, claim))
        try:
            await asyncio.wait((work, heart), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise ClaimLost
            await work
        finally:
            for task in (work, heart):
                task.cancel()
            await asyncio.gather(work, heart, return_exceptions=True)

    async def _keep_lease(self, scope: TenantScope, job: Job, claim: str) -> None:
        """Ends when the job is not ours any more."""
        while True:
            await self._sleep(HEARTBEAT_SECONDS)
            try:
                async with self._store.write(scope) as db:
                    until = self._clock.now() + LEASE
                    if not await JobRepository(db, scope, self._clock).extend(job, claim, until=until):
                        return
            except SQLAlchemyError:
                log.warning("lease_not_extended", kind=job.kind, job_id=job.id)

    async def _give_back(self, job: Job, claim: str) -> None:
        scope = scope_of(job.tenant_id)
        async with self._store.write(scope) as db:
            await JobRepository(db, scope, self._clock).give_back(job, claim)

    async def _failed(self, kind: Kind, job: Job, claim: str, error: Exception) -> None:
        reason, gives_up = reason_of(error), isinstance(error, GiveUp) or job.attempts >= kind.attempts
        tell = log.error if gives_up else log.warning
        tell(
            "job_given_up" if gives_up else "job_failed",
            kind=job.kind,
            job_id=job.id,
            tenant_id=job.tenant_id,
            attempt=job.attempts,
            reason=reason,
            exc_info=None if _tells_too_much(error) else error,
        )
        scope, after = scope_of(job.tenant_id), None
        async with self._store.write(scope) as db:
            jobs = JobRepository(db, scope, self._clock)
            if not gives_up:
                await jobs.put_off(job, claim, reason, wait=pause_after(job.attempts, self._chance()))
            elif await jobs.give_up(job, claim, reason) and kind.given_up is not None:
                after = await kind.given_up(db, scope, job)
        if after is not None:
            after()


def scope_of(tenant_id: str) -> TenantScope:
    """In whose name a job works: its tenant's, and nobody's in particular."""
    return TenantScope(tenant_id=tenant_id, role=Role.OWNER)


def pause_after(attempts: int, chance: float) -> timedelta:
    """5 s, tripled with every attempt, up to an hour; a fifth more or less, so that many do not come at once."""
    grown = FIRST_WAIT.total_seconds() * GROWTH ** min(attempts - 1, 20)
    wait = min(grown, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=wait * (1 - _JITTER + 2 * _JITTER * chance))


def reason_of(error: Exception) -> str:
    """What is kept of a failure: its kind. What it was about may be personal."""
    match error:
        case GiveUp(reason=reason):
            return reason
        case DeskhandError():
            return error.code
        case TimeoutError():
            return "took_too_long"
        case _:
            return type(error).__name__


def _tells_too_much(error: Exception) -> bool:
    return isinstance(error, GiveUp) or type(error).__module__.partition(".")[0] in _TELL_TOO_MUCH
