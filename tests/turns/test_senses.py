"""A turn with everything on, over HTTP: who answers while a person has it, files in a message, the ticket it opens."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from websockets.asyncio.client import connect

from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.embedding import Vectors
from deskhand.settings import Settings, load_settings
from deskhand.testing.scripted_provider import Say, chunk
from houses import opened_house
from shops import OpenHouse, Send, Shop, open_shop, serving
from turns.visits import QUESTION, Visiting

INVOICE = b"# Invoice 2026-118\n\nThe helmet in size M costs 89.00 pounds. It was paid by card.\n"
ASKED_FOR_A_PERSON = "My parcel arrived broken. I want to speak to a human being, please."


async def staff(shop: Shop, session_id: str, what: str, **body: Any) -> None:
    """What a member of staff does with the session."""
    async with shop.client(shop.owner_token()) as owner:
        done = await owner.post(f"/api/v1/sessions/{session_id}/{what}", json=body)
    assert done.is_success, done.text


async def test_the_agent_is_silent_while_a_person_has_the_conversation_and_answers_after(visiting: Visiting) -> None:
    async with visiting(Say(text="You can return a helmet within 30 days of delivery. [1]")) as visit:
        await staff(visit.shop, visit.session_id, "take-over")
        waiting = await visit.ask()
        asked_meanwhile = len(visit.provider.requests)
        await staff(visit.shop, visit.session_id, "operator-messages", text="Ada here: I am looking into it.")
        await staff(visit.shop, visit.session_id, "hand-back")
        answered = await visit.ask("Until when can I return a helmet?")
        roles = await visit.roles()

    assert (waiting["with_human"], waiting["message"], waiting["answer"]) == (True, None, "")
    assert asked_meanwhile == 0, "the model is not asked what nobody will read"
    assert (answered["with_human"], answered["answered"]) == (False, True)
    assert roles == ["customer", "operator", "customer", "agent"]


class WaitingProvider:
    """A model that writes a first half, and the second when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        yield chunk({"role": "assistant", "content": "You can return a helmet within 30 days of delivery."})
        self.begun.set()
        await self.go_on.wait()
        yield chunk({"content": " [1]"})
        yield chunk({}, finish="stop")
        yield "data: [DONE]\n\n"


async def test_an_answer_is_not_given_when_a_person_took_over_while_it_was_written(
    tmp_path: Path, open_a_house: OpenHouse
) -> None:
    provider = WaitingProvider()
    async with (
        serving(provider.app) as model,
        open_a_house(settings_with(tmp_path, model)) as house,
        a_contact(shop := await open_shop(house)) as (client, session_id),
    ):
        path = f"/api/v1/chat/sessions/{session_id}/messages"
        try:
            sending = asyncio.create_task(client.post(path, json={"message": QUESTION}))
            await asyncio.wait({sending, asyncio.create_task(provider.begun.wait())}, return_when="FIRST_COMPLETED")
            await staff(shop, session_id, "take-over")
        finally:
            provider.go_on.set()
        answer = (await sending).json()
        history = (await client.get(path)).json()["items"]

    assert (answer["with_human"], answer["message"]) == (True, None)
    assert [message["role"] for message in history] == ["customer"]


def settings_with(folder: Path, model_url: str) -> Settings:
    return load_settings(
        env_file=None,
        data_dir=folder / "data",
        openai_api_key="test-key",
        openai_base_url=f"{model_url}/v1",
        llm={"provider": "openai", "model": "waiting"},
    )


@asynccontextmanager
async def a_contact(shop: Shop) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    async with shop.client(await shop.contact_token()) as client:
        yield client, (await client.post("/api/v1/sessions", json={})).json()["id"]


class CountingEmbedder:
    """The real one, which notes what it is given."""

    def __init__(self, inner: FastEmbedEmbedder) -> None:
        self._inner = inner
        self.dimensions, self.fingerprint = inner.dimensions, inner.fingerprint
        self.queries: list[str] = []

    async def embed_query(self, text: str) -> Vectors:
        self.queries.append(text)
        return await self._inner.embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.queries.extend(texts)
        return await self._inner.embed_queries(texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return await self._inner.embed_documents(texts)


async def test_the_message_is_embedded_once_for_search_memory_files_and_escalation(
    settings: Settings, embedder: FastEmbedEmbedder
) -> None:
    counting = CountingEmbedder(embedder)
    async with (
        opened_house(settings, embedder=counting) as house,
        a_contact(await open_shop(house)) as (client, session),
    ):
        path = f"/api/v1/chat/sessions/{session}/messages"
        await client.post(path, json={"message": "My name is Ada and I ride in Leeds."})
        await house.background.settle()
        await client.post(f"/api/v1/sessions/{session}/attachments", files={"file": ("invoice.md", INVOICE)})
        counting.queries.clear()
        answer = (await client.post(path, json={"message": QUESTION})).json()

    assert answer["answered"] is True
    assert counting.queries == [QUESTION]


async def test_a_file_in_the_message_is_read_before_it_is_answered(contact: httpx.AsyncClient, session_id: str) -> None:
    response = await contact.post(
        f"/api/v1/chat/sessions/{session_id}/messages",
        data={"message": "What does the helmet on my invoice cost?"},
        files={"files": ("invoice.md", INVOICE)},
    )
    answer = response.json()
    assert response.status_code == 200, response.text
    assert "89.00" in answer["answer"]
    assert answer["citations"][0]["source"] == "invoice.md"


async def test_a_file_that_was_sent_before_is_named_by_its_id(
    contact: httpx.AsyncClient, session_id: str, send: Send
) -> None:
    sent = await contact.post(f"/api/v1/sessions/{session_id}/attachments", files={"file": ("invoice.md", INVOICE)})
    answer = (await send("What does the helmet on my invoice cost?", attachments=[sent.json()["id"]])).json()
    assert "89.00" in answer["answer"]


async def test_a_message_with_a_wrong_attachment_is_refused_and_nothing_is_lost(
    contact: httpx.AsyncClient, session_id: str, send: Send
) -> None:
    sent = await contact.post(f"/api/v1/sessions/{session_id}/attachments", files={"file": ("invoice.md", INVOICE)})
    right, wrong = sent.json()["id"], "att_019a0c1f5e7b7c3d9a4e2f60718293a4"
    refused = await send("What does the helmet cost?", attachments=[right, wrong], idempotency_key="k1")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_attachment")
    assert wrong in refused.json()["detail"]
    history = (await contact.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()
    kept = (await contact.get(f"/api/v1/sessions/{session_id}/attachments")).json()
    assert (history["total"], kept["total"]) == (0, 1)
    again = await send("What does the helmet on my invoice cost?", attachments=[right], idempotency_key="k1")
    assert "89.00" in again.json()["answer"], "the key is free, for its message was not taken"


async def test_a_refused_file_refuses_its_message(contact: httpx.AsyncClient, session_id: str) -> None:
    path = f"/api/v1/chat/sessions/{session_id}/messages"
    parts = {"files": ("invoice.pdf", b"MZ\x90\x00" + b"\x00" * 200)}
    refused = await contact.post(path, data={"message": "What does it cost?"}, files=parts)
    assert 400 <= refused.status_code < 500
    assert "invoice.pdf" in refused.json()["detail"]
    assert (await contact.get(path)).json()["total"] == 0


async def test_the_socket_tells_how_far_a_file_is_read(shop: Shop) -> None:
    async with serving(shop.house.app) as url, connect(url.replace("http", "ws") + "/ws") as socket:
        token = await shop.contact_token()
        await socket.send(json.dumps({"type": "hello", "token": token}))
        session_id = json.loads(await socket.recv())["data"]["session_id"]
        async with shop.client(token) as client:
            sent = await client.post(
                f"/api/v1/sessions/{session_id}/attachments", files={"file": ("invoice.md", INVOICE)}
            )
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while not told or told[-1]["state"] != "ready":
                frame = json.loads(await socket.recv())
                assert (frame["type"], frame["data"]["state"]) == ("status", "attachment")
                told.append(frame["data"]["attachment"])

    assert [each["state"] for each in told] == ["received", "reading", "ready"]
    assert {(each["attachment_id"], each["name"]) for each in told} == {(sent.json()["id"], "invoice.md")}


@pytest.mark.parametrize(
    ("message", "escalates"), [(ASKED_FOR_A_PERSON, True), ("How long can I return a helmet?", False)]
)
async def test_the_answer_says_whether_a_person_comes_in_and_the_ticket(
    message: str, *, escalates: bool, shop: Shop, contact: httpx.AsyncClient, session_id: str, send: Send
) -> None:
    answer = (await send(message)).json()
    async with shop.client(shop.owner_token()) as owner:
        tickets = (await owner.get("/api/v1/tickets")).json()["items"]
    assert answer["requires_escalation"] is escalates
    assert [answer["ticket"]] == ([ticket["id"] for ticket in tickets] or [None])
    assert bool(tickets) is escalates


async def test_a_session_has_one_ticket_however_often_a_person_is_asked_for(send: Send) -> None:
    first = (await send(ASKED_FOR_A_PERSON)).json()
    second = (await send("Where is that human? I asked for a person.")).json()
    assert first["ticket"] is not None
    assert second["ticket"] in (None, first["ticket"])
