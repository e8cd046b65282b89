"""Reflection: an answer is criticised and written again before it is told, and stays as it is whenever that fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from deskhand.agents.contract_limits import Reflection, Unsupported
from deskhand.agents.runtime import RunningAgent
from deskhand.conversations.model import Session, Turn
from deskhand.kit.clock import SystemClock
from deskhand.llm.circuit import Circuit
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.model import ChatModel, ModelDown
from deskhand.llm.offline import OfflineChatClient
from deskhand.llm.openai import lean_client, openai_model
from deskhand.llm.small_talk import SmallTalk
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.testing.scripted_provider import (
    CallTool,
    CutStream,
    Garbage,
    Hang,
    Refuse,
    Say,
    ScriptedProvider,
    Step,
)
from deskhand.turns.answer import AnswerKind
from deskhand.turns.budget import Budget
from deskhand.turns.events import Stage, StageReached, Tell, TextAdded, TurnEvent
from deskhand.turns.reflected import Ended, Reflected
from deskhand.turns.reflecting import CRITERIA
from deskhand.turns.respond import Responder
from deskhand.turns.state import Accepted, Draft, Gathered
from deskhand.turns.toolbox import Toolbox, Toolboxes
from deskhand.usage.model import PriceList
from deskhand.usage.recorder import UsageRecorder
from shops import serving
from turns.agents import running_agent
from turns.shop_answers import passage
from turns.visits import Visiting

PAGE = (
    "You can return a helmet within 30 days of delivery. A returned helmet must be unworn and in its box. "
    "Returning an item by post costs 3.90 pounds."
)
FIRST = Say(text="You can return a helmet within 30 days of delivery. [1]", usage=(900, 20))
BETTER = Say(
    text="You can return a helmet within 30 days of delivery. [1] It must be unworn and in its box. [1]",
    usage=(1000, 40),
)
FINE = Say(text='{"verdict": "send", "criticisms": []}', usage=(700, 10))
LACKS = Say(text='{"verdict": "revise", "criticisms": ["It does not say in which state."]}', usage=(700, 30))


class NoTools:
    """An agent without tools."""

    @asynccontextmanager
    async def open(self, *_: object) -> AsyncIterator[Toolbox]:
        yield Toolbox(functions=[], middleware=[])


class Answered:
    """What came of one turn over the wire."""

    def __init__(self, draft: Draft, events: Sequence[TurnEvent], requests: list[dict[str, Any]]) -> None:
        self.draft = draft
        self.events = events
        self.requests = requests

    @property
    def so(self) -> Reflected:
        assert self.draft.reflection is not None
        return self.draft.reflection

    @property
    def told(self) -> list[str]:
        return [event.delta for event in self.events if isinstance(event, TextAdded)]

    @property
    def stages(self) -> list[Stage]:
        return [event.stage for event in self.events if isinstance(event, StageReached)]


def an_agent(policy: Reflection | None = None, **fields: Any) -> RunningAgent:
    policy = policy or Reflection(enabled=True)
    return replace(running_agent(), reflection=policy, instructions="You are Lark.", **fields)


def a_turn_of(agent: RunningAgent, **fields: Any) -> Gathered:
    given: dict[str, Any] = {
        "agent": agent,
        "text": "How do I return a helmet?",
        "history": (),
        "questions": ("How do I return a helmet?",),
        "passages": (passage(1, PAGE),),
    }
    return Gathered(**(given | fields))


async def respond(gathered: Gathered, tell: Tell) -> Draft:
    """The turn answered by its agent's models; nothing of it needs a database."""
    store, clock = cast("TenantStore", None), SystemClock()
    responder = Responder(
        toolboxes=cast("Toolboxes", NoTools()),
        budget=Budget(store=store, clock=clock),
        usage=UsageRecorder(clock=clock, prices=PriceList(prices={})),
    )
    scope = TenantScope(tenant_id="ten_1", role=Role.CONTACT, contact_id="con_1")
    accepted = Accepted(scope=scope, session=cast("Session", None), turn=cast("Turn", None), knowledge_bases=())
    return await responder.respond(accepted, gathered, tell)


async def answered(*script: Step, agent: RunningAgent | None = None, seconds: float = 20.0, **fields: Any) -> Answered:
    """An answer of a model that plays the script."""
    provider, events = ScriptedProvider(*script), list[TurnEvent]()
    async with serving(provider.app) as url:
        client = lean_client(api_key="k", base_url=f"{url}/v1", timeout_seconds=seconds, max_retries=0)
        model = openai_model("scripted", client, timeout_seconds=seconds, circuit=Circuit())
        asked = replace(agent or an_agent(), models=(model,))
        try:
            draft = await respond(a_turn_of(asked, **fields), events.append)
        finally:
            await client.close()
    return Answered(draft, events, provider.requests)


async def test_a_criticised_answer_is_written_again_before_any_of_it_is_told() -> None:
    turn = await answered(FIRST, LACKS, BETTER)
    assert turn.draft.text == BETTER.text
    assert turn.told == [BETTER.text]
    assert turn.stages == [Stage.CHECKING, Stage.WRITING]
    assert isinstance(turn.events[-1], TextAdded)
    assert (turn.so.rounds, turn.so.changed, turn.so.ended) == (1, True, Ended.ROUNDS)
    assert turn.so.criticisms == ("It does not say in which state.",)


async def test_what_it_takes_is_counted_call_by_call() -> None:
    turn = await answered(FIRST, LACKS, BETTER)
    calls = [(call.input_tokens, call.output_tokens) for call in turn.draft.calls]
    assert calls == [(900, 20), (700, 30), (1000, 40)]
    assert turn.draft.usage.tokens == 2690
    assert turn.so.tokens == 1770


async def test_an_answer_that_can_be_sent_is_sent_as_it_is() -> None:
    turn = await answered(FIRST, FINE)
    assert turn.told == [turn.draft.text] == [FIRST.text]
    assert (turn.so.rounds, turn.so.changed, turn.so.ended) == (1, False, Ended.SATISFIED)
    assert len(turn.requests) == 2


async def test_without_reflection_text_is_told_as_it_comes() -> None:
    agent = replace(an_agent(), reflection=None)
    turn = await answered(BETTER, agent=agent)
    assert (len(turn.told), turn.draft.reflection, len(turn.requests)) == (2, None, 1)
    assert turn.draft.tool_metadata == {}


async def test_the_critic_is_given_draft_passages_and_criteria_as_data_and_no_tools() -> None:
    policy = Reflection(enabled=True, criteria=("Names the next step.",))
    turn = await answered(FIRST, LACKS, BETTER, agent=an_agent(policy))
    _, critique, revision = turn.requests
    system, data = (message["content"] for message in critique["messages"])
    given = json.loads(data if isinstance(data, str) else data[0]["text"])
    assert "You are Lark" not in str(system)
    assert given["draft"] == FIRST.text
    assert given["message"] == "How do I return a helmet?"
    assert given["passages"][0]["text"] == PAGE
    assert given["criteria"] == ["Names the next step."]
    assert all("tools" not in request for request in (critique, revision))
    assert "It does not say in which state." in str(revision["messages"][-1]["content"])
    assert FIRST.text in str(revision["messages"][-2]["content"])
    assert critique["max_tokens" if "max_tokens" in critique else "max_completion_tokens"] <= 400


async def test_without_criteria_of_its_own_an_answer_is_measured_by_the_shipped_ones() -> None:
    turn = await answered(FIRST, FINE)
    assert CRITERIA[0] in str(turn.requests[1]["messages"][-1]["content"])


async def test_two_rounds_are_two_rounds_also_where_the_critic_is_never_satisfied() -> None:
    agent = an_agent(Reflection(enabled=True, rounds=2))
    turn = await answered(FIRST, LACKS, BETTER, LACKS, FIRST, LACKS, agent=agent)
    assert (turn.so.rounds, turn.so.ended, len(turn.requests)) == (2, Ended.ROUNDS, 5)
    assert turn.told == [FIRST.text]
    assert len(turn.so.criticisms) == 2


async def test_a_second_round_that_is_satisfied_keeps_the_first_ones_answer() -> None:
    agent = an_agent(Reflection(enabled=True, rounds=2))
    turn = await answered(FIRST, LACKS, BETTER, FINE, agent=agent)
    assert (turn.told, turn.so.rounds, turn.so.changed) == ([BETTER.text], 2, True)
    assert turn.so.ended is Ended.SATISFIED


@pytest.mark.parametrize(
    "critique",
    [
        Say(text="It looks good to me."),
        Say(text="} nothing {"),
        Say(text='["revise"]'),
        Say(text='{"verdict": "perhaps", "criticisms": ["x"]}'),
        Say(text='{"verdict": "revise", "criticisms": "all of it"}'),
        Say(text='{"verdict": "revise", "criticisms": [' + "[" * 5000 + "]}"),
        Say(text=""),
        CallTool(name="refund", arguments="{}"),
        Refuse(status=500),
        Refuse(status=429),
        Garbage(),
    ],
    ids=["prose", "braces", "list", "verdict", "words", "depth", "empty", "tool", "500", "429", "html"],
)
async def test_a_critique_that_fails_keeps_the_answer(critique: Step) -> None:
    turn = await answered(FIRST, critique)
    assert turn.told == [turn.draft.text] == [FIRST.text]
    assert (turn.so.rounds, turn.so.changed, turn.so.ended) == (0, False, Ended.FAILED)
    assert turn.draft.kind is AnswerKind.ANSWER
    assert not turn.draft.degraded


async def test_a_fenced_critique_is_read_and_long_ones_are_cut() -> None:
    many = json.dumps({"verdict": "revise", "criticisms": ["x" * 900, " ", *(f"{n}" for n in range(9))]})
    turn = await answered(FIRST, Say(text=f"Sure:\n```json\n{many}\n```"), BETTER)
    assert [len(each) for each in turn.so.criticisms] == [300, 1, 1, 1, 1]
    assert turn.so.changed


async def test_a_wish_for_revision_that_names_nothing_changes_nothing() -> None:
    turn = await answered(FIRST, Say(text='{"verdict": "revise", "criticisms": ["  "]}'))
    assert (turn.told, turn.so.ended, len(turn.requests)) == ([FIRST.text], Ended.SATISFIED, 2)


@pytest.mark.parametrize(
    "revision",
    [
        Say(text="NO_ANSWER"),
        Say(text="I would be happy to help you with that."),
        Say(text="You can return a helmet within 60 days of delivery. [1]"),
        Say(text=f"{FIRST.text} I have refunded your order."),
        Say(text=f"{FIRST.text} The helmet weighs 300 grams. [1]"),
        Say(text="You can return a helmet within 30 days of", finish="length"),
        Say(text="You can return", finish="content_filter"),
        Say(text=""),
        CutStream(text=FIRST.text),
        Refuse(status=503),
    ],
    ids=["no answer", "uncited", "wrong", "promise", "beyond", "cut off", "withheld", "empty", "broken off", "503"],
)
async def test_what_is_written_again_and_does_not_hold_leaves_the_answer_as_it_was(revision: Step) -> None:
    turn = await answered(FIRST, LACKS, revision)
    assert turn.told == [turn.draft.text] == [FIRST.text]
    assert (turn.so.rounds, turn.so.changed, turn.so.ended) == (1, False, Ended.KEPT)
    assert (turn.draft.kind, turn.draft.checks.objections) == (AnswerKind.ANSWER, 0)


async def test_a_revision_may_mend_what_the_checks_took_out() -> None:
    faulty = Say(text=f"{FIRST.text} Gift wrapping is always free of charge. [1]")
    turn = await answered(faulty, LACKS, BETTER)
    assert (turn.told, turn.so.changed, turn.draft.checks.dropped) == ([BETTER.text], True, 0)


async def test_an_answer_written_again_for_its_sources_is_withheld_too() -> None:
    agent = replace(an_agent(), unsupported=Unsupported.REGENERATE)
    wrong = Say(text="You can return a helmet within 60 days of delivery. [1]")
    turn = await answered(replace(wrong, usage=(900, 22)), FIRST, LACKS, BETTER, agent=agent)
    assert (turn.told, turn.so.changed) == ([BETTER.text], True)
    assert [call.tokens for call in turn.draft.calls] == [922, 920, 730, 1040]


async def test_a_critic_that_does_not_come_back_costs_no_more_than_the_models_time() -> None:
    turn = await answered(FIRST, Hang(), seconds=1.6)
    assert (turn.told, turn.so.ended) == ([FIRST.text], Ended.FAILED)
    assert turn.draft.calls[-1].estimated


async def test_a_revision_that_does_not_come_back_is_given_up() -> None:
    turn = await answered(FIRST, LACKS, Hang(), seconds=1.8)
    assert (turn.told, turn.so.changed) == ([FIRST.text], False)
    assert turn.so.ended in {Ended.TIME, Ended.KEPT}


async def test_with_too_little_time_left_nothing_is_begun() -> None:
    turn = await answered(FIRST, FINE, seconds=1.0)
    assert (turn.told, turn.so.ended, turn.so.rounds) == ([FIRST.text], Ended.TIME, 0)
    assert len(turn.requests) == 1


@pytest.mark.parametrize(
    ("limits", "requests"),
    [({"input_tokens": 1_000}, 1), ({"input_tokens": 2_000}, 2), ({"output_tokens": 410}, 1)],
    ids=["no critique fits", "no revision fits", "too much is written"],
)
async def test_the_turns_tokens_are_not_passed(limits: dict[str, int], requests: int) -> None:
    turn = await answered(FIRST, replace(LACKS, usage=(1_090, 30)), BETTER, agent=an_agent(None, **limits))
    assert (turn.told, turn.so.ended, turn.so.changed) == ([FIRST.text], Ended.BUDGET, False)
    assert len(turn.requests) == requests


async def test_where_there_is_no_answer_there_is_nothing_to_criticise() -> None:
    turn = await answered(Say(text="NO_ANSWER"), LACKS)
    assert (turn.draft.kind, turn.so.ended, len(turn.requests)) == (AnswerKind.NO_ANSWER, Ended.NO_ANSWER, 1)
    assert turn.told == [turn.draft.text]


async def test_a_greeting_is_not_criticised() -> None:
    turn = await answered(Say(text="Hello!"), LACKS, text="Hi", small_talk=SmallTalk.GREETING)
    assert (turn.told, turn.so.ended, len(turn.requests)) == (["Hello!"], Ended.NO_ANSWER, 1)


@pytest.mark.model
async def test_the_offline_model_answers_at_once_and_says_that_there_was_nothing_to_do(
    embedder: FastEmbedEmbedder,
) -> None:
    offline = ChatModel(name="offline", client=OfflineChatClient(embedder), is_offline=True, timeout_seconds=30.0)
    events: list[TurnEvent] = []
    draft = await respond(a_turn_of(replace(an_agent(), models=(offline,))), events.append)
    assert "30 days" in draft.text
    assert draft.reflection is not None
    assert draft.reflection.as_details() | {"seconds": 0} == {
        "rounds": 0,
        "changed": False,
        "criticisms": 0,
        "tokens": 0,
        "seconds": 0,
        "ended": "offline",
    }
    assert all(isinstance(event, TextAdded) for event in events)


async def test_a_model_that_is_down_tells_nothing_of_its_half_answer() -> None:
    provider, events = ScriptedProvider(CutStream(text=f"{FIRST.text} It must")), list[TurnEvent]()
    async with serving(provider.app) as url:
        client = lean_client(api_key="k", base_url=f"{url}/v1", timeout_seconds=5, max_retries=0)
        model = openai_model("scripted", client, timeout_seconds=5, circuit=Circuit())
        with pytest.raises(ModelDown):
            await respond(a_turn_of(an_agent(models=(model,))), events.append)
        await client.close()
    assert events == []


async def test_a_turn_that_is_given_up_while_it_is_criticised_tells_nothing() -> None:
    provider, events, criticised = ScriptedProvider(FIRST, Hang()), list[TurnEvent](), asyncio.Event()

    def tell(event: TurnEvent) -> None:
        events.append(event)
        if isinstance(event, StageReached):
            criticised.set()

    async with serving(provider.app) as url:
        client = lean_client(api_key="k", base_url=f"{url}/v1", timeout_seconds=30, max_retries=0)
        model = openai_model("scripted", client, timeout_seconds=30, circuit=Circuit())
        work = asyncio.create_task(respond(a_turn_of(an_agent(models=(model,))), tell))
        await criticised.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await client.close()
    assert not [event for event in events if isinstance(event, TextAdded)]


REFLECTS = {"configuration": {"reflection": {"enabled": True, "criteria": ["Says in which state."]}}}


async def test_in_a_whole_turn_the_answer_its_record_and_its_events_tell_of_it(visiting: Visiting) -> None:
    async with visiting(FIRST, LACKS, BETTER, contract=REFLECTS) as visit:
        events = await visit.events()
        answer = events[-1]["data"]["answer"] if "answer" in events[-1]["data"] else events[-1]["data"]
        async with visit.shop.client(visit.shop.owner_token()) as owner:
            records = (await owner.get("/api/v1/audit")).json()["items"]
            record = (await owner.get(f"/api/v1/audit/{records[0]['id']}")).json()
    assert [event["data"]["delta"] for event in events if event["type"] == "text"] == [BETTER.text]
    told = answer if isinstance(answer, dict) else events[-1]["data"]
    assert told["tool_metadata"]["reflection"]["changed"] is True
    assert told["tool_metadata"]["reflection"]["criticisms"] == 1
    assert told["tools_used"] == []
    (noted,) = record["tools"]
    assert (noted["name"], noted["success"], noted["calls"]) == ("reflection", True, 1)
    assert "It does not say in which state." in noted["summary"]
    assert (record["input_tokens"], record["output_tokens"]) == (2600, 90)


async def test_a_contract_says_how_often_and_refuses_more(visiting: Visiting) -> None:
    async with visiting(FIRST) as visit, visit.shop.client(visit.shop.owner_token()) as owner:
        body = {"id": "sue", "name": "Sue", "identity": {"short_description": "Answers."}}
        wrong = {"configuration": {"reflection": {"enabled": True, "rounds": 3}}}
        refused = await owner.post("/api/v1/agents", json=body | wrong)
    assert refused.status_code == 422
    assert "configuration.reflection.rounds" in refused.json()["detail"]
