"""The socket asks at each frame whether whoever opened it is still welcome, and closes when not."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from deskhand.tenancy.directory import TenantStatus
from deskhand.tenancy.roles import Role
from shops import serving
from tenancy.conftest import Office

Open = Callable[..., Awaitable[ClientConnection]]


async def say(socket: ClientConnection, **frame: Any) -> dict[str, Any]:
    await socket.send(json.dumps(frame))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


@pytest.fixture
async def open_socket(office: Office) -> AsyncIterator[Open]:
    """Opens sockets that have said hello and were connected."""
    async with serving(office.house.app) as url, AsyncExitStack() as stack:

        async def opened(token: str, **hello: Any) -> ClientConnection:
            socket = await stack.enter_async_context(connect(url.replace("http", "ws") + "/ws"))
            answer = await say(socket, type="hello", token=token, **hello)
            assert answer["data"].get("state") == "connected", answer
            return socket

        yield opened


async def visit(office: Office) -> tuple[str, httpx.AsyncClient, str]:
    """A contact's token, its client, and its session."""
    token = (await office.house.directory.new_contact(office.tenant.id))[1].token
    client = await office.client(token)
    return token, client, (await client.post("/api/v1/sessions", json={})).json()["id"]


async def assert_closed(socket: ClientConnection) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("frame", [{"type": "ping"}, {"type": "message", "text": "Hello?"}, {"type": "dance"}])
async def test_a_token_that_was_signed_out_closes_at_the_next_frame(
    frame: dict[str, Any], office: Office, open_socket: Open
) -> None:
    token, client, session_id = await visit(office)
    socket = await open_socket(token)
    assert (await say(socket, type="ping"))["data"]["state"] == "pong"
    await client.post("/api/v1/auth/sign-out")
    assert (await say(socket, **frame))["data"]["code"] == "token_refused"
    await assert_closed(socket)
    staff = await office.staff(Role.OWNER)
    assert (await staff.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()["total"] == 0


async def test_a_token_that_has_expired_closes_too(office: Office, open_socket: Open) -> None:
    token, _, _ = await visit(office)
    socket = await open_socket(token)
    office.clock.pass_by(days=31)
    assert (await say(socket, type="ping"))["data"]["code"] == "token_refused"
    await assert_closed(socket)


async def test_a_suspended_tenant_hears_nothing_more(office: Office, open_socket: Open) -> None:
    token, _, _ = await visit(office)
    socket = await open_socket(token)
    await office.house.directory.set_tenant_status("demo", TenantStatus.SUSPENDED)
    assert (await say(socket, type="ping"))["data"]["code"] == "token_refused"
    await assert_closed(socket)


async def test_whoever_only_listens_is_not_told_what_happens_afterwards(office: Office, open_socket: Open) -> None:
    _, visitor, session_id = await visit(office)
    token = await office.token(Role.VIEWER)
    socket = await open_socket(token, session_id=session_id)
    await (await office.client(token)).post("/api/v1/auth/sign-out")
    sent = await visitor.post(f"/api/v1/chat/sessions/{session_id}/messages", json={"message": "My secret question"})
    assert sent.status_code == 200
    heard = json.loads(await socket.recv())
    assert heard["data"]["code"] == "token_refused"
    assert "secret" not in json.dumps(heard)
    await assert_closed(socket)


async def test_staff_who_may_only_read_listen_and_do_not_write(office: Office, open_socket: Open) -> None:
    _, _, session_id = await visit(office)
    socket = await open_socket(await office.token(Role.VIEWER), session_id=session_id)
    refused = await say(socket, type="message", text="Hello?")
    assert refused["data"]["code"] == "not_allowed"
    assert (await say(socket, type="ping"))["data"]["state"] == "pong"


async def test_a_key_opens_a_socket_when_it_may_read_conversations(office: Office, open_socket: Open) -> None:
    _, _, session_id = await visit(office)
    owner = await office.staff(Role.OWNER)
    keys = {}
    for permission in ("conversations:read", "knowledge:read"):
        made = await owner.post("/api/v1/api-keys", json={"name": "K", "permissions": [permission]})
        keys[permission] = made.json()["key"]
    socket = await open_socket(keys["conversations:read"], session_id=session_id)
    assert (await say(socket, type="ping"))["data"]["state"] == "pong"
    with pytest.raises(AssertionError, match="not_allowed"):
        await open_socket(keys["knowledge:read"], session_id=session_id)
