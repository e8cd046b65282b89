"""A message of several matters: answered at once, then planned for, and what the plan finds is a message of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deskhand.orchestration.asking import Asked, NoAnswerInTime
from deskhand.orchestration.coordinator import Coordinator
from deskhand.orchestration.plan_model import PlanDraft
from deskhand.settings import load_settings
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.events import PlanChanged, TextAdded
from deskhand.wiring import House
from shops import OpenHouse, Shop, open_shop
from turns.fronts import contract, coordinator, make_agents

SEVERAL = "How long can I return a helmet? And at what temperature do I charge the battery?"
RETURNS = ("How long can I return a helmet?", "Can I send a helmet back?", "What does returning an item cost?")
BATTERY = ("How do I charge the battery?", "At what temperature is the battery charged?", "How do I store the battery?")
GARDEN = ("When are tulips planted?", "Which soil do roses like?", "How often is a lawn watered?")
EXAMPLES = {"support-billing": RETURNS, "support-technical": BATTERY, "sales-garden": GARDEN}


def specialist(agent_id: str) -> dict[str, Any]:
    return contract(agent_id, routing={"examples": list(EXAMPLES[agent_id]), "description": EXAMPLES[agent_id][0]})


async def staffed(shop: Shop) -> None:
    """Specialists behind a coordinator that has learned their examples."""
    async with shop.client(shop.owner_token()) as owner:
        await make_agents(owner, contract("support"), *map(specialist, EXAMPLES), coordinator(*EXAMPLES))
    house = shop.house
    entry = await house.runtime.agent_for(shop.owner_scope, None)
    assert await house.coordinator.prepare(shop.owner_scope, entry)


class Talk:
    """A contact in a session of its own, and the owner who looks on."""

    def __init__(self, shop: Shop, contact: httpx.AsyncClient, owner: httpx.AsyncClient, session_id: str) -> None:
        self.shop, self.house = shop, shop.house
        self.contact, self.owner, self.session_id = contact, owner, session_id
        self.path = f"/api/v1/chat/sessions/{session_id}/messages"

    async def ask(self, message: str = SEVERAL, **fields: Any) -> dict[str, Any]:
        answer = await self.contact.post(self.path, json={"message": message, **fields})
        assert answer.status_code == 200, answer.text
        given: dict[str, Any] = answer.json()
        return given

    async def messages(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.contact.get(self.path)).json()["items"]
        return items

    async def plans(self) -> list[dict[str, Any]]:
        found = (await self.owner.get("/api/v1/plans", params={"session_id": self.session_id})).json()
        assert found["total"] == len(found["items"])
        return list(found["items"])

    async def plan(self) -> dict[str, Any]:
        (brief,) = await self.plans()
        whole: dict[str, Any] = (await self.owner.get(f"/api/v1/plans/{brief['id']}")).json()
        return whole

    async def settled(self) -> None:
        await self.house.jobs.run_due()
        await self.house.background.settle()


@pytest.fixture
async def talk(shop: Shop) -> AsyncIterator[Talk]:
    await staffed(shop)
    async with shop.client(shop.owner_token()) as owner, shop.client(await shop.contact_token()) as contact:
        session = (await contact.post("/api/v1/sessions", json={})).json()
        yield Talk(shop, contact, owner, session["id"])


async def test_several_matters_are_answered_at_once_and_the_plans_outcome_follows(talk: Talk) -> None:
    answer = await talk.ask()
    assert answer["answered"] is True
    assert answer["answer"].endswith("and will write again here.")
    assert answer["message"]["content"] == answer["answer"]
    assert answer["message"]["metadata"]["plan"] == {"id": answer["plan"], "status": "pending"}
    await talk.settled()
    plan = await talk.plan()
    assert (plan["id"], plan["turn_id"], plan["status"]) == (answer["plan"], answer["turn_id"], "done")
    assert [(each["agent"], each["status"]) for each in plan["subtasks"]] == [
        ("support-billing", "done"),
        ("support-technical", "done"),
    ]
    *_, said = await talk.messages()
    assert (said["role"], said["metadata"]["kind"]) == ("agent", "plan")
    assert "30 days" in said["content"]
    assert "25 degrees" in said["content"]
    assert "part-1" not in said["content"]
    told = said["metadata"]["plan"]
    assert (told["id"], told["counts"]) == (plan["id"], {"succeeded": 2, "failed": 0, "skipped": 0})
    assert [each["agent"] for each in told["references"]] == ["support-billing", "support-technical"]
    assert {each["number"] for each in said["citations"]} == set(range(1, len(said["citations"]) + 1))
    assert all(f"[{each['number']}]" in said["content"] for each in said["citations"])
    assert {each["source"] for each in said["citations"]} >= {"returns.md", "battery.md"}


async def test_how_far_the_plan_is_and_its_outcome_reach_whoever_listens(talk: Talk) -> None:
    with talk.house.hub.subscribe(talk.session_id) as listening:
        answer = await talk.ask()
        await talk.settled()
        told = [listening.queue.get_nowait().event for _ in range(listening.queue.qsize())]
    states = [event.plan["status"] for event in told if isinstance(event, PlanChanged)]
    assert (states[0], states[-1]) == ("pending", "done")
    kinds = [type(event).__name__ for event in told]
    assert max(kinds.index("Completed"), kinds.index("PlanChanged")) < kinds.index("AgentSaid")
    texts = "".join(event.delta for event in told if isinstance(event, TextAdded))
    assert texts == answer["answer"]


@pytest.mark.parametrize(
    "message",
    [
        "How long can I return a helmet?",
        "How long can I return a helmet? What does returning an item cost?",
        "I bought a helmet and then it broke.",
        "Hello!",
        "How long can I return a helmet? And how do I charge the battery? I want to talk to a person.",
    ],
)
async def test_one_matter_small_talk_and_what_goes_to_a_person_make_no_plan(talk: Talk, message: str) -> None:
    answer = await talk.ask(message)
    await talk.settled()
    assert answer["plan"] is None
    assert "several matters" not in answer["answer"]
    assert await talk.plans() == []
    assert len(await talk.messages()) == 2


async def test_a_session_of_one_agent_makes_no_plans(talk: Talk) -> None:
    session = (await talk.contact.post("/api/v1/sessions", json={"agent_id": "support"})).json()
    path = f"/api/v1/chat/sessions/{session['id']}/messages"
    assert (await talk.contact.post(path, json={"message": SEVERAL})).json()["plan"] is None


async def test_a_message_delivered_twice_starts_one_plan_and_gets_one_outcome(talk: Talk) -> None:
    first = await talk.ask(idempotency_key="once")
    again = await talk.ask(idempotency_key="once")
    await talk.settled()
    assert again["plan"] == first["plan"]
    draft = PlanDraft(task=SEVERAL, session_id=talk.session_id, turn_id=first["turn_id"])
    assert (await talk.house.planner.start(talk.shop.owner_scope, draft)).id == first["plan"]
    await talk.settled()
    assert [each["id"] for each in await talk.plans()] == [first["plan"]]
    assert [each["metadata"].get("kind") for each in await talk.messages()].count("plan") == 1


async def test_a_session_has_no_more_plans_under_way_than_it_may(talk: Talk) -> None:
    talk.house.jobs.end()
    answers = [await talk.ask() for _ in range(3)]
    assert [each["plan"] is not None for each in answers] == [True, True, False]
    assert len(await talk.plans()) == 2


async def test_a_part_that_fails_is_named_and_the_rest_is_told(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    asker = talk.house.planner._work._asker  # type: ignore[attr-defined]
    ask = asker.ask

    async def failing(scope: TenantScope, agent_id: str, question: str, **fields: Any) -> Asked:
        if agent_id == "support-technical":
            raise NoAnswerInTime("It took too long.")
        asked: Asked = await ask(scope, agent_id, question, **fields)
        return asked

    monkeypatch.setattr(asker, "ask", failing)
    await talk.ask()
    await talk.settled()
    plan = await talk.plan()
    assert (plan["status"], plan["counts"]) == ("done", {"succeeded": 1, "failed": 1, "skipped": 0})
    *_, said = await talk.messages()
    assert "30 days" in said["content"]
    assert "Not done: “And at what temperature do I charge the battery?”." in said["content"]


async def test_when_nothing_comes_of_it_the_customer_is_told_so(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: Any, **__: Any) -> Asked:
        raise NoAnswerInTime("It took too long.")

    monkeypatch.setattr(talk.house.planner._work._asker, "ask", failing)  # type: ignore[attr-defined]
    await talk.ask()
    await talk.settled()
    assert (await talk.plan())["status"] == "failed"
    *_, said = await talk.messages()
    assert "I could not find out more" in said["content"]
    assert said["metadata"]["answered"] is False


async def test_while_a_person_has_the_conversation_the_outcome_is_not_told(talk: Talk) -> None:
    talk.house.jobs.end()
    await talk.ask()
    taken = await talk.owner.post(f"/api/v1/sessions/{talk.session_id}/take-over")
    assert taken.status_code == 200, taken.text
    talk.house.jobs._ended = False
    await talk.settled()
    assert (await talk.plan())["status"] == "done"
    assert "plan" not in [each["metadata"].get("kind") for each in await talk.messages()]


async def test_the_record_of_the_turn_names_the_plan_and_a_replay_is_the_same(talk: Talk) -> None:
    answer = await talk.ask()
    (record,) = (await talk.owner.get("/api/v1/audit")).json()["items"]
    payload = (await talk.owner.get(f"/api/v1/audit/{record['id']}/payload")).json()
    assert payload["inputs"]["more"]["plan"]["id"] == answer["plan"]
    assert payload["inputs"]["more"]["plan"]["agents"] == ["support-billing", "support-technical"]
    assert (await talk.owner.post(f"/api/v1/audit/{record['id']}/replay")).json()["same"] is True


async def test_a_plan_begun_before_a_restart_is_finished_and_told_after_it(
    tmp_path: Path, open_a_house: OpenHouse
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data")
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        await staffed(shop)
        token = await shop.contact_token()
        async with shop.client(token) as contact:
            session_id = (await contact.post("/api/v1/sessions", json={})).json()["id"]
            path = f"/api/v1/chat/sessions/{session_id}/messages"
            house.jobs.end()
            plan_id = (await contact.post(path, json={"message": SEVERAL})).json()["plan"]
            assert len((await contact.get(path)).json()["items"]) == 2
    async with open_a_house(settings) as house:
        await settle(house)
        again = Shop(house=house, tenant=shop.tenant, owner_scope=shop.owner_scope, base_id=shop.base_id)
        async with again.client(token) as contact:
            *_, said = (await contact.get(path)).json()["items"]
        assert said["metadata"]["plan"]["id"] == plan_id
        assert "30 days" in said["content"]


async def settle(house: House) -> None:
    await house.jobs.run_due()
    await house.background.settle()


async def test_owners_are_named_only_where_that_is_sure(talk: Talk) -> None:
    house = talk.house
    assert isinstance(house.coordinator, Coordinator)
    entry = await house.runtime.agent_for(talk.shop.owner_scope, None)
    texts = (RETURNS[0], BATTERY[0], "Tell me a joke about parrots")
    assert await house.coordinator.owners(talk.shop.owner_scope, entry, texts) == (
        "support-billing",
        "support-technical",
        None,
    )
