"""What models used is summed by day, agent and model, exactly, whoever counts at the same time."""

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.settings import load_settings
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.usage.model import DayUsage, ModelCall, Price, PriceList, Usage, summed
from deskhand.usage.recorder import UsageRecorder, prices_of
from deskhand.usage.repository import UsageRepository
from usage.conftest import MovableClock

DAY = date(2026, 1, 15)
PRICES = PriceList(currency="EUR", prices={"small": Price(input=Decimal("0.15"), output=Decimal("0.6"))})


def call(given_: int, written: int, model: str = "small", *, estimated: bool = False) -> ModelCall:
    return ModelCall(model=model, input_tokens=given_, output_tokens=written, estimated=estimated)


async def record(
    store: TenantStore, clock: MovableClock, scope: TenantScope, calls: Sequence[ModelCall], agent_id: str = "support"
) -> None:
    async with store.write(scope) as db:
        await UsageRecorder(clock=clock, prices=PRICES).add(db, scope, agent_id, calls)


async def days(
    store: TenantStore, clock: MovableClock, scope: TenantScope, agent_id: str | None = None
) -> tuple[DayUsage, ...]:
    async with store.read(scope) as db:
        found, total = await UsageRepository(db, scope, clock).by_day_and_model(
            date(2026, 1, 1), date(2026, 12, 31), agent_id, limit=50, offset=0
        )
    assert total == len(found)
    return found


async def test_the_calls_of_a_day_are_summed_by_model(
    store: TenantStore, clock: MovableClock, scope: TenantScope
) -> None:
    await record(store, clock, scope, [call(1_000, 100), call(2_000, 200), call(5, 5, "other")])
    await record(store, clock, scope, [call(10, 10, estimated=True)], agent_id="sales")

    small, other = sorted(await days(store, clock, scope), key=lambda each: each.model, reverse=True)

    assert (small.day, small.usage.calls, small.usage.estimated_calls) == (DAY, 3, 1)
    assert (small.usage.input_tokens, small.usage.output_tokens) == (3_010, 310)
    assert small.usage.cost == Decimal("0.0006375")
    assert (small.usage.currency, other.usage.currency, other.usage.cost) == ("EUR", "", None)


async def test_sums_of_one_agent_alone_can_be_asked_for(
    store: TenantStore, clock: MovableClock, scope: TenantScope
) -> None:
    await record(store, clock, scope, [call(1_000, 100)])
    await record(store, clock, scope, [call(7, 3)], agent_id="sales")
    (sales,) = await days(store, clock, scope, "sales")
    assert sales.usage.tokens == 10


async def test_turns_that_end_together_are_all_counted(
    store: TenantStore, clock: MovableClock, scope: TenantScope
) -> None:
    await asyncio.gather(*(record(store, clock, scope, [call(3, 2)]) for _ in range(40)))
    (day,) = await days(store, clock, scope)
    assert (day.usage.calls, day.usage.tokens) == (40, 200)


async def test_a_transaction_that_fails_counts_nothing(
    store: TenantStore, clock: MovableClock, scope: TenantScope
) -> None:
    async def fail_after_counting() -> None:
        async with store.write(scope) as db:
            await UsageRecorder(clock=clock, prices=PRICES).add(db, scope, "support", [call(3, 2)])
            raise RuntimeError("not kept")

    with pytest.raises(RuntimeError, match="not kept"):
        await fail_after_counting()
    assert await days(store, clock, scope) == ()


async def test_a_day_ends_at_midnight_and_another_tenant_sees_nothing(
    store: TenantStore, clock: MovableClock, scope: TenantScope, neighbour: TenantScope
) -> None:
    await record(store, clock, scope, [call(1, 1)])
    clock.pass_days(1)
    await record(store, clock, scope, [call(2, 2)])

    assert [each.day.day for each in await days(store, clock, scope)] == [16, 15]
    assert await days(store, clock, neighbour) == ()
    async with store.read(scope) as db:
        usage = UsageRepository(db, scope, clock)
        assert (await usage.spent("support", DAY), await usage.spent("support", date(2026, 1, 17))) == (2, 0)
        assert await usage.spent_by_agent(DAY) == {"support": 2}


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(["small", "other"]))))
def test_sums_are_the_sums_of_their_parts(rows: list[tuple[int, int, str]]) -> None:
    calls = [call(*row) for row in rows]
    total = summed(calls, PRICES)
    parts = [summed([each], PRICES) for each in calls]
    assert total.tokens == sum(part.tokens for part in parts)
    assert (total.cost_nanos or 0) == sum(part.cost_nanos or 0 for part in parts)
    assert (total.cost is None) == all(row[2] == "other" for row in rows)


def test_prices_come_from_the_settings() -> None:
    settings = load_settings(env_file=None, prices={"small": {"input": "0.15", "output": "0.6"}}, currency="EUR")
    assert prices_of(settings) == PRICES
    assert prices_of(load_settings(env_file=None)).nanos(call(1, 1)) is None
    assert Usage().cost is None
