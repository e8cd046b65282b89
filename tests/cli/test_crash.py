"""Killed in the middle of a turn: nothing that was accepted is lost, and nothing is answered twice."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.processes import DEADLINE, Run, Server, new_contact, serving

QUESTION = "How long can I return a helmet?"


@pytest.fixture
def silent_provider() -> Iterator[socket.socket]:
    """A model provider that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        yield listener


def send(contact: httpx.Client, session: str) -> httpx.Response:
    body = {"message": QUESTION, "idempotency_key": "key-1"}
    return contact.post(f"/api/v1/chat/sessions/{session}/messages", json=body)


def history(contact: httpx.Client, session: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = contact.get(f"/api/v1/chat/sessions/{session}/messages").json()["items"]
    return messages


def kill_in_the_middle_of_a_turn(server: Server, provider: socket.socket) -> tuple[str, str]:
    """The session whose turn was under way, and the token of its contact."""
    with new_contact(server) as contact:
        session = contact.post("/api/v1/sessions", json={}).json()["id"]

        def wait_for_an_answer() -> None:
            with contextlib.suppress(httpx.TransportError):
                send(contact, session)

        waiting = threading.Thread(target=wait_for_an_answer)
        waiting.start()
        connection, _ = provider.accept()
        with connection:
            assert [message["role"] for message in history(contact, session)] == ["customer"]
            assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        waiting.join(DEADLINE)
        return session, contact.headers["Authorization"].removeprefix("Bearer ")


def test_a_turn_that_was_cut_off_is_answered_once_at_the_next_start(
    run: Run, documents: Path, tmp_path: Path, silent_provider: socket.socket
) -> None:
    data_dir = tmp_path / "data"
    provider = {
        "DESKHAND_LLM__PROVIDER": "openai",
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{silent_provider.getsockname()[1]}/v1",
    }
    with serving(data_dir, **provider) as server:
        assert run("ingest", documents).code == 0
        session, token = kill_in_the_middle_of_a_turn(server, silent_provider)

    # The dead server's address is still there, and is not asked; the store opens, for what it holds is whole.
    assert (data_dir / "server.json").exists()
    assert "30 days" in run("ask", QUESTION).out

    with serving(data_dir) as server, server.client(token) as contact:
        answer = send(contact, session).json()
        said = history(contact, session)

        assert [message["role"] for message in said] == ["customer", "agent"]
        assert said[0]["content"] == QUESTION
        assert "30 days" in said[1]["content"]
        assert answer["message"]["id"] == said[1]["id"]
        assert [line["count"] for line in server.log_lines() if line["event"] == "interrupted_turns_resumed"] == [1]
        assert server.stop(signal.SIGTERM) == 0
