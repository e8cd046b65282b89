"""The guard around a tool that does whatever it likes."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, field_validator

from deskhand.kit.errors import DeskhandError, Misconfigured, NotFound, TooManyRequests, Unavailable
from deskhand.tools.bound import MAX_CALLS_A_TURN, CallStarted
from deskhand.tools.breaker import BreakerPolicy, BreakerState
from deskhand.tools.contract import ToolResult, TransientError
from deskhand.tools.failures import Outcome
from deskhand.tools.retrying import RetryPolicy
from tools.calls import OneTimeTool, Order, ScriptedTool, Workshop, a_turn, a_workshop

FINE = ToolResult(success=True, data={"state": "sent"})
SECRET = "customer Jo, card 4111 1111 1111 1111"


class Picky(BaseModel):
    """Raises with the value in its message."""

    number: int


def a_validation_error() -> Exception:
    try:
        Picky.model_validate({"number": SECRET})
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        a_validation_error(),
        Misconfigured(SECRET),
        httpx.InvalidURL(SECRET),
        httpx.UnsupportedProtocol(SECRET),
        ExceptionGroup("both", [ValueError(SECRET), TransientError("passing")]),
        RecursionError(SECRET),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_fault_of_the_tool_ends_in_a_sentence_without_details(error: Exception, workshop: Workshop) -> None:
    tool = ScriptedTool(error)
    shown = await workshop.call(workshop.bind(tool))
    assert shown == {"ok": False, "error": "look_up_order failed: go on without it."}
    assert len(tool.calls) == 1
    assert workshop.last.outcome is Outcome.BROKEN


@pytest.mark.parametrize("error", [httpx.ConnectError(SECRET), a_validation_error(), httpx.InvalidURL(SECRET)])
async def test_values_and_addresses_stay_out_of_the_log(
    error: Exception, workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    await workshop.call(workshop.bind(ScriptedTool(error)))
    logged = capsys.readouterr().out
    assert SECRET not in logged
    assert type(error).__name__ in logged


async def test_a_fault_is_logged_with_its_traceback(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    await workshop.call(workshop.bind(ScriptedTool(RuntimeError("the shelf is empty"))))
    logged = capsys.readouterr().out
    assert "the shelf is empty" in logged
    assert "Traceback" in logged


@pytest.mark.parametrize(
    "error",
    [
        TransientError("passing"),
        Unavailable("The store is down."),
        TimeoutError(),
        ConnectionResetError(),
        httpx.ReadTimeout("slow"),
        ExceptionGroup("both", [TransientError("one"), httpx.ConnectError("two")]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_pass_is_tried_again(error: Exception, workshop: Workshop) -> None:
    tool = ScriptedTool(error, FINE)
    assert (await workshop.call(workshop.bind(tool)))["ok"] is True
    assert len(tool.calls) == 2


async def test_a_pause_that_our_own_limits_ask_for_is_kept(workshop: Workshop) -> None:
    tool = ScriptedTool(TooManyRequests("Slow down.", retry_after=4.0), TransientError("again", retry_after=2.0), FINE)
    assert (await workshop.call(workshop.bind(tool)))["ok"] is True
    assert workshop.time.pauses == [4.0, 2.0]


async def test_a_refusal_of_ours_is_told_in_its_own_words(workshop: Workshop) -> None:
    shown = await workshop.call(workshop.bind(ScriptedTool(NotFound("There is no order '7'."))))
    assert shown["error"] == "look_up_order was refused: There is no order '7'. The same call will be refused again."
    assert workshop.last.outcome is Outcome.REFUSED


async def test_a_tool_that_declines_is_told_as_it_says_and_asked_once(workshop: Workshop) -> None:
    tool = ScriptedTool(ToolResult(success=False, error="The order is locked: ask the customer to wait."))
    shown = await workshop.call(workshop.bind(tool))
    assert shown == {"ok": False, "error": "The order is locked: ask the customer to wait."}
    assert workshop.last.outcome is Outcome.DECLINED
    assert len(tool.calls) == 1


async def test_the_whole_call_stays_within_its_budget() -> None:
    workshop = a_workshop(retry=RetryPolicy(attempts=50, budget_seconds=10, most_seconds=4))
    tool = ScriptedTool(TransientError("down"))
    await workshop.call(workshop.bind(tool))
    assert 0 < sum(workshop.time.pauses) < 10
    assert 2 < len(tool.calls) < 50


@pytest.mark.parametrize("nothing", [None, {"state": "sent"}, "sent", 7])
async def test_what_is_no_result_is_a_fault_of_the_tool(nothing: Any, workshop: Workshop) -> None:
    assert (await workshop.call(workshop.bind(ScriptedTool(nothing))))["ok"] is False
    assert workshop.last.outcome is Outcome.BROKEN


async def test_a_result_that_cannot_be_looked_at_is_a_fault_of_the_tool(workshop: Workshop) -> None:
    class Hostile(dict[str, Any]):
        def __iter__(self) -> Any:
            raise RuntimeError("do not look")

    shown = await workshop.call(workshop.bind(ScriptedTool(ToolResult(success=True, data=Hostile(a=1)))))
    assert shown == {"ok": False, "error": "look_up_order failed: go on without it."}
    assert workshop.last.outcome is Outcome.BROKEN
    assert workshop.last.attempts == 1


async def test_a_validator_that_breaks_is_a_fault_of_the_tool(workshop: Workshop) -> None:
    class Odd(Order):
        @field_validator("order_id")
        @classmethod
        def look(cls, order_id: str) -> str:
            raise KeyError(order_id)

    class OddTool(ScriptedTool):
        parameters = Odd

    tool = OddTool()
    assert (await workshop.call(workshop.bind(tool)))["error"] == "look_up_order failed: go on without it."
    assert workshop.last.outcome is Outcome.BROKEN
    assert tool.calls == []


@pytest.mark.parametrize("error", [httpx.TooManyRedirects("round"), httpx.DecodingError("garbled")])
async def test_a_far_side_that_talks_nonsense_is_not_asked_again(error: Exception, workshop: Workshop) -> None:
    tool = ScriptedTool(error)
    await workshop.call(workshop.bind(tool))
    assert (workshop.last.outcome, len(tool.calls)) == (Outcome.FAR_SIDE, 1)


async def test_an_error_of_ours_that_is_nobodys_answer_is_a_fault_of_the_tool(workshop: Workshop) -> None:
    await workshop.call(workshop.bind(ScriptedTool(DeskhandError("unforeseen"))))
    assert workshop.last.outcome is Outcome.BROKEN


async def test_being_cancelled_passes_through_and_gives_the_probe_back() -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1, open_seconds=5))
    await workshop.call(workshop.bind(ScriptedTool(TransientError("down"))))
    workshop.time.passed += 5
    begun = asyncio.Event()
    ended: list[str] = []

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    bound = workshop.bind(ScriptedTool(hang))
    task = asyncio.create_task(workshop.call(bound))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cancelled"]
    assert workshop.breakers.state(bound.circuit) is BreakerState.HALF_OPEN
    assert (await workshop.call(workshop.bind(ScriptedTool(FINE))))["ok"] is True


async def test_a_tool_that_cancels_itself_does_not_take_the_turn_with_it(workshop: Workshop) -> None:
    shown = await workshop.call(workshop.bind(ScriptedTool(asyncio.CancelledError())))
    assert shown["ok"] is False
    assert workshop.last.outcome is Outcome.BROKEN


async def test_only_one_probe_is_let_through_a_half_open_breaker() -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1, open_seconds=5))
    await workshop.call(workshop.bind(ScriptedTool(TransientError("down"))))
    workshop.time.passed += 5
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> ToolResult:
        begun.set()
        await go_on.wait()
        return FINE

    probe = asyncio.create_task(workshop.call(workshop.bind(ScriptedTool(wait))))
    await begun.wait()
    other = ScriptedTool(FINE)
    assert (await workshop.call(workshop.bind(other)))["ok"] is False
    assert other.calls == []
    go_on.set()
    assert (await probe)["ok"] is True
    assert (await workshop.call(workshop.bind(other)))["ok"] is True


async def test_a_tool_gets_ready_once_before_its_first_call(workshop: Workshop) -> None:
    tool = ScriptedTool(FINE)
    bound = workshop.bind(tool)
    assert tool.initialized == 0
    await asyncio.gather(*(workshop.call(bound) for _ in range(3)))
    assert tool.initialized == 1


async def test_a_tool_that_cannot_get_ready_is_not_available_in_this_turn(workshop: Workshop) -> None:
    tool = ScriptedTool(FINE, initialize=RuntimeError("no key"))
    bound = workshop.bind(tool)
    for _ in range(2):
        assert (await workshop.call(bound))["error"].startswith("look_up_order is not available right now")
        assert workshop.last.outcome is Outcome.UNAVAILABLE
    assert (tool.initialized, tool.calls) == (1, [])


async def test_a_tool_that_hangs_while_it_gets_ready_is_cut_off_and_left_alone(workshop: Workshop) -> None:
    class Hanging(ScriptedTool):
        async def initialize(self) -> None:
            self.initialized += 1
            await asyncio.Event().wait()

    tool = Hanging()
    bound = workshop.bind(tool, seconds=0.02)
    assert "took longer than 0.02 s" in (await workshop.call(bound))["error"]
    assert "not available right now" in (await workshop.call(bound))["error"]
    assert (tool.initialized, tool.calls) == (1, [])


async def test_a_far_side_that_lets_nobody_get_ready_opens_the_breaker() -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1))
    bound = workshop.bind(ScriptedTool(initialize=httpx.ConnectError("nobody there")))
    await workshop.call(bound)
    assert workshop.breakers.state(bound.circuit) is BreakerState.OPEN


async def test_a_tool_that_fails_to_clean_up_is_only_logged(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    class Untidy(ScriptedTool):
        async def cleanup(self) -> None:
            raise RuntimeError("the drawer is stuck")

    await workshop.guard.clean_up([workshop.bind(Untidy())])
    assert "tool_not_cleaned_up" in capsys.readouterr().out


async def test_a_model_that_goes_round_in_circles_is_stopped(workshop: Workshop) -> None:
    tool = ScriptedTool(FINE)
    bound = workshop.bind(tool)
    for _ in range(MAX_CALLS_A_TURN):
        assert (await workshop.call(bound))["ok"] is True
    shown = await workshop.call(bound)
    assert shown == {"ok": False, "error": "look_up_order was called too often: answer with what you have."}
    assert len(tool.calls) == MAX_CALLS_A_TURN


async def test_each_attempt_of_a_call_with_a_key_carries_the_same_key(workshop: Workshop) -> None:
    tool = OneTimeTool(TransientError("down"), FINE)
    await workshop.call(workshop.bind(tool), order_id="7", idempotency_key="key-1")
    assert tool.calls == [Order(order_id="7", idempotency_key="key-1")] * 2


async def test_a_call_with_effects_that_broke_is_not_said_to_have_failed(workshop: Workshop) -> None:
    shown = await workshop.call(workshop.bind(OneTimeTool(RuntimeError("after the payment"))))
    assert "It is not known whether it took effect" in shown["error"]


async def test_the_span_says_whose_call_it_was_and_how_it_ended(workshop: Workshop) -> None:
    await workshop.call(workshop.bind(ScriptedTool(TransientError("down"), FINE)))
    await workshop.call(workshop.bind(ScriptedTool(RuntimeError(SECRET))))
    good, bad = workshop.spans.get_finished_spans()
    assert good.name == "tool.look_up_order"
    assert dict(good.attributes or {}) == {
        "tool": "look_up_order",
        "request_id": "req_1",
        "session_id": "ses_1",
        "tenant_id": "ten_1",
        "attempts": 2,
        "outcome": "done",
    }
    assert (bad.attributes or {})["outcome"] == "broken"
    assert bad.status.is_ok is False
    assert SECRET not in bad.to_json()


async def test_the_log_says_whose_call_it_was_and_never_what_was_said(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    private = ToolResult(success=True, data="result of Jo")
    await workshop.call(workshop.bind(ScriptedTool(private), turn=a_turn(request_id=None)), order_id="order of Jo")
    logged = capsys.readouterr().out
    called, ended = [line for line in logged.splitlines() if "tool_called" in line or "tool_ended" in line]
    for line in (called, ended):
        for part in ("look_up_order", "ses_1", "ten_1"):
            assert part in line
    assert "done" in ended
    assert "Jo" not in logged


async def test_a_call_that_is_broken_off_still_ends_in_the_log(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(workshop.call(workshop.bind(ScriptedTool(hang))))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "broken_off" in capsys.readouterr().out
    [span] = workshop.spans.get_finished_spans()
    assert (span.attributes or {})["outcome"] == "broken_off"


async def test_what_is_reported_begins_and_ends_with_each_call(workshop: Workshop) -> None:
    await workshop.call(workshop.bind(ScriptedTool(TransientError("down"), FINE)))
    begun, ended = workshop.events
    assert begun == CallStarted(tool="look_up_order")
    assert ended == workshop.last
    assert (workshop.last.attempts, workshop.last.seconds) == (2, 0.25)


async def test_the_model_is_shown_json_whatever_the_tool_gives(workshop: Workshop) -> None:
    text = await workshop.guard.call(workshop.bind(ScriptedTool(FINE)), {"order_id": "7"})
    assert json.loads(text) == {"ok": True, "data": {"state": "sent"}}
