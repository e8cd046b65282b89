"""What every session store promises. A new store joins by a line in STORES."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.conversations.session_store import InMemorySessionStore, SessionPatch, SessionState, SessionStore

STORES: dict[str, Callable[[], SessionStore]] = {"in memory": InMemorySessionStore}
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
STATE = SessionState(
    session_id="ses_1", tenant_id="ten_1", thread_id="thr_1", contact_id="con_1", last_activity_at=NOW, agent_id="sales"
)


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def store(request: pytest.FixtureRequest) -> SessionStore:
    made: SessionStore = request.param()
    return made


async def test_a_state_is_kept_until_it_is_deleted(store: SessionStore) -> None:
    assert await store.get("ses_1") is None
    await store.set(STATE)
    assert await store.get("ses_1") == STATE
    await store.delete("ses_1")
    assert await store.get("ses_1") is None
    await store.delete("ses_1")


async def test_a_patch_changes_what_it_names_and_nothing_else(store: SessionStore) -> None:
    await store.set(STATE)
    later = NOW + timedelta(minutes=5)

    changed = await store.update("ses_1", {"last_activity_at": later, "agent_version": "1.0.1"})

    assert changed == replace(STATE, last_activity_at=later, agent_version="1.0.1")
    assert await store.get("ses_1") == changed


async def test_a_patch_of_a_session_that_is_not_there_makes_none(store: SessionStore) -> None:
    assert await store.update("ses_1", {"agent_id": "support"}) is None
    assert await store.get("ses_1") is None


async def test_a_patch_of_something_that_no_state_has_is_refused(store: SessionStore) -> None:
    await store.set(STATE)
    patch: SessionPatch = {"tenant_id": "ten_2"}  # type: ignore[typeddict-unknown-key]  # that is the point
    with pytest.raises(ValueError, match="tenant_id"):
        await store.update("ses_1", patch)
    assert await store.get("ses_1") == STATE


async def test_a_thousand_increments_at_once_lose_nothing(store: SessionStore) -> None:
    await store.set(STATE)

    values = await asyncio.gather(*(store.increment("ses_1", "messages") for _ in range(1000)))

    assert sorted(value for value in values if value is not None) == list(range(1, 1001))
    state = await store.get("ses_1")
    assert state is not None
    assert state.counters == {"messages": 1000}


async def test_counters_stand_apart_and_count_down_too(store: SessionStore) -> None:
    await store.set(STATE)
    assert await store.increment("ses_1", "turns", 3) == 3
    assert await store.increment("ses_1", "messages") == 1
    assert await store.increment("ses_1", "turns", -1) == 2
    assert await store.increment("ses_9", "turns") is None
    assert await store.get("ses_9") is None


async def test_patches_and_increments_at_once_lose_nothing(store: SessionStore) -> None:
    await store.set(STATE)
    moments = [NOW + timedelta(seconds=number) for number in range(100)]

    await asyncio.gather(
        *(store.increment("ses_1", "messages") for _ in range(100)),
        *(store.update("ses_1", {"last_activity_at": moment}) for moment in moments),
        store.update("ses_1", {"agent_id": "support"}),
        store.update("ses_1", {"agent_version": "2.0.0"}),
    )

    state = await store.get("ses_1")
    assert state is not None
    assert (state.agent_id, state.agent_version) == ("support", "2.0.0")
    assert state.counters == {"messages": 100}
    assert state.last_activity_at in moments


async def test_the_active_sessions_are_those_of_one_tenant(store: SessionStore) -> None:
    for number in (3, 1, 2):
        await store.set(replace(STATE, session_id=f"ses_{number}"))
    await store.set(replace(STATE, session_id="ses_0", tenant_id="ten_2"))
    await store.delete("ses_2")

    assert [state.session_id for state in await store.list_active("ten_1")] == ["ses_1", "ses_3"]
    assert [state.session_id for state in await store.list_active("ten_2")] == ["ses_0"]
    assert await store.list_active("ten_9") == ()


async def test_a_lease_is_held_by_one_at_a_time_in_the_order_of_arrival(store: SessionStore) -> None:
    held: list[str] = []
    order: list[int] = []

    async def hold(number: int) -> None:
        async with store.lease("ses_1"):
            assert held == []
            held.append("ses_1")
            await asyncio.sleep(0)
            order.append(number)
            held.clear()

    await asyncio.gather(*(hold(number) for number in range(50)))
    assert order == list(range(50))


async def test_leases_of_different_sessions_do_not_wait_for_each_other(store: SessionStore) -> None:
    async with store.lease("ses_1"), asyncio.timeout(60), store.lease("ses_2"):
        pass


async def test_a_lease_is_given_back_when_its_holder_fails_or_gives_up(store: SessionStore) -> None:
    async def fail() -> None:
        async with store.lease("ses_1"):
            raise RuntimeError("the holder fails")

    async def wait() -> None:
        async with store.lease("ses_1"):
            pass

    with pytest.raises(RuntimeError):
        await fail()
    async with store.lease("ses_1"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(60):
        await wait()


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(-5, 5)), max_size=30))
def test_a_counter_is_the_sum_of_what_was_added(steps: list[tuple[str, int]]) -> None:
    async def count() -> None:
        for make in STORES.values():
            store = make()
            await store.set(STATE)
            await asyncio.gather(*(store.increment("ses_1", name, by) for name, by in steps))
            state = await store.get("ses_1")
            assert state is not None
            for name in ("a", "b"):
                assert state.counters.get(name, 0) == sum(by for of, by in steps if of == name)

    asyncio.run(count())
