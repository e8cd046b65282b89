"""A contract governs the turn: who answers, from what, in which version, and how often it was."""

import asyncio
from typing import Any

import httpx
import pytest

from shops import Shop

AGENTS = "/api/v1/agents"
IDENTITY = {"short_description": "Answers questions about orders."}
QUESTION = "How long can I return a helmet?"


async def make(owner: httpx.AsyncClient, agent_id: str = "robin", **fields: Any) -> None:
    body = {"id": agent_id, "name": agent_id.title(), "identity": IDENTITY, **fields}
    response = await owner.post(AGENTS, json=body)
    assert response.status_code == 201, response.text


async def ask(client: httpx.AsyncClient, message: str, agent_id: str = "robin", **fields: Any) -> dict[str, Any]:
    response = await client.post(f"{AGENTS}/{agent_id}/chat", json={"message": message, **fields})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_interaction_answers_from_the_knowledge_and_says_where_the_conversation_stands(
    owner: httpx.AsyncClient,
) -> None:
    await make(owner)
    answer = await ask(owner, QUESTION)

    assert answer["citations"][0]["quote"] == "You can return a helmet within 30 days of delivery."
    assert (answer["agent_id"], answer["agent_version"], answer["message_count"]) == ("robin", "1.0.0", 2)
    assert answer["memory_confidence"] is None
    more = await ask(owner, "And what does it cost?", thread_id=answer["thread_id"])
    assert (more["thread_id"], more["message_count"]) == (answer["thread_id"], 4)
    assert "3.90" in more["answer"]


async def test_a_contacts_conversation_goes_on_without_naming_the_thread(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    await make(owner)
    first, second = await ask(contact, QUESTION), await ask(contact, "Thanks!")
    assert second["thread_id"] == first["thread_id"]
    stranger = await contact.post(f"{AGENTS}/robin/chat", json={"message": "Hi", "thread_id": "thr_none"})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown_thread")


async def test_a_thread_of_somebody_else_is_not_gone_on_in(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient, shop: Shop
) -> None:
    await make(owner)
    thread_id = (await ask(contact, QUESTION))["thread_id"]
    async with shop.client(await shop.contact_token()) as other:
        response = await other.post(f"{AGENTS}/robin/chat", json={"message": "Hi", "thread_id": thread_id})
    assert response.status_code == 404


async def test_contacts_that_do_not_fit_are_refused(owner: httpx.AsyncClient, shop: Shop) -> None:
    await make(owner)
    thread_id = (await ask(owner, QUESTION))["thread_id"]
    contact_id, _ = await shop.house.directory.new_contact(shop.tenant.id)
    other = {"message": "Hi", "thread_id": thread_id, "contact_id": contact_id}
    unknown = {"message": "Hi", "contact_id": "con_none"}

    mismatch = await owner.post(f"{AGENTS}/robin/chat", json=other)
    missing = await owner.post(f"{AGENTS}/robin/chat", json=unknown)

    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "contact_mismatch")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_contact")


async def test_an_agent_that_is_not_there_is_not_asked(owner: httpx.AsyncClient, contact: httpx.AsyncClient) -> None:
    for client in (owner, contact):
        response = await client.post(f"{AGENTS}/nobody/chat", json={"message": "Hello"})
        assert (response.status_code, response.json()["code"]) == (404, "unknown_agent")


async def test_an_idempotency_key_gives_the_same_interaction(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    await make(owner)
    first = await ask(contact, QUESTION, idempotency_key="k")
    assert await ask(contact, QUESTION, idempotency_key="k") == first


async def test_interactions_are_counted_exactly_also_at_once(owner: httpx.AsyncClient, shop: Shop) -> None:
    await make(owner)
    await asyncio.gather(*(ask(owner, QUESTION) for _ in range(12)))

    stats = (await owner.get(f"{AGENTS}/robin")).json()["stats"]
    assert stats["interaction_count"] == 12
    assert stats["last_used_at"] is not None
    assert (await owner.get(f"{AGENTS}/robin/versions")).json()["total"] == 1
    assert shop.house.runner is not None


async def test_a_session_takes_the_new_version_with_its_next_turn(owner: httpx.AsyncClient) -> None:
    await make(owner, traits={"formality": 100})
    first = await ask(owner, QUESTION)
    await owner.patch(f"{AGENTS}/robin", json={"traits": {"formality": 0}})
    second = await ask(owner, QUESTION, thread_id=first["thread_id"])

    assert (first["agent_version"], second["agent_version"]) == ("1.0.0", "1.0.1")
    assert "Please let us know" in first["answer"]
    assert "Hope that helps!" in second["answer"]
    session = (await owner.get(f"/api/v1/sessions/{first['session_id']}")).json()
    assert (session["agent_id"], session["agent_version"]) == ("robin", "1.0.1")


async def test_an_agent_reads_the_bases_of_its_contract_alone(owner: httpx.AsyncClient, shop: Shop) -> None:
    await shop.house.library.ensure_base(shop.owner_scope, "attic")
    await make(owner, "keeper", knowledge={"bases": ["attic"]})
    await make(owner, "clerk", knowledge={"bases": ["help-centre"]})

    assert (await ask(owner, QUESTION, "keeper"))["answered"] is False
    assert (await ask(owner, QUESTION, "clerk"))["answered"] is True


async def test_an_agent_that_only_searches_by_tool_finds_its_answer_too(owner: httpx.AsyncClient) -> None:
    await make(owner, knowledge={"mode": "tool"})
    answer = await ask(owner, QUESTION)

    assert answer["tools_used"] == ["search_knowledge"]
    assert answer["citations"][0]["quote"] == "You can return a helmet within 30 days of delivery."


async def test_an_agent_answers_no_longer_than_its_contract_lets_it(owner: httpx.AsyncClient) -> None:
    question = "Tell me about returning a helmet"
    await make(owner, "short", traits={"verbosity": 0})
    await make(owner, "long", traits={"verbosity": 100})
    brief, wordy = (await ask(owner, question, "short"))["answer"], (await ask(owner, question, "long"))["answer"]
    assert brief.count("[") == 1
    assert wordy.count("[") > 1


async def test_a_least_relevance_leaves_weak_passages_out(owner: httpx.AsyncClient) -> None:
    await make(owner, knowledge={"min_score": 1.0})
    assert (await ask(owner, QUESTION))["answered"] is False


async def test_the_default_agent_answers_where_a_session_names_none(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    await make(owner, "support", name="Sue")
    session = (await contact.post("/api/v1/sessions", json={})).json()
    answer = await contact.post(f"/api/v1/chat/sessions/{session['id']}/messages", json={"message": "Who are you?"})
    assert "Sue" in answer.json()["answer"]


async def test_a_session_with_an_agent_that_was_archived_takes_no_message(
    owner: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    await make(owner)
    session = (await contact.post("/api/v1/sessions", json={"agent_id": "robin"})).json()
    await owner.delete(f"{AGENTS}/robin")
    path = f"/api/v1/chat/sessions/{session['id']}/messages"

    refused = await contact.post(path, json={"message": QUESTION})

    assert (refused.status_code, refused.json()["code"]) == (409, "agent_not_active")
    assert (await contact.get(path)).json()["total"] == 0


async def test_a_provider_without_its_key_is_passed_over(owner: httpx.AsyncClient) -> None:
    await make(owner, configuration={"llm_provider": "anthropic"})
    assert (await ask(owner, QUESTION))["model"] == "offline"


@pytest.mark.parametrize("message", ["", "   ", "x" * 20_000])
async def test_a_message_that_is_none_is_refused(owner: httpx.AsyncClient, message: str) -> None:
    await make(owner)
    response = await owner.post(f"{AGENTS}/robin/chat", json={"message": message})
    assert (response.status_code, response.json()["code"]) == (422, "message_refused")
