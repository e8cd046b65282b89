"""When the queue looks for jobs, and how many it does at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from deskhand.jobs.model import GiveUp, Job, JobState
from deskhand.jobs.queue import AT_ONCE, KEPT, POLL_SECONDS
from deskhand.jobs.tables import JobRow
from deskhand.tenancy.scope import TenantScope
from jobs.queues import KIND, Log, Works, open_works


@pytest.fixture
async def works(tmp_path: Path) -> AsyncIterator[Works]:
    async with open_works(f"sqlite+aiosqlite:///{tmp_path}/jobs.db") as opened:
        yield opened


async def test_so_many_are_done_beside_each_other_and_the_others_after_them(works: Works) -> None:
    at_once, most, go_on = 0, 0, asyncio.Event()

    async def counts(_scope: TenantScope, _job: Job) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == AT_ONCE:
            go_on.set()
        await go_on.wait()
        at_once -= 1

    works.queue.handle(KIND, counts)
    for number in range(AT_ONCE + 5):
        await works.add(str(number))

    assert await works.queue.run_due() + 0 >= AT_ONCE
    assert most == AT_ONCE
    async with works.store.read(works.scope) as db:
        assert set(await db.scalars(select(JobRow.state))) == {JobState.DONE}


async def test_what_a_job_adds_is_done_too(works: Works) -> None:
    async def chain(_scope: TenantScope, job: Job) -> None:
        if int(job.key) < 5:
            await works.add(str(int(job.key) + 1))

    works.queue.handle(KIND, chain)
    await works.add("1")
    works.queue.wake()
    await works.background.settle()

    assert (await works.standing("5")).state is JobState.DONE


async def test_from_its_beginning_it_looks_by_itself_when_the_nearest_job_is_due(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Log()
    timers: list[float] = []
    works.queue.handle(KIND, done)
    await works.add("now")
    await works.add("soon", seconds=2)
    await works.add("later", seconds=600)
    monkeypatch.setattr(works.queue, "_set_timer", timers.append)
    works.queue.begin()
    await works.background.settle()
    assert done.keys == ["now"]
    assert timers[-1] == 2

    works.clock.move(seconds=2)
    works.queue.wake()
    await works.background.settle()
    assert done.keys == ["now", "soon"]
    assert timers[-1] == POLL_SECONDS


async def test_the_timer_looks_again(works: Works) -> None:
    looked = asyncio.Event()

    async def note(_scope: TenantScope, _job: Job) -> None:
        looked.set()

    works.queue.handle(KIND, note)
    works.queue.begin()
    await works.background.settle()
    await works.add()
    works.queue._set_timer(0.0)
    await looked.wait()


async def test_a_database_that_is_away_for_a_while_does_not_end_the_looking(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers: list[float] = []
    works.queue.handle(KIND, Log())
    monkeypatch.setattr(works.queue, "_set_timer", timers.append)

    async def broken(*_: Any) -> tuple[tuple[str, str], ...]:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr("deskhand.jobs.queue.due_jobs", broken)
    works.queue.begin()
    await works.background.settle()
    assert timers == [POLL_SECONDS]


async def test_what_ended_long_ago_is_forgotten_and_what_was_given_up_is_kept(works: Works) -> None:
    works.queue.handle(KIND, Log(None, GiveUp("no use")))
    await works.add("done")
    await works.queue.run_due()
    await works.add("given up")
    await works.queue.run_due()
    await works.add("waiting", seconds=KEPT.total_seconds() * 2)
    await works.queue.sweep()
    works.clock.move(days=KEPT.days, seconds=1)
    await works.queue.sweep()

    assert await works.queue.standing(works.scope, kind=KIND, key="done") is None
    assert (await works.standing("given up")).state is JobState.GIVEN_UP
    assert (await works.standing("waiting")).state is JobState.WAITING
