"""The socket: typed, numbered events, resume after a reconnect, and frames that are not what they should be."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from shops import Shop, serving

QUESTION = "How long can I return a helmet?"
DEADLINE = 60.0


@dataclass
class Client:
    """A test's end of the socket."""

    socket: ClientConnection

    async def send(self, frame: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        return frame

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """The frames up to and with the next one of that type."""
        frames = [await self.next()]
        while frames[-1]["type"] != kind:
            frames.append(await self.next())
        return frames

    async def hello(self, token: str, **fields: Any) -> dict[str, Any]:
        await self.send({"type": "hello", "token": token, **fields})
        return await self.next()


@pytest.fixture
async def url(shop: Shop) -> AsyncIterator[str]:
    async with serving(shop.house.app) as address:
        yield address.replace("http", "ws") + "/ws"


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    async with connect(url) as socket:
        yield Client(socket)


async def test_a_message_is_told_in_numbered_events_from_start_to_complete(shop: Shop, client: Client) -> None:
    connected = await client.hello(await shop.contact_token())
    assert connected["type"] == "status"
    assert connected["seq"] is None
    assert connected["data"]["state"] == "connected"
    assert connected["data"]["resumed"] is False
    await client.send({"type": "message", "text": QUESTION, "idempotency_key": "k1"})
    frames = await client.until("complete")
    assert frames[0]["type"] == "start"
    assert frames[0]["data"]["idempotency_key"] == "k1"
    assert frames[0]["data"]["text"] == QUESTION
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert len({frame["turn_id"] for frame in frames}) == 1
    assert "30 days" in frames[-1]["data"]["answer"]


async def test_a_client_that_reconnects_gets_exactly_what_it_missed(shop: Shop, url: str) -> None:
    token = await shop.contact_token()
    async with connect(url) as socket:
        first = Client(socket)
        connected = (await first.hello(token))["data"]
        await first.send({"type": "message", "text": QUESTION, "idempotency_key": "k1"})
        seen = [await first.next(), await first.next()]
    async with connect(url) as socket:
        second = Client(socket)
        again = await second.hello(
            token, session_id=connected["session_id"], stream=connected["stream"], last_seq=seen[-1]["seq"]
        )
        assert again["data"]["resumed"] is True
        rest = await second.until("complete")
    numbers = [frame["seq"] for frame in seen + rest]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_whoever_connects_is_told_who_answers_and_of_the_open_ticket(shop: Shop, url: str) -> None:
    token = await shop.contact_token()
    async with connect(url) as socket:
        client = Client(socket)
        connected = (await client.hello(token))["data"]
        assert (connected["operator"], connected["ticket"]) == (None, None)
        await client.send({"type": "message", "text": "I want to talk to a person"})
        ticket = (await client.until("escalation"))[-1]["data"]["ticket"]
        await client.until("complete")
    session_id = connected["session_id"]
    async with shop.client(shop.owner_token()) as owner:
        assert (await owner.post(f"/api/v1/sessions/{session_id}/take-over")).status_code == 200
    async with connect(url) as socket:
        again = (await Client(socket).hello(token, session_id=session_id))["data"]
    assert (again["operator"], again["ticket"]) == ("Support", ticket)
    async with shop.client(shop.owner_token()) as owner:
        handed = await owner.post(f"/api/v1/sessions/{session_id}/hand-back", json={"resolution": "All is well."})
        assert handed.status_code == 200
    async with connect(url) as socket:
        after = (await Client(socket).hello(token, session_id=session_id))["data"]
    assert (after["operator"], after["ticket"]) == (None, None)


async def test_a_client_of_another_stream_is_told_to_reload(shop: Shop, client: Client) -> None:
    connected = await client.hello(await shop.contact_token(), stream="str_of_yesterday", last_seq=7)
    assert connected["data"]["resumed"] is False


async def test_the_same_key_again_gives_the_same_answer(shop: Shop, client: Client) -> None:
    await client.hello(await shop.contact_token())
    message = {"type": "message", "text": QUESTION, "idempotency_key": "k1"}
    await client.send(message)
    first = (await client.until("complete"))[-1]["data"]
    await client.send(message)
    second = await client.next()
    assert second["type"] == "complete"
    assert second["data"] == first | {"idempotency_key": "k1"}


async def test_two_tabs_of_one_contact_see_the_same_events(shop: Shop, url: str) -> None:
    token = await shop.contact_token()
    async with connect(url) as one, connect(url) as other:
        writer, reader = Client(one), Client(other)
        await writer.hello(token)
        await reader.hello(token)
        await writer.send({"type": "message", "text": QUESTION})
        assert await writer.until("complete") == await reader.until("complete")


async def test_messages_sent_in_a_burst_are_answered_in_order_and_never_two_turns_at_once(
    shop: Shop, client: Client
) -> None:
    await client.hello(await shop.contact_token())
    for number in range(3):
        await client.send({"type": "message", "text": QUESTION, "idempotency_key": f"k{number}"})
    frames = [frame for _ in range(3) for frame in await client.until("complete")]
    started = [frame["turn_id"] for frame in frames if frame["type"] == "start"]
    complete = [frame["turn_id"] for frame in frames if frame["type"] == "complete"]
    assert started == complete
    assert len(set(complete)) == 3
    under_way: list[str] = []
    last_begun = 0
    for frame in frames:
        if frame["data"].get("state") == "searching":
            # What is answered together begins together.
            assert not under_way or frame["seq"] == last_begun + 1
            last_begun = frame["seq"]
            under_way.append(frame["turn_id"])
        if frame["type"] == "complete":
            under_way.remove(frame["turn_id"])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("not json", "not JSON"),
        ('{"type": "dance"}', "no known type"),
        ("[1, 2]", "no known type"),
        ('{"type": "message"}', "'text'"),
        ('{"type": "message", "text": 5}', "'text'"),
        ('{"type": "hello", "token": "again"}', "hello already"),
        (b"\x00\x01", "binary"),
    ],
)
async def test_a_frame_that_cannot_be_understood_is_named_and_the_socket_lives_on(
    sent: str | bytes, said: str, shop: Shop, client: Client
) -> None:
    await client.hello(await shop.contact_token())
    await client.socket.send(sent)
    error = await client.next()
    assert error["type"] == "error"
    assert error["seq"] is None
    assert said in error["data"]["detail"]
    await client.send({"type": "ping"})
    assert (await client.next())["data"]["state"] == "pong"


@pytest.mark.parametrize("text", ["", "x" * 1_000_000, "a\x00b"])
async def test_a_message_that_is_refused_names_its_key(text: str, shop: Shop, client: Client) -> None:
    await client.hello(await shop.contact_token())
    await client.send({"type": "message", "text": text, "idempotency_key": "k1"})
    error = await client.next()
    assert error["data"]["code"] == "message_refused"
    assert error["data"]["idempotency_key"] == "k1"
    assert error["data"]["retryable"] is False


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "hello", "token": "forged"}, "token_refused"),
        ({"type": "message", "text": "hi"}, "bad_frame"),
    ],
)
async def test_a_socket_that_does_not_say_who_it_is_is_closed(first: dict[str, Any], code: str, client: Client) -> None:
    await client.send(first)
    assert (await client.next())["data"]["code"] == code
    with pytest.raises(ConnectionClosed) as closed:
        await client.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_another_contacts_session_cannot_be_listened_to(shop: Shop, url: str) -> None:
    async with connect(url) as socket:
        mine = (await Client(socket).hello(await shop.contact_token()))["data"]["session_id"]
    async with connect(url) as socket:
        refused = await Client(socket).hello(await shop.contact_token(), session_id=mine)
    assert refused["data"]["code"] == "unknown_session"


async def test_staff_may_listen_to_a_session_of_their_tenant(shop: Shop, url: str) -> None:
    async with connect(url) as socket:
        mine = (await Client(socket).hello(await shop.contact_token()))["data"]["session_id"]
    async with connect(url) as socket:
        assert (await Client(socket).hello(shop.owner_token(), session_id=mine))["data"]["state"] == "connected"
    async with connect(url) as socket:
        assert (await Client(socket).hello(shop.owner_token()))["data"]["code"] == "not_signed_in"
