"""Whoever connects is told what goes on in the session: requests to people, plans under way; and only of its own."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from deskhand.channels.standing import work_of
from deskhand.kit.ids import new_id
from deskhand.orchestration.approval_model import ApprovalStatus
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.approval_tables import ApprovalRow
from deskhand.orchestration.plan_model import MadePlan, PlanStatus, Strategy, SubtaskDraft
from deskhand.orchestration.plan_repository import PlanRepository
from deskhand.settings import Settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from shops import OpenHouse, Shop, open_shop


@pytest.fixture
async def shop(settings: Settings, open_a_house: OpenHouse) -> AsyncIterator[Shop]:
    async with open_a_house(settings) as house:
        yield await open_shop(house)


async def session_of(shop: Shop) -> dict[str, Any]:
    async with shop.client(await shop.contact_token()) as client:
        session: dict[str, Any] = (await client.post("/api/v1/sessions", json={})).json()
    return session


async def requested(shop: Shop, session: dict[str, Any], status: ApprovalStatus, summary: str) -> str:
    now = shop.house.clock.now()
    values = {
        "id": new_id("apv"),
        "status": status,
        "fingerprint": new_id("fp"),
        "kind": "refund",
        "tool": "issue_refund",
        "arguments": {},
        "summary": summary,
        "amount": str(Decimal("620.00")),
        "reasoning": "",
        "reasons": [],
        "contact_id": session["contact_id"],
        "session_id": session["id"],
        "thread_id": session["thread_id"],
        "agent_id": "support",
        "agent_version": "1.0.0",
        "message": "",
        "requested_at": now,
        "expires_at": now,
        "on_timeout": "reject",
        "channels": [],
        "notes": "",
    }
    async with shop.house.store.write(shop.owner_scope) as db:
        assert await ApprovalRepository(db, shop.owner_scope, shop.house.clock).add(values)
    return str(values["id"])


async def planned(shop: Shop, session: dict[str, Any], status: PlanStatus) -> str:
    draft = SubtaskDraft(id="one", description="What does it cost?", agent="support")
    made = MadePlan(strategy=Strategy.PARALLEL, subtasks=(draft,), made_by="given")
    async with shop.house.store.write(shop.owner_scope) as db:
        plans = PlanRepository(db, shop.owner_scope, shop.house.clock)
        plan_id = await plans.add(
            {"task": "What does it cost?", "strategy": Strategy.PARALLEL, "session_id": session["id"], "status": status}
        )
        await plans.fill(plan_id, made)
    return plan_id


async def work(shop: Shop, session: dict[str, Any], scope: TenantScope | None = None) -> dict[str, Any]:
    asking = scope or shop.owner_scope
    async with shop.house.store.read(asking) as db:
        return await work_of(db, asking, shop.house.clock, session["id"])


async def test_open_requests_are_told_oldest_first_and_ended_ones_are_not(shop: Shop) -> None:
    session = await session_of(shop)
    first = await requested(shop, session, ApprovalStatus.PENDING, "Refund 620.00 EUR")
    await requested(shop, session, ApprovalStatus.EXECUTED, "Refund 10.00 EUR")
    second = await requested(shop, session, ApprovalStatus.ESCALATED, "A discount of 40 %")
    assert (await work(shop, session))["approvals"] == [
        {"approval_id": first, "status": "pending", "summary": "Refund 620.00 EUR"},
        {"approval_id": second, "status": "escalated", "summary": "A discount of 40 %"},
    ]
    async with shop.house.store.write(shop.owner_scope) as db:
        await db.execute(update(ApprovalRow).values(status=ApprovalStatus.REJECTED))
    assert (await work(shop, session))["approvals"] == []


async def test_plans_under_way_are_told_with_their_parts(shop: Shop) -> None:
    session = await session_of(shop)
    await planned(shop, session, PlanStatus.DONE)
    running = await planned(shop, session, PlanStatus.RUNNING)
    waiting = await planned(shop, session, PlanStatus.PENDING)
    told = (await work(shop, session))["plans"]
    assert [(plan["id"], plan["status"]) for plan in told] == [(running, "running"), (waiting, "pending")]
    assert [part["status"] for part in told[0]["subtasks"]] == ["waiting"]


async def test_another_session_and_another_tenant_are_told_nothing_of_it(shop: Shop) -> None:
    session, other = await session_of(shop), await session_of(shop)
    await requested(shop, session, ApprovalStatus.PENDING, "Refund 620.00 EUR")
    await planned(shop, session, PlanStatus.RUNNING)
    nothing: dict[str, Any] = {"approvals": [], "plans": []}
    assert await work(shop, other) == nothing

    elsewhere = await shop.house.directory.ensure_tenant("other", company="Other", agent_name="Nova", welcome="Hi!")
    assert await work(shop, session, TenantScope(tenant_id=elsewhere.id, role=Role.OWNER)) == nothing
    async with shop.house.store.read(shop.owner_scope) as db:
        assert await db.scalar(select(ApprovalRow.id)) is not None
