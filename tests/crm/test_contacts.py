"""Contacts over HTTP: what is kept of them, how they are found, and who may change them."""

from typing import Any

import httpx
import pytest

from crm.desks import START, SUPPORT, Company, Desk, open_company
from deskhand.crm.model import ProfileChange, TagChange, TagMode
from deskhand.crm.records import BuiltInRecords

CONTACTS = "/api/v1/crm/contacts"


async def made(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await client.post(CONTACTS, json=fields)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def found(client: httpx.AsyncClient, **wanted: Any) -> list[str | None]:
    """The names of the contacts that are found."""
    response = await client.get(CONTACTS, params=wanted)
    assert response.status_code == 200, response.text
    page = response.json()
    assert page["total"] == len(page["items"])
    return [item["name"] for item in page["items"]]


async def test_a_contact_of_the_directory_is_there_before_anything_was_noted(
    ada: httpx.AsyncClient, company: Company
) -> None:
    body = (await ada.get(f"{CONTACTS}/{company.contact_id}")).json()
    assert (body["id"], body["version"], body["updated_at"]) == (company.contact_id, 0, None)
    assert (body["account_status"], body["tags"], body["custom_fields"], body["pipeline"]) == ("active", [], {}, None)
    assert (body["source"], body["fetched_at"]) == ("built_in", START.isoformat().replace("+00:00", "Z"))
    assert await found(ada, known=True) == []
    assert await found(ada, known=False) == [None]


async def test_the_first_change_makes_its_record(ada: httpx.AsyncClient, company: Company, desk: Desk) -> None:
    desk.clock.move(minutes=5)
    answer = await ada.patch(f"{CONTACTS}/{company.contact_id}", json={"name": "Jo", "company": "Larkspoke  Ltd"})
    body = answer.json()
    assert (body["name"], body["company"], body["version"]) == ("Jo", "Larkspoke Ltd", 1)
    assert answer.headers["etag"] == '"1"'
    assert body["updated_at"] > body["created_at"]
    assert await found(ada, known=True) == ["Jo"]


async def test_what_is_given_is_kept_in_one_form(ada: httpx.AsyncClient) -> None:
    body = await made(
        ada,
        name="  Ada   Keller ",
        email="ADA@Example.com",
        phone="+44 (0)20 7946 0958",
        company="Larkspoke",
        account_status="trial",
        language="EN-gb",
        time_zone="Europe/London",
        assigned_agent="sales",
        tags=["VIP", " vip ", "Early  Adopter"],
    )
    kept = {name: body[name] for name in ("name", "email", "phone", "account_status", "language", "tags")}
    assert kept == {
        "name": "Ada Keller",
        "email": "ada@example.com",
        "phone": "+442079460958",
        "account_status": "trial",
        "language": "en-GB",
        "tags": ["early adopter", "vip"],
    }
    assert (body["time_zone"], body["assigned_agent"]) == ("Europe/London", "sales")
    assert (await ada.get(f"{CONTACTS}/{body['id']}")).json() == body


async def test_null_clears_a_field_and_what_is_left_out_stays(ada: httpx.AsyncClient) -> None:
    contact = await made(ada, name="Jo", email="jo@example.com", phone="+442079460958", tags=["vip"])
    one = f"{CONTACTS}/{contact['id']}"
    body = (await ada.patch(one, json={"phone": None, "tags": []})).json()
    assert (body["name"], body["email"], body["phone"], body["tags"]) == ("Jo", "jo@example.com", None, [])
    assert await found(ada, q="7946") == []


async def test_a_change_that_changes_nothing_makes_no_version(
    ada: httpx.AsyncClient, company: Company, desk: Desk
) -> None:
    contact = await made(ada, name="Jo", tags=["vip"])
    again = await ada.patch(f"{CONTACTS}/{contact['id']}", json={"name": " Jo ", "tags": ["VIP"]})
    assert again.json()["version"] == contact["version"]
    assert [entry.kind for entry in await desk.history(company.ada, contact["id"])] == [
        "created",
        "profile_changed",
        "tags_changed",
    ]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "jo at example", "is not an e-mail address"),
        ("phone", "020 7946 0958", "write it with its country's code"),
        ("phone", "+44 1", "is not a phone number"),
        ("phone", "+44 20 7946 0958 ext. 7", "is not a phone number"),
        ("phone", "+" + "1" * 300, "is not a phone number"),
        ("language", "English", "is not a language"),
        ("time_zone", "Mars/Phobos", "is not a time zone"),
        ("time_zone", "../../etc/passwd", "is not a time zone"),
        ("account_status", None, "always has a status"),
        ("account_status", "gone", "account_status"),
        ("assigned_agent", "nobody", "There is no agent 'nobody'"),
        ("assigned_agent", "not an id!", "There is no agent"),
        ("name", " ", "The name is empty"),
        ("name", "a" * 201, "at most 200"),
        ("company", "a\x00b", "control characters"),
        ("tags", ["a, b"], "cannot be a tag"),
        ("tags", [" "], "tag is empty"),
        ("tags", ["x" * 51], "cannot be a tag"),
        ("tags", [f"tag {n}" for n in range(51)], "at most 50 tags"),
        ("custom_fields", {"seats": 3}, "there is no such field"),
        ("favourite", "red", "favourite"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_name_and_loses_nothing(
    field: str, value: object, says: str, ada: httpx.AsyncClient
) -> None:
    contact = await made(ada, name="Jo", email="jo@example.com", tags=["vip"])
    answer = await ada.patch(f"{CONTACTS}/{contact['id']}", json={"company": "New", field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert (await ada.get(f"{CONTACTS}/{contact['id']}")).json() == contact


async def test_a_change_based_on_an_old_version_is_refused(ada: httpx.AsyncClient) -> None:
    contact = await made(ada, name="Jo")
    one, first = f"{CONTACTS}/{contact['id']}", {"If-Match": '"1"'}
    assert (await ada.patch(one, json={"name": "Joe"}, headers=first)).json()["version"] == 2
    lost = await ada.patch(one, json={"company": "Lark"}, headers=first)
    assert (lost.status_code, lost.json()["code"]) == (412, "contact_changed")
    odd = await ada.patch(one, json={"company": "Lark"}, headers={"If-Match": '"first"'})
    assert odd.status_code == 412
    assert "'first'" in odd.json()["detail"]
    any_will_do = await ada.patch(one, json={"company": "Lark"}, headers={"If-Match": "*"})
    weak = await ada.patch(one, json={"company": "Lark & Co"}, headers={"If-Match": 'W/"3"'})
    assert [any_will_do.json()["version"], weak.json()["version"]] == [3, 4]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("ada", ["Ada Keller"]),
        ("KELLER ada", ["Ada Keller"]),
        ("zoë", ["Zoë Straße"]),
        ("STRASSE", ["Zoë Straße"]),
        ("larkspoke", ["Zoë Straße", "Ada Keller"]),
        ("zoe@example", ["Zoë Straße"]),
        ("020 7946 0958", ["Ada Keller"]),
        ("+44 (20) 7946-0958", ["Ada Keller"]),
        ("100%", []),
        ("_", []),
        ("ada zoe", []),
        ("  ", ["Zoë Straße", "Ada Keller", None]),
    ],
)
async def test_contacts_are_found_by_words_of_what_is_known(
    q: str, names: list[str], ada: httpx.AsyncClient, company: Company
) -> None:
    await made(ada, name="Ada Keller", phone="+442079460958", company="Larkspoke")
    await made(ada, name="Zoë Straße", email="zoe@example.com", company="LARKSPOKE GmbH")
    assert await found(ada, q=q) == names


async def test_lists_are_narrowed_and_cut(ada: httpx.AsyncClient, company: Company) -> None:
    await made(ada, name="One", tags=["vip"], account_status="past_due", assigned_agent="sales")
    await made(ada, name="Two", tags=["vip", "new"])
    assert await found(ada, tag=" VIP ") == ["Two", "One"]
    assert await found(ada, tag="vip", account_status="active") == ["Two"]
    assert await found(ada, account_status="active") == ["Two", None]
    assert await found(ada, assigned_agent="sales") == ["One"]
    page = (await ada.get(CONTACTS, params={"limit": 1, "offset": 1})).json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["One"], 3)
    assert (await ada.get(CONTACTS, params={"limit": 101})).status_code == 422
    assert (await ada.get(CONTACTS, params={"q": "a\x00b"})).status_code == 422
    assert (await ada.get(CONTACTS, params={"tag": ","})).status_code == 422


@pytest.mark.parametrize(
    ("mode", "given", "after"),
    [
        ("add", ["New", "vip"], ["new", "old", "vip"]),
        ("remove", ["VIP", "absent"], ["old"]),
        ("replace", ["new"], ["new"]),
        ("replace", [], []),
        ("add", [], ["old", "vip"]),
    ],
)
async def test_tags_are_added_removed_and_replaced(
    mode: str, given: list[str], after: list[str], ada: httpx.AsyncClient
) -> None:
    contact = await made(ada, tags=["vip", "old"])
    answer = await ada.post(f"{CONTACTS}/{contact['id']}/tags", json={"mode": mode, "tags": given})
    assert answer.json()["tags"] == after
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


async def test_a_contact_has_at_most_fifty_tags(ada: httpx.AsyncClient) -> None:
    contact = await made(ada, tags=[f"tag {number}" for number in range(50)])
    answer = await ada.post(f"{CONTACTS}/{contact['id']}/tags", json={"mode": "add", "tags": ["one more"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_contact")
    assert "51" in answer.json()["detail"]


async def test_every_change_is_in_the_history_with_who_did_it(
    ada: httpx.AsyncClient, company: Company, desk: Desk
) -> None:
    contact = await made(ada, name="Jo")
    await desk.records.update_tags(company.contact, contact["id"], TagChange(mode=TagMode.ADD, tags=("vip",)), SUPPORT)
    await desk.records.change(
        company.contact, contact["id"], ProfileChange(values={"email": "jo@example.com"}), SUPPORT
    )
    page = (await ada.get(f"{CONTACTS}/{contact['id']}/history")).json()
    told = [(item["kind"], item["detail"], item["by"]) for item in page["items"]]
    support = {"kind": "agent", "id": "support", "turn_id": "trn_1"}
    operator = {"kind": "user", "id": company.ada.user_id, "turn_id": None}
    email = {"changed": {"email": {"before": None, "after": "jo@example.com"}}}
    assert told == [
        ("profile_changed", email, support),
        ("tags_changed", {"added": ["vip"], "removed": []}, support),
        ("profile_changed", {"changed": {"name": {"before": None, "after": "Jo"}}}, operator),
        ("created", {}, operator),
    ]
    assert page["total"] == 4


async def test_erasing_takes_everything_of_one_contact_and_nothing_of_another(
    ada: httpx.AsyncClient, company: Company, desk: Desk
) -> None:
    await ada.post("/api/v1/crm/fields", json={"key": "seats", "type": "number"})
    await ada.post("/api/v1/crm/pipelines", json={"name": "Sales", "stages": [{"name": "Lead"}]})
    contacts = [
        await made(ada, name=name, tags=["vip"], custom_fields={"seats": 3}, idempotency_key=name)
        for name in ("Jo", "Al")
    ]
    for contact in contacts:
        one = f"{CONTACTS}/{contact['id']}"
        await ada.put(f"{one}/pipeline", json={"stage": "Lead"})
        await ada.post(f"{one}/notes", json={"text": "secret"})
        await ada.post(f"{one}/events", json={"title": "Bought", "category": "purchase"})
    jo, al = (f"{CONTACTS}/{contact['id']}" for contact in contacts)
    before = (await ada.get(al)).json(), (await ada.get(f"{al}/timeline")).json()

    # record, tag, field, place, note, event, six changes, the key of its making
    assert (await ada.delete(jo)).json() == {"erased": 13}

    left = (await ada.get(jo)).json()
    assert (left["name"], left["tags"], left["custom_fields"], left["pipeline"], left["version"]) == (
        None,
        [],
        {},
        None,
        0,
    )
    assert (await ada.get(f"{jo}/timeline")).json() == {"items": [], "next_cursor": None}
    assert ((await ada.get(al)).json(), (await ada.get(f"{al}/timeline")).json()) == before
    assert (await ada.delete(jo)).json() == {"erased": 0}


async def test_another_part_of_the_house_erases_in_the_same_transaction(company: Company, desk: Desk) -> None:
    class Refusing:
        async def erase(self, _db: object, _scope: object, _contact_id: str) -> int:
            raise ConnectionError

    class Willing:
        async def erase(self, _db: object, _scope: object, _contact_id: str) -> int:
            return 4

    jo = ProfileChange(values={"name": "Jo"})
    await desk.records.change(company.ada, company.contact_id, jo, SUPPORT)
    refusing = BuiltInRecords(store=desk.store, clock=desk.clock, erased_too=[Refusing()])
    with pytest.raises(ConnectionError):
        await refusing.erase(company.ada, company.contact_id)
    assert (await desk.records.contact(company.ada, company.contact_id)).name == "Jo"
    willing = BuiltInRecords(store=desk.store, clock=desk.clock, erased_too=[Willing()])
    assert await willing.erase(company.ada, company.contact_id) == 2 + 4


ROUTES = [
    ("GET", "", None),
    ("PATCH", "", {"name": "Jo"}),
    ("DELETE", "", None),
    ("POST", "/tags", {"mode": "add", "tags": ["x"]}),
    ("PUT", "/pipeline", {"stage": "Lead"}),
    ("GET", "/lookup", None),
    ("GET", "/notes", None),
    ("POST", "/notes", {"text": "x"}),
    ("DELETE", "/notes/not_1", None),
    ("GET", "/events", None),
    ("POST", "/events", {"title": "x", "category": "issue"}),
    ("GET", "/history", None),
    ("GET", "/timeline", None),
]


async def test_another_tenants_contact_is_not_there(ada: httpx.AsyncClient, company: Company, desk: Desk) -> None:
    other = await open_company(desk, "other")
    for method, under, body in ROUTES:
        for contact_id in (other.contact_id, "con_nobody"):
            answer = await ada.request(method, f"{CONTACTS}/{contact_id}{under}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_contact"), (method, under)
    assert await desk.history(other.ada, other.contact_id) == []


async def test_a_contacts_token_reaches_none_of_it_and_a_viewers_only_reads(company: Company, desk: Desk) -> None:
    async with desk.client(company.contact) as visitor, desk.client(company.viewer) as viewer:
        for method, under, body in ROUTES:
            one = f"{CONTACTS}/{company.contact_id}{under}"
            assert (await visitor.request(method, one, json=body)).status_code == 403, (method, under)
            seen = (await viewer.request(method, one, json=body)).status_code
            assert seen == (200 if method == "GET" else 403), (method, under)
        assert (await visitor.get(CONTACTS)).status_code == 403
        assert (await visitor.post(CONTACTS, json={})).status_code == 403
    assert await desk.history(company.ada, company.contact_id) == []


async def test_lists_show_the_own_tenants_contacts_alone(ada: httpx.AsyncClient, desk: Desk) -> None:
    other = await open_company(desk, "other")
    async with desk.client(other.ada) as eve:
        await made(eve, name="Eve", tags=["vip"], email="eve@example.com")
        assert await found(eve, q="eve") == ["Eve"]
    await made(ada, name="Ada", tags=["vip"])
    assert await found(ada, tag="vip") == ["Ada"]
    assert await found(ada, q="eve") == []
