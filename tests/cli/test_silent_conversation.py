"""A conversation in the terminal that fell silent goes on in a new session, and every other refusal is told."""

import json

import httpx
import pytest

from deskhand.commands.asking import Conversation, _ask_on
from deskhand.commands.connection import RequestFailed


def server(refusal: str) -> httpx.AsyncClient:
    """Refuses what is sent to the session `ses_1`, and answers in any other."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/sessions":
            return httpx.Response(201, json={"id": "ses_2"})
        if "ses_1" in request.url.path:
            return httpx.Response(409, json={"detail": "No.", "code": refusal})
        return httpx.Response(200, json={"answer": json.loads(request.content)["message"]})

    return httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://desk")


async def test_a_silent_conversation_is_followed_by_a_new_one(capsys: pytest.CaptureFixture[str]) -> None:
    async with server("session_closed") as client:
        silent = Conversation(client=client, session_id="ses_1", bases=())
        conversation, answer = await _ask_on(silent, client, None, "Still there?")
    assert conversation.session_id == "ses_2"
    assert answer == {"answer": "Still there?"}
    assert "fallen silent" in capsys.readouterr().out


async def test_another_refusal_is_told() -> None:
    async with server("message_refused") as client:
        with pytest.raises(RequestFailed, match="No"):
            await _ask_on(Conversation(client=client, session_id="ses_1", bases=()), client, None, "Hello")
