"""A language model over the OpenAI protocol: its answers, its tool calls, and every way in which it fails."""

import json
from pathlib import Path

import pytest

from deskhand.settings import load_settings
from deskhand.testing.scripted_provider import (
    CallTool,
    CutStream,
    Garbage,
    Hang,
    HangMidStream,
    Refuse,
    Say,
    ScriptedProvider,
    Step,
)
from shops import OpenHouse, open_shop, serving
from turns.visits import QUESTION, Visiting


async def test_the_models_answer_is_cited_from_the_passages_it_was_given(visiting: Visiting) -> None:
    async with visiting(Say(text="You have 30 days to return it. [1]")) as visit:
        answer = await visit.ask()
        sent = visit.provider.requests[0]["messages"]
    assert answer["answer"] == "You have 30 days to return it. [1]"
    assert answer["model"] == "scripted"
    assert answer["citations"][0]["quote"].startswith("You can return a helmet within 30 days")
    assert sent[0]["role"] == "system"
    assert "Larkspoke" in sent[0]["content"]
    assert '"passage": 1' in sent[-2]["content"]
    assert sent[-1]["content"] == QUESTION


async def test_a_marker_that_names_no_passage_never_reaches_the_customer(visiting: Visiting) -> None:
    async with visiting(Say(text="Thirty days. [1, 99] Promise. [42]")) as visit:
        events = await visit.events()
    told = "".join(event["data"]["delta"] for event in events if event["type"] == "text")
    assert told == "Thirty days. [1] Promise."
    assert [citation["number"] for citation in events[-1]["data"]["citations"]] == [1]


async def test_the_models_sign_for_no_answer_becomes_our_words(visiting: Visiting) -> None:
    async with visiting(Say(text="NO_ANSWER")) as visit:
        answer = await visit.ask()
    assert answer["answered"] is False
    assert "NO_ANSWER" not in answer["answer"]
    assert answer["message"]["metadata"]["offer_human"] is True


async def test_the_model_may_search_again_and_cite_what_it_finds(visiting: Visiting) -> None:
    script = (
        CallTool(name="search_knowledge", arguments='{"query": "battery storage temperature"}'),
        Say(text="Store it half full. [1]"),
    )
    async with visiting(*script) as visit:
        events = await visit.events("How do I store the battery?")
        requests = visit.provider.requests
    calls = [event["data"] for event in events if event["type"] == "tool_call"]
    assert [call["state"] for call in calls] == ["started", "done"]
    answer = events[-1]["data"]
    assert answer["tools_used"] == ["search_knowledge"]
    assert answer["tool_metadata"]["search_knowledge"]["success"] is True
    assert json.loads(requests[1]["messages"][-1]["content"])["ok"] is True
    assert requests[0]["tools"][0]["function"]["name"] == "search_knowledge"


@pytest.mark.parametrize("arguments", ["{not json", "[]", '{"query": ""}', '{"other": 1}', "{}"])
async def test_malformed_tool_arguments_are_told_to_the_model_which_can_go_on(
    arguments: str, visiting: Visiting
) -> None:
    script = (CallTool(name="search_knowledge", arguments=arguments), Say(text="Within 30 days. [1]"))
    async with visiting(*script) as visit:
        answer = await visit.ask()
        told = visit.provider.requests[1]["messages"][-1]
    assert told["role"] == "tool"
    assert answer["answer"] == "Within 30 days. [1]"
    assert answer["message"]["metadata"]["degraded"] is False


async def test_a_tool_that_was_not_granted_cannot_be_called(visiting: Visiting) -> None:
    script = (CallTool(name="delete_everything", arguments="{}"), Say(text="Within 30 days. [1]"))
    async with visiting(*script) as visit:
        answer = await visit.ask()
    assert answer["tools_used"] == []
    assert answer["answered"] is True


FAILURES: dict[str, Step] = {
    "too many requests": Refuse(status=429, headers={"retry-after": "0"}),
    "a server error": Refuse(status=500),
    "a wrong key": Refuse(status=401),
    "a time-out": Hang(),
    "a stream that is cut": CutStream(text="You have 99 days and then som"),
    "a stream that stops": HangMidStream(text="You have 99 days and then som"),
    "something that is not the protocol": Garbage(),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_when_the_model_fails_the_offline_model_answers_whole_and_cited(
    failure: Step, visiting: Visiting
) -> None:
    async with visiting(failure, seconds=1.0) as visit:
        events = await visit.events()
        roles = await visit.roles()
    answer = events[-1]["data"]
    assert answer["answered"] is True
    assert answer["model"] == "offline"
    assert answer["message"]["metadata"]["degraded"] is True
    assert "30 days" in answer["answer"]
    assert "99" not in answer["answer"]
    assert answer["citations"]
    assert roles == ["customer", "agent"]
    states = [event["data"].get("state") for event in events if event["type"] == "status"]
    assert "falling_back" in states


async def test_a_passing_failure_is_tried_again_before_falling_back(tmp_path: Path, open_a_house: OpenHouse) -> None:
    provider = ScriptedProvider(Refuse(status=429, headers={"retry-after-ms": "1"}), Say(text="Thirty days. [1]"))
    async with serving(provider.app) as url:
        settings = load_settings(
            env_file=None,
            data_dir=tmp_path / "data",
            openai_api_key="test-key",
            openai_base_url=f"{url}/v1",
            llm={"provider": "openai", "model": "scripted", "max_retries": 1},
        )
        async with open_a_house(settings) as house:
            shop = await open_shop(house)
            async with shop.client(await shop.contact_token()) as client:
                session_id = (await client.post("/api/v1/sessions", json={})).json()["id"]
                path = f"/api/v1/chat/sessions/{session_id}/messages"
                answer = (await client.post(path, json={"message": QUESTION})).json()
    assert answer["answer"] == "Thirty days. [1]"
    assert len(provider.requests) == 2
