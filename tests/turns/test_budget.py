"""Caps hold while turns run at the same time, and over restarts and midnight."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from deskhand.agents.runtime import RunningAgent
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.turns.budget import FRESH_SECONDS, Budget
from deskhand.usage.model import ModelCall, PriceList
from deskhand.usage.recorder import UsageRecorder
from turns.agents import running_agent
from usage.conftest import MovableClock, clock, neighbour, scope, store

__all__ = ["clock", "neighbour", "scope", "store"]  # fixtures of the usage slice

CAP = 1_000


class Seconds:
    """A clock for intervals, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def capped() -> RunningAgent:
    return replace(running_agent(), tokens_per_day=CAP)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def budget(store: TenantStore, clock: MovableClock, seconds: Seconds) -> Budget:
    return Budget(store=store, clock=clock, seconds=seconds)


async def spend(budget: Budget, scope: TenantScope, agent: RunningAgent, tokens: int) -> bool:
    async with budget.turn(scope, agent, tokens) as spending:
        spending.used = tokens if spending.allowed else 0
        return spending.allowed


async def test_an_agent_without_a_cap_may_always_spend(budget: Budget, scope: TenantScope) -> None:
    assert await spend(budget, scope, running_agent(), 10**9)
    assert await spend(budget, scope, running_agent(), 10**9)


async def test_from_the_cap_on_no_model_is_asked(budget: Budget, scope: TenantScope, capped: RunningAgent) -> None:
    assert await spend(budget, scope, capped, CAP - 1)
    assert await spend(budget, scope, capped, 500)
    assert not await spend(budget, scope, capped, 1)


async def test_turns_at_the_same_time_do_not_pass_the_cap_together(
    budget: Budget,
    scope: TenantScope,
    capped: RunningAgent,
) -> None:
    async with AsyncExitStack() as stack:
        leaves = [await stack.enter_async_context(budget.turn(scope, capped, 300)) for _ in range(10)]
        assert [leave.allowed for leave in leaves] == [True] * 4 + [False] * 6
    assert await spend(budget, scope, capped, 1), "what was reserved and not used is free again"


async def test_a_turn_that_fails_gives_back_what_it_reserved(
    budget: Budget,
    scope: TenantScope,
    capped: RunningAgent,
) -> None:
    with pytest.raises(RuntimeError):
        async with budget.turn(scope, capped, CAP):
            raise RuntimeError
    assert await spend(budget, scope, capped, 1)


async def test_what_was_spent_before_a_restart_and_by_other_processes_counts(
    budget: Budget,
    store: TenantStore,
    clock: MovableClock,
    scope: TenantScope,
    neighbour: TenantScope,
    capped: RunningAgent,
    seconds: Seconds,
) -> None:
    assert await spend(budget, scope, capped, 10)
    recorder = UsageRecorder(clock=clock, prices=PriceList(prices={}))
    async with store.write(scope) as db:
        call = ModelCall(model="small", input_tokens=CAP, output_tokens=0)
        await recorder.add(db, scope, capped.id, [call])
    assert await spend(budget, scope, capped, 10), "it is not looked up with every turn"
    seconds.now += FRESH_SECONDS
    assert not await spend(budget, scope, capped, 10)
    assert await spend(budget, neighbour, capped, 10)
    clock.pass_days(1)
    assert await spend(budget, scope, capped, 10)


async def test_turns_that_begin_together_are_told_apart(
    budget: Budget,
    scope: TenantScope,
    capped: RunningAgent,
) -> None:
    allowed = await asyncio.gather(*(spend(budget, scope, capped, CAP) for _ in range(5)))
    assert sum(allowed) == 1
