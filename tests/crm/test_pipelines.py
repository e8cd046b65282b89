"""Pipelines with their stages, and the places that contacts have in them."""

from typing import Any

import httpx
import pytest

from crm.desks import Company, Desk, open_company

PIPELINES = "/api/v1/crm/pipelines"
CONTACTS = "/api/v1/crm/contacts"


async def pipeline(client: httpx.AsyncClient, name: str = "Sales", *stages: str) -> dict[str, Any]:
    names = [{"name": stage} for stage in stages or ("Lead", "Proposal sent", "Won")]
    answer = await client.post(PIPELINES, json={"name": name, "stages": names})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def place(ada: httpx.AsyncClient, company: Company) -> str:
    """Where the contact is moved."""
    return f"{CONTACTS}/{company.contact_id}/pipeline"


async def test_stages_keep_their_order_and_their_ids_through_changes(ada: httpx.AsyncClient) -> None:
    made = await pipeline(ada)
    lead, sent, won = made["stages"]
    stages = [{"id": won["id"], "name": "Closed"}, {"name": "New"}, {"id": lead["id"], "name": "Lead"}]
    changed = (await ada.patch(f"{PIPELINES}/{made['id']}", json={"stages": stages})).json()
    assert [stage["name"] for stage in changed["stages"]] == ["Closed", "New", "Lead"]
    assert [changed["stages"][0]["id"], changed["stages"][2]["id"]] == [won["id"], lead["id"]]
    assert sent["id"] not in {stage["id"] for stage in changed["stages"]}
    assert (await ada.patch(f"{PIPELINES}/{made['id']}", json={"name": "Deals"})).json()["name"] == "Deals"
    assert (await ada.get(f"{PIPELINES}/{made['id']}")).json()["stages"] == changed["stages"]


async def test_a_contact_goes_through_the_stages_by_name_or_id(ada: httpx.AsyncClient, place: str, desk: Desk) -> None:
    sales = await pipeline(ada)
    first = (await ada.put(place, json={"stage": "  proposal SENT "})).json()
    assert {name: first["pipeline"][name] for name in ("id", "name", "stage")} == {
        "id": sales["id"],
        "name": "Sales",
        "stage": "Proposal sent",
    }
    desk.clock.move(days=1)
    won = (await ada.put(place, json={"pipeline": sales["id"], "stage": sales["stages"][2]["id"]})).json()
    assert (won["pipeline"]["stage"], won["version"]) == ("Won", 2)
    assert won["pipeline"]["since"] > first["pipeline"]["since"]
    again = (await ada.put(place, json={"stage": "won"})).json()
    assert (again["version"], again["pipeline"]) == (2, won["pipeline"])
    left = (await ada.put(place, json={"stage": None})).json()
    assert (left["pipeline"], left["pipelines"], left["version"]) == (None, [], 3)


async def test_a_contact_has_a_place_in_each_pipeline_the_last_moved_first(
    ada: httpx.AsyncClient, place: str, desk: Desk
) -> None:
    await pipeline(ada, "Sales")
    await pipeline(ada, "Onboarding", "Invited", "Done")
    await ada.put(place, json={"pipeline": "sales", "stage": "Lead"})
    desk.clock.move(hours=1)
    both = (await ada.put(place, json={"pipeline": "ONBOARDING", "stage": "Invited"})).json()
    assert [(each["name"], each["stage"]) for each in both["pipelines"]] == [
        ("Onboarding", "Invited"),
        ("Sales", "Lead"),
    ]
    assert both["pipeline"] == both["pipelines"][0]


async def test_each_move_is_in_the_history(ada: httpx.AsyncClient, place: str, desk: Desk, company: Company) -> None:
    sales = await pipeline(ada)
    for stage in ("Lead", "Won", None):
        await ada.put(place, json={"stage": stage})
    told = [(entry.kind, entry.detail) for entry in await desk.history(company.ada, company.contact_id)]
    of_sales = {"pipeline_id": sales["id"], "pipeline": "Sales"}
    assert told == [
        ("pipeline_changed", {**of_sales, "before": None, "after": "Lead"}),
        ("pipeline_changed", {**of_sales, "before": "Lead", "after": "Won"}),
        ("pipeline_changed", {**of_sales, "before": "Won", "after": None}),
    ]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({"stage": "Lost"}, "unknown_pipeline", "takes the name of a pipeline; there are 'Onboarding', 'Sales'"),
        ({"pipeline": "Sales", "stage": "Lost"}, "unknown_stage", "take one of 'Lead', 'Proposal sent', 'Won'"),
        ({"pipeline": "Deals", "stage": "Won"}, "unknown_pipeline", "No pipeline 'Deals'"),
    ],
)
async def test_what_is_not_there_is_refused_with_what_is(
    body: dict[str, str], code: str, says: str, ada: httpx.AsyncClient, place: str
) -> None:
    await pipeline(ada, "Sales")
    await pipeline(ada, "Onboarding")
    answer = await ada.put(place, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert says in answer.json()["detail"]


async def test_without_any_pipeline_it_says_how_to_make_one(ada: httpx.AsyncClient, place: str) -> None:
    assert "POST /api/v1/crm/pipelines makes one" in (await ada.put(place, json={"stage": "Won"})).json()["detail"]
    assert (await ada.put(place, json={})).status_code == 422


async def test_contacts_are_listed_by_their_stage(ada: httpx.AsyncClient, place: str, company: Company) -> None:
    sales = await pipeline(ada)
    other = await pipeline(ada, "Onboarding", "Lead", "Done")
    await ada.put(place, json={"pipeline": "Sales", "stage": "Lead"})
    second = await company.another()
    await ada.put(f"{CONTACTS}/{second}/pipeline", json={"pipeline": "Onboarding", "stage": "Lead"})

    async def listed(**wanted: str) -> list[str]:
        return [item["id"] for item in (await ada.get(CONTACTS, params=wanted)).json()["items"]]

    assert await listed(stage="lead") == [second, company.contact_id]
    assert await listed(stage=sales["stages"][0]["id"]) == [company.contact_id]
    assert await listed(stage="Lead", pipeline_id=other["id"]) == [second]
    assert await listed(pipeline_id=sales["id"]) == [company.contact_id]
    assert await listed(stage="Won") == await listed(stage="nothing\x00") == []


async def test_a_stage_with_contacts_on_it_stays(ada: httpx.AsyncClient, place: str, company: Company) -> None:
    made = await pipeline(ada)
    one = f"{PIPELINES}/{made['id']}"
    await ada.put(place, json={"stage": "Won"})
    rest = [{"id": stage["id"], "name": stage["name"]} for stage in made["stages"][:2]]
    refused = await ada.patch(one, json={"stages": rest})
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_in_use")
    assert "1 contacts stand on the stage 'Won'" in refused.json()["detail"]
    kept = await ada.delete(one)
    assert (kept.status_code, "with_places=true" in kept.json()["detail"]) == (409, True)
    assert (await ada.delete(one, params={"with_places": "true"})).status_code == 204
    assert (await ada.get(f"{CONTACTS}/{company.contact_id}")).json()["pipelines"] == []
    assert (await ada.get(one)).json()["code"] == "unknown_pipeline"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"name": "P", "stages": []}, 422, "1 to 50 stages, not 0"),
        ({"name": "P", "stages": [{"name": f"{n}"} for n in range(51)]}, 422, "not 51"),
        ({"name": "P", "stages": [{"name": "A"}, {"name": " a "}]}, 422, "the same name"),
        ({"name": "P", "stages": [{"name": " "}]}, 422, "stage's name is empty"),
        ({"name": " ", "stages": [{"name": "A"}]}, 422, "pipeline's name is empty"),
        ({"name": "P", "stages": [{"name": "A", "id": "stg_1"}]}, 404, "no stage 'stg_1'"),
        ({"name": "SALES", "stages": [{"name": "A"}]}, 409, "'SALES' already"),
        ({"name": "P", "stages": [{"name": "A", "color": "red"}]}, 422, "color"),
    ],
)
async def test_a_pipeline_that_cannot_be_is_refused(
    body: dict[str, Any], status: int, says: str, ada: httpx.AsyncClient
) -> None:
    await pipeline(ada)
    answer = await ada.post(PIPELINES, json=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert (await ada.get(PIPELINES)).json()["total"] == 1


async def test_two_stages_of_one_id_are_refused(ada: httpx.AsyncClient) -> None:
    made = await pipeline(ada)
    twice = [{"id": made["stages"][0]["id"], "name": name} for name in ("A", "B")]
    answer = await ada.patch(f"{PIPELINES}/{made['id']}", json={"stages": twice})
    assert (answer.status_code, "the same id" in answer.json()["detail"]) == (422, True)


async def test_there_are_at_most_fifty_pipelines(ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskhand.crm.pipelines.MAX_PIPELINES", 1)
    await pipeline(ada)
    refused = await ada.post(PIPELINES, json={"name": "More", "stages": [{"name": "A"}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_pipelines")


async def test_another_tenants_pipelines_are_not_there(
    ada: httpx.AsyncClient, place: str, company: Company, desk: Desk
) -> None:
    other = await open_company(desk, "other")
    async with desk.client(other.ada) as eve, desk.client(company.contact) as visitor:
        theirs = await pipeline(eve)
        assert (await visitor.get(PIPELINES)).status_code == 403
    for method in ("GET", "PATCH", "DELETE"):
        answer = await ada.request(method, f"{PIPELINES}/{theirs['id']}", json={})
        assert answer.status_code == 404
    for body in ({"stage": "Lead"}, {"pipeline": theirs["id"], "stage": "Lead"}):
        assert (await ada.put(place, json=body)).status_code == 404
    mine = await pipeline(ada)
    stolen = {"stages": [{"id": theirs["stages"][0]["id"], "name": "Lead"}]}
    assert (await ada.patch(f"{PIPELINES}/{mine['id']}", json=stolen)).status_code == 404
