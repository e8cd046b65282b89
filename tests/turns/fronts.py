"""A shop with specialists behind a coordinator that chooses what a test says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from deskhand.agents.runtime import RunningAgent
from deskhand.kit.errors import Unavailable
from deskhand.llm.embedding import Vectors
from deskhand.tenancy.scope import TenantScope
from shops import Shop

QUESTION = "How long can I return a helmet?"
SPECIALISTS = ("support-billing", "support-technical")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the coordinator found."""

    agent_id: str = "support-billing"
    category: str = "support"
    confidence: float = 0.91
    reasoning: str = "Closest to a message about money."
    decided_by: str = "semantic"


@dataclass
class Asked:
    """What the coordinator was asked."""

    by: str
    text: str
    vector: Vectors
    history: tuple[str, ...]
    current: str | None


@dataclass
class Chooser:
    """A coordinator that chooses what the test says."""

    choice: Choice = field(default_factory=Choice)
    down: bool = False
    asked: list[Asked] = field(default_factory=list)

    async def route(
        self,
        scope: TenantScope,
        coordinator_agent: RunningAgent,
        text: str,
        vector: Vectors,
        *,
        history: Sequence[str] = (),
        current: str | None = None,
    ) -> Choice:
        assert scope.tenant_id
        self.asked.append(Asked(coordinator_agent.id, text, vector, tuple(history), current))
        if self.down:
            raise Unavailable("The routes are being learned.")
        return self.choice


@dataclass(frozen=True)
class Front:
    """A shop with two specialists behind a coordinator, and a contact in it."""

    shop: Shop
    chooser: Chooser
    owner: httpx.AsyncClient
    contact: httpx.AsyncClient

    async def session(self, **wish: Any) -> dict[str, Any]:
        opened = await self.contact.post("/api/v1/sessions", json=wish)
        assert opened.status_code == 201, opened.text
        session: dict[str, Any] = opened.json()
        return session

    async def ask(self, session: dict[str, Any], message: str = QUESTION) -> dict[str, Any]:
        path = f"/api/v1/chat/sessions/{session['id']}/messages"
        answer = await self.contact.post(path, json={"message": message})
        assert answer.status_code == 200, answer.text
        given: dict[str, Any] = answer.json()
        return given

    async def events(self, session: dict[str, Any], message: str = QUESTION) -> list[dict[str, Any]]:
        path = f"/api/v1/chat/sessions/{session['id']}/messages"
        headers = {"Accept": "text/event-stream"}
        text = (await self.contact.post(path, json={"message": message}, headers=headers)).text
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]

    async def agent(self, agent_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.owner.get(f"/api/v1/agents/{agent_id}")).json()
        return found

    async def archive(self, agent_id: str) -> None:
        archived = await self.owner.delete(f"/api/v1/agents/{agent_id}")
        assert archived.status_code == 204, archived.text


def contract(agent_id: str, **parts: Any) -> dict[str, Any]:
    name = agent_id.title()
    return {"id": agent_id, "name": name, "identity": {"short_description": f"Answers as {name}."}, **parts}


async def make_agents(owner: httpx.AsyncClient, *contracts: dict[str, Any]) -> None:
    for each in contracts:
        made = await owner.post("/api/v1/agents", json=each)
        assert made.status_code == 201, made.text


def coordinator(*targets: str) -> dict[str, Any]:
    return contract("coordinator", type="workflow", routing={"handoff_targets": list(targets)})


def put_to_work(shop: Shop, chooser: Chooser) -> None:
    """Let it coordinate in the shop's turns."""
    shop.house.runner._journey._router._coordinator = chooser
