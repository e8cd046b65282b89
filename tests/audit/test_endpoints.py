"""The audit over HTTP: who may, what is answered, and what is refused."""

import csv
import hashlib
import io
import json
from typing import Any

import pytest
from obstore.store import MemoryStore

from audit.parts import ANSWER, Audit, facts, open_audit
from deskhand.audit.exporting import LINES_AT_ONCE
from deskhand.audit.schemas import AuditRecordOut
from deskhand.kit.blobs import BlobStore, BlobUnavailable
from deskhand.kit.db import Database
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.users import UserRepository

URL = "/api/v1/audit"


async def token(audit: Audit, role: Role) -> str:
    if role is Role.CONTACT:
        return audit.signer.for_contact(tenant_id=audit.scope.tenant_id, contact_id=audit.contact_id).token
    async with audit.store.write(audit.scope) as db:
        row = await UserRepository(db, audit.scope, audit.clock).add(
            email=f"{role}@example.com", name="", role=role, password_hash="!"
        )
    return audit.signer.for_user(tenant_id=audit.scope.tenant_id, user_id=row.id, role=role).token


async def test_records_are_listed_and_looked_into(audit: Audit) -> None:
    ids = await audit.turns(3)
    async with audit.client() as client:
        page = (await client.get(URL, params={"limit": 2})).json()
        record = (await client.get(f"{URL}/{ids[0]}")).json()
        rest = (await client.get(URL, params={"limit": 2, "before": page["next"]})).json()

    assert [item["id"] for item in page["items"]] == [ids[2], ids[1]]
    assert (page["total"], page["limit"], page["offset"], page["next"]) == (3, 2, 0, ids[1])
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([ids[0]], None)
    assert record["messages"] == ["I am <EMAIL_ADDRESS>. How long can I return a helmet?"]
    assert record["answer"] == ANSWER
    assert record["tools"][0]["name"] == "search_knowledge"
    assert record["sources"][0]["title"] == "Return an item"
    assert record["stages"] == {"searching": 0.012, "writing": 0.006}
    assert record["approvals"] == []
    assert (record["cost"], record["personal"], record["pii_redacted"]) == (None, "readable", True)


async def test_the_example_of_a_record_is_one() -> None:
    (example,) = AuditRecordOut.model_json_schema()["examples"]

    assert AuditRecordOut.model_validate(example).model_dump(mode="json") == example


async def test_a_cost_is_in_the_currency(audit: Audit) -> None:
    record_id = await audit.turn(cost_nanos=2_500_000, currency="EUR")
    async with audit.client() as client:
        record = (await client.get(f"{URL}/{record_id}")).json()

    assert (record["cost"], record["currency"]) == (0.0025, "EUR")


async def test_filters_of_the_query(audit: Audit) -> None:
    record_id = await audit.turn(session_id="ses_9", ticket_id="ESC-9", failure="model_down")
    await audit.turn()
    moment = audit.clock.now().isoformat()
    async with audit.client() as client:
        for query, count in (
            ({"session_id": "ses_9"}, 1),
            ({"contact_id": audit.contact_id}, 2),
            ({"agent_id": "support", "event": "failure"}, 1),
            ({"tool": "search_knowledge", "ticket": "ESC-9"}, 1),
            ({"q": "esc-9 MODEL_DOWN"}, 1),
            ({"from": moment}, 2),
            ({"to": moment}, 0),
            ({"before": record_id}, 0),
            ({"q": ""}, 2),
        ):
            page = (await client.get(URL, params=query)).json()
            assert page["total" if "before" not in query else "limit"] == (50 if "before" in query else count), query
            assert len(page["items"]) == count, query


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"offset": "-1"},
        {"session_id": "a b"},
        {"contact_id": "x" * 61},
        {"agent_id": "../x"},
        {"from": "yesterday"},
        {"from": "2026-01-01T00:00:00"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31T23:59:59-14:00"},
        {"tool": "x y"},
        {"q": "x" * 201},
        {"q": "\x00"},
        {"event": "party"},
        {"before": "%00"},
        {"format": "xml"},
    ],
)
async def test_a_wrong_query_is_refused_by_name(audit: Audit, query: dict[str, str]) -> None:
    async with audit.client() as client:
        response = await client.get(f"{URL}/export" if "format" in query else URL, params=query)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == f"query.{next(iter(query))}"


async def test_who_may_what(audit: Audit) -> None:
    record_id = await audit.turn()
    calls = [
        ("GET", URL),
        ("GET", f"{URL}/{record_id}"),
        ("GET", f"{URL}/{record_id}/payload"),
        ("GET", f"{URL}/export"),
        ("POST", f"{URL}/{record_id}/replay"),
        ("POST", f"{URL}/verify"),
        ("POST", f"{URL}/contacts/{audit.contact_id}/erase"),
    ]
    expected = {
        Role.CONTACT: [403] * 7,
        Role.VIEWER: [403] * 7,
        Role.OPERATOR: [200] * 5 + [403] * 2,
        Role.ADMIN: [200] * 7,
    }
    for role, statuses in expected.items():
        async with audit.client(await token(audit, role)) as client:
            assert [(await client.request(*call)).status_code for call in calls] == statuses, role


async def test_what_belongs_to_another_tenant_is_not_there(audit: Audit, database: Database) -> None:
    other = await open_audit(database, slug="other", clock=audit.clock)
    record_id = await audit.turn()
    async with other.client() as client:
        for method, path in (
            ("GET", record_id),
            ("GET", f"{record_id}/payload"),
            ("POST", f"{record_id}/replay"),
            ("POST", f"contacts/{audit.contact_id}/erase"),
        ):
            assert (await client.request(method, f"{URL}/{path}")).status_code == 404, path
        assert (await client.get(URL)).json()["total"] == 0
        assert (await client.get(f"{URL}/export")).text == ""
        assert (await client.post(f"{URL}/verify")).json()["checked"] == 0
    assert (await audit.reader.record(audit.scope, record_id)).sealed is not None


@pytest.mark.parametrize("record_id", ["aud_none", "%00", "a b", "x" * 61])
async def test_an_unknown_record_is_a_problem(audit: Audit, record_id: str) -> None:
    async with audit.client() as client:
        response = await client.get(f"{URL}/{record_id}")

    assert response.status_code in {404, 422}
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_payload_is_shown_whole(audit: Audit) -> None:
    record_id = await audit.turn()
    async with audit.client() as client:
        payload = (await client.get(f"{URL}/{record_id}/payload")).json()

    assert payload["inputs"]["text"].startswith("I am ada@example.com.")
    assert payload["inputs"]["passages"][0]["text"] == "You can return a helmet within 30 days of delivery."
    assert payload["outcome"]["answer"] == ANSWER


async def test_a_replay_shows_the_difference(audit: Audit) -> None:
    record_id = await audit.turn()
    async with audit.client() as client:
        diff = (await client.post(f"{URL}/{record_id}/replay")).json()

    assert (diff["record_id"], diff["same"], diff["answer"]) == (record_id, True, [{"kind": "same", "text": ANSWER}])


async def test_an_erased_contact_is_erased_everywhere(audit: Audit) -> None:
    record_id = await audit.turn()
    async with audit.client() as client:
        erased = (await client.post(f"{URL}/contacts/{audit.contact_id}/erase")).json()
        record = (await client.get(f"{URL}/{record_id}")).json()
        payload = await client.get(f"{URL}/{record_id}/payload")
        replay = await client.post(f"{URL}/{record_id}/replay")
        lines = [json.loads(line) for line in (await client.get(f"{URL}/export")).text.splitlines()]
        report = (await client.post(f"{URL}/verify")).json()

    assert (erased["records"], report["intact"], report["checked"]) == (1, True, 2)
    assert (record["personal"], record["messages"], record["answer"], record["sources"]) == ("erased", None, None, None)
    assert [(each.status_code, each.json()["code"]) for each in (payload, replay)] == [(404, "audit_payload_gone")] * 2
    assert [(line["event"], line["personal"]) for line in lines] == [("turn", "erased"), ("erasure", "empty")]


async def test_a_chain_is_verified_in_parts_and_against_an_anchor(audit: Audit) -> None:
    await audit.turns(3)
    async with audit.client() as client:
        first = (await client.post(f"{URL}/verify", json={"limit": 2, "payloads": False})).json()
        last = (await client.post(f"{URL}/verify", json={"after": first["through"]})).json()
        anchored = (await client.post(f"{URL}/verify", json={"anchor": {"seq": 3, "hash": "0" * 64}})).json()

    assert (first["intact"], first["complete"], first["payloads_checked"]) == (True, False, 0)
    assert (last["intact"], last["complete"], last["through"]) == (True, True, last["head"])
    assert (anchored["intact"], anchored["broken"]["reason"]) == (False, "anchor")


async def test_a_broken_chain_is_told(audit: Audit) -> None:
    await audit.turns(3)
    await audit.execute("UPDATE audit_records SET model = 'x' WHERE seq = 2")
    async with audit.client() as client:
        report = (await client.post(f"{URL}/verify")).json()

    assert (report["intact"], report["complete"], report["checked"]) == (False, False, 1)
    assert (report["broken"]["seq"], report["broken"]["reason"]) == (2, "altered")


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 100_001},
        {"after": {"seq": -1, "hash": "0" * 64}},
        {"after": {"seq": 1, "hash": "x"}},
        {"anchor": {"seq": 10**30, "hash": "0" * 64}},
        {"anchor": 7},
        {"everything": True},
    ],
)
async def test_a_wrong_wish_is_refused(audit: Audit, body: dict[str, Any]) -> None:
    async with audit.client() as client:
        assert (await client.post(f"{URL}/verify", json=body)).status_code == 422


async def test_an_export_as_json_lines_can_be_checked_by_anybody(audit: Audit) -> None:
    await audit.turns(2)
    async with audit.client() as client:
        response = await client.get(f"{URL}/export")
    lines = [json.loads(line) for line in response.text.splitlines()]

    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["content-disposition"] == 'attachment; filename="audit.jsonl"'
    previous = "0" * 64
    for line in lines:
        text = json.dumps(line["chained"], sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == line["hash"]
        assert line["chained"]["previous_hash"] == previous
        assert line["chained"]["contact_id"] == line["contact_id"]
        previous = line["hash"]


async def test_an_export_has_as_many_lines_as_there_are_records(audit: Audit) -> None:
    await audit.turns(LINES_AT_ONCE + 1)
    async with audit.client() as client:
        lines = (await client.get(f"{URL}/export")).text.splitlines()
        rows = list(csv.reader(io.StringIO((await client.get(f"{URL}/export", params={"format": "csv"})).text)))
        few = (await client.get(f"{URL}/export", params={"q": json.loads(lines[7])["id"]})).text.splitlines()

    assert [json.loads(line)["seq"] for line in lines] == list(range(1, LINES_AT_ONCE + 2))
    assert len(rows) == LINES_AT_ONCE + 2
    assert [json.loads(line)["seq"] for line in few] == [8]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
async def test_no_cell_of_an_export_is_a_formula(audit: Audit, start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example/","x"),"'
    await audit.turn(texts=(formula,), answer=formula, model=formula)
    async with audit.client() as client:
        response = await client.get(f"{URL}/export", params={"format": "csv"})
    (row,) = csv.DictReader(io.StringIO(response.text, newline=""))

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    for name in ("messages", "answer", "model"):
        assert row[name].startswith(f"'{start}")
    assert (row["seq"], row["tools"], row["sources"]) == ("1", "search_knowledge: ok", "Return an item")


async def test_a_record_that_waits_for_its_place_is_exported_without_it(database: Database) -> None:
    audit = await open_audit(database)
    await audit.turn()
    await audit.execute("UPDATE audit_records SET seq = NULL, hash = NULL, previous_hash = NULL")
    async with audit.client() as client:
        line = (await client.get(f"{URL}/export")).json()

    assert (line["seq"], line["hash"], line["chained"]) == (None, None, None)


async def test_a_blob_store_that_is_down_is_unavailable(database: Database) -> None:
    class Down(BlobStore):
        async def get(self, key: str) -> bytes:  # noqa: ARG002 - as the one that works
            raise BlobUnavailable("The blob store did not do its work. Try again in a minute.")

    audit = await open_audit(database, blobs=Down(MemoryStore()), blob_bytes=0)
    record_id = await audit.turn()
    await audit.writer.settle()
    async with audit.client() as client:
        assert (await client.get(f"{URL}/{record_id}/payload")).status_code == 503
        report = (await client.post(f"{URL}/verify")).json()

    assert (report["intact"], report["payloads_unreachable"]) == (True, 1)


async def test_every_route_is_described(audit: Audit) -> None:
    async with audit.client() as client:
        document = (await client.get("/openapi.json")).json()

    operations = [op for path, ops in document["paths"].items() if path.startswith(URL) for op in ops.values()]
    assert len(operations) == 7
    for operation in operations:
        assert operation["x-permission"] in {"audit:read", "audit:write"}
        assert {"401", "403", "422"} <= set(operation["responses"])
    assert set(document["paths"][f"{URL}/export"]["get"]["responses"]["200"]["content"]) >= {
        "application/x-ndjson",
        "text/csv",
    }


async def test_a_scope_of_a_key_is_named_in_the_record_of_an_erasure(audit: Audit) -> None:
    await audit.turn()
    scope = TenantScope(
        tenant_id=audit.scope.tenant_id, role=Role.OWNER, user_id=audit.scope.user_id, key_id="key_of_a_program"
    )
    erasure = await audit.eraser.erase(scope, audit.contact_id)

    assert erasure.record_id is not None
    assert (await audit.reader.record(audit.scope, erasure.record_id)).actor_id == "key_of_a_program"


async def test_prepared_facts_and_facts_make_the_same_record(audit: Audit) -> None:
    made = facts(audit.clock, audit.contact_id)
    ready = await audit.writer.prepare(made)

    assert ready.columns["turn_ids"] == list(made.turn_ids)
