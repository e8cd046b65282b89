"""Sending messages over HTTP: cited answers, honest refusals, and every kind of bad input."""

import json

import httpx
import pytest

from shops import Send, Shop


async def test_an_answer_cites_the_words_it_rests_on(send: Send) -> None:
    answer = (await send("How long can I return a helmet?")).json()
    assert answer["answered"] is True
    assert "30 days" in answer["answer"]
    assert "[1]" in answer["answer"]
    first = answer["citations"][0]
    assert first["source"] == "returns.md"
    assert first["title"] == "Return an item"
    assert first["link"] == "https://help.example.com/returns"
    assert "You can return a helmet within 30 days of delivery." in first["quote"]
    assert answer["model"] == "offline"


async def test_a_question_without_an_answer_is_refused_with_the_offer_of_a_person(send: Send) -> None:
    answer = (await send("What is the capital of France?")).json()
    assert answer["answered"] is False
    assert answer["citations"] == []
    assert "did not find" in answer["answer"]
    assert answer["message"]["metadata"]["offer_human"] is True


async def test_asking_for_a_person_is_noted(send: Send) -> None:
    answer = (await send("I would like to talk to a person.")).json()
    assert answer["requires_escalation"] is True
    assert "person" in answer["answer"]


async def test_a_greeting_is_answered_without_a_search(send: Send) -> None:
    answer = (await send("Hello!")).json()
    assert answer["answered"] is True
    assert answer["citations"] == []


async def test_a_follow_up_leans_on_the_question_before(send: Send) -> None:
    await send("How long does standard delivery take?")
    answer = (await send("And how much is express?")).json()
    assert "9.90" in answer["answer"]


async def test_several_questions_in_one_message_are_all_answered(send: Send) -> None:
    answer = (await send("How long can I return a helmet? And what does express delivery cost?")).json()
    assert "30 days" in answer["answer"]
    assert "9.90" in answer["answer"]


async def test_the_history_holds_both_sides_in_order(send: Send, contact: httpx.AsyncClient, session_id: str) -> None:
    await send("How long can I return a helmet?")
    page = (await contact.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()
    assert [message["role"] for message in page["items"]] == ["customer", "agent"]
    assert page["total"] == 2
    assert page["items"][1]["citations"][0]["source"] == "returns.md"


async def test_the_same_key_gives_the_same_answer_and_one_turn(
    send: Send, contact: httpx.AsyncClient, session_id: str
) -> None:
    first = (await send("How long can I return a helmet?", idempotency_key="key-1")).json()
    second = (await send("How long can I return a helmet?", idempotency_key="key-1")).json()
    assert first == second
    history = (await contact.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()
    assert history["total"] == 2


async def test_a_key_of_another_message_is_refused(send: Send) -> None:
    await send("How long can I return a helmet?", idempotency_key="key-1")
    response = await send("Something else?", idempotency_key="key-1")
    assert response.status_code == 409
    assert response.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("message", ["", "   \n\t ", "a\x00b", "x" * 1_000_000])
async def test_a_message_that_is_no_message_is_refused_and_not_stored(
    message: str, send: Send, contact: httpx.AsyncClient, session_id: str
) -> None:
    response = await send(message)
    assert response.status_code == 422
    assert response.json()["code"] == "message_refused"
    assert (await contact.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"message": "caf\xff"}', 400),
        (b"\x00\x01\x02\x03", 422),
        (b'{"message": "\\ud800"}', 422),
        (b'{"message": 5}', 422),
        (b"{}", 422),
        (b"not json", 422),
    ],
)
async def test_a_body_that_is_no_json_text_is_a_clear_problem(
    body: bytes, status: int, contact: httpx.AsyncClient, session_id: str
) -> None:
    path = f"/api/v1/chat/sessions/{session_id}/messages"
    response = await contact.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


async def test_an_unknown_session_is_not_found(contact: httpx.AsyncClient) -> None:
    response = await contact.post("/api/v1/chat/sessions/ses_nope/messages", json={"message": "Hello?"})
    assert response.status_code == 404
    assert response.json()["code"] == "unknown_session"
    assert "'ses_nope'" in response.json()["detail"]


async def test_a_closed_session_takes_no_message(send: Send, contact: httpx.AsyncClient, session_id: str) -> None:
    assert (await contact.post(f"/api/v1/sessions/{session_id}/close")).json()["status"] == "closed"
    response = await send("Hello?")
    assert response.status_code == 409
    assert response.json()["code"] == "session_closed"


async def test_another_contact_cannot_see_or_use_the_session(shop: Shop, send: Send, session_id: str) -> None:
    answer = (await send("How long can I return a helmet?")).json()
    message_id = answer["message"]["id"]
    async with shop.client(await shop.contact_token()) as stranger:
        path = f"/api/v1/chat/sessions/{session_id}/messages"
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.post(path, json={"message": "Hi there"})).status_code == 404
        assert (await stranger.get(f"/api/v1/sessions/{session_id}")).status_code == 404
        assert (await stranger.post(f"/api/v1/sessions/{session_id}/close")).status_code == 404
        feedback = await stranger.put(f"/api/v1/messages/{message_id}/feedback", json={"score": 1})
        assert feedback.status_code == 404
        assert (await stranger.get("/api/v1/sessions")).json()["total"] == 0


async def test_feedback_is_kept_and_can_be_taken_back(send: Send, contact: httpx.AsyncClient) -> None:
    message_id = (await send("How long can I return a helmet?")).json()["message"]["id"]
    path = f"/api/v1/messages/{message_id}/feedback"
    given = (await contact.put(path, json={"score": -1, "reason": "Too short"})).json()
    assert given["feedback"] == {"score": -1.0, "reason": "Too short"}
    assert given["citations"]
    assert (await contact.delete(path)).json()["feedback"] is None
    assert (await contact.put(path, json={"score": 7})).status_code == 422


async def test_events_come_as_they_happen(contact: httpx.AsyncClient, session_id: str) -> None:
    path = f"/api/v1/chat/sessions/{session_id}/messages"
    response = await contact.post(
        path, json={"message": "How long can I return a helmet?"}, headers={"Accept": "text/event-stream"}
    )
    frames = [
        json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith("data: ")
    ]
    kinds = [frame["type"] for frame in frames]
    assert kinds[0] == "start"
    assert kinds[-1] == "complete"
    assert {"status", "sources", "text"} <= set(kinds)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    told = "".join(frame["data"]["delta"] for frame in frames if frame["type"] == "text")
    assert told.strip() == frames[-1]["data"]["answer"]


async def test_only_staff_choose_knowledge_bases(send: Send, shop: Shop) -> None:
    assert (await send("How long?", knowledge_bases=["help-centre"])).status_code == 403
    async with shop.client(shop.owner_token()) as staff:
        opened = (await staff.post("/api/v1/sessions", json={})).json()["id"]
        path = f"/api/v1/chat/sessions/{opened}/messages"
        response = await staff.post(path, json={"message": "Helmet return?", "knowledge_bases": ["nope"]})
        assert response.status_code == 404
        assert "'nope'" in response.json()["detail"]
