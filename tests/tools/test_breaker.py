"""The breaker's states, step by step and under every order of events."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from deskhand.tools.breaker import BreakerPolicy, BreakerState, Circuit, InMemoryBreakers, Permit, Refused
from tools.calls import MovedTime

T = TypeVar("T")

CIRCUIT = Circuit(tenant_id="ten_1", tool="look_up_order")
POLICY = BreakerPolicy(failures=3, window_seconds=60, open_seconds=30, probe_seconds=20)


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("it waited")


async def permit_of(breakers: InMemoryBreakers) -> Permit:
    permit = await breakers.admit(CIRCUIT)
    assert isinstance(permit, Permit)
    return permit


async def called(breakers: InMemoryBreakers, *outcomes: bool) -> BreakerState:
    """The state after calls of which True succeeded."""
    state = BreakerState.CLOSED
    for good in outcomes:
        state = await breakers.report(await permit_of(breakers), failed=not good)
    return state


async def test_it_opens_at_so_many_failures_in_the_window() -> None:
    breakers = InMemoryBreakers(MovedTime(), POLICY)
    assert await called(breakers, False, False) is BreakerState.CLOSED
    assert await called(breakers, False) is BreakerState.OPEN
    assert await breakers.admit(CIRCUIT) == Refused(seconds=30)


async def test_failures_that_lie_long_back_do_not_count() -> None:
    time = MovedTime()
    breakers = InMemoryBreakers(time, POLICY)
    await called(breakers, False, False)
    time.passed += 61
    assert await called(breakers, False) is BreakerState.CLOSED


async def test_a_tool_that_mostly_works_stays_open_to_calls() -> None:
    breakers = InMemoryBreakers(MovedTime(), POLICY)
    assert await called(breakers, *[False, True, True] * 20) is BreakerState.CLOSED


async def test_a_call_from_before_it_opened_neither_closes_nor_prolongs_it() -> None:
    time = MovedTime()
    breakers = InMemoryBreakers(time, POLICY)
    slow, slower = await permit_of(breakers), await permit_of(breakers)
    await called(breakers, False, False, False)
    time.passed += 29
    assert await breakers.report(slow, failed=False) is BreakerState.OPEN
    assert await breakers.report(slower, failed=True) is BreakerState.OPEN
    assert await breakers.admit(CIRCUIT) == Refused(seconds=1)


async def test_a_probe_that_nobody_reports_on_makes_room_for_another() -> None:
    time = MovedTime()
    breakers = InMemoryBreakers(time, POLICY)
    await called(breakers, False, False, False)
    time.passed += 30
    lost = await permit_of(breakers)
    assert await breakers.admit(CIRCUIT) == Refused(seconds=20)
    time.passed += 20
    second = await permit_of(breakers)
    assert await breakers.report(lost, failed=False) is BreakerState.HALF_OPEN
    await breakers.give_back(lost)
    assert isinstance(await breakers.admit(CIRCUIT), Refused)
    assert await breakers.report(second, failed=False) is BreakerState.CLOSED


async def test_after_it_closed_nothing_is_held_against_the_tool() -> None:
    time = MovedTime()
    breakers = InMemoryBreakers(time, POLICY)
    await called(breakers, False, False, False)
    time.passed += 30
    assert await called(breakers, True, False, False) is BreakerState.CLOSED


async def test_a_permit_of_a_circuit_that_is_not_known_is_given_back_without_ado() -> None:
    breakers = InMemoryBreakers(MovedTime(), POLICY)
    await breakers.give_back(await permit_of(breakers))
    assert breakers.state(CIRCUIT) is BreakerState.CLOSED


class AnyOrder(RuleBasedStateMachine):
    """Calls begin, succeed, fail, are given back and lost, in any order, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.time = MovedTime()
        self.breakers = InMemoryBreakers(self.time, POLICY)
        self.under_way: list[Permit] = []

    @rule()
    def begin(self) -> None:
        state = self.breakers.state(CIRCUIT)
        permit = at_once(self.breakers.admit(CIRCUIT))
        if isinstance(permit, Refused):
            assert state is not BreakerState.CLOSED
            assert 0 < permit.seconds <= max(POLICY.open_seconds, POLICY.probe_seconds)
            return
        self.under_way.append(permit)
        if permit.number:
            assert state is BreakerState.HALF_OPEN
        else:
            assert state is BreakerState.CLOSED

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), end=st.sampled_from(["succeeds", "fails", "is given back", "is lost"]))
    def end(self, data: st.DataObject, end: str) -> None:
        permit = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        before = self.breakers.state(CIRCUIT)
        match end:
            case "succeeds":
                after = at_once(self.breakers.report(permit, failed=False))
                assert after is before or (after is BreakerState.CLOSED and permit.number)
            case "fails":
                after = at_once(self.breakers.report(permit, failed=True))
                assert after is before or after is BreakerState.OPEN
            case "is given back":
                at_once(self.breakers.give_back(permit))
                assert self.breakers.state(CIRCUIT) is before

    @rule(seconds=st.floats(0.1, 90))
    def time_goes_on(self, seconds: float) -> None:
        self.time.passed += seconds

    @invariant()
    def another_tenant_is_never_refused(self) -> None:
        other = at_once(self.breakers.admit(Circuit(tenant_id="ten_2", tool="look_up_order")))
        assert isinstance(other, Permit)


AnyOrderTest = AnyOrder.TestCase
AnyOrderTest.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
