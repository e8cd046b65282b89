"""Recall on a real store: what is seen from where, in which order, and what it costs."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from deskhand.conversations.tables import Thread
from deskhand.memory.model import MemoryPlace, MemorySettings, MemoryType
from deskhand.memory.reading import MemoryReader
from deskhand.tenancy.store import TenantStore
from memory.conftest import AGENT, NOON, Desk, MovedClock, ana, bob, everybody


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/deskhand.db"


async def thread_of_ana(desk: Desk) -> MemoryPlace:
    async with desk.store.write(desk.scope) as db:
        db.add(Thread(id="thr_1", tenant_id="ten_1", contact_id="con_ana", created_at=NOON))
    return MemoryPlace(agent_id=AGENT, contact_id="con_ana", thread_id="thr_1")


async def test_a_place_sees_the_agents_general_ones_its_contacts_and_its_threads(desk: Desk) -> None:
    thread = await thread_of_ana(desk)
    await desk.keep("general", everybody())
    await desk.keep("of Ana", ana())
    await desk.keep("of the thread", thread)
    await desk.keep("of Bob", bob())
    await desk.keep("of another agent", MemoryPlace(agent_id="sales", contact_id="con_ana"))

    assert set(await desk.recalled("x", thread)) == {"general", "of Ana", "of the thread"}
    assert set(await desk.recalled("x", ana())) == {"general", "of Ana"}
    assert set(await desk.recalled("x", bob())) == {"general", "of Bob"}
    assert set(await desk.recalled("x", everybody())) == {"general"}


async def test_the_score_is_the_weighted_sum_of_its_parts_and_the_confidence_their_mean(desk: Desk) -> None:
    for content in ("The blue bicycle squeaks", "Prefers tea", "Lives in Oslo"):
        await desk.keep(content)

    context = await desk.recall("Which bicycle squeaks?", k=2)

    assert context.items[0].memory.content == "The blue bicycle squeaks"
    assert len(context.items) == 2
    for item in context.items:
        parts = 0.35 * item.recency + 0.45 * item.semantic + 0.20 * item.reinforcement
        assert item.score == pytest.approx(parts)
    assert context.confidence == pytest.approx(sum(item.score for item in context.items) / 2)
    assert context.items[0].recency == 1.0
    assert context.items[0].reinforcement == pytest.approx(0.5 * 0.8 * 0.5)


async def test_of_two_that_fit_alike_the_newer_comes_first(desk: Desk, clock: MovedClock) -> None:
    await desk.keep("The bicycle is red", at=NOON - timedelta(days=90))
    await desk.keep("The bicycle is tall")
    assert (await desk.recalled("bicycle"))[0] == "The bicycle is tall"
    clock.move(timedelta(days=30))
    await desk.keep("The bicycle is red")
    assert (await desk.recalled("bicycle"))[0] == "The bicycle is red"


async def test_use_raises_a_memory_and_is_counted_in_one_statement(desk: Desk) -> None:
    await desk.keep("The bicycle is red")
    await desk.keep("The bicycle is tall")
    first = (await desk.recall("bicycle", k=1)).items[0]
    desk.recaller.count_uses_later(desk.scope, await desk.recall("bicycle", k=1))
    await desk.background.settle()

    again = (await desk.recall("bicycle", k=1)).items[0]
    assert again.memory.id == first.memory.id
    assert again.reinforcement > first.reinforcement
    assert (again.memory.uses, again.memory.last_used_at) == (1, NOON)
    fresh = (await desk.another_process().recall("bicycle", k=1)).items[0]
    assert fresh.memory.uses == 1
    assert fresh.score == pytest.approx(again.score)


async def test_looking_at_nothing_starts_no_work(desk: Desk) -> None:
    context = await desk.recall("anything")
    assert (context.items, context.confidence) == ((), 0.0)
    desk.recaller.count_uses_later(desk.scope, context)
    await desk.background.settle()
    await desk.keep("x")
    assert (await desk.recall("x", k=0)).items == ()


async def test_what_another_process_writes_is_seen(desk: Desk) -> None:
    other = desk.another_process()
    await desk.keep("one")
    assert await desk.recalled("x") == ["one"]

    await other.keep("two")
    assert set(await desk.recalled("x")) == {"one", "two"}
    await other.erase("con_ana")
    assert await desk.recalled("x") == []
    await other.keep("three")
    assert await desk.recalled("x") == ["three"]


async def test_a_vector_that_is_there_is_not_made_again(desk: Desk) -> None:
    await desk.keep("The bicycle is red")
    vector = await desk.embedder.embed_query("the red bicycle")
    desk.embedder.queries.clear()

    given = await desk.recaller.recall(desk.scope, ana(), "the red bicycle", vector)

    assert desk.embedder.queries == []
    made = await desk.recaller.recall(desk.scope, ana(), "the red bicycle")
    assert desk.embedder.queries == ["the red bicycle"]
    assert [item.score for item in given.items] == [item.score for item in made.items]


async def test_a_word_that_stands_everywhere_is_taken_out_of_the_question_and_embedded_once(desk: Desk) -> None:
    await desk.keep("Ana: the saddle squeaks", kind=MemoryType.FACT)
    for number in range(24):
        await desk.keep(f"Ana: word{number} thing{number} part{number}")
    vector = await desk.embedder.embed_query("Ana saddle")
    desk.embedder.queries.clear()

    first = await desk.recaller.recall(desk.scope, ana(), "Ana saddle", vector)
    await desk.recaller.recall(desk.scope, ana(), "Ana saddle", vector)

    assert desk.embedder.queries == ["ana"]
    assert first.items[0].memory.content == "Ana: the saddle squeaks"


async def test_neighbours_in_a_dialogue_speak_for_each_other(desk: Desk) -> None:
    said = ["What is your dog called?", "Biscuit, and he loves swimming.", "How sweet!"]
    for seconds, content in enumerate(said):
        await desk.keep(content, kind=MemoryType.CONTEXT, at=NOON - timedelta(days=2) + timedelta(seconds=seconds))
    await desk.keep("Biscuits are out of stock.", kind=MemoryType.CONTEXT, at=NOON - timedelta(days=1))
    await desk.keep("Wants the invoice by post.", kind=MemoryType.CONTEXT)

    # Neither the answer nor the remark shares a word with the question; the question between them does.
    assert set(await desk.recalled("what is the dog called", k=3)) == set(said)


async def test_what_has_no_vector_yet_is_found_by_its_words(desk: Desk, store: TenantStore) -> None:
    await desk.keep("The bicycle is red")
    await desk.keep("Prefers tea")

    class Newer(type(desk.embedder)):  # type: ignore[misc] # the embedder of the test
        fingerprint = "newer"

    other = desk.another_process(embedder=Newer())
    assert (await other.recalled("bicycle"))[0] == "The bicycle is red"
    other.keeper.embed_later(other.scope)
    other.keeper.embed_later(other.scope)
    await other.background.settle()
    async with store.read(desk.scope) as db:
        assert await MemoryReader(db).unembedded("newer", 10) == ()
        assert len(await MemoryReader(db).unembedded("hash-64", 10)) == 2


async def test_of_a_namespace_beyond_the_bound_the_newest_and_the_weightiest_are_compared(
    desk: Desk, clock: MovedClock
) -> None:
    small = desk.another_process(settings=MemorySettings(candidates=5))
    for number in range(8):
        await small.keep(f"note {number}", importance=0.9 if number in {0, 7} else 0.1)
        clock.move(timedelta(minutes=1))

    assert set(await small.recalled("note")) == {"note 0", "note 4", "note 5", "note 6", "note 7"}


async def test_a_namespace_larger_than_the_cache_is_recalled_all_the_same(desk: Desk) -> None:
    tight = desk.another_process(settings=MemorySettings(cached_memories=2))
    for content in ("one", "two", "three"):
        await tight.keep(content)
    assert set(await tight.recalled("x")) == {"one", "two", "three"}
    assert set(await tight.recalled("x")) == {"one", "two", "three"}


async def test_a_long_message_without_a_known_word_still_recalls(desk: Desk) -> None:
    await desk.keep("The bicycle is red")
    assert await desk.recalled("🙂 " * 50_000) == ["The bicycle is red"]
    assert np.isfinite((await desk.recall("")).confidence)
