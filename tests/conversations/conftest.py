"""A shop whose clock is moved by the test, and visits of contacts to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.settings import Settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House
from houses import opened_house
from shops import Shop, open_shop

QUESTION = "How long can I return a helmet?"
IDLE = timedelta(minutes=30)


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


@dataclass(frozen=True)
class Visitor:
    """A contact with a client of its own."""

    shop: Shop
    scope: TenantScope
    client: httpx.AsyncClient

    @property
    def contact_id(self) -> str:
        return self.scope.contact_id or ""

    async def open(self, **wish: Any) -> dict[str, Any]:
        response = await self.client.post("/api/v1/sessions", json=wish)
        assert response.status_code == 201, response.text
        opened: dict[str, Any] = response.json()
        return opened

    async def say(self, session_id: str, text: str = QUESTION, **fields: Any) -> httpx.Response:
        body = {"message": text, **fields}
        return await self.client.post(f"/api/v1/chat/sessions/{session_id}/messages", json=body)

    async def close(self, session_id: str, **body: Any) -> dict[str, Any]:
        response = await self.client.post(f"/api/v1/sessions/{session_id}/close", json=body)
        assert response.status_code == 200, response.text
        closed: dict[str, Any] = response.json()
        return closed

    async def session(self, session_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/api/v1/sessions/{session_id}")).json()
        return found


Visit = Callable[[], Awaitable[Visitor]]


async def visitor_of(shop: Shop) -> Visitor:
    contact_id, issued = await shop.house.directory.new_contact(shop.tenant.id)
    scope = TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)
    return Visitor(shop=shop, scope=scope, client=shop.client(issued.token))


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def house(settings: Settings, embedder: FastEmbedEmbedder, clock: MovedClock) -> AsyncIterator[House]:
    async with opened_house(settings, embedder=embedder, clock=clock) as opened:
        yield opened


@pytest.fixture
async def shop(house: House) -> Shop:
    return await open_shop(house)


@pytest.fixture
async def visitor(shop: Shop) -> AsyncIterator[Visitor]:
    made = await visitor_of(shop)
    async with made.client:
        yield made
