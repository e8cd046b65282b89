"""Work in the queue over HTTP, for operators: what was given up, and trying it again. Ids only, no contents.

Above: the application. Below: the queue.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from deskhand.jobs.model import JobStanding, JobState
from deskhand.jobs.queue import JobQueue
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_KIND = r"^[A-Za-z0-9_.-]+$"
_MAX = 60

Reader = Annotated[TenantScope, allowed(Permission.JOBS_READ)]
Worker = Annotated[TenantScope, allowed(Permission.JOBS_WRITE)]
JobId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["job_019a0c1f5e7b7c3d9a4e2f60718293a4"])]


class JobOut(BaseModel):
    """One piece of work. `key` is the id of what it is about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "plan.subtask", "state": "given_up"}]})

    id: str
    kind: Annotated[str, Field(examples=["plan.subtask"])]
    key: str
    state: JobState
    attempts: Annotated[int, Field(ge=0)]
    last_error: Annotated[str | None, Field(description="What kind of failure it was, without what it was about.")]
    due_at: datetime
    next_at: Annotated[datetime, Field(description="When it is begun, where it still waits.")]
    ended_at: datetime | None


class JobPageOut(BaseModel):
    """A part of the work, the newest first."""

    items: list[JobOut]
    total: int
    limit: int
    offset: int


class JobEndpoints:
    """Shows what became of work, and has it tried again."""

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs
        self.router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])
        add = self.router.add_api_route
        add("", self.list_jobs, methods=["GET"], responses=responses(401, 403, 422))
        add("/{job_id}/retry", self.retry_job, methods=["POST"], responses=responses(401, 403, 404, 409, 422))

    async def list_jobs(
        self,
        scope: Reader,
        state: Annotated[JobState, Query(description="`given_up` unless said.")] = JobState.GIVEN_UP,
        kind: Annotated[str | None, Query(max_length=_MAX, pattern=_KIND)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> JobPageOut:
        """Work in one state, the newest first: without a filter what was tried too often and given up."""
        items, total = await self._jobs.page(scope, state=state, kind=kind, limit=limit, offset=offset)
        return JobPageOut(items=[_out(each) for each in items], total=total, limit=limit, offset=offset)

    async def retry_job(self, job_id: JobId, scope: Worker) -> JobOut:
        """Try work that was given up again, from its first attempt on. What has been done meanwhile is not repeated."""
        return _out(await self._jobs.try_again(scope, job_id))


def _out(standing: JobStanding) -> JobOut:
    job = standing.job
    return JobOut(
        id=job.id,
        kind=job.kind,
        key=job.key,
        state=standing.state,
        attempts=job.attempts,
        last_error=standing.last_error,
        due_at=job.due_at,
        next_at=standing.next_at,
        ended_at=standing.ended_at,
    )
