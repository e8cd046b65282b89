"""SQL of jobs. Above: the queue. Below: the table.

A job is taken by a conditional update that gives it a claim of its own and moves its next moment to the end of the
lease, so that of several processes one has it; from then on every change asks for that claim.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import Job, JobStanding, JobState, UnknownJob
from deskhand.jobs.tables import JobRow
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

MAX_ERROR_CHARS = 200
_SILENT = {"synchronize_session": False}


class JobRepository:
    """Jobs of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, *, kind: str, key: str, payload: Mapping[str, Any], due_at: datetime) -> bool:
        """Whether it is new: of a kind and a key there is one."""
        values = {
            "id": new_id("job"),
            "tenant_id": self._scope.tenant_id,
            "kind": kind,
            "key": key,
            "payload": dict(payload),
            "state": JobState.WAITING,
            "due_at": due_at,
            "next_at": due_at,
            "attempts": 0,
            "created_at": self._clock.now(),
        }
        await self._db.execute(upsert(self._db, JobRow).on_conflict_do_nothing(), [values])
        return await self._db.scalar(select(JobRow.id).where(JobRow.id == values["id"])) is not None

    async def claim(self, job_id: str, *, claim: str, until: datetime) -> Job | None:
        """The job, from now on the caller's; None when somebody else has it, or it is not due any more."""
        now = self._clock.now()
        takeable = (JobRow.id == job_id, JobRow.state == JobState.WAITING, JobRow.next_at <= now)
        # On PostgreSQL whoever comes second goes on at once, instead of waiting for the first one's transaction.
        if await self._db.scalar(select(JobRow.id).where(*takeable).with_for_update(skip_locked=True)) is None:
            return None
        values = {"claim": claim, "next_at": until, "attempts": JobRow.attempts + 1}
        taken = await self._db.execute(
            update(JobRow).where(*takeable).values(values).returning(JobRow.id), execution_options=_SILENT
        )
        if taken.first() is None:
            return None
        row = await self._db.scalar(self._select().where(JobRow.id == job_id))
        return None if row is None else job_of(row)

    async def extend(self, job: Job, claim: str, *, until: datetime) -> bool:
        """Whether the lease was made longer; not when the job was taken by somebody else meanwhile."""
        return await self._of_claim(job, claim, next_at=until)

    async def done(self, job: Job, claim: str) -> bool:
        """Whether it is noted as done by whoever has this claim."""
        return await self._end(job, claim, JobState.DONE)

    async def put_off(self, job: Job, claim: str, error: str, *, wait: timedelta) -> bool:
        """It is taken up again after the wait."""
        until = self._clock.now() + wait
        return await self._of_claim(job, claim, next_at=until, claim=None, last_error=error[:MAX_ERROR_CHARS])

    async def give_up(self, job: Job, claim: str, error: str) -> bool:
        return await self._end(job, claim, JobState.GIVEN_UP, last_error=error[:MAX_ERROR_CHARS])

    async def give_back(self, job: Job, claim: str) -> bool:
        """As though it had not been taken."""
        values = {"next_at": self._clock.now(), "claim": None, "attempts": JobRow.attempts - 1}
        return await self._of_claim(job, claim, **values)

    async def cancel(self, *, kind: str, key: str) -> bool:
        """Whether it was still waiting and is not done any more; not when somebody is at it."""
        now = self._clock.now()
        idle = or_(JobRow.claim.is_(None), JobRow.next_at <= now)
        found = (JobRow.kind == kind, JobRow.key == key, JobRow.state == JobState.WAITING, idle)
        return await self._change(*found, state=JobState.CANCELLED, ended_at=now, claim=None)

    async def revive(self, *, kind: str, key: str) -> bool:
        """Whether it had been given up and is tried again from the beginning."""
        found = (JobRow.kind == kind, JobRow.key == key, JobRow.state == JobState.GIVEN_UP)
        values = {"state": JobState.WAITING, "next_at": self._clock.now(), "attempts": 0, "ended_at": None}
        return await self._change(*found, **values)

    async def revive_one(self, job_id: str) -> bool:
        """The same of the job of that id."""
        found = (JobRow.id == job_id, JobRow.state == JobState.GIVEN_UP)
        values = {"state": JobState.WAITING, "next_at": self._clock.now(), "attempts": 0, "ended_at": None}
        return await self._change(*found, **values)

    async def one(self, job_id: str) -> JobStanding:
        """The job of that id.

        Raises:
            UnknownJob: when there is none.
        """
        row = await self._db.scalar(self._select().where(JobRow.id == job_id))
        if row is None:
            raise UnknownJob(f"There is no job {job_id!r}: list them with GET /api/v1/jobs.")
        return standing_of(row)

    async def page(
        self, *, state: JobState, kind: str | None, limit: int, offset: int
    ) -> tuple[tuple[JobStanding, ...], int]:
        """A part of those in a state, the newest first, and how many there are."""
        where = [JobRow.state == state, *([] if kind is None else [JobRow.kind == kind])]
        total = await self._db.scalar(select(func.count()).select_from(JobRow).where(*where)) or 0
        newest = self._select().where(*where).order_by(JobRow.id.desc()).limit(limit).offset(offset)
        return tuple(map(standing_of, await self._db.scalars(newest))), total

    async def standing(self, *, kind: str, key: str) -> JobStanding | None:
        """What has become of it, when there is one."""
        row = await self._db.scalar(self._select().where(JobRow.kind == kind, JobRow.key == key))
        return None if row is None else standing_of(row)

    async def forget(self, *, ended_before: datetime) -> None:
        """Leave out what was done or cancelled by then; what was given up stays."""
        old = (JobRow.state.in_((JobState.DONE, JobState.CANCELLED)), JobRow.ended_at < ended_before)
        await self._db.execute(delete(JobRow).where(*old), execution_options=_SILENT)

    async def _end(self, job: Job, claim: str, state: JobState, **values: Any) -> bool:
        return await self._of_claim(job, claim, state=state, ended_at=self._clock.now(), claim=None, **values)

    async def _of_claim(self, job: Job, holder: str, **values: Any) -> bool:
        held = (JobRow.id == job.id, JobRow.state == JobState.WAITING, JobRow.claim == holder)
        return await self._change(*held, **values)

    async def _change(self, *conditions: Any, **values: Any) -> bool:
        statement = update(JobRow).where(*conditions).values(values).returning(JobRow.id)
        changed = await self._db.execute(statement, execution_options=_SILENT)
        return changed.first() is not None

    def _select(self) -> Any:
        # Rows that an update of this transaction went past must be read anew.
        return select(JobRow).execution_options(populate_existing=True)


async def due_jobs(db: AsyncSession, now: datetime, kinds: Collection[str], limit: int) -> tuple[tuple[str, str], ...]:
    """Tenant and id of what may be taken by now, the longest waiting first; for a session across tenants."""
    rows = await db.execute(
        select(JobRow.tenant_id, JobRow.id)
        .where(JobRow.state == JobState.WAITING, JobRow.next_at <= now, JobRow.kind.in_(kinds))
        .order_by(JobRow.next_at, JobRow.id)
        .limit(limit)
    )
    return tuple((tenant_id, job_id) for tenant_id, job_id in rows)


async def next_moment(db: AsyncSession, kinds: Collection[str]) -> datetime | None:
    """When something may be taken the next time; for a session across tenants."""
    return await db.scalar(
        select(func.min(JobRow.next_at)).where(JobRow.state == JobState.WAITING, JobRow.kind.in_(kinds))
    )


async def tenants_with_ended(db: AsyncSession, before: datetime) -> tuple[str, ...]:
    """Whose jobs were done or cancelled by then; for a session across tenants."""
    old = (JobRow.state.in_((JobState.DONE, JobState.CANCELLED)), JobRow.ended_at < before)
    return tuple(await db.scalars(select(JobRow.tenant_id).where(*old).distinct()))


async def given_up_by_kind(db: AsyncSession) -> dict[str, int]:
    """How many jobs of each kind were given up; for a session across tenants."""
    counted = (
        select(JobRow.kind, func.count().label("jobs")).where(JobRow.state == JobState.GIVEN_UP).group_by(JobRow.kind)
    )
    return {row.kind: row.jobs for row in await db.execute(counted.order_by(JobRow.kind))}


def job_of(row: JobRow) -> Job:
    return Job(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        key=row.key,
        payload=row.payload,
        due_at=row.due_at,
        attempts=row.attempts,
    )


def standing_of(row: JobRow) -> JobStanding:
    return JobStanding(
        job=job_of(row),
        state=JobState(row.state),
        next_at=row.next_at,
        last_error=row.last_error,
        ended_at=row.ended_at,
    )
