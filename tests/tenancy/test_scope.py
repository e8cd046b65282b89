"""The tenant filter sits below the query: no statement of a scoped session can reach another tenant's rows."""

from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from deskhand.conversations.tables import Thread
from deskhand.kit.clock import SystemClock
from deskhand.kit.ids import new_id
from deskhand.knowledge.tables import ChunkRow, Source
from deskhand.wiring import House
from shops import Shop, open_shop

NO_ROUTE_OF_A_TENANT = {
    "/api/v1/auth/sign-in",
    "/api/v1/chat/tokens",
    "/api/v1/chat/config",
    "/health",
    "/health/live",
    "/health/ready",
}


async def test_reads_updates_and_deletes_without_a_condition_stay_inside_the_tenant(house: House, shop: Shop) -> None:
    rival = await open_shop(house, "rival", {"own.md": "# Own\n\nThe rival sells kites."})
    async with house.store.write(rival.owner_scope) as db:
        assert [source.path for source in await db.scalars(select(Source))] == ["own.md"]
        assert await db.scalar(select(func.count()).select_from(ChunkRow)) == 1
        await db.execute(update(Source).values(title="Taken"))
        await db.execute(delete(ChunkRow))
    async with house.store.read(shop.owner_scope) as db:
        titles = set(await db.scalars(select(Source.title)))
        chunks = await db.scalar(select(func.count()).select_from(ChunkRow))
    assert "Taken" not in titles
    assert chunks


async def test_a_row_of_another_tenant_cannot_be_written(house: House, shop: Shop) -> None:
    rival = await open_shop(house, "rival", {})
    contact_id, _ = await house.directory.new_contact(shop.tenant.id)
    row = Thread(id=new_id("thr"), tenant_id=shop.tenant.id, contact_id=contact_id, created_at=SystemClock().now())
    with pytest.raises(PermissionError, match="another tenant"):
        async with house.store.write(rival.owner_scope) as db:
            db.add(row)


async def test_every_route_answers_another_tenant_with_not_found(
    house: House, shop: Shop, contact: httpx.AsyncClient, session_id: str
) -> None:
    """Walks the OpenAPI document, so that a new route cannot be forgotten."""
    answer = (
        await contact.post(f"/api/v1/chat/sessions/{session_id}/messages", json={"message": "Return a helmet?"})
    ).json()
    ids = {
        "session_id": session_id,
        "message_id": answer["message"]["id"],
        "source_id": answer["citations"][0]["source_id"],
        "base": "help-centre",
    }
    rival = await open_shop(house, "rival", {})
    async with rival.client(rival.owner_token()) as stranger:
        await stranger.delete("/api/v1/knowledge/bases/help-centre")
        walked = 0
        for path, operations in house.app.openapi()["paths"].items():
            if path in NO_ROUTE_OF_A_TENANT or "{" not in path:
                continue
            for method in operations:
                response = await stranger.request(method, path.format(**ids), **body_for(path, method))
                assert response.status_code == 404, f"{method} {path} answered {response.status_code}"
                walked += 1
    assert walked >= 10


def body_for(path: str, method: str) -> dict[str, Any]:
    if path.endswith("/sources") and method == "post":
        return {"files": {"file": ("a.md", b"# A\n\nText.")}}
    if path.endswith("/messages") and method == "post":
        return {"json": {"message": "Hello?"}}
    return {"json": {"score": 1}} if path.endswith("/feedback") and method == "put" else {}
