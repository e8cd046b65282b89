"""How a command reaches Deskhand: through the server that runs on the data directory, else by opening it itself.

Either way the command speaks HTTP, so there is one way in and one set of checks.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sqlalchemy.exc import SQLAlchemyError

from deskhand.commands.presence import ServerUnreachable, find_server
from deskhand.commands.terminal import load_embedder
from deskhand.kit.clock import SystemClock
from deskhand.kit.db import Database
from deskhand.kit.errors import DeskhandError, Misconfigured
from deskhand.settings import Settings
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.roles import Role
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import LOCAL_USER, TokenSigner
from deskhand.wiring import House, open_house, secret_key_of

TIMEOUT = httpx.Timeout(600.0, connect=5.0)
_REFUSED_TOKEN = "token_refused"  # noqa: S105 - an error's code


class RequestFailed(DeskhandError):
    """The server refused; `detail` is what it said."""

    code = "request_failed"

    def __init__(self, detail: str, *, server_code: str) -> None:
        """`server_code` is the problem's stable code."""
        super().__init__(detail)
        self.server_code = server_code


@asynccontextmanager
async def connect(settings: Settings, tenant: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client signed in as the tenant's owner: whoever may read the data directory is that anyway."""
    slug = tenant or settings.default_tenant
    url = await asyncio.to_thread(find_server, settings.data_dir)
    opened = _open(settings, slug) if url is None else _reach(settings, slug, url)
    async with opened as client:
        yield client


@asynccontextmanager
async def _open(settings: Settings, slug: str) -> AsyncIterator[httpx.AsyncClient]:
    async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
        await ensure_default_tenant(house)
        transport = httpx.ASGITransport(house.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://deskhand", timeout=TIMEOUT) as client:
            await _sign_in(client, house.directory, house.signer, slug)
            yield client


@asynccontextmanager
async def _reach(settings: Settings, slug: str, url: str) -> AsyncIterator[httpx.AsyncClient]:
    clock = SystemClock()
    signer = TokenSigner(secret_key_of(settings), clock, staff_hours=1)
    database = Database(settings.resolved_database_url)
    # A proxy for the web has no business between two processes of one machine.
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False) as client:
        try:
            store = TenantStore(database)
            directory = Directory(store, signer, clock, Standing(store, clock))
            await _sign_in(client, directory, signer, slug)
        except (SQLAlchemyError, OSError) as error:
            raise Misconfigured(
                f"The server at {url} runs on another database than {database.url.render_as_string()!r}: "
                "give the command the same DATABASE_URL."
            ) from error
        finally:
            await database.close()
        yield client


async def _sign_in(client: httpx.AsyncClient, directory: Directory, signer: TokenSigner, slug: str) -> None:
    profile = await directory.tenant(slug)
    issued = signer.for_user(tenant_id=profile.id, user_id=LOCAL_USER, role=Role.OWNER)
    client.headers["Authorization"] = f"Bearer {issued.token}"


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
        ServerUnreachable: when it does not answer.
    """
    try:
        response = await client.request(method, path, **request)
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise ServerUnreachable(
            f"The server at {client.base_url} did not answer ({reason}): see its log, then run this again."
        ) from error
    if response.is_success:
        return response.json() if response.content else None
    raise _refusal(response)


def _refusal(response: httpx.Response) -> RequestFailed:
    try:
        problem = response.json()
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):
        return RequestFailed(f"The server answered {response.status_code}.", server_code="unknown")
    if code == _REFUSED_TOKEN:
        detail = "The server signs with another key: give the command the same DESKHAND_SECRET_KEY."
    return RequestFailed(detail, server_code=code)
