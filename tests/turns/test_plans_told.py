"""Plans of turns as those outside meet them: over the socket, and thought out and summed up by a model."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from deskhand.testing.scripted_provider import Say
from shops import Shop, serving
from turns.fronts import contract, coordinator, make_agents
from turns.test_plans import EXAMPLES, SEVERAL, settle, specialist, staffed
from turns.visits import Visiting

OFFLINE = {"configuration": {"llm_provider": "offline"}}
ONLINE = {"configuration": {"llm_provider": "openai", "llm_model": "scripted"}}
PARTS = [
    {"id": "back", "description": "How long can I return a helmet?", "agent": "support-billing"},
    {"id": "power", "description": "At what temperature is the battery charged?", "agent": "support-technical"},
]
HELMET = "You can return a helmet within 30 days of delivery."
BATTERY = "Charge the battery between 10 and 25 degrees Celsius."


def part(text: str, subtask: str, quote: str) -> dict[str, Any]:
    return {"text": text, "said_by": [{"subtask": subtask, "quote": quote}]}


async def frames_until(socket: ClientConnection, state: str) -> list[dict[str, Any]]:
    """What the socket tells, up to a status of that state."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["data"].get("state") != state:
        frames.append(json.loads(await socket.recv()))
    return frames


async def test_the_socket_tells_of_the_answer_then_of_the_plan_and_of_its_outcome(shop: Shop) -> None:
    await staffed(shop)
    token = await shop.contact_token()
    async with serving(shop.house.app) as url, connect(url.replace("http", "ws") + "/ws") as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await socket.send(json.dumps({"type": "message", "text": SEVERAL}))
        frames = await frames_until(socket, "agent_message")
    (answer,) = [frame["data"] for frame in frames if frame["type"] == "complete"]
    plans = [frame["data"]["plan"] for frame in frames if frame["data"].get("state") == "plan"]
    assert {plan["id"] for plan in plans} == {answer["plan"]}
    assert (plans[0]["status"], plans[-1]["status"]) == ("pending", "done")
    said = frames[-1]["data"]["message"]
    assert said["metadata"]["plan"]["id"] == answer["plan"]
    assert "30 days" in said["content"]
    assert said["citations"]
    numbers = [frame["seq"] for frame in frames if frame["seq"]]
    assert numbers == sorted(numbers)


@pytest.mark.model
async def test_a_model_plans_and_sums_up_and_its_words_rest_on_what_was_found(visiting: Visiting) -> None:
    plan = {"strategy": "sequential", "subtasks": PARTS}
    summed_up = [part("A helmet can go back for 30 days.", "back", HELMET), part(BATTERY, "power", BATTERY)]
    script = (Say(text=json.dumps(plan)), Say(text=json.dumps({"parts": summed_up})))
    async with visiting(*script) as visit:
        shop = visit.shop
        async with shop.client(shop.owner_token()) as owner:
            specialists = [specialist(agent_id) | OFFLINE for agent_id in EXAMPLES]
            front = coordinator(*EXAMPLES) | ONLINE
            await make_agents(owner, contract("support", **OFFLINE), *specialists, front)
            entry = await shop.house.runtime.agent_for(shop.owner_scope, None)
            assert await shop.house.coordinator.prepare(shop.owner_scope, entry)
            answer = await visit.ask(SEVERAL)
            assert answer["model"] == "offline"
            await settle(shop.house)
            kept = (await owner.get(f"/api/v1/plans/{answer['plan']}")).json()
            asked = len(visit.provider.requests)
        *_, said = (await visit.client.get(visit.path)).json()["items"]
    assert (kept["made_by"], kept["strategy"], kept["synthesis"]["written_by"]) == (
        "scripted",
        "sequential",
        "scripted",
    )
    assert [each["id"] for each in kept["subtasks"]] == ["back", "power"]
    assert said["content"].startswith("Here is what we found out about your matters.\n\n")
    assert "A helmet can go back for 30 days. [" in said["content"]
    assert "[back]" not in said["content"]
    assert {each["source"] for each in said["citations"]} >= {"returns.md", "battery.md"}
    assert asked == 2
