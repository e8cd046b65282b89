"""How a command reaches Deskhand: through the server that runs on the data directory, else by opening it itself.

Either way the command speaks HTTP, so there is one way in and one set of checks.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from deskhand.commands.terminal import load_embedder
from deskhand.kit.clock import SystemClock
from deskhand.kit.db import Database
from deskhand.kit.errors import DeskhandError
from deskhand.settings import Settings
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.scope import Role
from deskhand.tenancy.tokens import TokenSigner
from deskhand.wiring import House, open_house, secret_key_of

SERVER_FILE = "server.json"
LOCAL_USER = "local"
TIMEOUT = httpx.Timeout(600.0, connect=5.0)


class RequestFailed(DeskhandError):
    """The server refused; `detail` is what it said."""

    code = "request_failed"

    def __init__(self, detail: str, *, server_code: str) -> None:
        """`server_code` is the problem's stable code."""
        super().__init__(detail)
        self.server_code = server_code


@contextmanager
def announced(settings: Settings, url: str) -> Iterator[None]:
    """While it lasts, commands on this data directory find the server at `url`."""
    path = settings.data_dir / SERVER_FILE
    path.write_text(json.dumps({"pid": os.getpid(), "url": url}), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@asynccontextmanager
async def connect(settings: Settings, tenant: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client signed in as the tenant's owner: whoever may read the data directory is that anyway."""
    url = await _running_server(settings)
    if url is not None:
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as client:
            await _sign_in(client, settings, tenant)
            yield client
        return
    async with open_house(settings, embedder=await load_embedder(settings)) as house:
        await ensure_default_tenant(house)
        transport = httpx.ASGITransport(house.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://deskhand", timeout=TIMEOUT) as client:
            await _sign_in(client, settings, tenant)
            yield client


async def ensure_default_tenant(house: House) -> None:
    """A fresh installation has one organisation, so that a first `ingest` has somewhere to go."""
    slug = house.settings.default_tenant
    try:
        await house.directory.tenant(slug)
    except DeskhandError:
        await house.directory.ensure_tenant(slug, company="Support", agent_name="Assistant", welcome="How can we help?")


async def call(client: httpx.AsyncClient, method: str, path: str, **request: Any) -> Any:
    """The JSON that the server answers.

    Raises:
        RequestFailed: with the server's own words.
    """
    response = await client.request(method, path, **request)
    if response.is_success:
        return response.json() if response.content else None
    try:
        problem = response.json()
        raise RequestFailed(problem["detail"], server_code=problem["code"])
    except (ValueError, KeyError, TypeError) as error:
        raise RequestFailed(f"The server answered {response.status_code}.", server_code="unknown") from error


async def _running_server(settings: Settings) -> str | None:
    found = await asyncio.to_thread(_read, settings.data_dir / SERVER_FILE)
    if found is None:
        return None
    try:
        async with httpx.AsyncClient(base_url=found, timeout=2.0) as client:
            return found if (await client.get("/health/live")).is_success else None
    except httpx.HTTPError:
        return None


def _read(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def _sign_in(client: httpx.AsyncClient, settings: Settings, tenant: str | None) -> None:
    clock = SystemClock()
    signer = TokenSigner(secret_key_of(settings), clock, staff_hours=1)
    database = Database(settings.resolved_database_url)
    try:
        profile = await Directory(database, signer, clock).tenant(tenant or settings.default_tenant)
    finally:
        await database.close()
    issued = signer.for_user(tenant_id=profile.id, user_id=LOCAL_USER, role=Role.OWNER)
    client.headers["Authorization"] = f"Bearer {issued.token}"
