"""Approvals over HTTP: who may see and decide what, and what wrong input is told."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deskhand.orchestration.approval_model import Verdict, WantedDecision
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import ApprovalPolicy
from escalation.desks import open_company
from orchestration.approvals import MESSAGE, Counter, open_counter

LIST = "/api/v1/approvals"
APPROVE = {"verdict": "approve", "notes": "The parcel came back."}


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as opened:
        yield opened


async def decide(
    counter: Counter, approval_id: str, body: object, scope: TenantScope | None = None
) -> tuple[int, dict[str, Any]]:
    async with counter.client(scope or counter.operator) as client:
        headers = {"Content-Type": "application/json"}
        answer = await client.post(f"{LIST}/{approval_id}/decide", content=json.dumps(body), headers=headers)
    return answer.status_code, answer.json()


async def test_a_request_is_shown_with_all_that_whoever_decides_must_know(counter: Counter) -> None:
    approval = await counter.asked()
    async with counter.client(counter.company.viewer) as viewer:
        (listed,) = (await viewer.get(LIST, params={"status": "pending"})).json()["items"]
        shown = (await viewer.get(f"{LIST}/{approval.id}")).json()
    assert listed == {name: value for name, value in shown.items() if name not in {"history", "parameters"}}
    assert set(shown["action"]["arguments"]) == set(shown["parameters"]["properties"])
    assert shown["action"] == {
        "kind": "refund",
        "tool": "issue_refund",
        "arguments": {
            "order": "A-1",
            "amount": "620.00",
            "currency": None,
            "percent": None,
            "confidence": None,
            "idempotency_key": None,
        },
        "summary": "refund 620.00 for the order A-1",
        "amount": "620.00",
        "currency": None,
        "percent": None,
    }
    assert (shown["message"], shown["decision"], shown["result"]) == (MESSAGE, None, None)
    assert shown["reasons"] == ["more than 500 EUR is at stake"]
    assert (shown["on_timeout"], shown["session_id"]) == ("reject", counter.company.session_id)


async def test_a_decision_and_what_came_of_it_are_shown(counter: Counter) -> None:
    approval = await counter.asked()
    status, allowed = await decide(counter, approval.id, APPROVE)
    assert (status, allowed["status"]) == (200, "approved")
    assert allowed["decision"] == {
        "verdict": "approve",
        "by": {"id": "usr_demo_ada", "name": "ada@demo.example.com"},
        "at": "2026-03-02T09:00:00Z",
        "notes": "The parcel came back.",
        "arguments": None,
    }
    await counter.jobs.run_due()
    async with counter.client(counter.operator) as client:
        done = (await client.get(f"{LIST}/{approval.id}")).json()
    assert (done["status"], done["executed_at"]) == ("executed", "2026-03-02T09:00:00Z")
    assert done["result"] == {"success": True, "data": {"refunded": "620.00"}, "error": None}
    assert [event["kind"] for event in done["history"]] == ["requested", "approved", "started", "executed", "told"]
    assert done["history"][1]["actor"] == "usr_demo_ada"
    assert await decide(counter, approval.id, APPROVE) == (
        200,
        {k: v for k, v in done.items() if k not in {"history", "parameters"}},
    )


async def test_a_change_is_decided_with_the_tool_s_own_arguments(counter: Counter) -> None:
    approval = await counter.asked()
    body = {"verdict": "modify", "arguments": {"order": "A-1", "amount": "310.00"}}
    status, changed = await decide(counter, approval.id, body)

    assert status == 200
    assert changed["decision"]["arguments"]["amount"] == "310.00"
    assert changed["action"]["amount"] == "620.00"


async def test_what_was_decided_or_is_over_answers_409_and_says_what_happened(counter: Counter) -> None:
    first = await counter.asked()
    await decide(counter, first.id, {"verdict": "reject"})
    status, problem = await decide(counter, first.id, APPROVE)
    assert (status, problem["code"]) == (409, "approval_decided")
    assert "has refused the request" in problem["detail"]
    assert (await decide(counter, first.id, {"verdict": "reject"}, counter.company.ben))[0] == 409

    second = await counter.asked(order="A-2", amount="620.00")
    counter.rig.clock.move(timedelta(minutes=6))
    await counter.jobs.run_due()
    status, problem = await decide(counter, second.id, APPROVE)
    assert (status, problem["code"]) == (409, "approval_over")


async def test_only_who_may_decide_does_and_only_staff_sees(counter: Counter) -> None:
    approval = await counter.asked()
    company = counter.company

    assert (await decide(counter, approval.id, APPROVE, company.viewer))[0] == 403
    assert (await decide(counter, approval.id, APPROVE, company.contact))[0] == 403
    async with counter.client(company.contact) as contact:
        for path in (LIST, f"{LIST}/{approval.id}"):
            assert (await contact.get(path)).status_code == 403
        contact.headers.pop("Authorization")
        assert (await contact.get(LIST)).status_code == 401
    assert (await counter.again(approval)).decision is None


async def test_another_tenant_finds_nothing(counter: Counter) -> None:
    approval = await counter.asked()
    other = await open_company(counter.rig, "other")

    assert (await decide(counter, approval.id, APPROVE, other.ada))[0] == 404
    async with counter.client(other.ada) as client:
        answer = await client.get(f"{LIST}/{approval.id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_approval")
        nothing = (await client.get(LIST)).json()
        assert (nothing["items"], nothing["total"], set(nothing["counts"].values())) == ([], 0, {0})
        mine = {"contact_id": approval.contact_id}
        assert (await client.get(LIST, params=mine)).json()["total"] == 0
    assert (await counter.again(approval)).decision is None


async def test_the_list_is_filtered_and_comes_in_parts_the_newest_first(counter: Counter) -> None:
    ids = []
    for number in range(3):
        ids.append((await counter.asked(order=f"A-{number}", amount="620.00")).id)
        counter.rig.clock.move(timedelta(seconds=1))
    discount = await counter.asked("grant_discount", order="A-1", amount="5", percent=40.0, policy=ApprovalPolicy())
    await decide(counter, ids[0], {"verdict": "reject"})

    async def listed(**wanted: Any) -> list[str]:
        async with counter.client(counter.operator) as client:
            return [item["id"] for item in (await client.get(LIST, params=wanted)).json()["items"]]

    assert await listed() == [discount.id, *reversed(ids)]
    assert await listed(kind="refund", status="pending") == [ids[2], ids[1]]
    assert await listed(limit=2, offset=1) == [ids[2], ids[1]]
    assert await listed(session_id=counter.company.session_id, contact_id=discount.contact_id, limit=1) == [discount.id]
    assert await listed(session_id="ses_other") == []


async def test_the_list_counts_each_state_whichever_is_asked_for(counter: Counter) -> None:
    first = await counter.asked(order="A-1", amount="620.00")
    await counter.asked(order="A-2", amount="620.00")
    await decide(counter, first.id, {"verdict": "reject"})

    async with counter.client(counter.operator) as client:
        pending = (await client.get(LIST, params={"status": "pending"})).json()
        elsewhere = (await client.get(LIST, params={"session_id": "ses_other"})).json()
    assert (pending["total"], pending["counts"]["pending"], pending["counts"]["rejected"]) == (1, 1, 1)
    assert set(elsewhere["counts"].values()) == {0}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"order": "A-1", "amount": "621"}, "body.arguments.amount"),
        ({"order": "A-1", "amount": "much"}, "body.arguments.amount"),
        ({"amount": "1"}, "body.arguments.order"),
        ({"order": "A-1", "amount": "1", "tenant_id": "ten_2"}, "body.arguments"),
    ],
)
async def test_a_wrong_argument_of_a_change_is_named_as_a_field(
    counter: Counter, arguments: dict[str, Any], field: str
) -> None:
    approval = await counter.asked()
    status, problem = await decide(counter, approval.id, {"verdict": "modify", "arguments": arguments})
    assert (status, [each["field"] for each in problem["errors"]]) == (422, [field])
    assert problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"verdict": "timeout"}, 422),
        ({"verdict": "APPROVE"}, 422),
        ({"verdict": "approve", "by": "somebody else"}, 422),
        ({"verdict": "approve", "notes": "x" * 4_001}, 422),
        ({"verdict": "approve", "notes": "\x00"}, 422),
        ({"verdict": "approve", "notes": None}, 422),
        ({"verdict": "approve", "arguments": {}}, 422),
        ({"verdict": "modify"}, 422),
        ({"verdict": "modify", "arguments": {}}, 422),
        ({"verdict": "modify", "arguments": [1]}, 422),
        ({"verdict": "modify", "arguments": {"order": "A-1", "amount": "621"}}, 422),
        ({"verdict": "modify", "arguments": {"order": "A-1", "amount": "1", "tenant_id": "ten_2"}}, 422),
        ({"verdict": "modify", "arguments": {"order": "\ud800", "amount": "1"}}, 422),
        ({"verdict": "modify", "arguments": {"order": "\x00", "amount": "1"}}, 422),
        ({"verdict": "modify", "arguments": {"order": "A-1", "amount": "1", "percent": float("nan")}}, 422),
        ([], 422),
        ("approve", 422),
    ],
)
async def test_bad_input_is_named_and_decides_nothing(counter: Counter, body: object, status: int) -> None:
    approval = await counter.asked()
    answered, problem = await decide(counter, approval.id, body)

    assert answered == status
    assert problem["detail"]
    assert await counter.again(approval) == approval


@pytest.mark.parametrize("path", [f"{LIST}/%00", f"{LIST}/a%20b", f"{LIST}/{'x' * 61}", f"{LIST}/apv_none"])
async def test_an_id_that_is_none_is_not_found_or_refused(counter: Counter, path: str) -> None:
    async with counter.client(counter.operator) as client:
        assert (await client.get(path)).status_code in {404, 422}
        assert (await client.post(f"{path}/decide", json=APPROVE)).status_code in {404, 422}


@pytest.mark.parametrize(
    "wanted",
    [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"status": "done"}, {"kind": "a b"}, {"session_id": "\x00"}],
)
async def test_wrong_filters_are_refused(counter: Counter, wanted: dict[str, Any]) -> None:
    async with counter.client(counter.operator) as client:
        assert (await client.get(LIST, params=wanted)).status_code == 422


async def test_a_key_that_may_decide_decides_in_its_maker_s_name(counter: Counter) -> None:
    approval = await counter.asked()
    key = TenantScope(
        tenant_id=counter.company.tenant_id, role=Role.OPERATOR, user_id="usr_demo_ada", key_id="key_1", granted=None
    )
    await counter.approvals.decide(key, approval.id, WantedDecision(verdict=Verdict.APPROVE))

    decision = (await counter.again(approval)).decision
    assert decision is not None
    assert (decision.by, decision.by_name) == ("usr_demo_ada", "key_1")
