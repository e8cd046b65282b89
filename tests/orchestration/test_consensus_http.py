"""Votes over HTTP: held, shown, listed; bad input is refused by name, and another tenant's votes are not there."""

import json
from typing import Any

import httpx
import pytest

from deskhand.orchestration.refund_voters import REFUND_VOTERS
from deskhand.tenancy.roles import Role
from orchestration.refund_parts import Bank, Firm, open_firm

VOTES = "/api/v1/consensus"
BODY = {"subject": "Extend the trial", "facts": {"seats": 3}, "voters": ["one", "two"]}


@pytest.fixture
async def owner(firm: Firm) -> httpx.AsyncClient:
    await firm.agent("one")
    await firm.agent("two")
    return firm.bank.client(firm.owner)


async def test_a_vote_is_held_shown_and_listed(owner: httpx.AsyncClient, firm: Firm) -> None:
    held = await owner.post(VOTES, json={**BODY, "threshold": 0.75, "weighting": "confidence"})
    assert held.status_code == 201, held.text
    vote = held.json()
    assert vote.pop("id").startswith("cns_")
    assert vote.pop("created_at") == "2026-03-02T09:00:00Z"
    assert [each.pop("seconds") >= 0 for each in vote["votes"]] == [True, True]
    reason = "This agent has no model here, and no rules of its own to decide by."
    cast = {"vote": "abstain", "confidence": 0.5, "reason": reason, "error": None}
    assert vote == {
        "subject": "Extend the trial",
        "kind": "decision",
        "threshold": 0.75,
        "weighting": "confidence",
        "quorum": 2,
        "outcome": "undecided",
        "score": 0.0,
        "votes": [{"agent": "one", **cast}, {"agent": "two", **cast}],
        "dissent": [],
        "session_id": None,
        "approval_id": None,
    }
    shown = await owner.get(f"{VOTES}/{held.json()['id']}")
    assert shown.json() == held.json()


async def test_votes_are_listed_by_session_newest_first(owner: httpx.AsyncClient, firm: Firm) -> None:
    await firm.bought()
    for amount in ("1.00", "2.00"):
        await firm.bank.advisor.advise(firm.contact, firm.wish(amount))
    await owner.post(VOTES, json=BODY)
    everything = (await owner.get(VOTES, params={"limit": 2})).json()
    assert (everything["total"], everything["limit"], everything["offset"]) == (3, 2, 0)
    of_session = (await owner.get(VOTES, params={"session_id": firm.session_id})).json()
    assert [vote["subject"] for vote in of_session["items"]] == [
        "Refund 2.00 GBP on order A-1",
        "Refund 1.00 GBP on order A-1",
    ]
    assert of_session["items"][0]["kind"] == "refund"
    assert [vote["agent"] for vote in of_session["items"][0]["votes"]] == list(REFUND_VOTERS)
    assert (await owner.get(VOTES, params={"session_id": "ses_none"})).json()["items"] == []


NO_MOTIONS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"voters": ["one"]}, "body.voters"),
    ({"voters": ["one", "one"]}, "named twice"),
    ({"voters": ["one", "nobody"]}, "There is no agent 'nobody'"),
    ({"voters": ["one", "Two!"]}, "body.voters.1"),
    ({"voters": [f"v{at}" for at in range(21)]}, "body.voters"),
    ({"threshold": 0.4}, "body.threshold"),
    ({"threshold": 1.1}, "body.threshold"),
    ({"weighting": "loudness"}, "body.weighting"),
    ({"quorum": 3}, "more than the 2 voters"),
    ({"quorum": 0}, "body.quorum"),
    ({"subject": "  "}, "body.subject"),
    ({"subject": "a\x00b"}, "control characters"),
    ({"subject": "x" * 501}, "body.subject"),
    ({"facts": [1]}, "body.facts"),
    ({"facts": {"x": "y" * 20_000}}, "longer than 20000"),
    ({"facts": {"x": "\x00"}}, "NUL"),
    ({"facts": {"x": "\ud800"}}, "broken character"),
    ({"mood": "good"}, "body.mood"),
)


async def test_what_cannot_be_put_to_the_vote_is_refused(owner: httpx.AsyncClient) -> None:
    for change, told in NO_MOTIONS:
        content = json.dumps(BODY | change)  # httpx sends no half of a character by itself
        refused = await owner.post(VOTES, content=content, headers={"Content-Type": "application/json"})
        assert refused.status_code == 422, (change, refused.text)
        assert told in refused.json()["detail"], refused.text


async def test_facts_that_no_json_holds_are_refused(owner: httpx.AsyncClient) -> None:
    deep: Any = 1
    for _ in range(9):
        deep = {"x": deep}
    assert "nested" in (await owner.post(VOTES, json=BODY | {"facts": deep})).json()["detail"]
    raw = '{"subject": "S", "voters": ["one", "two"], "facts": {"x": NaN}}'
    refused = await owner.post(VOTES, content=raw, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422, refused.text
    assert (await owner.get(VOTES)).json()["total"] == 0


async def test_the_example_of_the_document_can_be_sent(owner: httpx.AsyncClient, bank: Bank) -> None:
    document = bank.transport.app.openapi()  # type: ignore[attr-defined]  # a FastAPI application
    example = document["components"]["schemas"]["ConsensusIn"]["examples"][0]
    assert (await owner.post(VOTES, json=example)).status_code == 201


async def test_who_may_call_for_a_vote_and_who_may_look(owner: httpx.AsyncClient, firm: Firm, bank: Bank) -> None:
    held = (await owner.post(VOTES, json=BODY)).json()
    viewer, operator = bank.client(firm.staff[Role.VIEWER]), bank.client(firm.staff[Role.OPERATOR])
    assert (await viewer.post(VOTES, json=BODY)).status_code == 403
    assert (await viewer.get(f"{VOTES}/{held['id']}")).status_code == 200
    assert (await operator.post(VOTES, json=BODY)).status_code == 201
    for path in (VOTES, f"{VOTES}/{held['id']}"):
        assert (await bank.client(firm.contact).get(path)).status_code == 403


async def test_another_tenants_vote_is_not_there(owner: httpx.AsyncClient, bank: Bank) -> None:
    held = (await owner.post(VOTES, json=BODY)).json()
    stranger = bank.client((await open_firm(bank, "rival")).owner)
    answer = await stranger.get(f"{VOTES}/{held['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_consensus")
    assert (await stranger.get(VOTES)).json()["total"] == 0
    assert (await stranger.post(VOTES, json=BODY)).status_code == 422
