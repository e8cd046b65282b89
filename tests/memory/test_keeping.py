"""Storing, repeating, superseding, correcting, forgetting and erasing, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deskhand.memory.model import BadMemory, MemorySource, MemoryType, NewMemory, Provenance, SameMemory, UnknownMemory
from deskhand.memory.repository import MemoryRepository
from deskhand.memory.tables import MemoryRow, NamespaceRow
from memory.conftest import NOON, Desk, MovedClock, ana, bob, everybody, scope_of

DAY = timedelta(days=1)


async def test_the_same_again_raises_the_importance_to_the_larger_and_counts_as_a_repeat(
    desk: Desk, clock: MovedClock
) -> None:
    first = await desk.keep("Rides a Kestrel", importance=0.6)
    clock.move(DAY)
    again = await desk.keep("rides  a KESTREL", importance=0.4)
    more = await desk.keep("Rides a Kestrel", importance=0.9)

    assert (first.is_new, again.is_new, more.is_new) == (True, False, False)
    (kept,) = await desk.all()
    assert (kept.id, kept.importance, kept.repeats) == (first.memory.id, 0.9, 2)
    assert (kept.occurred_at, kept.stated_at) == (NOON, NOON + DAY)


async def test_the_same_said_by_two_contacts_is_two_memories(desk: Desk) -> None:
    assert (await desk.keep("Rides a Kestrel")).is_new
    assert (await desk.keep("Rides a Kestrel", bob())).is_new
    assert (await desk.keep("Rides a Kestrel", everybody())).is_new


async def test_of_a_fact_the_newest_holds_and_the_older_ones_stay_in_its_history(desk: Desk) -> None:
    ids = []
    for address in ("a@x.com", "b@x.com", "a@x.com"):
        ids.append((await desk.keep(f"E-mail address: {address}", key="user.email")).memory.id)
        desk.clock.move(DAY)

    assert [memory.id for memory in await desk.all()] == [ids[2]]
    history = await desk.history(ids[0])
    assert [memory.id for memory in history] == [ids[2], ids[1], ids[0]]
    assert [memory.superseded_by for memory in history] == [None, ids[2], ids[1]]
    assert history[1].superseded_at == NOON + 2 * DAY
    assert len(await desk.all(include_superseded=True)) == 3


async def test_what_staff_wrote_is_not_overruled_by_what_a_customer_says(desk: Desk) -> None:
    await desk.keep("Plan: Basic", key="user.plan", source=MemorySource.STAFF)
    said = await desk.keep("Plan: Enterprise", key="user.plan")

    assert said.memory.key is None
    assert {memory.content for memory in await desk.all()} == {"Plan: Basic", "Plan: Enterprise"}
    await desk.keep("Plan: Pro", key="user.plan", source=MemorySource.STAFF)
    assert {memory.content for memory in await desk.all()} == {"Plan: Pro", "Plan: Enterprise"}


async def test_a_memory_said_again_as_a_fact_takes_the_place_of_that_fact(desk: Desk) -> None:
    await desk.keep("Lives in Rome", key="user.location")
    plain = await desk.keep("Lives in Oslo")
    again = await desk.keep("Lives in Oslo", key="user.location")

    assert (again.is_new, again.memory.id, again.memory.key) == (False, plain.memory.id, "user.location")
    assert [memory.content for memory in await desk.all()] == ["Lives in Oslo"]
    assert [memory.content for memory in await desk.history(plain.memory.id)] == ["Lives in Oslo", "Lives in Rome"]


async def test_facts_of_one_key_said_at_the_same_time_leave_one(desk: Desk) -> None:
    other = desk.another_process()
    await asyncio.gather(
        *(each.keep(f"Name: {name}", key="user.name") for each, name in ((desk, "Ana"), (other, "Anna")))
    )
    assert len(await desk.all()) == 1
    assert len(await desk.all(include_superseded=True)) == 2


@pytest.mark.parametrize(("given", "kept"), [(7.0, 1.0), (-3.0, 0.0), (0.25, 0.25)])
async def test_importance_is_clamped(desk: Desk, given: float, kept: float) -> None:
    assert (await desk.keep("x", importance=given)).memory.importance == kept


@pytest.mark.parametrize("importance", [float("nan"), float("inf"), -float("inf")])
async def test_an_importance_that_is_no_number_is_refused(desk: Desk, importance: float) -> None:
    with pytest.raises(BadMemory, match="from 0 to 1"):
        await desk.keep("x", importance=importance)
    assert await desk.all() == []


@pytest.mark.parametrize(("content", "why"), [("x" * 1_000_000, "1,000,000"), ("x" * 4_001, "4,001"), (" \n", "empty")])
async def test_a_content_that_is_none_is_refused_without_being_repeated(desk: Desk, content: str, why: str) -> None:
    with pytest.raises(BadMemory, match=why) as refused:
        await desk.keep(content)
    assert len(refused.value.detail) < 200
    assert await desk.all() == []


async def test_a_correction_keeps_the_id_and_what_was_said_before(desk: Desk) -> None:
    kept = (await desk.keep("Name: Anna", key="user.name", kind=MemoryType.USER_INFO)).memory
    desk.clock.move(DAY)
    async with desk.store.write(desk.scope) as db:
        repository = MemoryRepository(db, desk.scope, desk.clock)
        corrected = await repository.correct(kept.id, content="Name: Ana", importance=3.0)

    assert (corrected.id, corrected.content, corrected.importance) == (kept.id, "Name: Ana", 1.0)
    assert corrected.provenance.source is MemorySource.STAFF
    now, before = await desk.history(kept.id)
    assert (now.id, before.content, before.superseded_by) == (kept.id, "Name: Anna", kept.id)
    assert before.provenance.source is MemorySource.MESSAGE
    async with desk.store.write(desk.scope) as db:
        with pytest.raises(BadMemory, match="earlier version"):
            await MemoryRepository(db, desk.scope, desk.clock).correct(before.id, content="x", importance=None)


async def test_a_correction_into_what_another_says_is_refused(desk: Desk) -> None:
    first, second = (await desk.keep("one")).memory, (await desk.keep("two")).memory
    with pytest.raises(SameMemory, match=first.id):
        async with desk.store.write(desk.scope) as db:
            await MemoryRepository(db, desk.scope, desk.clock).correct(second.id, content="ONE", importance=None)


async def test_deleting_takes_the_history_with_it(desk: Desk) -> None:
    await desk.keep("Name: A", key="user.name")
    last = (await desk.keep("Name: B", key="user.name")).memory
    other = (await desk.keep("stays")).memory
    async with desk.store.write(desk.scope) as db:
        assert await MemoryRepository(db, desk.scope, desk.clock).delete(last.id) == 2
    assert [memory.id for memory in await desk.all(include_superseded=True)] == [other.id]


async def test_only_what_is_old_unimportant_and_hardly_used_is_forgotten(desk: Desk) -> None:
    old = NOON - 31 * DAY
    for content, importance, at in (("stale", 0.29, old), ("weighty", 0.3, old), ("young", 0.1, NOON - 29 * DAY)):
        await desk.keep(content, importance=importance, at=at)
    used = (await desk.keep("used", importance=0.1, at=old)).memory
    for _ in range(3):
        await desk.recaller.count_uses(desk.scope, await desk.recall("used", k=4))
    await desk.keep("stale too", importance=0.1, at=old)
    async with desk.store.write(desk.scope) as db:
        # All four were recalled three times; only `used` keeps that.
        rows = await db.scalars(select(MemoryRow).where(MemoryRow.id != used.id))
        for row in rows:
            row.uses = 2

    assert await desk.forget() == 2
    assert {memory.content for memory in await desk.all()} == {"weighty", "young", "used"}
    assert await desk.forget() == 0


async def test_at_most_so_many_are_forgotten_at_once_the_oldest_first(desk: Desk) -> None:
    new = [f"note {number}" for number in range(104)]
    memories = [
        NewMemory(
            type=MemoryType.FACT,
            content=content,
            importance=0.1,
            provenance=Provenance(source=MemorySource.STAFF),
            occurred_at=NOON - 40 * DAY - number * DAY,
        )
        for number, content in enumerate(new)
    ]
    await desk.keeper.store(desk.scope, ana(), memories)
    await desk.keep("of Bob", bob(), importance=0.1, at=NOON - 400 * DAY)

    assert await desk.forget("con_ana") == 100
    assert {memory.content for memory in await desk.all()} == {*new[:4], "of Bob"}


async def test_erasing_a_contact_leaves_no_row_and_no_vector_and_says_how_many(desk: Desk) -> None:
    await desk.keep("Name: A", key="user.name")
    await desk.keep("Name: B", key="user.name")
    await desk.keep("of Bob", bob())
    await desk.keep("general", everybody())
    assert await desk.recalled("Name: B")

    assert await desk.erase("con_ana") == 2
    assert await desk.erase("con_ana") == 0
    async with desk.store.read(desk.scope) as db:
        assert await db.scalar(select(func.count()).select_from(MemoryRow)) == 2
        assert await db.scalar(select(func.count()).where(NamespaceRow.contact_id == "con_ana")) == 0
    assert await desk.recalled("Name: B") == ["general"]


async def test_another_tenant_reaches_none_of_it(desk: Desk) -> None:
    kept = (await desk.keep("secret")).memory
    stranger = desk.another_process(scope=scope_of("ten_2"))

    assert await stranger.all() == []
    assert await stranger.recalled("secret") == []
    assert await stranger.erase("con_ana") == 0
    with pytest.raises(UnknownMemory):
        await stranger.history(kept.id)
    async with stranger.store.write(stranger.scope) as db:
        for change in (
            MemoryRepository(db, stranger.scope, desk.clock).delete(kept.id),
            MemoryRepository(db, stranger.scope, desk.clock).correct(kept.id, content="x", importance=None),
        ):
            with pytest.raises(UnknownMemory):
                await change
    assert [memory.id for memory in await desk.all()] == [kept.id]
    assert ana().namespace("ten_1") == "ten_1:support:user:con_ana"
