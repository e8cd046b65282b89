"""The coordinator: examples first, its model where they are unsure, else the general agent; follow-ups stay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_parts import AgentIdentity, AgentStatus, RoutingHints
from deskhand.agents.library import Change
from deskhand.agents.runtime import RunningAgent
from deskhand.agents.tables import AgentRow
from deskhand.kit.errors import Unavailable
from deskhand.llm.circuit import Circuit
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.embedding import Vectors
from deskhand.llm.openai import lean_client, openai_model
from deskhand.orchestration.coordinator import SURE, Coordinator, Route
from deskhand.testing.scripted_provider import Refuse, Say, ScriptedProvider, Step
from deskhand.usage.repository import UsageRepository
from shops import Shop, serving
from turns.agents import running_agent

EXAMPLES = {
    "support": ["Where is my order?", "How long does delivery take?", "How do I return an item?", "Lost parcel"],
    "support-billing": ["Why was I charged twice?", "Where is my invoice?", "My card was declined", "Wrong bill"],
    "retention-churn": ["I want to cancel my contract", "How do I close my account?", "Please end my membership"],
}
UNSURE = "Something about the contract and the bill of my parcel"
LONG = 30.0


class Counting:
    """The real embedder, counting the texts it is given; closed gates make them wait."""

    def __init__(self, embedder: FastEmbedEmbedder) -> None:
        self._embedder = embedder
        self.texts = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.dimensions, self.fingerprint = embedder.dimensions, embedder.fingerprint

    async def embed_query(self, text: str) -> Vectors:
        return await self._embedder.embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        await self.gate.wait()
        self.texts += len(texts)
        return await self._embedder.embed_queries(texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return await self._embedder.embed_documents(texts)


class Desk:
    """A tenant with a coordinator and three agents."""

    def __init__(self, shop: Shop, counting: Counting, agent: RunningAgent, seconds: float) -> None:
        house = shop.house
        self.shop, self.counting, self.agent = shop, counting, agent
        self.coordinator = Coordinator(
            store=house.store,
            clock=house.clock,
            embedder=counting,
            background=house.background,
            usage=house.slices.usage,
            patience_seconds=seconds,
        )

    async def route(self, text: str, agent: RunningAgent | None = None, **more: Any) -> Route:
        vector = await self.counting.embed_query(text)
        return await self.coordinator.route(self.shop.owner_scope, agent or self.agent, text, vector, **more)


@pytest.fixture
def counting(embedder: FastEmbedEmbedder) -> Counting:
    return Counting(embedder)


@pytest.fixture
async def desk(shop: Shop, counting: Counting) -> Desk:
    for agent_id, examples in EXAMPLES.items():
        hints = RoutingHints(description=f"All about {agent_id}", examples=tuple(examples))
        draft = ContractDraft(
            id=agent_id, name=agent_id.title(), identity=AgentIdentity(short_description="Answers."), routing=hints
        )
        await shop.house.agents.create(shop.owner_scope, draft)
    agent = replace(running_agent(), id="coordinator", handoff_targets=(*EXAMPLES, "nobody"))
    return Desk(shop, counting, agent, LONG)


@asynccontextmanager
async def with_model(desk: Desk, *script: Step) -> AsyncIterator[tuple[RunningAgent, ScriptedProvider]]:
    """The coordinator with a model that plays the script."""
    provider = ScriptedProvider(*script)
    async with serving(provider.app) as url:
        client = lean_client(api_key="k", base_url=f"{url}/v1", timeout_seconds=10, max_retries=0)
        try:
            model = openai_model("scripted", client, timeout_seconds=10, circuit=Circuit())
            yield replace(desk.agent, models=(model,)), provider
        finally:
            await client.close()


async def test_a_plain_message_goes_to_its_specialist_and_the_reason_names_the_nearest_example(desk: Desk) -> None:
    route = await desk.route("Why was my card charged twice?")

    assert (route.agent_id, route.category, route.decided_by) == ("support-billing", "support", "semantic")
    assert SURE <= route.confidence <= 1
    assert route.reasoning.startswith("Closest to 'Why was I charged twice?' of Support-Billing (support-billing), 0.")
    assert "; next: " in route.reasoning
    assert route.ranking[0] == ("support-billing", route.confidence)
    assert {agent_id for agent_id, _ in route.ranking} == set(EXAMPLES)


@pytest.mark.parametrize("text", ["What will the weather be like tomorrow?", "qwpoei zxmncb alskdj fghty", UNSURE])
async def test_what_is_for_nobody_goes_to_the_general_agent(desk: Desk, text: str) -> None:
    route = await desk.route(text)
    assert (route.agent_id, route.decided_by) == ("support", "general")
    assert route.reasoning.endswith("so the general agent answers.")
    assert 0 <= route.confidence <= 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Thanks!", "asks nothing new"),
        ("And how much is it?", "leans on the one before"),
        ("the blue one", "very short"),
        ("My number is 4711-22, I think", "tells a number"),
    ],
)
async def test_a_follow_up_stays_with_who_answered_before(desk: Desk, text: str, why: str) -> None:
    route = await desk.route(text, current="retention-churn", history=("How do I cancel?",))
    assert (route.agent_id, route.category, route.decided_by) == ("retention-churn", "retention", "kept")
    assert why in route.reasoning
    assert "Retention-Churn (retention-churn)" in route.reasoning


async def test_a_short_message_that_plainly_begins_something_else_is_routed(desk: Desk) -> None:
    route = await desk.route("Cancel my contract", current="support-billing")
    assert (route.agent_id, route.decided_by) == ("retention-churn", "semantic")


async def test_a_follow_up_to_an_agent_that_is_gone_is_routed_anew(desk: Desk) -> None:
    assert (await desk.route("Thanks!", current="nobody")).decided_by != "kept"
    assert (await desk.route("Thanks!", current="support")).agent_id == "support"


async def test_where_the_examples_are_unsure_the_model_is_asked(desk: Desk) -> None:
    reply = Say(text='```json\n{"agent": "retention-churn", "confidence": 0.8}\n```')
    async with with_model(desk, reply) as (agent, provider):
        route = await desk.route(UNSURE, agent, history=("Good morning",))

    assert (route.agent_id, route.decided_by, route.confidence) == ("retention-churn", "model", 0.8)
    assert "scripted gave it to Retention-Churn (retention-churn), 0.80" in route.reasoning
    (request,) = provider.requests
    assert UNSURE in str(request)
    assert "Good morning" in str(request)


async def test_the_model_is_not_asked_where_the_examples_are_sure(desk: Desk) -> None:
    async with with_model(desk, Refuse(status=500)) as (agent, provider):
        assert (await desk.route("Why was my card charged twice?", agent)).decided_by == "semantic"
    assert provider.requests == []


@pytest.mark.parametrize(
    "step",
    [
        Say(text='{"agent": "none", "confidence": 1.0}'),
        Say(text='{"agent": "support-billing", "confidence": 0.4}'),
        Say(text='{"agent": "the-boss", "confidence": 0.9}'),
        Say(text='{"agent": "support-billing", "confidence": 7}'),
        Say(text="It is for billing."),
        Refuse(status=500),
    ],
    ids=["nobody", "unsure too", "an agent that is not there", "out of bounds", "no object", "down"],
)
async def test_a_model_that_does_not_decide_leaves_it_to_the_general_agent(desk: Desk, step: Step) -> None:
    async with with_model(desk, step) as (agent, _):
        route = await desk.route(UNSURE, agent)
    assert (route.agent_id, route.decided_by) == ("support", "general")


async def test_a_model_at_rest_is_not_asked(desk: Desk) -> None:
    async with with_model(desk, Say(text='{"agent": "support-billing", "confidence": 1}')) as (agent, provider):
        for _ in range(3):
            agent.models[0].circuit.failed()
        assert (await desk.route(UNSURE, agent)).decided_by == "general"
    assert provider.requests == []


async def test_until_the_examples_are_learned_the_general_agent_answers(desk: Desk) -> None:
    hasty = Desk(desk.shop, desk.counting, desk.agent, 0.0)
    desk.counting.gate.clear()
    route = await hasty.route("Why was I charged twice?")
    assert (route.agent_id, route.decided_by, route.ranking) == ("support", "general", ())
    assert (await hasty.route("Thanks!", current="retention-churn")).decided_by == "kept"

    desk.counting.gate.set()
    assert await hasty.coordinator.prepare(desk.shop.owner_scope, desk.agent)
    assert (await hasty.route("Why was I charged twice?")).agent_id == "support-billing"


async def test_many_messages_at_once_have_it_fitted_once(desk: Desk) -> None:
    routes = await asyncio.gather(*(desk.route("Why was I charged twice?") for _ in range(8)))
    assert {route.agent_id for route in routes} == {"support-billing"}
    assert desk.counting.texts == sum(len(examples) + 1 for examples in EXAMPLES.values())


async def test_a_changed_contract_is_learned_from_and_only_its_new_texts_are_embedded(desk: Desk) -> None:
    scope, library = desk.shop.owner_scope, desk.shop.house.agents
    await desk.route("Why was I charged twice?")
    before = desk.counting.texts
    examples = [*EXAMPLES["support-billing"], "Can I have a purple unicorn balloon?"]
    patch = {"routing": {"examples": examples}}
    await library.patch(scope, "support-billing", patch, Change())
    desk.coordinator.forget(desk.shop.tenant.id)

    assert (await desk.route("I would like a purple unicorn balloon")).agent_id == "support-billing"
    assert desk.counting.texts == before + 1


async def test_an_archived_agent_is_given_nothing(desk: Desk) -> None:
    scope = desk.shop.owner_scope
    await desk.shop.house.agents.set_status(scope, "support-billing", AgentStatus.ARCHIVED, Change())
    assert (await desk.route("Why was I charged twice?")).agent_id != "support-billing"


async def test_a_router_that_cannot_be_fitted_costs_no_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: Sequence[str]) -> Vectors:
        raise Unavailable("The embedder is down.")

    monkeypatch.setattr(desk.counting, "embed_queries", refuse)
    assert (await desk.route("Why was I charged twice?")).decided_by == "general"
    monkeypatch.undo()
    assert (await desk.route("Why was I charged twice?")).decided_by == "semantic"  # tried again


async def test_agents_that_say_nothing_of_themselves_leave_all_to_the_general_one(desk: Desk) -> None:
    assert not await desk.coordinator.prepare(desk.shop.owner_scope, replace(desk.agent, handoff_targets=("nobody",)))


async def test_another_tenants_agents_are_never_chosen(desk: Desk) -> None:
    other = await desk.shop.house.directory.ensure_tenant("other", company="Other", agent_name="O")
    scope = replace(desk.shop.owner_scope, tenant_id=other.id)
    vector = await desk.counting.embed_query("Why was I charged twice?")
    await desk.route("Why was I charged twice?")
    route = await desk.coordinator.route(scope, desk.agent, "Why was I charged twice?", vector)
    assert (route.decided_by, route.ranking) == ("general", ())


async def test_a_target_whose_contract_cannot_be_read_is_left_out_and_the_others_serve(desk: Desk) -> None:
    async with desk.shop.house.store.write(desk.shop.owner_scope) as db:
        broken = update(AgentRow).where(AgentRow.id == "retention-churn").values(contract={"id": "retention-churn"})
        await db.execute(broken, execution_options={"synchronize_session": False})
    with capture_logs() as logs:
        route = await desk.route("Why was my card charged twice?")
    assert route.ranking[0][0] == "support-billing"
    assert set(dict(route.ranking)) == {"support", "support-billing"}
    (warned,) = [each for each in logs if each["event"] == "routing_target_unreadable"]
    assert warned["agent"] == "retention-churn"


async def test_what_the_model_used_counts_for_the_coordinator(desk: Desk) -> None:
    async with with_model(desk, Say(text='{"agent": "none", "confidence": 0.2}')) as (agent, provider):
        await desk.route(UNSURE, agent)
        assert len(provider.requests) == 1
    house = desk.shop.house
    async with house.store.read(desk.shop.owner_scope) as db:
        usage = UsageRepository(db, desk.shop.owner_scope, house.clock)
        spent = await usage.spent_by_agent(usage.today)
    assert set(spent) == {"coordinator"}
    assert spent["coordinator"] > 100
