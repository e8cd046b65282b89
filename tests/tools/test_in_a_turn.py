"""Tools in whole turns: a model over the wire, a contract that grants, a house that stands."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from deskhand.settings import load_settings
from deskhand.testing.failing_server import Answer, FailingServer
from deskhand.testing.scripted_provider import CallTool, Say, ScriptedProvider, Step
from deskhand.tools.contract import BaseTool, ToolResult, ToolSlice, ToolTurn
from deskhand.tools.registry import ToolRegistry
from deskhand.wiring_slices import tool_registry
from shops import OpenHouse, open_shop, serving
from tools.calls import Order

CALL = CallTool(name="look_up_order", arguments='{"order_id": "7"}')
WORDS = Say(text="Let me see what I can find out for you.")
SECRET = "database password hunter2"


class LookUp(BaseTool[Order]):
    """Asks a service for an order, or breaks."""

    name: ClassVar[str] = "look_up_order"
    description: ClassVar[str] = "Looks an order up."
    parameters = Order
    url: ClassVar[str | None] = None
    turns: ClassVar[list[ToolTurn]] = []
    cleaned_up: ClassVar[list[str]] = []

    def __init__(self, turn: ToolTurn) -> None:
        self.turn = turn

    async def execute(self, parameters: Order) -> ToolResult:
        self.turns.append(self.turn)
        if self.url is None:
            raise RuntimeError(SECRET)
        async with httpx.AsyncClient(base_url=self.url) as client:
            response = await client.get(f"/orders/{parameters.order_id}")
        response.raise_for_status()
        return ToolResult(success=True, data=response.json())

    async def cleanup(self) -> None:
        self.cleaned_up.append(self.turn.turn_id)


class Visit:
    """A contact whose agent may use the tool, or may not."""

    def __init__(self, client: httpx.AsyncClient, session: Mapping[str, str], provider: ScriptedProvider) -> None:
        self.client = client
        self.session = session
        self.provider = provider

    async def events(self) -> list[dict[str, Any]]:
        path = f"/api/v1/chat/sessions/{self.session['id']}/messages"
        headers = {"Accept": "text/event-stream", "X-Request-ID": "req-of-the-test"}
        text = (await self.client.post(path, json={"message": "Where is my order 7?"}, headers=headers)).text
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]

    @property
    def shown(self) -> list[str]:
        """What the model was shown of its calls."""
        return [each["content"] for each in self.provider.requests[-1]["messages"] if each["role"] == "tool"]


Visiting = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest.fixture
def visiting(tmp_path: Path, open_a_house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> Visiting:
    def with_look_up() -> ToolRegistry:
        registry = tool_registry()
        registry.register("look_up_order", LookUp, slice_=ToolSlice.CRM)
        return registry

    monkeypatch.setattr("deskhand.wiring.tool_registry", with_look_up)
    monkeypatch.setattr(LookUp, "turns", [])
    monkeypatch.setattr(LookUp, "cleaned_up", [])

    @asynccontextmanager
    async def visit(
        *script: Step, tools: tuple[str, ...] = ("look_up_order",), on: bool = True
    ) -> AsyncIterator[Visit]:
        provider = ScriptedProvider(*script)
        async with serving(provider.app) as url:
            settings = load_settings(
                env_file=None,
                data_dir=tmp_path / "data",
                openai_api_key="test-key",
                openai_base_url=f"{url}/v1",
                llm={"provider": "openai", "model": "scripted", "max_retries": 0},
                tools={"crm": {"enabled": on}},
            )
            async with open_a_house(settings) as house:
                shop = await open_shop(house)
                async with shop.client(shop.owner_token()) as owner:
                    contract: dict[str, Any] = {"id": "orders", "name": "Orders", "tools": list(tools)}
                    contract["identity"] = {"short_description": "Knows about orders."}
                    made = await owner.post("/api/v1/agents", json=contract)
                    assert made.status_code == 201, made.text
                async with shop.client(await shop.contact_token()) as client:
                    session = (await client.post("/api/v1/sessions", json={"agent_id": "orders"})).json()
                    yield Visit(client, session, provider)

    return visit


async def test_a_granted_tool_works_for_the_turn_it_was_called_in(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FailingServer({"/orders/7": [Answer(body={"state": "sent"})]})
    async with server.serving() as url, visiting(CALL, WORDS) as visit:
        monkeypatch.setattr(LookUp, "url", url)
        events = await visit.events()
    assert json.loads(visit.shown[0]) == {"ok": True, "data": {"state": "sent"}}
    answer = events[-1]["data"]
    assert answer["tools_used"] == ["look_up_order"]
    metadata = answer["tool_metadata"]["look_up_order"]
    assert (metadata["calls"], metadata["attempts"], metadata["outcome"]) == (1, 1, "done")
    assert [event["data"]["state"] for event in events if event["type"] == "tool_call"] == ["started", "done"]
    [turn] = LookUp.turns
    assert turn.request_id == "req-of-the-test"
    assert turn.session_id == visit.session["id"]
    assert turn.agent_id == "orders"
    assert turn.text == "Where is my order 7?"
    assert LookUp.cleaned_up == [turn.turn_id]


async def test_an_exception_of_a_tool_never_reaches_the_customer(visiting: Visiting) -> None:
    async with visiting(CALL, WORDS) as visit:
        events = await visit.events()
    assert SECRET not in json.dumps(events) + json.dumps(visit.provider.requests)
    assert events[-1]["type"] == "complete"
    assert events[-1]["data"]["tool_metadata"]["look_up_order"]["error"] == "broken"
    failed = [event["data"] for event in events if event["type"] == "tool_call"][-1]
    assert failed == {"name": "look_up_order", "state": "failed"}


@pytest.mark.parametrize(("tools", "on"), [((), True), (("look_up_order",), False), (("search_knowledge",), True)])
async def test_a_tool_that_was_not_granted_or_is_switched_off_is_not_offered_and_does_not_run(
    tools: tuple[str, ...],
    on: bool,  # noqa: FBT001 - a case
    visiting: Visiting,
) -> None:
    async with visiting(CALL, WORDS, tools=tools, on=on) as visit:
        events = await visit.events()
    offered = [tool["function"]["name"] for tool in visit.provider.requests[0].get("tools") or []]
    assert "look_up_order" not in offered
    assert LookUp.turns == []
    assert events[-1]["type"] == "complete"
    assert events[-1]["data"]["tools_used"] == []
