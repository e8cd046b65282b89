"""The shop of a scenario on a real port: its agents, its customer, a model that plays the script, a CRM that fails.

Everything is done over HTTP and the socket, as a customer's browser and the console do it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from deskhand.agents.contract_defaults import COORDINATOR_ID, default_contracts
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.testing.failing_server import Answer, FailingServer
from deskhand.testing.scripted_provider import ScriptedProvider
from scenarios.shapes import Scenario, Way
from shops import HELP_CENTRE, OpenHouse, Shop, open_shop, serving

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEADLINE = 60.0
PATIENCE = 30.0
SHIPPED: Mapping[str, dict[str, Any]] = {
    str(draft.id): draft.model_dump(mode="json", exclude_unset=True) for draft in default_contracts()
}
_ENDS = frozenset({"complete", "error"})


class OwnTime:
    """A clock that a scenario moves."""

    def __init__(self) -> None:
        self._moment = BEGINS

    def now(self) -> datetime:
        """Each look is a little later than the one before, as in life."""
        self._moment += timedelta(microseconds=1)
        return self._moment

    def move(self, by: timedelta) -> None:
        self._moment += by


@dataclass
class Stage:
    """Everything that a scenario's steps need."""

    shop: Shop
    url: str
    time: OwnTime
    provider: ScriptedProvider
    crm: FailingServer
    contact_id: str
    session_agent: str | None
    session_id: str = ""
    thread_id: str = ""
    frames: list[dict[str, Any]] = field(default_factory=list)
    """What the customer's socket was told of the last message."""

    @asynccontextmanager
    async def staff(self, role: Role = Role.OPERATOR) -> AsyncIterator[httpx.AsyncClient]:
        token = self.shop.owner_token() if role is Role.OWNER else await self.shop.staff_token(role)
        async with self._client(token) as client:
            yield client

    async def listed(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All that the list holds, the oldest first."""
        async with self.staff() as client:
            answer = await client.get(f"/api/v1/{path}", params={"limit": 100, **query})
        assert answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.text}"
        items: list[dict[str, Any]] = answer.json()["items"]
        return items[::-1]

    async def messages(self) -> list[dict[str, Any]]:
        """The conversation, as the customer sees it."""
        async with self._client(self._contact_token()) as client:
            answer = await client.get(f"/api/v1/chat/sessions/{self.session_id}/messages", params={"limit": 100})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def write(self, text: str) -> dict[str, Any]:
        """The customer writes on the socket and reads until the end of the answer."""
        async with connect(self.url.replace("http", "ws") + "/ws") as socket, asyncio.timeout(DEADLINE):
            await self._open_session()
            hello = {"type": "hello", "token": self._contact_token(), "session_id": self.session_id}
            await socket.send(json.dumps(hello))
            await socket.recv()
            await socket.send(json.dumps({"type": "message", "text": text}))
            self.frames = [json.loads(await socket.recv())]
            while self.frames[-1]["type"] not in _ENDS:
                self.frames.append(json.loads(await socket.recv()))
        answer: dict[str, Any] = self.frames[-1]["data"]
        return answer

    async def settle(self) -> None:
        """Let everything that is due be done."""
        await self.shop.house.jobs.run_due()

    def crm_answers(self, answers: Mapping[str, int]) -> None:
        """From now on the far side answers so, by what is asked for; `profile` is the contact itself."""
        path = f"/api/v1/contacts/{self.contact_id}"
        body = {"id": self.contact_id, "name": "Ada Keller", "account_status": "active"}
        for what, status in answers.items():
            place = path if what == "profile" else f"{path}/{what}"
            self.crm.script(place, Answer(status=status, body=body))

    async def _open_session(self) -> None:
        """The customer's session of now: a new one where the last has ended by itself."""
        wish = {} if self.session_agent is None else {"agent_id": self.session_agent}
        async with self._client(self._contact_token()) as client:
            opened = await client.post("/api/v1/sessions", json=wish)
        assert opened.status_code == 201, opened.text
        self.session_id, self.thread_id = opened.json()["id"], opened.json()["thread_id"]

    def _contact_token(self) -> str:
        tenant_id = self.shop.tenant.id
        return self.shop.house.signer.for_contact(tenant_id=tenant_id, contact_id=self.contact_id).token

    def _client(self, token: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)


@asynccontextmanager
async def set_up(scenario: Scenario, way: Way, folder: Path, open_a_house: OpenHouse) -> AsyncIterator[Stage]:
    """The scenario's shop before the first word."""
    part, time = scenario.shop, OwnTime()
    provider, crm = ScriptedProvider(), FailingServer({})
    async with AsyncExitStack() as stack:
        model_url = await stack.enter_async_context(serving(provider.app))
        crm_url = await stack.enter_async_context(crm.serving())
        settings = _settings(folder, model_url, crm_url if part.external_crm else None)
        house = await stack.enter_async_context(open_a_house(settings, time))
        shop = await open_shop(house, documents=HELP_CENTRE if part.documents is None else part.documents)
        url = await stack.enter_async_context(serving(house.app))
        stage = Stage(
            shop=shop,
            url=url,
            time=time,
            provider=provider,
            crm=crm,
            contact_id="",
            session_agent=part.session_agent,
        )
        await _people_it(stage, scenario, way)
        yield stage


def _settings(folder: Path, model_url: str, crm_url: str | None) -> Settings:
    crm = {"endpoint": crm_url, "key": "key-of-the-crm", "timeout_seconds": 5.0} if crm_url else {}
    return load_settings(
        env_file=None,
        data_dir=folder / "data",
        openai_api_key="test-key",
        openai_base_url=f"{model_url}/v1",
        currency="GBP",
        llm={"provider": "offline", "max_retries": 0},
        tools={"billing": {"enabled": True}, "crm": crm},
    )


async def _people_it(stage: Stage, scenario: Scenario, way: Way) -> None:
    part = scenario.shop
    async with stage.staff(Role.OWNER) as owner:
        for slug in part.empty_bases:
            await _made(owner, "knowledge/bases", {"slug": slug, "name": slug})
        for contract in _contracts(scenario, way):
            await _made(owner, "agents", contract)
        stage.contact_id = (await _made(owner, "crm/contacts", part.customer))["id"]
        for order in part.orders:
            placed = stage.time.now() - timedelta(days=order.days_ago)
            body = order.model_dump(mode="json", exclude={"days_ago"})
            await _made(owner, "orders", body | {"contact_id": stage.contact_id, "placed_at": placed.isoformat()})
    stage.crm_answers({"profile": 200})
    house, scope = stage.shop.house, stage.shop.owner_scope
    if COORDINATOR_ID in part.agents:
        await house.coordinator.prepare(scope, await house.runtime.agent_for(scope, None))


async def _made(owner: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = await owner.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, f"{path} does not take {body.get('id', '')!r}: {answer.text}"
    made: dict[str, Any] = answer.json()
    return made


def _contracts(scenario: Scenario, way: Way) -> list[dict[str, Any]]:
    """The contracts, each after those that it hands over to."""
    part = scenario.shop
    made: list[dict[str, Any]] = []
    for agent_id, differs in part.agents.items():
        base = SHIPPED.get(agent_id) or {"id": agent_id, "name": agent_id.title()}
        base = {"identity": {"short_description": f"Answers as {agent_id}."}} | base
        contract = _merged(base, differs or {})
        if way is Way.SCRIPTED and agent_id in part.written_by_model:
            model = {"llm_provider": "openai", "llm_model": "scripted", "timeout_seconds": 20}
            contract = _merged(contract, {"configuration": model})
        if "handoff_targets" in contract.get("routing", {}):
            there = [each for each in contract["routing"]["handoff_targets"] if each in part.agents]
            contract["routing"] = {**contract["routing"], "handoff_targets": there}
        made.append(contract)
    return sorted(made, key=lambda contract: _depth(contract, {each["id"]: each for each in made}))


def _depth(contract: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> int:
    targets = contract.get("routing", {}).get("handoff_targets", [])
    return 1 + max((_depth(by_id[each], by_id) for each in targets), default=0)


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        inner = merged.get(key)
        merged[key] = _merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return merged
