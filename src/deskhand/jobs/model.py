"""Jobs as the floors above pass them around. Above: the queue and its handlers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.errors import Conflict, NotFound
from deskhand.tenancy.scope import TenantScope


class JobState(StrEnum):
    WAITING = "waiting"
    """To be done, or being done."""
    DONE = "done"
    GIVEN_UP = "given_up"
    """Tried too often, or of no use to try again. It is kept."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A piece of work, as its handler is given it. `payload` names things by their ids and repeats no personal data.

    `attempts` counts this one too.
    """

    id: str
    tenant_id: str
    kind: str
    key: str
    payload: dict[str, Any]
    due_at: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStanding:
    """What has become of a job. `last_error` is the kind of its last failure, without what it was about."""

    job: Job
    state: JobState
    next_at: datetime
    last_error: str | None
    ended_at: datetime | None


class GiveUp(Exception):
    """Raised by a handler for which trying again is of no use."""

    def __init__(self, reason: str) -> None:
        """`reason` is kept with the job and shown to staff: a word or two, without personal data."""
        super().__init__(reason)
        self.reason = reason


class UnknownJob(NotFound):
    code = "unknown_job"


class JobNotGivenUp(Conflict):
    code = "job_not_given_up"


AfterCommit: TypeAlias = Callable[[], None]
Handler: TypeAlias = Callable[[TenantScope, Job], Awaitable[None]]
"""Does the work, at least once. What it does in the world goes with the job's key, so that it is not done twice."""
HandlerInTransaction: TypeAlias = Callable[[AsyncSession, TenantScope, Job], Awaitable[AfterCommit | None]]
"""Does the work in the transaction that also notes it as done. It is quick and waits for nothing but the database.
What it returns is called once that is committed, and not when the process ends before.
"""
