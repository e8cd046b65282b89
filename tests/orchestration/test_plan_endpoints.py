"""Plans over HTTP: started, listed, looked at, cancelled; whatever is wrong comes back as a problem that names it."""

from pathlib import Path
from typing import Any

import pytest

from deskhand.tenancy.roles import Role
from deskhand.tenancy.users import UserRepository
from grounds import owner_of
from orchestration.plan_parts import ScriptedAgents, open_desk

SUBTASKS = [
    {"id": "returns", "description": "How long can I return it?", "agent": "support", "estimate_seconds": 2},
    {"id": "reply", "description": "Write a reply.", "agent": "sales", "dependencies": ["returns", "returns"]},
]

FIRST = {
    "id": "returns",
    "description": "How long can I return it?",
    "agent": "support",
    "dependencies": [],
    "estimate_seconds": 2.0,
    "status": "done",
    "output": "Answer to How long can I return it?",
    "answered": True,
    "citations": [
        {
            "number": 1,
            "chunk_id": "chk_1",
            "source_id": "src_1",
            "source": "returns.md",
            "title": "Return an item",
            "heading": None,
            "link": None,
            "quote": "within 30 days",
        }
    ],
    "error": None,
    "attempts": 1,
}


async def test_a_plan_is_started_and_looked_at_again(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk, desk.client() as client:
        session_id = await desk.session()
        body = {"task": " Help her. ", "subtasks": SUBTASKS, "session_id": session_id}
        response = await client.post("/api/v1/plans", json=body)
        started = response.json()
        assert response.status_code == 202
        assert (started["status"], started["strategy"], started["task"]) == ("pending", "hybrid", "Help her.")
        assert started["id"].startswith("pln_")
        await desk.settle()

        plan = (await client.get(f"/api/v1/plans/{started['id']}")).json()
    assert plan["status"] == "done"
    assert plan["counts"] == {"succeeded": 2, "failed": 0, "skipped": 0}
    first, second = plan["subtasks"]
    assert first.pop("seconds") >= 0
    assert first == FIRST
    assert second["dependencies"] == ["returns"]
    assert [each["subtask"] for each in plan["synthesis"]["references"]] == ["returns", "reply"]
    assert (plan["session_id"], plan["made_by"], plan["error"]) == (session_id, "given", None)
    assert plan["finished_at"] is not None


async def test_a_task_alone_is_enough(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk, desk.client() as client:
        started = (await client.post("/api/v1/plans", json={"task": "What is open? When is my refund paid?"})).json()
        assert started["subtasks"] == []
        await desk.settle()
        plan = (await client.get(f"/api/v1/plans/{started['id']}")).json()
    assert [each["agent"] for each in plan["subtasks"]] == ["support", "billing"]
    assert (plan["status"], plan["strategy"]) == ("done", "parallel")


async def test_plans_are_listed_newest_first_by_status_and_session(tmp_path: Path) -> None:
    asker = ScriptedAgents({"a": "word " * 200})
    async with open_desk(tmp_path, asker) as desk, desk.client() as client:
        session_id = await desk.session()
        bodies: list[dict[str, Any]] = [{"task": "one"}, {"task": "two", "session_id": session_id}, {"task": "three"}]
        body = {"subtasks": [{"id": "a", "description": "a", "agent": "support"}]}
        ids = [(await client.post("/api/v1/plans", json=each | body)).json()["id"] for each in bodies]
        await client.post(f"/api/v1/plans/{ids[2]}/cancel")
        await desk.settle()

        async def listed(**wanted: Any) -> dict[str, Any]:
            found: dict[str, Any] = (await client.get("/api/v1/plans", params=wanted)).json()
            return found

        page = await listed(limit=2)
        assert [item["id"] for item in page["items"]] == [ids[2], ids[1]]
        assert (page["total"], page["limit"], page["offset"]) == (3, 2, 0)
        assert [item["id"] for item in (await listed(offset=2))["items"]] == [ids[0]]
        assert [item["id"] for item in (await listed(status="cancelled"))["items"]] == [ids[2]]
        (of_session,) = (await listed(session_id=session_id))["items"]
        assert of_session["id"] == ids[1]
        assert len(of_session["subtasks"][0]["output"]) <= 160
        assert of_session["subtasks"][0]["citations"] == []


async def test_a_plan_is_cancelled_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk, desk.client() as client:
        plan_id = (await client.post("/api/v1/plans", json={"task": "one", "subtasks": SUBTASKS})).json()["id"]
        first = await client.post(f"/api/v1/plans/{plan_id}/cancel")
        second = await client.post(f"/api/v1/plans/{plan_id}/cancel")
        assert (first.status_code, first.json()["status"]) == (200, "cancelled")
        assert second.json() == first.json()
        done_id = (await client.post("/api/v1/plans", json={"task": "one", "subtasks": SUBTASKS})).json()["id"]
        await desk.settle()
        refused = await client.post(f"/api/v1/plans/{done_id}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_ended")


def subtask(name: Any = "a", **fields: Any) -> dict[str, Any]:
    return {"id": name, "description": "Do it.", "agent": "support"} | fields


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"task": "x", "subtasks": [subtask(dependencies=["b"]), subtask("b", dependencies=["a"])]}, "plan_refused",
         "Subtask 'a': these subtasks wait for each other: 'a' → 'b' → 'a'"),
        ({"task": "x", "subtasks": [subtask(agent="ghost")]}, "plan_refused", "Subtask 'a': There is no agent 'ghost'"),
        ({"task": "x", "subtasks": [subtask(dependencies=["b"])]}, "plan_refused", "Subtask 'a': it depends on 'b'"),
        ({"task": "x", "subtasks": [subtask(dependencies=["a"])]}, "plan_refused", "Subtask 'a': it depends on itself"),
        ({"task": "x", "subtasks": [subtask(), subtask()]}, "plan_refused", "Subtask 'a': the id 'a' is used 2 times"),
        ({"task": "x", "subtasks": [subtask(description="  ")]}, "plan_refused", "its description is empty"),
        ({"task": "x", "strategy": "parallel", "subtasks": [subtask(), subtask("b", dependencies=["a"])]},
         "plan_refused", "Subtask 'b': it has dependencies"),
        ({"task": "x", "subtasks": [subtask(f"s{at}") for at in range(1_000)]}, "invalid_value", "at most 50 items"),
        ({"task": "…"}, "plan_refused", "It is empty"),
        ({"task": ""}, "invalid_value", "body.task"),
        ({"task": "x" * 8_001}, "invalid_value", "body.task"),
        ({"task": "x\x00"}, "invalid_value", "control characters"),
        ({"task": "x", "strategy": "chaos"}, "invalid_value", "body.strategy"),
        ({"task": "x", "subtasks": [subtask("a b")]}, "invalid_value", "body.subtasks.0.id"),
        ({"task": "x", "subtasks": [subtask(estimate_seconds=-1)]}, "invalid_value", "estimate_seconds"),
        ({"task": "x", "colour": "red"}, "invalid_value", "body.colour"),
        ({}, "invalid_value", "body.task"),
    ],
)  # fmt: skip
async def test_what_cannot_be_carried_out_is_refused_whole(
    tmp_path: Path, body: dict[str, Any], code: str, words: str
) -> None:
    async with open_desk(tmp_path) as desk, desk.client() as client:
        response = await client.post("/api/v1/plans", json=body)
        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert words in problem["detail"]
        assert problem["errors"]
        await desk.settle()
        assert (await client.get("/api/v1/plans")).json()["total"] == 0
        assert desk.asker.asked == []


async def test_ids_of_others_and_of_nobody_are_not_found(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk, desk.client() as client:
        plan_id = (await client.post("/api/v1/plans", json={"task": "one"})).json()["id"]
        session_id = await desk.session()
        other = await owner_of(desk.store, desk.clock, desk.directory, "other")
        async with desk.client(desk.token(scope=other)) as stranger:
            for response in (
                await stranger.get(f"/api/v1/plans/{plan_id}"),
                await stranger.post(f"/api/v1/plans/{plan_id}/cancel"),
                await stranger.post("/api/v1/plans", json={"task": "x", "session_id": session_id}),
                await client.get("/api/v1/plans/pln_1"),
                await client.post("/api/v1/plans/pln_1/cancel"),
            ):
                assert response.status_code == 404, response.text
            assert (await stranger.get("/api/v1/plans")).json()["items"] == []
        for address in ("/api/v1/plans/a%20b", "/api/v1/plans?session_id=a%20b", "/api/v1/plans?limit=0"):
            assert (await client.get(address)).status_code == 422


@pytest.mark.parametrize(("role", "reads", "writes"), [(Role.OPERATOR, 200, 202), (Role.VIEWER, 200, 403)])
async def test_plans_are_for_staff(tmp_path: Path, role: Role, reads: int, writes: int) -> None:
    async with open_desk(tmp_path) as desk:
        async with desk.store.write(desk.scope) as db:
            row = await UserRepository(db, desk.scope, desk.clock).add(
                email="s@example.com", name="", role=role, password_hash="!"
            )
        token = desk.signer.for_user(tenant_id=desk.scope.tenant_id, user_id=row.id, role=role).token
        async with desk.client(token) as client:
            assert (await client.get("/api/v1/plans")).status_code == reads
            assert (await client.post("/api/v1/plans", json={"task": "one"})).status_code == writes
        _, contact = await desk.directory.new_contact(desk.scope.tenant_id)
        async with desk.client(contact.token) as client:
            assert (await client.get("/api/v1/plans")).status_code == 403
