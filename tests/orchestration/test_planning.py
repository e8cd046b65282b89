"""A task in parts: offline by its questions and words of order, by a model where there is one that does it well."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.agents.model import UnknownAgent
from deskhand.llm.model import ModelDown
from deskhand.orchestration.asking import AskPlace
from deskhand.orchestration.plan_checks import check_plan
from deskhand.orchestration.plan_consulting import PlanModel
from deskhand.orchestration.plan_model import MadePlan, Strategy
from deskhand.orchestration.planning import OfflinePlanner, parts_of
from deskhand.orchestration.planning_model import ModelPlanner
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from growth import grows_in_proportion
from orchestration.plan_models import ScriptedConsult
from orchestration.plan_parts import SomeAgents, WordRoutes

SCOPE = TenantScope(tenant_id="ten_1", role=Role.OWNER)

CASES: list[tuple[str, list[tuple[str, tuple[str, ...]]]]] = [
    (
        "How long can I return a helmet, and then what does express delivery cost?",
        [("How long can I return a helmet", ()), ("what does express delivery cost?", ("part-1",))],
    ),
    (
        "How long is the warranty and can I return a bike after the warranty ends?",
        [("How long is the warranty?", ()), ("can I return a bike after the warranty ends?", ())],
    ),
    (
        "Check whether the Kestrel is in stock. What is the return policy? Once you know the stock, work it out.",
        [
            ("Check whether the Kestrel is in stock.", ()),
            ("What is the return policy?", ()),
            ("Check whether the Kestrel is in stock. work it out.", ("part-1",)),
        ],
    ),
    (
        "Once you have checked the stock, tell me what express delivery costs.",
        [("check the stock", ()), ("tell me what express delivery costs.", ("part-1",))],
    ),
    (
        "Tell me the delivery time once you have found my order.",
        [("find my order", ()), ("Tell me the delivery time.", ("part-1",))],
    ),
    (
        "First check my order status, then see whether I can return it, and finally tell me the cost of the return.",
        [
            ("check my order status", ()),
            ("see whether I can return it", ("part-1",)),
            ("tell me the cost of the return.", ("part-2",)),
        ],
    ),
    (
        "1. How long is the warranty?\n2. What does delivery cost?\nThen summarise both.",
        [
            ("How long is the warranty?", ()),
            ("What does delivery cost?", ()),
            ("summarise both.", ("part-1", "part-2")),
        ],
    ),
    (
        "Compare the Kestrel with the Osprey. After that recommend one. Afterwards draft a reply.",
        [
            ("Compare the Kestrel with the Osprey.", ()),
            ("recommend one.", ("part-1",)),
            ("draft a reply.", ("part-2",)),
        ],
    ),
]


@pytest.mark.parametrize(("task", "expected"), CASES)
def test_words_of_order_make_dependencies(task: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(each.description, each.dependencies) for each in parts_of(task)] == expected


@pytest.mark.parametrize(
    "task",
    [
        "If it is broken, then can I return it?",
        "Is express delivery available once a week?",
        "When the parcel arrives, what do I do?",
        "Can I return a helmet after 30 days?",
        "I have waited since then. When does it arrive?",
        "hi",
    ],
)
def test_other_uses_of_those_words_make_none(task: str) -> None:
    (only,) = parts_of(task)
    assert only.dependencies == ()


def test_what_was_spoken_of_is_what_is_waited_for() -> None:
    parts = parts_of("Check the stock of helmets. Look up the refund rules. After you have seen that, draft a reply.")
    assert parts[-1].dependencies == ("part-1", "part-2")


@given(st.text(alphabet="abc .,?!;\nthenoceafryuk'’", max_size=300) | st.text(max_size=200))
def test_every_text_becomes_a_plan_that_can_be_carried_out(task: str) -> None:
    parts = parts_of(task)
    check_plan([each for each in parts if any(map(str.isalnum, each.description))], None, {})
    assert parts


def test_a_task_of_many_questions_is_bounded() -> None:
    parts = parts_of("What does a helmet cost? Then how long is the warranty? " * 80)
    assert len(parts) <= 50
    check_plan(parts, None, {})


@pytest.mark.parametrize("piece", ["then if ", "; then a", "  \n ", "once you know, ", "after that, x. ", "if then, "])
def test_time_grows_with_the_task_and_no_faster(piece: str) -> None:
    assert grows_in_proportion(parts_of, piece * 250, piece * 1_000)


async def offline(task: str, strategy: Strategy | None = None) -> MadePlan:
    return await OfflinePlanner(WordRoutes()).make(SCOPE, task, strategy)


async def test_each_part_goes_to_whom_it_is_routed() -> None:
    made = await offline("How long is the warranty? When is my refund paid?")
    assert [each.agent for each in made.subtasks] == ["support", "billing"]
    assert (made.strategy, made.made_by) == (Strategy.PARALLEL, "offline")


async def test_the_strategy_that_was_asked_for_is_kept() -> None:
    task = CASES[0][0]
    assert (await offline(task)).strategy is Strategy.HYBRID
    assert (await offline(task, Strategy.SEQUENTIAL)).strategy is Strategy.SEQUENTIAL
    parallel = await offline(task, Strategy.PARALLEL)
    assert [each.dependencies for each in parallel.subtasks] == [(), ()]


def model_plan(*subtasks: dict[str, Any], strategy: str = "hybrid") -> str:
    return json.dumps({"strategy": strategy, "subtasks": subtasks})


LOOK = {"id": "look", "description": "Look up the return period.", "agent": "support"}
REPLY = {"id": "reply", "description": "Write a reply.", "agent": "billing", "dependencies": ["look"]}


async def planned(*replies: Any, strategy: Strategy | None = None) -> tuple[MadePlan, ScriptedConsult]:
    consult = ScriptedConsult(*replies)
    planner = ModelPlanner(model=PlanModel(consult), agents=SomeAgents(), otherwise=OfflinePlanner(WordRoutes()))
    return await planner.make(SCOPE, "How long can I return a helmet?", strategy), consult


async def test_a_model_plans_among_the_agents_there_are() -> None:
    made, consult = await planned(model_plan(LOOK, REPLY))
    assert [(each.id, each.agent, each.dependencies) for each in made.subtasks] == [
        ("look", "support", ()),
        ("reply", "billing", ("look",)),
    ]
    assert (made.strategy, made.made_by) == (Strategy.HYBRID, "scripted")
    (asked,) = consult.asked
    data = json.loads(asked.data)
    assert data["task"] == "How long can I return a helmet?"
    assert [agent["id"] for agent in data["agents"]] == ["support", "billing", "sales"]
    assert asked.agent == "coordinator"
    assert isinstance(asked.place, AskPlace)


async def test_a_strategy_that_was_asked_for_overrules_the_models() -> None:
    made, _ = await planned(model_plan(LOOK, REPLY), strategy=Strategy.PARALLEL)
    assert [each.dependencies for each in made.subtasks] == [(), ()]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("I would rather talk.", "not one JSON object"),
        ("{" * 5_000, "not one JSON object"),
        (model_plan(LOOK | {"agent": "root"}), "'root' is none of the agents"),
        (model_plan(LOOK | {"dependencies": ["look"]}), "depends on itself"),
        (model_plan(LOOK | {"dependencies": ["reply"]}, REPLY), "wait for each other"),
        (model_plan(LOOK | {"description": "…"}), "description is empty"),
        (model_plan(LOOK, LOOK), "is used 2 times"),
        (model_plan(strategy="chaos"), "strategy: Input should be"),
        (model_plan(*(LOOK | {"id": f"s{number}"} for number in range(13))), "at most 12"),
    ],
)
async def test_a_bad_plan_is_sent_back_once_then_the_offline_plan_is_taken(bad: str, named: str) -> None:
    made, consult = await planned(bad, model_plan(LOOK))
    assert made.made_by == "scripted"
    assert named in consult.asked[1].task
    assert named not in consult.asked[0].task

    made, consult = await planned(bad, bad)
    assert (made.made_by, len(consult.asked)) == ("offline", 2)
    assert [each.agent for each in made.subtasks] == ["support"]


async def test_without_a_model_that_answers_the_plan_is_made_offline() -> None:
    for reply in (None, ModelDown("Down.")):
        made, consult = await planned(reply)
        assert (made.made_by, len(consult.asked)) == ("offline", 1)


async def test_without_a_coordinator_the_default_agents_model_plans() -> None:
    made, consult = await planned(UnknownAgent("No such agent."), model_plan(LOOK))
    assert made.made_by == "scripted"
    assert [task.agent for task in consult.asked] == ["coordinator", "support"]
    made, _ = await planned(UnknownAgent("No such agent."), UnknownAgent("No such agent."))
    assert made.made_by == "offline"
