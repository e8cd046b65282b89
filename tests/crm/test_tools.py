"""The CRM's tools under the guard: about the turn's own contact, written once, refused with what to do instead."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crm.posts import ADA, CONTACT, open_post
from crm.tool_bench import Bench, a_bench
from deskhand.conversations.model import CloseReason, SessionStatus
from deskhand.crm.delivery_model import Step
from deskhand.crm.model import ProfileChange, Writing
from deskhand.crm.pipelines import Pipelines, StageDraft
from deskhand.crm.session_actions import ASSIGN, CLOSE
from deskhand.crm.tools_all import CRM_TOOLS

ELEVEN = {
    "get_contact_profile",
    "update_contact_tags",
    "update_pipeline_status",
    "send_message",
    "send_template_message",
    "assign_agent_to_session",
    "close_session",
    "create_contact_event",
    "create_note",
    "trigger_sequence",
    "schedule_follow_up",
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_post(tmp_path) as post:
        yield await a_bench(post)


def test_the_eleven_tools_are_there_and_take_no_contact() -> None:
    assert {tool.name for tool in CRM_TOOLS} == ELEVEN
    for tool in CRM_TOOLS:
        names = set(tool.parameters.model_json_schema().get("properties", {}))
        assert not names & {"contact_id", "customer_id", "session_id", "thread_id", "tenant_id"}, tool.name


def test_every_parameter_says_what_it_is_for() -> None:
    for tool in CRM_TOOLS:
        for name, each in tool.parameters.model_fields.items():
            assert each.description, f"{tool.name}.{name}"


async def test_another_contact_cannot_be_named(bench: Bench) -> None:
    for name in sorted(ELEVEN):
        shown = await bench.call(name, contact_id="con_bob")
        assert not shown["success"]
        assert "'contact_id' is not a parameter" in shown["error"]


async def test_the_profile_is_that_of_the_turns_contact(bench: Bench) -> None:
    values = {"name": "Ana", "email": "ana@example.com"}
    await bench.post.records.change(bench.post.scope, CONTACT, ProfileChange(values=values), Writing(by=ADA))
    shown = await bench.call("get_contact_profile")
    assert shown["data"]["profile"]["name"] == "Ana"
    assert shown["data"]["account_status"] == "active"


async def test_tags_are_added_removed_and_replaced(bench: Bench) -> None:
    added = await bench.call("update_contact_tags", action="add", tags=["VIP", "new"])
    assert added["data"]["tags"] == ["new", "vip"]
    removed = await bench.call("update_contact_tags", action="remove", tags=["new"])
    assert removed["data"]["tags"] == ["vip"]
    assert (await bench.call("update_contact_tags", action="replace", tags=[]))["data"]["tags"] == []
    nothing = await bench.call("update_contact_tags", action="add", tags=[])
    assert "name at least one" in nothing["error"]
    wrong = await bench.call("update_contact_tags", action="delete", tags=["x"])
    assert "'action'" in wrong["error"]


async def test_a_pipeline_that_is_not_there_names_those_there_are(bench: Bench) -> None:
    pipelines = Pipelines(store=bench.post.store, clock=bench.post.clock)
    await pipelines.add(bench.post.scope, "Sales", [StageDraft(name="Lead"), StageDraft(name="Won")], Writing(by=ADA))
    moved = await bench.call("update_pipeline_status", stage="Won")
    assert moved["data"]["pipelines"] == [{"pipeline": "Sales", "stage": "Won"}]
    wrong = await bench.call("update_pipeline_status", stage="Lost")
    assert not wrong["success"]
    assert "Won" in wrong["error"]


async def test_notes_and_events_are_kept_with_the_turn_that_wrote_them(bench: Bench) -> None:
    note = await bench.call("create_note", text="Prefers e-mail.", type="call_log")
    event = await bench.call(
        "create_contact_event", title="Bought a helmet", category="purchase", data={"order": "A-1"}
    )
    assert note["data"]["visibility"] == "internal"
    assert event["data"]["event_id"].startswith("evt_")
    history = await bench.post.history()
    assert [entry.kind for entry in history] == ["note_added", "event_added"]
    assert {(entry.by.kind.value, entry.by.id, entry.by.turn_id) for entry in history} == {
        ("agent", "support", "trn_1")
    }


async def test_what_the_crm_refuses_is_told(bench: Bench) -> None:
    large = await bench.call("create_contact_event", title="x", category="issue", data={"log": "x" * 20_000})
    assert "at most 16,384 fit" in large["error"]
    naive = await bench.call("create_contact_event", title="x", category="issue", occurred_at="2026-03-02T09:00:00")
    assert "has no time zone" in naive["error"]
    empty = await bench.call("create_note", text=" \n ")
    assert "it is empty" in empty["error"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_note", {"text": "Prefers e-mail."}),
        ("create_contact_event", {"title": "Called", "category": "interaction"}),
        ("send_message", {"text": "Here you are."}),
        ("schedule_follow_up", {"at": "2026-03-03T09:00Z", "message": "All well?"}),
        ("send_template_message", {"template": "hello", "variables": {"name": "Ana"}}),
        ("trigger_sequence", {"sequence": "welcome", "variables": {"name": "Ana"}}),
        ("close_session", {"sentiment": "positive", "resolution": "Solved."}),
        ("assign_agent_to_session", {"agent_id": "sales", "reason": "Wants to buy."}),
    ],
)
async def test_a_turn_that_is_tried_again_writes_once(bench: Bench, name: str, arguments: dict[str, Any]) -> None:
    await bench.post.template()
    await bench.post.sequence(Step(after="P1D", template="hello"))
    first = await bench.call(name, **arguments)
    assert first["success"], first
    before = (await bench.post.said(), await bench.waiting(), len(await bench.post.history()))

    again = await bench.call(name, **arguments)
    bench.bound.clear()
    restarted = await bench.call(name, **arguments)

    assert first["data"] == again["data"] == restarted["data"]
    assert (await bench.post.said(), await bench.waiting(), len(await bench.post.history())) == before


async def test_another_turn_writes_again_and_a_given_key_holds_across_turns(bench: Bench) -> None:
    for turn in ("trn_1", "trn_2"):
        await bench.call("send_message", turn_id=turn, text="Here you are.")
        await bench.call("send_message", turn_id=turn, text="By key.", idempotency_key="apr_1")
    assert await bench.post.said() == ["Here you are.", "By key.", "Here you are."]
    reused = await bench.call("send_message", turn_id="trn_3", text="Something else.", idempotency_key="apr_1")
    assert "stands for another message" in reused["error"]


async def test_a_session_is_closed_after_the_turn_with_its_resolution(bench: Bench) -> None:
    async with bench.live.lease(bench.session_id):  # the turn is under way
        shown = await bench.call("close_session", sentiment="positive", resolution="Helmet replaced.")
        assert shown["data"] == {"closes": "after your answer"}
        assert (await bench.session()).status is SessionStatus.ACTIVE
    await bench.post.until()
    await bench.post.background.settle()
    closed = await bench.session()
    assert (closed.status, closed.close_reason) == (SessionStatus.CLOSED, CloseReason.EXPLICIT)
    assert closed.resolution == "Helmet replaced."
    (event,) = [entry for entry in await bench.post.history() if entry.kind == "event_added"]
    assert event.detail["category"] == "interaction"


async def test_another_agent_answers_after_the_turn(bench: Bench) -> None:
    async with bench.live.lease(bench.session_id):
        assert (await bench.call("assign_agent_to_session", agent_id="sales", reason="Wants to buy."))["success"]
        assert (await bench.session()).agent_id is None
    await bench.post.until()
    await bench.post.background.settle()
    assert (await bench.session()).agent_id == "sales"


async def test_an_agent_that_is_not_there_is_refused_and_nothing_is_noted(bench: Bench) -> None:
    shown = await bench.call("assign_agent_to_session", agent_id="nobody", reason="Because.")
    assert "There is no active agent 'nobody'" in shown["error"]
    assert await bench.post.history() == []


async def test_what_an_agent_set_up_waits_while_a_person_has_the_conversation(bench: Bench) -> None:
    await bench.post.set_owner(bench.session_id, "usr_ten_1_ada")
    shown = await bench.call("send_message", text="Here you are.")
    assert shown["data"]["status"] == "scheduled"
    assert "A member of staff has the conversation" in shown["data"]["note"]


async def test_what_is_gone_by_then_is_given_up_at_once(bench: Bench) -> None:
    sessions, post = bench.parts.sessions, bench.post
    await sessions.close(post.scope, bench.session_id, "Solved.", key="k1")
    await sessions.assign(post.scope, bench.session_id, "sales", key="k2")
    async with post.store.write(post.scope) as db:
        for kind, key, agent in ((ASSIGN, "k3", "gone"), (ASSIGN, "k4", "sales"), (CLOSE, "k5", "")):
            payload = {"session_id": bench.session_id if key == "k3" else "ses_gone", "agent_id": agent}
            await post.jobs.add(db, post.scope, kind=kind, key=key, payload=payload)
    await post.background.settle()
    await post.jobs.run_due()
    await post.background.settle()
    for kind, key, error in (
        (ASSIGN, "k3", "the agent is gone"),
        (ASSIGN, "k4", "the session is gone"),
        (CLOSE, "k5", "the session is gone"),
    ):
        standing = await post.jobs.standing(post.scope, kind=kind, key=key)
        assert standing is not None
        assert (standing.state, standing.last_error) == ("given_up", error)
