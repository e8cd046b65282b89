"""What the queue promises: nothing lost, nothing done twice, failures tried again and then kept for people to see."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.testing import capture_logs

from deskhand.jobs.model import AfterCommit, GiveUp, Job, JobState
from deskhand.jobs.queue import ATTEMPTS
from deskhand.jobs.running import FIRST_WAIT, LEASE, LONGEST_WAIT, pause_after, reason_of
from deskhand.kit.errors import Unavailable
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from jobs.queues import KIND, Log, MovedClock, Works, open_works

DOWN = Unavailable("The server at jo@example.com is down.")


@pytest.fixture
async def works(tmp_path: Path) -> AsyncIterator[Works]:
    async with open_works(f"sqlite+aiosqlite:///{tmp_path}/jobs.db") as opened:
        yield opened


async def test_a_job_is_done_when_it_is_due_and_once(works: Works) -> None:
    done = Log()
    works.queue.handle(KIND, done)
    assert await works.add(seconds=60, name="Jo")

    assert await works.queue.run_due() == 0
    works.clock.move(seconds=59.9)
    assert await works.queue.run_due() == 0
    works.clock.move(seconds=0.1)
    assert await works.queue.run_due() == 1
    assert await works.queue.run_due() == 0

    (job,) = done
    assert (job.kind, job.key, job.payload, job.attempts) == (KIND, "1", {"name": "Jo"}, 1)
    assert job.tenant_id == works.scope.tenant_id
    standing = await works.standing()
    assert (standing.state, standing.ended_at, standing.last_error) == (JobState.DONE, works.clock.now(), None)


async def test_of_a_kind_and_a_key_there_is_one_job_whatever_became_of_it(works: Works) -> None:
    done = Log()
    works.queue.handle(KIND, done)
    works.queue.handle("other", done)

    assert await works.add(number=1)
    assert not await works.add(number=2)
    await works.queue.run_due()
    assert not await works.add(number=3)
    assert await works.add(kind="other", number=4)
    await works.queue.run_due()

    assert [job.payload for job in done] == [{"number": 1}, {"number": 4}]


async def test_tenants_have_keys_of_their_own_and_work_in_their_own_name(works: Works) -> None:
    scopes: list[TenantScope] = []

    async def note(scope: TenantScope, _job: Job) -> None:
        scopes.append(scope)

    works.queue.handle(KIND, note)
    assert await works.add()
    async with open_works(str(works.database.url), slug="other", clock=works.clock) as other:
        assert await other.add()
        assert await works.queue.standing(other.scope, kind=KIND, key="2") is None
        await works.queue.run_due()

    assert {scope.tenant_id for scope in scopes} == {works.scope.tenant_id, other.scope.tenant_id}
    assert {scope.role for scope in scopes} == {Role.OWNER}


async def test_a_job_is_there_with_what_caused_it_or_not_at_all(works: Works) -> None:
    async def fail() -> None:
        async with works.store.write(works.scope) as db:
            await works.queue.add(db, works.scope, kind=KIND, key="1", payload={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await works.queue.standing(works.scope, kind=KIND, key="1") is None


async def test_what_fails_is_tried_again_after_growing_pauses(works: Works) -> None:
    done = Log(DOWN, ValueError("jo@example.com"))
    works.queue.handle(KIND, done)
    await works.add()

    await works.queue.run_due()
    first = await works.standing()
    assert (first.state, first.next_at - works.clock.now()) == (JobState.WAITING, FIRST_WAIT)
    assert first.last_error == "unavailable"
    await works.queue.run_due()
    assert len(done) == 1
    works.clock.move(seconds=5)
    await works.queue.run_due()
    second = await works.standing()
    assert second.next_at - works.clock.now() == 3 * FIRST_WAIT
    assert second.last_error == "ValueError"
    works.clock.move(seconds=15)
    await works.queue.run_due()

    assert (await works.standing()).state is JobState.DONE
    assert [job.attempts for job in done] == [1, 2, 3]


async def test_what_never_works_is_given_up_kept_and_logged_without_what_it_was_about(works: Works) -> None:
    done = Log(*[DOWN] * ATTEMPTS)
    told: list[str] = []

    async def given_up(_db: AsyncSession, _scope: TenantScope, job: Job) -> AfterCommit:
        return lambda: told.append(job.key)

    works.queue.handle(KIND, done, given_up=given_up)
    await works.add(name="jo@example.com")
    with capture_logs() as logs:
        for _ in range(ATTEMPTS + 3):
            await works.queue.run_due()
            works.clock.move(hours=2)

    standing = await works.standing()
    assert (len(done), standing.state, standing.last_error) == (ATTEMPTS, JobState.GIVEN_UP, "unavailable")
    assert told == ["1"]
    assert [line["event"] for line in logs] == ["job_failed"] * (ATTEMPTS - 1) + ["job_given_up"]
    assert "jo@" not in str([{**line, "exc_info": None} for line in logs])


async def test_what_was_given_up_can_be_tried_anew(works: Works) -> None:
    done = Log(GiveUp("no such address"))
    works.queue.handle(KIND, done)
    await works.add()
    await works.queue.run_due()
    assert ((await works.standing()).state, (await works.standing()).last_error) == (
        JobState.GIVEN_UP,
        "no such address",
    )

    async with works.store.write(works.scope) as db:
        assert await works.queue.revive(db, works.scope, kind=KIND, key="1")
        assert not await works.queue.revive(db, works.scope, kind=KIND, key="1")
    await works.queue.run_due()

    assert (await works.standing()).state is JobState.DONE


async def test_a_cancelled_job_is_not_done(works: Works) -> None:
    done = Log()
    works.queue.handle(KIND, done)
    await works.add(seconds=60)
    assert await works.cancel()
    assert not await works.cancel()
    works.clock.move(hours=1)

    assert await works.queue.run_due() == 0
    assert (await works.standing()).state is JobState.CANCELLED
    assert not await works.add()


async def test_a_job_that_is_being_done_or_is_done_cannot_be_cancelled(works: Works) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_scope: TenantScope, _job: Job) -> None:
        begun.set()
        await go_on.wait()

    works.queue.handle(KIND, slow)
    await works.add()
    running = asyncio.create_task(works.queue.run_due())
    await begun.wait()
    assert not await works.cancel()
    go_on.set()
    await running
    assert not await works.cancel()
    assert not await works.cancel("unknown")


async def test_in_one_transaction_an_effect_is_there_with_its_end_or_not_at_all(works: Works) -> None:
    states: list[str] = []
    fails = [True, False]

    async def effect(db: AsyncSession, scope: TenantScope, _job: Job) -> AfterCommit | None:
        await works.queue.add(db, scope, kind="effect", key="1", payload={})
        if fails.pop(0):
            raise ValueError
        return lambda: states.append("after the commit")

    works.queue.handle_in_transaction(KIND, effect)
    await works.add()
    await works.queue.run_due()
    assert (await works.standing()).state is JobState.WAITING
    assert await works.queue.standing(works.scope, kind="effect", key="1") is None
    assert states == []

    works.clock.move(seconds=5)
    await works.queue.run_due()
    assert (await works.standing()).state is JobState.DONE
    assert (await works.standing(kind="effect")).state is JobState.WAITING
    assert states == ["after the commit"]


async def test_a_job_whose_process_was_killed_is_taken_up_after_its_lease(works: Works) -> None:
    done = Log()
    await works.add()
    await works.queue._runner.take(works.scope.tenant_id, (await works.standing()).job.id)  # and then nothing more
    works.queue.handle(KIND, done)

    assert await works.queue.run_due() == 0
    works.clock.move(seconds=LEASE.total_seconds())
    assert await works.queue.run_due() == 1
    assert [job.attempts for job in done] == [2]


async def test_a_job_that_kills_its_process_each_time_is_given_up(works: Works) -> None:
    done = Log()
    await works.add()
    job_id = (await works.standing()).job.id
    for _ in range(2):
        await works.queue._runner.take(works.scope.tenant_id, job_id)
        works.clock.move(seconds=LEASE.total_seconds())
    works.queue.handle(KIND, done, attempts=2)
    await works.queue.run_due()

    standing = await works.standing()
    assert (standing.state, standing.last_error, done) == (JobState.GIVEN_UP, "cut_off_too_often", [])


async def test_while_it_works_its_lease_is_kept_up(works: Works) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_scope: TenantScope, _job: Job) -> None:
        begun.set()
        await go_on.wait()

    works.queue.handle(KIND, slow)
    await works.add()
    running = asyncio.create_task(works.queue.run_due())
    await begun.wait()
    await works.heart.rests.get()
    works.clock.move(seconds=20)
    works.heart.beat()
    await works.heart.rests.get()
    assert (await works.standing()).next_at == works.clock.now() + LEASE
    go_on.set()
    await running

    assert (await works.standing()).state is JobState.DONE


async def test_a_database_that_fails_a_heartbeat_does_not_end_the_work(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_scope: TenantScope, _job: Job) -> None:
        begun.set()
        await go_on.wait()

    async def broken(*_: Any, **__: Any) -> bool:
        go_on.set()
        raise OperationalError("UPDATE", {}, Exception())

    works.queue.handle(KIND, slow)
    await works.add()
    monkeypatch.setattr("deskhand.jobs.repository.JobRepository.extend", broken)
    running = asyncio.create_task(works.queue.run_due())
    await begun.wait()
    works.heart.beat()
    await running

    assert (await works.standing()).state is JobState.DONE


async def test_whoever_lost_its_job_is_cut_off_and_changes_nothing(works: Works) -> None:
    begun, cut_off = asyncio.Event(), asyncio.Event()

    async def slow(_scope: TenantScope, _job: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    works.queue.handle(KIND, slow)
    await works.add()
    running = asyncio.create_task(works.queue.run_due())
    await begun.wait()
    works.clock.move(seconds=LEASE.total_seconds())
    taken = await works.queue._runner.take(works.scope.tenant_id, (await works.standing()).job.id)
    assert taken is not None
    works.heart.beat()
    await cut_off.wait()
    await running

    standing = await works.standing()
    assert (standing.state, standing.job.attempts) == (JobState.WAITING, 2)


async def test_what_takes_too_long_is_cut_off_and_tried_again(works: Works) -> None:
    async def hangs(_scope: TenantScope, _job: Job) -> None:
        await asyncio.Event().wait()

    works.queue.handle(KIND, hangs, seconds=0.01)
    await works.add()
    await works.queue.run_due()

    assert (await works.standing()).last_error == "took_too_long"


async def test_a_process_that_ends_gives_its_job_back_at_once(works: Works) -> None:
    begun = asyncio.Event()

    async def hangs(_scope: TenantScope, _job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    works.queue.handle(KIND, hangs)
    await works.add()
    works.queue.wake()
    await begun.wait()
    works.queue.end()
    running = set(works.queue._running)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

    standing = await works.standing()
    assert (standing.state, standing.next_at, standing.job.attempts) == (JobState.WAITING, works.clock.now(), 0)
    works.queue.wake()
    assert await works.queue.run_due() == 0, "it takes no more"


async def test_a_job_of_a_kind_that_this_process_does_not_know_is_left_alone(works: Works) -> None:
    await works.add(kind="of a newer version")
    assert await works.queue.run_due() == 0
    works.queue.handle(KIND, Log())
    assert await works.queue.run_due() == 0
    assert (await works.standing(kind="of a newer version")).job.attempts == 0


def test_a_kind_has_one_handler() -> None:
    async def check() -> None:
        async with open_works("sqlite+aiosqlite:///:memory:") as works:
            works.queue.handle(KIND, Log())
            with pytest.raises(ValueError, match="two handlers"):
                works.queue.handle(KIND, Log())

    asyncio.run(check())


@given(st.integers(1, 200), st.floats(0, 1))
def test_pauses_grow_and_have_an_end(attempts: int, chance: float) -> None:
    pause = pause_after(attempts, chance)
    assert timedelta(seconds=4) <= pause <= LONGEST_WAIT * 1.2
    assert pause_after(attempts + 1, chance) >= pause
    assert pause_after(attempts, 0) <= pause <= pause_after(attempts, 1)


def test_what_is_kept_of_a_failure_says_nothing_of_anybody() -> None:
    assert reason_of(ValueError("jo@example.com")) == "ValueError"
    assert reason_of(DOWN) == "unavailable"
    assert reason_of(TimeoutError()) == "took_too_long"


async def test_a_lease_is_of_its_own_time(works: Works) -> None:
    assert isinstance(works.clock, MovedClock)
    await works.add()
    standing = await works.standing()
    taken = await works.queue._runner.take(works.scope.tenant_id, standing.job.id)
    assert taken is not None
    assert (await works.standing()).next_at == works.clock.now() + LEASE
    assert await works.queue._runner.take(works.scope.tenant_id, standing.job.id) is None


async def test_a_job_knows_nothing_of_the_request_that_woke_the_queue(works: Works) -> None:
    seen: list[dict[str, Any]] = []

    async def look(_scope: TenantScope, _job: Job) -> None:
        seen.append(get_contextvars())

    works.queue.handle(KIND, look)
    with bound_contextvars(request_id="req_1", contact_id="con_1"):
        await works.add()
        works.queue.wake()
        await works.background.settle()
        await works.add("2")
        await works.queue.run_due()
    assert seen == [{}, {}]
