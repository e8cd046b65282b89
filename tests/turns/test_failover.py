"""When a model fails, at whatever moment, the answer that follows is whole, cited and marked as such."""

from collections.abc import Sequence
from typing import Any

import pytest

from deskhand.testing.scripted_provider import (
    CallTool,
    CutStream,
    EndEarly,
    Garbage,
    Refuse,
    Say,
    Step,
)
from turns.visits import Visiting

SEARCH = CallTool(name="search_knowledge", arguments='{"query": "return a helmet"}')
HALF = "You can return a helmet within 30 days. [1] A returned helmet must be unw"


def told(events: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """What was told before the model was given up, and what after."""
    before, after, fallen = "", "", False
    for event in events:
        if event["type"] == "status" and event["data"]["state"] == "falling_back":
            fallen = True
        elif event["type"] == "text":
            before, after = (
                (before, after + event["data"]["delta"]) if fallen else (before + event["data"]["delta"], after)
            )
    return before, after


CASES: dict[str, tuple[tuple[Step, ...], str, str]] = {
    "before the first word": ((Refuse(status=503),), "server_error", ""),
    "with nothing to say": ((Say(text="  "),), "empty", ""),
    "between a tool's call and the answer": ((SEARCH, Refuse(status=500)), "server_error", ""),
    "in the middle of the answer": (
        (CutStream(text=HALF),),
        "unreachable",
        "You can return a helmet within 30 days. [1]",
    ),
    "by ending early in good order": (
        (EndEarly(text=HALF),),
        "broke_off",
        "You can return a helmet within 30 days. [1]",
    ),
    "by being withheld": ((Say(text="You can return", finish="content_filter"),), "refused", ""),
    "with something else than the protocol": ((Garbage(),), "broke_off", ""),
    "with a long wait asked for": ((Refuse(status=429, headers={"retry-after": "90"}),), "rate_limited", ""),
}


@pytest.mark.parametrize(("script", "why", "before"), CASES.values(), ids=CASES.keys())
async def test_a_failure_ends_in_a_whole_cited_answer_that_says_so(
    script: tuple[Step, ...], why: str, before: str, visiting: Visiting
) -> None:
    async with visiting(*script) as visit:
        events = await visit.events()
    answer = events[-1]["data"]
    assert told(events) == (before, answer["answer"])
    assert answer["answered"] is True
    assert "30 days" in answer["answer"]
    assert answer["citations"]
    metadata = answer["message"]["metadata"]
    assert (answer["model"], metadata["degraded"]) == ("offline", True)
    if why not in {"unreachable", "broke_off"}:  # how a broken stream shows is the client's affair
        assert metadata["degraded_reason"] == why


async def test_an_answer_cut_at_its_length_ends_with_a_whole_sentence(visiting: Visiting) -> None:
    async with visiting(Say(text=HALF, finish="length")) as visit:
        answer = await visit.ask()
    assert answer["answer"] == "You can return a helmet within 30 days. [1]"
    assert answer["message"]["metadata"]["degraded"] is False


async def test_a_provider_that_fails_in_a_row_is_not_asked_for_a_while(visiting: Visiting) -> None:
    async with visiting(Refuse(status=500)) as visit:
        answers = [await visit.ask(f"How long can I return a helmet, {number}?") for number in range(5)]
        asked = len(visit.provider.requests)
    assert asked == 3
    reasons = [answer["message"]["metadata"]["degraded_reason"] for answer in answers]
    assert reasons == ["server_error"] * 3 + ["resting"] * 2
    assert all(answer["citations"] for answer in answers)


async def test_the_contracts_own_order_of_models_is_kept(visiting: Visiting) -> None:
    fallbacks = [{"provider": "openai", "model": "second"}, {"provider": "offline"}]
    contract = {"configuration": {"llm_provider": "openai", "llm_model": "first", "fallbacks": fallbacks}}
    script = (CutStream(text=HALF), Say(text="You can return it within 30 days. [1]"))
    async with visiting(*script, contract=contract) as visit:
        answer = await visit.ask()
        models = [request["model"] for request in visit.provider.requests]
    assert models == ["first", "second"]
    assert (answer["model"], answer["answer"]) == ("second", "You can return it within 30 days. [1]")
    assert answer["message"]["metadata"]["degraded"] is True


async def test_false_citations_figures_and_promises_do_not_reach_the_customer(visiting: Visiting) -> None:
    text = (
        "You can return a helmet within 30 days of delivery. [1] The refund arrives after 2 hours. [1] "
        "I have refunded 50 pounds to you. Express delivery is free. [2]"
    )
    async with visiting(Say(text=text)) as visit:
        events = await visit.events()
    answer = events[-1]["data"]
    assert told(events)[0] == answer["answer"]
    assert answer["answer"].startswith("You can return a helmet within 30 days of delivery. [1]")
    for invented in ("2 hours", "50 pounds", "Express"):
        assert invented not in answer["answer"]
    assert "person on our team" in answer["answer"]
    checks = answer["message"]["metadata"]["checks"]
    assert (checks["dropped"], checks["stopped"], checks["sentences"]) == (2, 1, 4)


async def test_when_nothing_that_holds_is_left_the_answer_says_so(visiting: Visiting) -> None:
    async with visiting(Say(text="You can return a helmet within 90 days. [1]")) as visit:
        answer = await visit.ask()
    assert answer["answered"] is False
    assert "90" not in answer["answer"]
    assert answer["citations"] == []


async def test_an_answer_is_written_again_where_the_contract_wants_it(visiting: Visiting) -> None:
    contract = {"knowledge": {"unsupported": "regenerate"}, "configuration": {"llm_provider": "openai"}}
    script = (
        Say(text="You can return it within 30 days. [1] It costs 99 pounds. [1]"),
        Say(text="You can return it within 30 days. [1] It costs 88 pounds. [1]"),
    )
    async with visiting(*script, contract=contract) as visit:
        events = await visit.events()
        requests = visit.provider.requests
    answer = events[-1]["data"]
    assert told(events) == ("You can return it within 30 days. [1]", "You can return it within 30 days. [1]")
    assert "It costs 99 pounds." in requests[1]["messages"][-1]["content"]
    assert len(requests) == 2
    assert answer["message"]["metadata"]["checks"]["regenerated"] is True


async def test_what_is_written_around_a_tool_call_stays_apart(visiting: Visiting) -> None:
    script = (SEARCH, Say(text="You can return a helmet within 30 days of delivery. [1]"))
    async with visiting(*script) as visit:
        answer = await visit.ask()
    assert answer["answer"] == "You can return a helmet within 30 days of delivery. [1]"


async def test_an_agent_whose_cap_is_reached_answers_offline_and_says_why(visiting: Visiting) -> None:
    contract = {"configuration": {"llm_provider": "openai", "tokens_per_day": 1_000}}
    script = (Say(text="You can return it within 30 days. [1]", usage=(900, 100)),)
    prices = {"scripted": {"input": "1", "output": "2"}}
    async with visiting(*script, contract=contract, prices=prices) as visit:
        first, second = await visit.ask(), await visit.ask("What does express delivery cost?")
        asked = len(visit.provider.requests)
        async with visit.shop.client(visit.shop.owner_token()) as owner:
            page = (await owner.get("/api/v1/usage")).json()
    assert (asked, first["model"], second["model"]) == (1, "scripted", "offline")
    assert second["message"]["metadata"]["degraded_reason"] == "budget"
    assert "9.90" in second["answer"]
    (item,) = page["items"]
    assert (item["input_tokens"], item["output_tokens"], item["estimated_calls"]) == (900, 100, 0)
    assert item["cost"] == pytest.approx(0.0011)
    assert page["caps"] == [{"agent_id": "support", "tokens_per_day": 1_000, "used": 1_000, "left": 0}]


async def test_a_turn_that_takes_too_many_calls_ends_offline(visiting: Visiting) -> None:
    contract = {"configuration": {"llm_provider": "openai", "input_tokens_per_turn": 2_000}}
    call = CallTool(name="search_knowledge", arguments='{"query": "helmet"}', usage=(1_500, 10))
    async with visiting(call, contract=contract) as visit:
        answer = await visit.ask()
        asked = len(visit.provider.requests)
    assert asked == 1
    assert (answer["model"], answer["message"]["metadata"]["degraded_reason"]) == ("offline", "budget")
    assert answer["citations"]


async def test_what_failed_calls_used_is_counted_too(visiting: Visiting) -> None:
    async with visiting(CutStream(text=HALF)) as visit:
        await visit.ask()
        async with visit.shop.client(visit.shop.owner_token()) as owner:
            (item,) = (await owner.get("/api/v1/usage")).json()["items"]
    assert (item["model"], item["calls"], item["estimated_calls"]) == ("scripted", 1, 1)
    assert item["output_tokens"] > 0
