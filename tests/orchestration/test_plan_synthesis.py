"""Results as one text: nothing in it that nobody said, who said it beside it, and what does not go together named."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from deskhand.kit.clock import SystemClock
from deskhand.orchestration.plan_consulting import PlanModel
from deskhand.orchestration.plan_model import Plan, PlanStatus, Strategy, Subtask, SubtaskStatus
from deskhand.orchestration.plan_synthesis import OfflineSynthesiser, synthesis_of_plan
from deskhand.orchestration.plan_synthesis_model import ModelSynthesiser
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from orchestration.plan_models import ScriptedConsult
from orchestration.plan_parts import citation

SCOPE = TenantScope(tenant_id="ten_1", role=Role.OWNER)


def found(name: str, text: str, *, answered: bool = True, asked: str = "How long can a helmet be returned?") -> Subtask:
    return Subtask(
        key=name,
        id=name,
        description=asked,
        agent="support",
        status=SubtaskStatus.DONE,
        output=text,
        answered=answered,
        citations=(citation(),),
    )


def plan_with(*subtasks: Subtask, task: str = "How can a helmet be returned?") -> Plan:
    return Plan(
        id="pln_1",
        task=task,
        strategy=Strategy.HYBRID,
        status=PlanStatus.RUNNING,
        subtasks=subtasks,
        created_at=SystemClock().now(),
    )


RETURNS = found("returns", "You can return a helmet within 30 days. [1] It must be unworn. [1]")
COSTS = found("costs", "Returning by post costs 3.90 pounds. [1]", asked="What does a return cost?")
OTHER = found("other", "A helmet can be returned within 14 days.")


def test_every_paragraph_names_who_said_it() -> None:
    synthesis = synthesis_of_plan(plan_with(RETURNS, COSTS))
    assert synthesis.text == (
        "You can return a helmet within 30 days. It must be unworn. [returns]\n\n"
        "Returning by post costs 3.90 pounds. [costs]"
    )
    assert [(each.subtask, each.agent) for each in synthesis.references] == [
        ("returns", "support"),
        ("costs", "support"),
    ]
    assert synthesis.references[0].citations == (citation(),)
    assert (synthesis.conflicts, synthesis.written_by) == ((), "offline")


def test_what_several_say_is_told_once() -> None:
    again = found("again", "It must be unworn. It needs its box.")
    text = synthesis_of_plan(plan_with(RETURNS, again)).text
    assert text == (
        "You can return a helmet within 30 days. [returns] It must be unworn. [returns][again]\n\n"
        "It needs its box. [again]"
    )


def test_lists_stay_lists() -> None:
    text = synthesis_of_plan(plan_with(found("a", "You need:\n- the box\n- the receipt"))).text
    assert text == "You need:\n- the box\n- the receipt [a]"


def test_a_conflict_is_named_in_the_text_too() -> None:
    synthesis = synthesis_of_plan(plan_with(RETURNS, OTHER))
    (conflict,) = synthesis.conflicts
    assert conflict.between == ("returns", "other")
    assert synthesis.text.endswith(
        "These do not agree about return, helmet, within: “You can return a helmet within 30 days.” [returns]; "
        "“A helmet can be returned within 14 days.” [other]. Check before relying on either."
    )


def test_what_was_not_found_and_not_done_is_told() -> None:
    nothing = found("boats", "I did not find that.", answered=False, asked="Do you sell boats?")
    failed = replace(found("x", "", asked="Ask the moon."), status=SubtaskStatus.FAILED, output=None)
    text = synthesis_of_plan(plan_with(COSTS, nothing, failed)).text
    assert "Nothing was found for “Do you sell boats?” [boats]." in text
    assert "Not done: “Ask the moon.” [x]." in text
    assert "I did not find" not in text


def reply(*parts: tuple[str, Sequence[tuple[str, str]]]) -> str:
    made = [
        {"text": text, "said_by": [{"subtask": name, "quote": quote} for name, quote in said]} for text, said in parts
    ]
    return json.dumps({"parts": made})


GOOD = ("You have 30 days to return a helmet.", [("returns", "You can return a helmet within 30 days.")])
POST = ("By post that costs 3.90 pounds.", [("costs", "Returning by post costs 3.90 pounds.")])


async def written(*replies: Any, plan: Plan | None = None) -> tuple[Any, ScriptedConsult]:
    consult = ScriptedConsult(*replies)
    synthesiser = ModelSynthesiser(model=PlanModel(consult), otherwise=OfflineSynthesiser())
    return await synthesiser.synthesise(SCOPE, plan or plan_with(RETURNS, COSTS)), consult


async def test_a_models_text_is_told_with_markers_and_references() -> None:
    synthesis, consult = await written(f"```json\n{reply(GOOD, POST)}\n```")
    assert synthesis.text == "You have 30 days to return a helmet. [returns] By post that costs 3.90 pounds. [costs]"
    assert [each.quote for each in synthesis.references] == [GOOD[1][0][1], POST[1][0][1]]
    assert synthesis.written_by == "scripted"
    (asked,) = consult.asked
    assert [json.loads(line) for line in asked.data.splitlines()][1]["subtask"] == "returns"
    assert "[1]" not in asked.data


async def test_what_nobody_said_is_sent_back_once_naming_the_faults() -> None:
    bad = reply(("It takes 90 days.", [("returns", "within 90 days"), ("ghost", "hello")]))
    synthesis, consult = await written(bad, reply(GOOD, POST))
    assert synthesis.written_by == "scripted"
    again = consult.asked[1].task
    assert "The quote “within 90 days” does not stand in what 'returns' found." in again
    assert "There is no result of a subtask 'ghost'." in again
    assert "holds a figure that its quotes do not hold" in again or "90" in again


async def test_after_two_bad_replies_the_results_speak_for_themselves() -> None:
    plan = plan_with(RETURNS, COSTS)
    said = RETURNS.output or ""
    for bad in (
        "no json",
        "[]",
        "{]}",
        json.dumps({"parts": []}),
        reply(("You have 60 days.", [("returns", "You can return a helmet within 30 days.")])),
        reply(("You cannot return a helmet within 30 days.", [("returns", "You can return a helmet within 30 days.")])),
        reply(("Our bicycles win every race in France.", [("returns", "It must be unworn.")])),
    ):
        synthesis, consult = await written(bad, bad, plan=plan)
        assert synthesis == synthesis_of_plan(plan), bad
        assert len(consult.asked) == 2
    assert "30 days" in said


async def test_a_no_stays_a_no() -> None:
    never = found("never", "A worn helmet cannot be returned.")
    turned = reply(("A worn helmet can be returned.", [("never", "A worn helmet cannot be returned.")]))
    synthesis, consult = await written(turned, turned, plan=plan_with(never, COSTS))
    assert synthesis.written_by == "offline"
    assert "does not say no where its quotes do" in consult.asked[1].task


async def test_what_the_model_leaves_out_is_told_beside_it() -> None:
    synthesis, _ = await written(reply(GOOD), plan=plan_with(RETURNS, COSTS, OTHER))
    assert synthesis.text.startswith("You have 30 days to return a helmet. [returns]\n\n")
    assert "Returning by post costs 3.90 pounds. [costs]" in synthesis.text
    assert "These do not agree about" in synthesis.text
    assert {each.subtask for each in synthesis.references} == {"returns", "costs", "other"}


async def test_one_result_or_no_model_needs_no_asking() -> None:
    synthesis, consult = await written(reply(GOOD), plan=plan_with(RETURNS))
    assert (synthesis.written_by, consult.asked) == ("offline", [])
    synthesis, consult = await written(None)
    assert (synthesis.written_by, len(consult.asked)) == ("offline", 1)
