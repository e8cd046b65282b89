"""`hand_off`: another agent writes the answer of the same turn; a few times at most, never back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from deskhand.agents.runtime import RunningAgent
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.scripted_provider import CallTool, Refuse, Say, Step
from deskhand.turns.handoff import HAND_OFF, DraftDesk, HandOff, HandOffTo
from deskhand.turns.relay import MAX_HOPS, after
from deskhand.turns.state import Draft, HandoffTarget, HandoffWish
from deskhand.usage.model import ModelCall, Usage
from turns.agents import running_agent
from turns.fronts import Choice, Chooser, contract, coordinator, make_agents, put_to_work
from turns.visits import Visit, Visiting

ANSWER = Say(text="You can return a helmet within 30 days of delivery. [1]", usage=(300, 12))
REASON = "Billing knows how returns are paid."


def give_on(agent_id: str, text: str = "", **given: Any) -> CallTool:
    arguments = json.dumps({"agent_id": agent_id, "reason": REASON})
    return CallTool(name=HAND_OFF, arguments=arguments, text=text, usage=(200, 8), **given)


def who_may_hand_to(agent_id: str, *targets: str) -> dict[str, Any]:
    return contract(agent_id, tools=[HAND_OFF], routing={"handoff_targets": list(targets)})


@asynccontextmanager
async def relayed(visiting: Visiting, *script: Step, agents: tuple[dict[str, Any], ...] = ()) -> AsyncIterator[Visit]:
    """A visit whose general agent may hand over to `billing`, or to whatever `agents` say."""
    made = agents or (contract("billing"), who_may_hand_to("support", "billing"))
    async with visiting(*script) as visit, visit.shop.client(visit.shop.owner_token()) as owner:
        await make_agents(owner, *made)
        yield visit


async def of_owner(visit: Visit, path: str) -> Any:
    async with visit.shop.client(visit.shop.owner_token()) as owner:
        return (await owner.get(path)).json()


def offered(request: dict[str, Any]) -> dict[str, str]:
    """The tools of a request to the model, and what they say."""
    return {each["function"]["name"]: each["function"]["description"] for each in request.get("tools", [])}


async def test_the_colleague_writes_the_answer_of_the_same_turn(visiting: Visiting) -> None:
    async with relayed(visiting, give_on("billing"), ANSWER) as visit:
        answer = await visit.ask()
        assert await visit.roles() == ["customer", "agent"]
        first, second = visit.provider.requests
    assert answer["answer"] == ANSWER.text
    assert (answer["agent_used"], answer["category"], answer["tools_used"]) == ("billing", "billing", [HAND_OFF])
    assert answer["route"] == {
        "agent_id": "billing",
        "name": "Billing",
        "category": "billing",
        "confidence": 1.0,
        "reasoning": "Support gave it on to Billing.",
        "decided_by": "handoff",
        "fallback": False,
        "reason": None,
        "path": ["support"],
    }
    assert REASON not in json.dumps(answer)
    assert "billing: Answers as Billing." in offered(first)[HAND_OFF]
    assert HAND_OFF not in offered(second)
    assert "Billing" in second["messages"][0]["content"]


async def test_what_was_written_before_is_void(visiting: Visiting) -> None:
    async with relayed(visiting, give_on("billing", "Let me see. "), ANSWER) as visit:
        events = await visit.events()
    told = [(each["type"], each["data"].get("state")) for each in events if each["type"] in {"status", "route", "text"}]
    assert told.index(("text", None)) < told.index(("status", "falling_back")) < told.index(("route", None))
    last_void = max(place for place, each in enumerate(events) if each["data"].get("state") == "falling_back")
    text = "".join(each["data"]["delta"] for each in events[last_void:] if each["type"] == "text")
    assert text == events[-1]["data"]["answer"] == ANSWER.text


async def test_what_each_of_them_used_is_counted_for_each(visiting: Visiting) -> None:
    async with relayed(visiting, give_on("billing"), ANSWER) as visit:
        await visit.ask()
        (record,) = (await of_owner(visit, "/api/v1/audit"))["items"]
        payload = await of_owner(visit, f"/api/v1/audit/{record['id']}/payload")
        spent = [
            (await of_owner(visit, f"/api/v1/usage?agent_id={each}"))["totals"][0] for each in ("support", "billing")
        ]
        counts = [
            (await of_owner(visit, f"/api/v1/agents/{each}"))["stats"]["interaction_count"]
            for each in ("support", "billing")
        ]
        session = await of_owner(visit, f"/api/v1/sessions/{visit.session_id}")
    assert (record["agent_id"], record["input_tokens"], record["output_tokens"]) == ("billing", 500, 20)
    assert payload["inputs"]["more"]["route"]["given_on"] == [{"by": "support", "to": "billing", "reason": REASON}]
    assert [(each["calls"], each["input_tokens"], each["output_tokens"]) for each in spent] == [
        (1, 200, 8),
        (1, 300, 12),
    ]
    assert counts == [0, 1]
    assert session["agent_id"] == "support"


async def test_a_message_goes_a_few_hops_and_never_back(visiting: Visiting) -> None:
    names = [f"desk-{number}" for number in range(MAX_HOPS + 1)]
    agents = [who_may_hand_to(name, *names[place + 1 :]) for place, name in enumerate(names)]
    general = who_may_hand_to("support", *names)
    script: list[Step] = [*(give_on(name) for name in names[:MAX_HOPS]), ANSWER]
    async with relayed(visiting, *script, agents=(*agents[::-1], general)) as visit:
        answer = await visit.ask()
        requests = visit.provider.requests
    assert answer["agent_used"] == names[MAX_HOPS - 1]
    assert answer["route"]["path"] == ["support", *names[: MAX_HOPS - 1]]
    assert [HAND_OFF in offered(each) for each in requests] == [True] * MAX_HOPS + [False]
    assert [names[0] in offered(each)[HAND_OFF] for each in requests[:MAX_HOPS]] == [True] + [False] * (MAX_HOPS - 1)
    assert answer["tool_metadata"][HAND_OFF]["calls"] == MAX_HOPS


async def test_nobody_else_can_be_named(visiting: Visiting) -> None:
    agents = (contract("billing"), contract("secret"), who_may_hand_to("support", "billing"))
    async with relayed(visiting, give_on("secret"), ANSWER, agents=agents) as visit:
        answer = await visit.ask()
        result = visit.provider.requests[1]["messages"][-1]["content"]
    assert (answer["agent_used"], answer["route"]) == ("support", None)
    assert "'billing'" in result


async def test_a_colleague_who_is_not_at_work_is_not_offered(visiting: Visiting) -> None:
    async with relayed(visiting, ANSWER) as visit:
        async with visit.shop.client(visit.shop.owner_token()) as owner:
            assert (await owner.delete("/api/v1/agents/billing")).status_code == 204
        await visit.ask()
        assert HAND_OFF not in offered(visit.provider.requests[0])


async def test_the_general_agent_answers_when_the_colleague_leaves_meanwhile(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relayed(visiting, give_on("billing"), ANSWER) as visit:
        router = visit.shop.house.runner._journey._router
        inner, seen = router.at_work, []

        async def leaves(scope: TenantScope, agent_id: str) -> RunningAgent | None:
            seen.append(agent_id)
            return None if seen.count("billing") > 1 else await inner(scope, agent_id)

        monkeypatch.setattr(router, "at_work", leaves)
        answer = await visit.ask()
    assert answer["answer"] == ANSWER.text
    assert (answer["agent_used"], answer["route"]["fallback"]) == ("support", True)
    assert "'billing'" in answer["route"]["reason"]


async def test_a_routed_message_may_be_given_on_and_its_follow_up_knows_to_whom(visiting: Visiting) -> None:
    agents = (
        contract("billing"),
        who_may_hand_to("technical", "billing"),
        contract("support"),
        coordinator("technical", "billing"),
    )
    async with relayed(visiting, give_on("billing"), ANSWER, agents=agents) as visit:
        chooser = Chooser(choice=Choice(agent_id="technical", category="technical"))
        put_to_work(visit.shop, chooser)
        answer = await visit.ask()
        again = await visit.ask()
    assert (answer["agent_used"], answer["route"]["path"]) == ("billing", ["technical"])
    assert [each.current for each in chooser.asked] == [None, "billing"]
    assert again["agent_used"] == "technical"


async def test_the_offline_model_takes_over_where_the_colleagues_model_is_down(visiting: Visiting) -> None:
    async with relayed(visiting, give_on("billing"), Refuse(status=400)) as visit:
        answer = await visit.ask()
    assert (answer["agent_used"], answer["answered"], answer["model"]) == ("billing", True, "offline")
    assert answer["message"]["metadata"]["degraded"] is True


TARGETS = (HandoffTarget(agent_id="billing", name="Bella", purpose="Explains bills."),)


async def test_the_tool_notes_the_wish_in_the_draft() -> None:
    draft = Draft(agent=running_agent(), passages=[], may_hand_to=TARGETS)
    tool = HandOff(DraftDesk(draft))
    assert tool.description.endswith("Colleagues: billing: Explains bills.")
    result = await tool.execute(HandOffTo(agent_id="billing", reason="It is\n a bill."))
    assert result.success
    assert draft.handoff == HandoffWish(agent_id="billing", reason="It is a bill.")


async def test_where_nobody_is_left_the_model_is_told_to_answer_itself() -> None:
    draft = Draft(agent=running_agent(), passages=[])
    result = await HandOff(DraftDesk(draft)).execute(HandOffTo(agent_id="billing", reason="It is a bill."))
    assert not result.success
    assert "answer it yourself" in (result.error or "")
    assert draft.handoff is None


def test_what_agents_did_before_adds_up() -> None:
    def draft(tokens: int, cost: int | None, **tools: int) -> Draft:
        noted = {
            name: {"calls": calls, "attempts": calls, "seconds": 0.5, "success": True} for name, calls in tools.items()
        }
        call = ModelCall(model="m", input_tokens=tokens, output_tokens=1)
        usage = Usage(calls=1, input_tokens=tokens, output_tokens=1, cost_nanos=cost, currency="EUR" if cost else "")
        return Draft(agent=running_agent(), passages=[], tools=noted, calls=[call], usage=usage)

    last = after([draft(10, 7, hand_off=1), draft(20, None, hand_off=1, look_up=2)], draft(30, 5, look_up=1))
    assert (last.usage.tokens, last.usage.cost_nanos, last.usage.currency, last.usage.calls) == (63, 12, "EUR", 3)
    assert {name: (each["calls"], each["seconds"]) for name, each in last.tools.items()} == {
        "hand_off": (2, 1.0),
        "look_up": (3, 1.0),
    }
    assert len(last.calls) == 1
    assert len(last.passed) == 2
