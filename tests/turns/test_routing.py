"""The coordinator in the turn: whose message it is, who answers instead, and what is told and kept of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from deskhand.agents.contract_defaults import default_contracts
from deskhand.agents.runtime import RunningAgent
from deskhand.agents.tables import AgentRow
from deskhand.llm.embedding import Vectors
from deskhand.orchestration.coordinator import Coordinator
from deskhand.tenancy.scope import TenantScope
from shops import Shop, open_shop
from turns.fronts import QUESTION, SPECIALISTS, Choice, Chooser, Front, contract, coordinator, make_agents, put_to_work


@pytest.fixture
async def front(shop: Shop) -> AsyncIterator[Front]:
    chooser = Chooser()
    put_to_work(shop, chooser)
    async with shop.client(shop.owner_token()) as owner, shop.client(await shop.contact_token()) as contact:
        await make_agents(owner, contract("support"), *map(contract, SPECIALISTS), coordinator(*SPECIALISTS, "support"))
        yield Front(shop, chooser, owner, contact)


async def test_the_specialist_answers_and_it_is_told_who_it_is(front: Front) -> None:
    session = await front.session()
    events = await front.events(session)
    kinds = [each["type"] for each in events]
    assert kinds.index("route") < kinds.index("sources")
    told = events[kinds.index("route")]["data"]
    route = {
        "agent_id": "support-billing",
        "name": "Support-Billing",
        "category": "support",
        "confidence": 0.91,
        "reasoning": "Closest to a message about money.",
    }
    assert told == route
    answer = events[-1]["data"]
    noted = route | {"decided_by": "semantic", "fallback": False, "reason": None, "path": []}
    assert answer["answered"] is True
    assert (answer["agent_used"], answer["agent_id"], answer["category"]) == ("support-billing",) * 2 + ("support",)
    assert answer["route"] == answer["message"]["metadata"]["route"] == noted


async def test_the_run_the_count_and_the_record_are_the_specialists(front: Front) -> None:
    session = await front.session()
    answer = await front.ask(session)
    runs = (await front.owner.get(f"/api/v1/sessions/{session['id']}/executions")).json()["items"]
    assert [(run["agent_id"], run["category"], run["confidence"]) for run in runs] == [
        ("support-billing", "support", 0.91)
    ]
    counts = {each: (await front.agent(each))["stats"]["interaction_count"] for each in ("coordinator", *SPECIALISTS)}
    assert counts == {"coordinator": 0, "support-billing": 1, "support-technical": 0}
    (record,) = (await front.owner.get("/api/v1/audit")).json()["items"]
    assert record["agent_id"] == "support-billing"
    payload = (await front.owner.get(f"/api/v1/audit/{record['id']}/payload")).json()
    assert payload["inputs"]["more"]["route"] == answer["route"] | {"given_on": []}


async def test_a_replay_asks_the_agent_that_answered_and_nobody_else(front: Front) -> None:
    answer = await front.ask(await front.session())
    (record,) = (await front.owner.get("/api/v1/audit")).json()["items"]
    front.chooser.choice = Choice(agent_id="support-technical")
    replayed = (await front.owner.post(f"/api/v1/audit/{record['id']}/replay")).json()
    assert replayed["same"] is True
    assert replayed["replayed"]["answer"] == answer["answer"]
    assert len(front.chooser.asked) == 1


async def test_the_coordinator_is_given_the_conversation_and_who_answered_last(front: Front) -> None:
    session = await front.session()
    await front.ask(session)
    await front.ask(session, "And what does it cost?")
    first, second = front.chooser.asked
    assert (first.by, first.text, first.history, first.current) == ("coordinator", QUESTION, (), None)
    assert (second.history, second.current) == ((QUESTION,), "support-billing")
    assert first.vector.shape == (front.shop.house.embedder.dimensions,)


@pytest.mark.parametrize("message", [QUESTION, "How long can I return a helmet? What does express delivery cost?"])
async def test_routing_embeds_nothing_that_the_turn_does_not_embed_anyway(
    front: Front, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    texts: list[str] = []
    embedder = front.shop.house.embedder
    inner = embedder.embed_queries

    async def counted(given: Sequence[str]) -> Vectors:
        texts.extend(given)
        return await inner(given)

    with monkeypatch.context() as watched:
        watched.setattr(embedder, "embed_queries", counted)
        assert (await front.ask(await front.session(agent_id="support-billing"), message))["route"] is None
        by_itself = sorted(texts)
        texts.clear()
        assert (await front.ask(await front.session(agent_id="coordinator"), message))["route"] is not None
    assert sorted(texts) == by_itself


async def test_small_talk_and_a_request_for_a_person_are_not_routed(front: Front) -> None:
    session = await front.session()
    greeted = await front.ask(session, "Hello!")
    assert (greeted["agent_used"], greeted["route"], greeted["category"]) == ("support", None, None)
    await front.ask(session)
    thanked = await front.ask(session, "Thank you!")
    assert (thanked["agent_used"], thanked["route"]) == ("support-billing", None)
    person = await front.ask(session, "I want to talk to a person")
    assert (person["agent_used"], person["requires_escalation"]) == ("support-billing", True)
    assert [each.text for each in front.chooser.asked] == [QUESTION]


async def test_thanks_go_to_the_general_agent_when_the_last_one_is_gone(front: Front) -> None:
    session = await front.session()
    await front.ask(session)
    await front.archive("support-billing")
    assert (await front.ask(session, "Thank you!"))["agent_used"] == "support"


async def test_a_session_that_names_nobody_keeps_naming_nobody(front: Front) -> None:
    session = await front.session()
    await front.ask(session)
    now = (await front.contact.get(f"/api/v1/sessions/{session['id']}")).json()
    assert (now["agent_id"], now["agent_version"]) == (None, None)
    await front.archive("coordinator")
    answer = await front.ask(session)
    assert (answer["agent_used"], answer["route"]) == ("support", None)


async def test_a_session_with_a_coordinator_stays_its_own(front: Front) -> None:
    session = await front.session(agent_id="coordinator")
    for _ in range(2):
        assert (await front.ask(session))["agent_used"] == "support-billing"
    now = (await front.contact.get(f"/api/v1/sessions/{session['id']}")).json()
    assert (now["agent_id"], now["agent_version"]) == ("coordinator", "1.0.0")


async def test_the_endpoint_of_the_coordinator_is_answered_by_the_specialist(front: Front) -> None:
    answer = (await front.owner.post("/api/v1/agents/coordinator/chat", json={"message": QUESTION})).json()
    assert (answer["agent_used"], answer["route"]["agent_id"]) == ("support-billing",) * 2


async def test_a_session_with_an_agent_of_its_own_is_not_routed(front: Front) -> None:
    session = await front.session(agent_id="support-technical")
    events = await front.events(session)
    assert "route" not in [each["type"] for each in events]
    answer = events[-1]["data"]
    assert (answer["agent_used"], answer["category"], answer["route"]) == ("support-technical", None, None)
    assert "route" not in answer["message"]["metadata"]
    assert front.chooser.asked == []


async def test_what_the_customer_told_one_specialist_the_next_one_knows(front: Front) -> None:
    session = await front.session()
    await front.ask(session, "My name is Maria Olsen and my order number is LS-48213. How long can I return a helmet?")
    front.chooser.choice = Choice(agent_id="support-technical")
    assert (await front.ask(session, "Which order number did I tell you?"))["memory_confidence"] is not None


def fallback_of(answer: dict[str, Any]) -> tuple[str, str, bool, str]:
    route = answer["route"]
    assert answer["answered"] is True
    assert route == answer["message"]["metadata"]["route"]
    return answer["agent_used"], route["agent_id"], route["fallback"], route["reason"]


GONE = ("support", "support", True, "'support-billing' is not there to answer.")


async def test_the_general_agent_stands_in_for_an_archived_one_and_says_so(front: Front) -> None:
    await front.archive("support-billing")
    answer = await front.ask(await front.session())
    assert fallback_of(answer) == GONE
    assert (answer["category"], answer["route"]["confidence"]) == ("support", 0.91)


async def test_the_general_agent_stands_in_for_one_whose_contract_cannot_be_read(front: Front) -> None:
    async with front.shop.house.store.write(front.shop.owner_scope) as db:
        broken = update(AgentRow).where(AgentRow.id == "support-billing").values(contract={"id": "support-billing"})
        await db.execute(broken, execution_options={"synchronize_session": False})
    assert fallback_of(await front.ask(await front.session())) == GONE


@pytest.mark.parametrize("chosen", ["coordinator", "of-a-neighbour", "no-such-agent"])
async def test_nobody_answers_who_is_not_the_coordinators_to_choose(front: Front, chosen: str) -> None:
    neighbour = await open_shop(front.shop.house, "neighbour", {})
    async with neighbour.client(neighbour.owner_token()) as other:
        await make_agents(other, contract("of-a-neighbour"))
    front.chooser.choice = Choice(agent_id=chosen)
    assert fallback_of(await front.ask(await front.session()))[:3] == ("support", "support", True)


async def test_a_coordinator_that_cannot_say_costs_no_answer(front: Front) -> None:
    front.chooser.down = True
    used, _, is_fallback, reason = fallback_of(await front.ask(await front.session()))
    assert (used, is_fallback, reason) == ("support", True, "The message could not be weighed.")


async def test_the_coordinator_answers_itself_when_nobody_else_is_there(front: Front) -> None:
    for each in ("support", *SPECIALISTS):
        await front.archive(each)
    assert fallback_of(await front.ask(await front.session()))[:3] == ("coordinator", "coordinator", True)


async def test_the_general_agent_stands_in_when_no_model_of_the_specialist_is_up(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = front.shop.house.runner._journey._router._runtime
    inner = runtime.agent_for

    async def without_models(scope: TenantScope, agent_id: str | None) -> RunningAgent:
        agent = await inner(scope, agent_id)
        return replace(agent, models=()) if agent.id == "support-billing" else agent

    monkeypatch.setattr(runtime, "agent_for", without_models)
    events = await front.events(await front.session())
    routes = [each["data"]["agent_id"] for each in events if each["type"] == "route"]
    assert routes == ["support-billing", "support"]
    expected = ("support", "support", True, "Support-Billing could not answer right now.")
    assert fallback_of(events[-1]["data"]) == expected


async def test_when_no_model_is_up_at_all_the_turn_fails_and_keeps_the_message(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = front.shop.house.runner._journey._router._runtime
    inner = runtime.agent_for

    async def without_models(scope: TenantScope, agent_id: str | None) -> RunningAgent:
        return replace(await inner(scope, agent_id), models=())

    session = await front.session()
    path = f"/api/v1/chat/sessions/{session['id']}/messages"
    with monkeypatch.context() as broken:
        broken.setattr(runtime, "agent_for", without_models)
        refused = await front.contact.post(path, json={"message": QUESTION})
    assert refused.status_code == 503
    assert [each["role"] for each in (await front.contact.get(path)).json()["items"]] == ["customer"]


@pytest.fixture
async def shipped(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A contact of a shop with the agents that ship, and the coordinator as it serves."""
    front_desk = next(each for each in default_contracts() if each.id == "coordinator")
    for each in default_contracts():
        if each.id in {*front_desk.routing.handoff_targets, front_desk.id}:
            await shop.house.agents.create(shop.owner_scope, each)
    router = shop.house.runner._journey._router
    entry = await router._runtime.agent_for(shop.owner_scope, None)
    assert isinstance(router._coordinator, Coordinator)
    assert await router._coordinator.prepare(shop.owner_scope, entry)
    async with shop.client(await shop.contact_token()) as contact:
        yield contact


async def test_the_agents_that_ship_share_the_messages_of_one_conversation(shipped: httpx.AsyncClient) -> None:
    session = (await shipped.post("/api/v1/sessions", json={})).json()
    path = f"/api/v1/chat/sessions/{session['id']}/messages"
    routes = []
    for message in (
        "Why was I charged twice for the same order?",
        "And what about last month?",
        "My lamp shows an error code and does not turn on",
        "Tell me a recipe for lentil soup",
    ):
        answer = (await shipped.post(path, json={"message": message})).json()
        routes.append((answer["agent_used"], answer["route"]["decided_by"]))
        assert answer["route"]["reasoning"]
    assert routes == [
        ("support-billing", "semantic"),
        ("support-billing", "kept"),
        ("support-technical", "semantic"),
        ("support", "general"),
    ]
    items = (await shipped.get(path)).json()["items"]
    assert [each["role"] for each in items] == ["customer", "agent"] * 4


async def test_without_a_coordinator_nothing_is_routed(shop: Shop) -> None:
    chooser = Chooser()
    put_to_work(shop, chooser)
    async with shop.client(shop.owner_token()) as owner, shop.client(await shop.contact_token()) as contact:
        front = Front(shop, chooser, owner, contact)
        session = await front.session()
        answer = await front.ask(session)
        assert (answer["agent_used"], answer["category"], answer["route"]) == ("support", None, None)
        # One that hands over to nobody, or is at rest, is none.
        await make_agents(owner, contract("coordinator", type="workflow"))
        assert (await front.ask(await front.session(new_thread=True)))["agent_used"] == "support"
    assert chooser.asked == []
