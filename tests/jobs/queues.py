"""A queue of jobs on a database of its own, with a clock that stands still, and as many more queues as wanted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deskhand.jobs.model import Job, JobStanding
from deskhand.jobs.queue import JobQueue
from deskhand.jobs.running import JobRunner
from deskhand.kit.background import Background
from deskhand.kit.db import Database
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from grounds import make_tables

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KIND = "greet"


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Heart:
    """The pace of heartbeats: one each time `beat` is called. `rests` has one more each time it waits for that."""

    beats: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    rests: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def sleep(self, _seconds: float) -> None:
        self.rests.put_nowait(None)
        await self.beats.get()

    def beat(self) -> None:
        self.beats.put_nowait(None)


@dataclass(frozen=True, kw_only=True)
class Works:
    """A queue, and what it works with."""

    database: Database
    store: TenantStore
    clock: MovedClock
    background: Background
    heart: Heart
    queue: JobQueue
    scope: TenantScope

    async def add(self, key: str = "1", *, kind: str = KIND, seconds: float = 0.0, **payload: Any) -> bool:
        """Whether the job, due after so many seconds, is new."""
        due_at = self.clock.now() + timedelta(seconds=seconds)
        async with self.store.write(self.scope) as db:
            return await self.queue.add(db, self.scope, kind=kind, key=key, payload=payload, due_at=due_at)

    async def cancel(self, key: str = "1") -> bool:
        async with self.store.write(self.scope) as db:
            return await self.queue.cancel(db, self.scope, kind=KIND, key=key)

    async def standing(self, key: str = "1", *, kind: str = KIND) -> JobStanding:
        found = await self.queue.standing(self.scope, kind=kind, key=key)
        assert found is not None
        return found


class Log(list[Job]):
    """A handler that notes what it was given, and raises what it is told to, in turn."""

    def __init__(self, *raising: Exception | None) -> None:
        super().__init__()
        self.raising = list(raising)

    async def __call__(self, _scope: TenantScope, job: Job) -> None:
        self.append(job)
        if self.raising and (error := self.raising.pop(0)) is not None:
            raise error

    @property
    def keys(self) -> list[str]:
        return [job.key for job in self]


@asynccontextmanager
async def open_works(
    url: str, *, clock: MovedClock | None = None, slug: str = "demo", chance: float = 0.5
) -> AsyncIterator[Works]:
    """On the database of that address, whose tables are made when they are not there."""
    database, clock, background, heart = Database(url), clock or MovedClock(), Background(), Heart()
    await make_tables(database)
    store = TenantStore(database)
    directory = Directory(store, TokenSigner("k" * 40, clock, staff_hours=24), clock, Standing(store, clock))
    tenant = await directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark")
    runner = JobRunner(store=store, clock=clock, chance=lambda: chance, sleep=heart.sleep)
    queue = JobQueue(store=store, clock=clock, background=background, runner=runner)
    try:
        yield Works(
            database=database,
            store=store,
            clock=clock,
            background=background,
            heart=heart,
            queue=queue,
            scope=TenantScope(tenant_id=tenant.id, role=Role.OWNER),
        )
    finally:
        queue.end()
        await background.close()
        await database.close()
