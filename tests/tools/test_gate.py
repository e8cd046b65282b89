"""The guard asks its gate before a call: after the arguments are checked, and before anything is done."""

from typing import Any

import pytest
from pydantic import BaseModel

from deskhand.tools.arguments import WrongArguments
from deskhand.tools.bound import BoundTool
from deskhand.tools.contract import ApprovalPolicy, RiskyAction, ToolResult
from deskhand.tools.failures import Outcome
from deskhand.tools.guard import APPROVAL, Guard
from tools.calls import OneTimeTool, Order, ScriptedTool, Workshop, a_turn, a_workshop

WAITS = ToolResult(success=False, error="A colleague decides.", metadata={APPROVAL: {"approval_id": "apv_1"}})


class Refund(ScriptedTool):
    def risk(self, parameters: Order) -> RiskyAction | None:
        return RiskyAction(kind="refund", summary=f"Refund {parameters.order_id}")


class ScriptedGate:
    """Answers as it is told, and notes what it was asked."""

    def __init__(self, answer: ToolResult | Exception | None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, BaseModel, RiskyAction | None]] = []

    async def consider(self, bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None) -> ToolResult | None:
        self.asked.append((bound.tool.name, parameters, risk))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def gated(answer: ToolResult | Exception | None) -> tuple[Workshop, ScriptedGate]:
    workshop, gate = a_workshop(), ScriptedGate(answer)
    time = workshop.time
    workshop.guard = Guard(clock=time, breakers=workshop.breakers, gate=gate, sleep=time.sleep, ticks=time.ticks)
    return workshop, gate


async def test_a_call_that_the_gate_lets_pass_is_made() -> None:
    workshop, gate = gated(None)
    tool = Refund()

    assert (await workshop.call(workshop.bind(tool)))["ok"] is True
    ((name, parameters, risk),) = gate.asked
    assert (name, parameters) == ("look_up_order", Order(order_id="7"))
    assert risk == RiskyAction(kind="refund", summary="Refund 7")
    assert len(tool.calls) == 1


async def test_a_tool_says_of_itself_that_nothing_is_risky() -> None:
    workshop, gate = gated(None)
    await workshop.call(workshop.bind(ScriptedTool()))
    assert gate.asked[0][2] is None


async def test_a_call_that_waits_for_a_person_is_not_made_and_the_model_is_told() -> None:
    workshop, _ = gated(WAITS)
    tool = Refund()

    assert await workshop.call(workshop.bind(tool)) == {"ok": False, "error": "A colleague decides."}
    assert (tool.calls, tool.initialized) == ([], 0)
    assert (workshop.last.outcome, workshop.last.attempts) == (Outcome.AWAITS_APPROVAL, 0)
    assert workshop.last.result is WAITS


async def test_what_the_gate_refuses_is_declined() -> None:
    workshop, _ = gated(ToolResult(success=False, error="A colleague has said no."))
    await workshop.call(workshop.bind(Refund()))
    assert workshop.last.outcome is Outcome.DECLINED


async def test_the_gate_is_not_asked_of_arguments_that_do_not_fit() -> None:
    workshop, gate = gated(WAITS)
    await workshop.call(workshop.bind(Refund()), colour="red")
    assert workshop.last.outcome is Outcome.WRONG_ARGUMENTS
    assert gate.asked == []


async def test_the_gate_may_find_arguments_wrong() -> None:
    workshop, _ = gated(WrongArguments("The amount must be a number."))
    shown = await workshop.call(workshop.bind(Refund()))
    assert (workshop.last.outcome, shown["error"]) == (Outcome.WRONG_ARGUMENTS, "The amount must be a number.")


@pytest.mark.parametrize("error", [RuntimeError("no database"), ConnectionError("no database")])
@pytest.mark.parametrize("made", [Refund, OneTimeTool])
async def test_a_gate_that_fails_lets_nothing_pass_and_nobody_is_in_doubt(error: Exception, made: type[Any]) -> None:
    workshop, _ = gated(error)
    tool = made()
    shown = await workshop.call(workshop.bind(tool))

    assert tool.calls == []
    assert shown["ok"] is False
    assert "not known whether" not in shown["error"]


def test_a_turn_has_a_policy_that_asks_for_nothing_more() -> None:
    assert a_turn().approval == ApprovalPolicy(bounds=(), timeout_seconds=300)
