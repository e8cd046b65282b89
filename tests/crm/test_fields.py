"""Custom fields: defined once, checked at every write, removed with their values."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.desks import START, Company, Desk, open_company
from deskhand.crm.fields import CustomField, FieldType
from deskhand.crm.model import InvalidContact

FIELDS = "/api/v1/crm/fields"
CONTACTS = "/api/v1/crm/contacts"


def a_field(kind: FieldType, *choices: str) -> CustomField:
    return CustomField(
        id="fld_1",
        key="it",
        label="It",
        description="",
        type=kind,
        choices=choices,
        created_at=START,
        updated_at=START,
    )


async def defined(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(FIELDS, json=fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_field_is_defined_shown_changed_and_removed(ada: httpx.AsyncClient) -> None:
    field = await defined(ada, key="seat_count", type="number", description="How many they pay for.")
    assert (field["label"], field["type"], field["choices"]) == ("Seat count", "number", [])
    assert (await ada.get(f"{FIELDS}/seat_count")).json() == field
    changed = (await ada.patch(f"{FIELDS}/seat_count", json={"label": "Seats", "description": ""})).json()
    assert (changed["label"], changed["description"], changed["id"]) == ("Seats", "", field["id"])
    await defined(ada, key="a_first", type="text")
    page = (await ada.get(FIELDS, params={"limit": 1})).json()
    assert ([item["key"] for item in page["items"]], page["total"]) == (["a_first"], 2)
    assert (await ada.delete(f"{FIELDS}/seat_count")).status_code == 204
    assert (await ada.get(f"{FIELDS}/seat_count")).json()["code"] == "unknown_field"


async def test_values_are_kept_by_their_type_and_null_takes_one_away(ada: httpx.AsyncClient, company: Company) -> None:
    for kind in ("text", "number", "boolean", "date"):
        await defined(ada, key=kind, type=kind)
    await defined(ada, key="choice", type="choice", choices=["Basic", "Pro"])
    one = f"{CONTACTS}/{company.contact_id}"
    values = {"text": " Two\r\nlines ", "number": 2.5, "boolean": False, "date": "2026-02-28", "choice": "PRO"}
    kept = (await ada.patch(one, json={"custom_fields": values})).json()["custom_fields"]
    assert kept == {"boolean": False, "choice": "Pro", "date": "2026-02-28", "number": 2.5, "text": "Two\nlines"}
    fewer = (await ada.patch(one, json={"custom_fields": {"number": None, "text": None, "boolean": True}})).json()
    assert fewer["custom_fields"] == {"boolean": True, "choice": "Pro", "date": "2026-02-28"}
    again = (await ada.patch(one, json={"custom_fields": {"number": None, "boolean": True}})).json()
    assert again["version"] == fewer["version"]


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        (FieldType.TEXT, " ", "plain text"),
        (FieldType.TEXT, "x" * 2_001, "plain text"),
        (FieldType.TEXT, "a\x00b", "plain text"),
        (FieldType.TEXT, 3, "plain text"),
        (FieldType.NUMBER, "3", "a number"),
        (FieldType.NUMBER, True, "a number"),
        (FieldType.NUMBER, 10**16, "a number"),
        (FieldType.NUMBER, float("inf"), "a number"),
        (FieldType.NUMBER, float("nan"), "a number"),
        (FieldType.BOOLEAN, "yes", "true or false"),
        (FieldType.BOOLEAN, 1, "true or false"),
        (FieldType.DATE, "2026-02-30", "a date such as"),
        (FieldType.DATE, "28.02.2026", "a date such as"),
        (FieldType.DATE, 20260228, "a date such as"),
        (FieldType.CHOICE, "gold", "one of Basic, Pro"),
        (FieldType.CHOICE, 1, "one of Basic, Pro"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_what_is_taken(kind: FieldType, wrong: object, says: str) -> None:
    field = a_field(kind, "Basic", "Pro") if kind is FieldType.CHOICE else a_field(kind)
    with pytest.raises(InvalidContact) as refused:
        field.value(wrong)
    assert says in refused.value.detail
    assert refused.value.detail.startswith("custom_fields.it: ")
    assert len(refused.value.detail) < 300


@given(st.sampled_from(FieldType), st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates())
def test_what_is_kept_is_kept_again_unchanged(kind: FieldType, given_value: object) -> None:
    field = a_field(kind, "Basic", "Pro")
    try:
        kept = field.value(str(given_value) if kind is FieldType.DATE else given_value)
    except InvalidContact:
        return
    assert field.value(kept) == kept
    assert type(field.value(kept)) is type(kept)


async def test_a_wrong_value_over_http_is_a_problem_that_names_the_field(
    ada: httpx.AsyncClient, company: Company
) -> None:
    await defined(ada, key="seats", type="number")
    one = f"{CONTACTS}/{company.contact_id}"
    for wrong in ("three", True, [3], {"n": 3}, 1e300):
        answer = await ada.patch(one, json={"name": "Jo", "custom_fields": {"seats": wrong}})
        assert answer.status_code == 422, wrong
        assert "custom_fields" in answer.json()["detail"]
    assert (await ada.get(one)).json()["name"] is None


async def test_a_choice_that_is_in_use_cannot_be_taken_away(ada: httpx.AsyncClient, company: Company) -> None:
    await defined(ada, key="plan", type="choice", choices=["Basic", "Pro"])
    one = f"{CONTACTS}/{company.contact_id}"
    await ada.patch(one, json={"custom_fields": {"plan": "Pro"}})
    refused = await ada.patch(f"{FIELDS}/plan", json={"choices": ["Basic"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "choice_in_use")
    assert "1 contacts have 'Pro'" in refused.json()["detail"]
    assert (await ada.patch(f"{FIELDS}/plan", json={"choices": ["Pro", "Max"]})).json()["choices"] == ["Pro", "Max"]
    assert (await ada.patch(one, json={"custom_fields": {"plan": "basic"}})).status_code == 422


async def test_removing_a_field_removes_its_values(ada: httpx.AsyncClient, company: Company) -> None:
    await defined(ada, key="seats", type="number")
    one = f"{CONTACTS}/{company.contact_id}"
    await ada.patch(one, json={"custom_fields": {"seats": 3}})
    await ada.delete(f"{FIELDS}/seats")
    await defined(ada, key="seats", type="text")
    assert (await ada.get(one)).json()["custom_fields"] == {}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"key": "Seats", "type": "number"}, 422, "key"),
        ({"key": "seats", "type": "money"}, 422, "type"),
        ({"key": "seats", "type": "number", "choices": ["1"]}, 422, "has no choices"),
        ({"key": "plan", "type": "choice"}, 422, "1 to 100 different choices"),
        ({"key": "plan", "type": "choice", "choices": ["Pro", "PRO"]}, 422, "different choices"),
        ({"key": "plan", "type": "choice", "choices": [" "]}, 422, "choice is empty"),
        ({"key": "seats", "type": "number", "label": "x" * 101}, 422, "label"),
        ({"key": "taken", "type": "number"}, 409, "'taken' already"),
    ],
)
async def test_a_definition_that_cannot_be_is_refused(
    body: dict[str, Any], status: int, says: str, ada: httpx.AsyncClient
) -> None:
    await defined(ada, key="taken", type="text")
    answer = await ada.post(FIELDS, json=body)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert (await ada.get(FIELDS)).json()["total"] == 1


async def test_there_are_at_most_a_hundred_fields(ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskhand.crm.field_definitions.MAX_FIELDS", 2)
    await defined(ada, key="one", type="text")
    await defined(ada, key="two", type="text")
    refused = await ada.post(FIELDS, json={"key": "three", "type": "text"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_fields")


async def test_another_tenants_fields_are_not_there(ada: httpx.AsyncClient, company: Company, desk: Desk) -> None:
    other = await open_company(desk, "other")
    async with desk.client(other.ada) as eve, desk.client(company.contact) as visitor:
        await defined(eve, key="seats", type="number")
        assert (await visitor.get(FIELDS)).status_code == 403
    for method in ("GET", "PATCH", "DELETE"):
        assert (await ada.request(method, f"{FIELDS}/seats", json={})).status_code == 404
    assert (await ada.get(FIELDS)).json()["items"] == []
    refused = await ada.patch(f"{CONTACTS}/{company.contact_id}", json={"custom_fields": {"seats": 3}})
    assert refused.status_code == 422
