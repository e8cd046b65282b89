"""A tenant with a small help centre, and ways to reach it; used by tests of every folder."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import uvicorn

from deskhand.commands.serving import listening_socket
from deskhand.kit.clock import Clock
from deskhand.settings import Settings
from deskhand.tenancy.directory import TenantProfile
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House
from grounds import add_staff


class OpenHouse(Protocol):
    """Opens a house, with the real time unless another clock is given."""

    def __call__(self, settings: Settings, clock: Clock | None = None) -> AbstractAsyncContextManager[House]: ...


Send = Callable[..., Awaitable[httpx.Response]]

HELP_CENTRE = {
    "returns.md": (
        "---\ntitle: Return an item\nurl: https://help.example.com/returns\n---\n"
        "# Return an item\n\n## How long you have\n\nYou can return a helmet within 30 days of delivery. "
        "A returned helmet must be unworn and in its box.\n\n## What it costs\n\n"
        "Returning an item by post costs 3.90 pounds, which we take off your refund.\n"
    ),
    "delivery.md": (
        "# Delivery\n\n## Standard delivery\n\n"
        "Standard delivery takes three working days and is free from 60 pounds.\n\n"
        "## Express delivery\n\nExpress delivery arrives the next working day and costs 9.90 pounds.\n"
    ),
    "battery.md": (
        "# Battery care\n\nCharge the battery between 10 and 25 degrees Celsius. "
        "Store the battery half full when you do not ride for a month.\n"
    ),
}


@dataclass(frozen=True)
class Shop:
    """A tenant with a small help centre, and ways to reach it."""

    house: House
    tenant: TenantProfile
    owner_scope: TenantScope
    base_id: str

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """An HTTP client in this process."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Failures must come back as responses, as they do over a real connection.
        transport = httpx.ASGITransport(self.house.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers)

    def owner_token(self) -> str:
        user_id = self.owner_scope.user_id or ""
        return self.house.signer.for_user(tenant_id=self.tenant.id, user_id=user_id, role=Role.OWNER).token

    async def staff_token(self, role: Role) -> str:
        """A token of a member of staff with that role, made when there is none."""
        house, email = self.house, f"{role}@example.com"
        user_id = await add_staff(house.store, house.clock, self.owner_scope, email, role)
        return house.signer.for_user(tenant_id=self.tenant.id, user_id=user_id, role=role).token

    async def contact_token(self) -> str:
        return (await self.house.directory.new_contact(self.tenant.id))[1].token


async def open_shop(house: House, slug: str = "demo", documents: dict[str, str] | None = None) -> Shop:
    """A tenant of that slug with these documents in its knowledge base."""
    tenant = await house.directory.ensure_tenant(slug, company="Larkspoke", agent_name="Lark", welcome="Hello!")
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
    user_id = await add_staff(house.store, house.clock, scope, "test@example.com", Role.OWNER)
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER, user_id=user_id)
    base = await house.library.ensure_base(scope, "help-centre")
    for path, text in (HELP_CENTRE if documents is None else documents).items():
        await house.library.ingest(scope, base, path, text.encode())
    return Shop(house=house, tenant=tenant, owner_scope=scope, base_id=base.id)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The application on a real port of this machine; gives its address."""
    listener = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
