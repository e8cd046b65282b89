"""Jobs on SQLite and on PostgreSQL, where several processes share one queue."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import Job, JobState
from deskhand.jobs.queue import JobQueue
from deskhand.jobs.running import LEASE
from deskhand.kit.errors import Unavailable
from deskhand.tenancy.scope import TenantScope
from jobs.queues import KIND, Log, open_works
from migrations.conftest import database_url, postgres, postgres_url

__all__ = ["database_url", "postgres", "postgres_url"]
JOBS = 40


async def test_two_queues_never_do_one_job_at_once(database_url: str) -> None:
    done: list[tuple[str, str]] = []
    async with open_works(database_url) as one, open_works(database_url, clock=one.clock) as two:
        for name, works in (("one", one), ("two", two)):

            async def note(_scope: TenantScope, job: Job, name: str = name) -> None:
                await asyncio.sleep(0)
                done.append((name, job.key))

            works.queue.handle(KIND, note)
        for number in range(JOBS):
            await one.add(str(number))
        taken = await asyncio.gather(*(works.queue.run_due() for works in (one, two, one, two)))
        await asyncio.gather(one.queue.run_due(), two.queue.run_due())

        assert sorted(key for _, key in done) == sorted(str(number) for number in range(JOBS))
        assert sum(taken) <= JOBS
        assert {(await one.standing(str(number))).state for number in range(JOBS)} == {JobState.DONE}


async def test_an_effect_and_its_end_are_one_whoever_takes_the_job(database_url: str) -> None:
    async with open_works(database_url) as one, open_works(database_url, clock=one.clock) as two:
        for works in (one, two):

            async def effect(db: AsyncSession, scope: TenantScope, job: Job, queue: JobQueue = works.queue) -> None:
                assert await queue.add(db, scope, kind="effect", key=job.key, payload={})

            works.queue.handle_in_transaction(KIND, effect)
        for number in range(10):
            await one.add(str(number))
        await asyncio.gather(one.queue.run_due(), two.queue.run_due())
        await one.queue.run_due()

        for number in range(10):
            assert (await one.standing(str(number))).state is JobState.DONE
            assert (await one.standing(str(number), kind="effect")).state is JobState.WAITING


async def test_a_claim_that_is_being_made_holds_nobody_up(database_url: str) -> None:
    """And a job that was taken over by another process is not ended by the one before."""
    async with open_works(database_url) as one, open_works(database_url, clock=one.clock) as two:
        done = Log(Unavailable("down"))
        one.queue.handle(KIND, done)
        two.queue.handle(KIND, done)
        await one.add()
        job_id = (await one.standing()).job.id
        first = await one.queue._runner.take(one.scope.tenant_id, job_id)
        assert await two.queue._runner.take(two.scope.tenant_id, job_id) is None
        one.clock.move(seconds=LEASE.total_seconds())
        second = await two.queue._runner.take(two.scope.tenant_id, job_id)
        assert first is not None
        assert second is not None

        kind = one.queue._kinds[KIND]
        await one.queue._runner.do(kind, *first)
        assert (await one.standing()).next_at == one.clock.now() + LEASE, "its failure is no longer of any interest"
        await two.queue._runner.do(kind, *second)
        assert (await one.standing()).state is JobState.DONE


async def test_many_add_one_job_at_once(database_url: str) -> None:
    async with open_works(database_url) as one, open_works(database_url, clock=one.clock) as two:
        added = await asyncio.gather(*(works.add() for works in (one, two) for _ in range(5)))
        cancelled = await asyncio.gather(*(works.cancel() for works in (one, two) for _ in range(3)))
    assert (added.count(True), cancelled.count(True)) == (1, 1)
