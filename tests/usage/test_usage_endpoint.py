"""GET /usage: by day and model, with totals and what is left of the caps; for whoever may see it, of its tenant."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from deskhand.api import AppParts, create_app
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.usage.endpoints import UsageEndpoints
from deskhand.usage.model import AgentCap, ModelCall, Price, PriceList
from deskhand.usage.recorder import UsageRecorder
from shops import Shop, open_shop

PRICES = PriceList(currency="USD", prices={"small": Price(input=Decimal(1), output=Decimal(2))})


async def caps(_scope: TenantScope) -> Sequence[AgentCap]:
    return [AgentCap(agent_id="support", tokens_per_day=1_000), AgentCap(agent_id="free", tokens_per_day=None)]


@pytest.fixture
async def ask(shop: Shop, tmp_path: Path) -> Any:
    """Asks for usage with a token."""
    endpoints = UsageEndpoints(store=shop.house.store, clock=shop.house.clock, caps=caps)
    parts = AppParts(
        gate=shop.house.gate,
        routers=[endpoints.router],
        web_dir=tmp_path,
        cors_origins=(),
        max_request_bytes=10_000,
        version="0",
    )
    transport = httpx.ASGITransport(create_app(parts), raise_app_exceptions=False)

    async def asked(token: str | None = None, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or shop.owner_token()}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
            return await client.get("/api/v1/usage", params=query)

    return asked


async def use(shop: Shop, agent_id: str, *calls: ModelCall) -> None:
    recorder = UsageRecorder(clock=shop.house.clock, prices=PRICES)
    async with shop.house.store.write(shop.owner_scope) as db:
        await recorder.add(db, shop.owner_scope, agent_id, calls)


async def test_usage_is_told_by_day_and_model_with_totals_and_what_is_left(shop: Shop, ask: Any) -> None:
    today = shop.house.clock.now().date().isoformat()
    await use(shop, "support", ModelCall(model="small", input_tokens=500, output_tokens=250))
    await use(shop, "sales", ModelCall(model="other", input_tokens=8, output_tokens=2, estimated=True))

    page = (await ask()).json()

    assert [(item["day"], item["model"], item["cost"]) for item in page["items"]] == [
        (today, "other", None),
        (today, "small", 0.001),
    ]
    assert page["totals"][0]["estimated_calls"] == 1
    assert (page["totals"][1]["currency"], page["totals"][1]["input_tokens"]) == ("USD", 500)
    assert page["caps"] == [{"agent_id": "support", "tokens_per_day": 1_000, "used": 750, "left": 250}]
    assert (page["total"], page["limit"], page["offset"]) == (2, 50, 0)
    second = (await ask(limit=1, offset=1)).json()
    assert [item["model"] for item in second["items"]] == ["small"]
    assert second["totals"] == page["totals"]


async def test_one_agents_usage_can_be_asked_for(shop: Shop, ask: Any) -> None:
    await use(shop, "sales", ModelCall(model="small", input_tokens=1, output_tokens=1))
    page = (await ask(agent_id="support")).json()
    assert (page["items"], page["totals"]) == ([], [])
    assert page["caps"][0]["left"] == 1_000
    assert (await ask(agent_id="sales")).json()["caps"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"from": "2026-01-01", "to": "2026-01-31"}, 200),
        ({"from": "2026-01-01"}, 200),
        ({"to": "0001-01-02"}, 200),
        ({"from": "9999-12-31"}, 200),
        ({"from": "2026-02-01", "to": "2026-01-31"}, 422),
        ({"from": "2020-01-01", "to": "2026-01-31"}, 422),
        ({"from": "yesterday"}, 422),
        ({"agent_id": "Not An Id"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "101"}, 422),
        ({"offset": "-1"}, 422),
    ],
)
async def test_days_and_pages_that_make_no_sense_are_refused(query: dict[str, str], status: int, ask: Any) -> None:
    response = await ask(**query)
    assert response.status_code == status, response.text
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"


async def test_a_time_that_is_refused_is_quoted(ask: Any) -> None:
    detail = (await ask(**{"from": "2026-02-01", "to": "2026-01-31"})).json()["detail"]
    assert detail == "from is '2026-02-01', after to, '2026-01-31': exchange them."


async def test_staff_may_see_it_and_contacts_and_other_tenants_may_not(shop: Shop, ask: Any) -> None:
    await use(shop, "support", ModelCall(model="small", input_tokens=500, output_tokens=250))
    other = await open_shop(shop.house, "other", documents={})
    assert (await ask(await shop.staff_token(Role.VIEWER))).json()["total"] == 1
    assert (await ask(await shop.contact_token())).status_code == 403
    assert (await ask("nonsense")).status_code == 401
    assert (await ask(other.owner_token())).json()["items"] == []
