"""A contact on a shop whose model plays a script: a local server that speaks the OpenAI protocol."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deskhand.settings import load_settings
from deskhand.testing.scripted_provider import ScriptedProvider, Step
from shops import OpenHouse, Shop, open_shop, serving

QUESTION = "How long can I return a helmet?"


@dataclass(frozen=True)
class Visit:
    """A contact on a shop whose model plays a script."""

    client: httpx.AsyncClient
    session_id: str
    provider: ScriptedProvider
    shop: Shop

    @property
    def path(self) -> str:
        return f"/api/v1/chat/sessions/{self.session_id}/messages"

    async def ask(self, message: str = QUESTION, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.client.post(self.path, json={"message": message, **fields})).json()
        return answer

    async def events(self, message: str = QUESTION) -> list[dict[str, Any]]:
        headers = {"Accept": "text/event-stream"}
        text = (await self.client.post(self.path, json={"message": message}, headers=headers)).text
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]

    async def roles(self) -> list[str]:
        return [message["role"] for message in (await self.client.get(self.path)).json()["items"]]


Visiting = Callable[..., AbstractAsyncContextManager[Visit]]


async def make_agent(shop: Shop, contract: dict[str, Any]) -> None:
    """The shop's default agent, with these parts of a contract."""
    body = {"id": "support", "name": "Sue", "identity": {"short_description": "Answers."}, **contract}
    async with shop.client(shop.owner_token()) as owner:
        response = await owner.post("/api/v1/agents", json=body)
    assert response.status_code == 201, response.text


@pytest.fixture
def visiting(tmp_path: Path, open_a_house: OpenHouse) -> Visiting:
    @asynccontextmanager
    async def visit(
        *script: Step, seconds: float = 10.0, contract: dict[str, Any] | None = None, **given: Any
    ) -> AsyncIterator[Visit]:
        provider = ScriptedProvider(*script)
        async with serving(provider.app) as url:
            settings = load_settings(
                env_file=None,
                data_dir=tmp_path / "data",
                openai_api_key="test-key",
                openai_base_url=f"{url}/v1",
                llm={"provider": "openai", "model": "scripted", "timeout_seconds": seconds, "max_retries": 0},
                **given,
            )
            async with open_a_house(settings) as house:
                shop = await open_shop(house)
                if contract is not None:
                    await make_agent(shop, contract)
                async with shop.client(await shop.contact_token()) as client:
                    session_id = (await client.post("/api/v1/sessions", json={})).json()["id"]
                    yield Visit(client, session_id, provider, shop)

    return visit
