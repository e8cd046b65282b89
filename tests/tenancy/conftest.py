"""A house that opens quickly, with a clock that the tests move, and people of every role in it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from deskhand.settings import Settings, load_settings
from deskhand.tenancy.directory import TenantProfile
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import House
from grounds import add_staff
from houses import opened_house

PASSWORD = "four words are better"


class MovedClock:
    """A clock that goes on by a millisecond each time it is read, and otherwise as it is told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass
class Office:
    """One tenant and its people, reached over HTTP."""

    house: House
    clock: MovedClock
    tenant: TenantProfile
    stack: AsyncExitStack

    @property
    def scope(self) -> TenantScope:
        return TenantScope(tenant_id=self.tenant.id, role=Role.OWNER)

    async def client(self, token: str | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.house.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        made = httpx.AsyncClient(transport=transport, base_url="http://office", headers=headers)
        return await self.stack.enter_async_context(made)

    async def add(self, role: Role, email: str | None = None) -> str:
        """The id of a new member of staff, who has no password: hashing one takes its time."""
        return await add_staff(self.house.store, self.clock, self.scope, email or f"{role}@example.com", role)

    async def token(self, role: Role, email: str | None = None) -> str:
        user_id = await self.add(role, email)
        return self.house.signer.for_user(tenant_id=self.tenant.id, user_id=user_id, role=role).token

    async def staff(self, role: Role, email: str | None = None) -> httpx.AsyncClient:
        """A client signed in as somebody with that role."""
        return await self.client(await self.token(role, email))

    async def contact(self) -> httpx.AsyncClient:
        return await self.client((await self.house.directory.new_contact(self.tenant.id))[1].token)

    async def sign_in(self, email: str, password: str = PASSWORD, tenant: str | None = None) -> httpx.Response:
        body = {"tenant": tenant or self.tenant.slug, "email": email, "password": password}
        return await (await self.client()).post("/api/v1/auth/sign-in", json=body)

    async def another(self, slug: str) -> "Office":
        """Another tenant in the same house."""
        tenant = await self.house.directory.ensure_tenant(slug, company="Rival", agent_name="Ray")
        return Office(self.house, self.clock, tenant, self.stack)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def office_settings(settings: Settings) -> Settings:
    """As they are by default, but for less patience."""
    return load_settings(
        env_file=None,
        data_dir=settings.data_dir,
        sign_in_limit={"account_failures": 3, "client_failures": 6, "window_seconds": 60},
        visitor_limit={"requests": 4, "window_seconds": 60},
    )


@pytest.fixture
async def office(office_settings: Settings, clock: MovedClock) -> AsyncIterator[Office]:
    embedder = HashEmbedder()
    index = MemoryIndex(embedder.fingerprint)
    async with (
        opened_house(office_settings, embedder=embedder, index=index, clock=clock) as house,
        AsyncExitStack() as stack,
    ):
        tenant = await house.directory.ensure_tenant("demo", company="Larkspoke", agent_name="Lark")
        yield Office(house, clock, tenant, stack)
