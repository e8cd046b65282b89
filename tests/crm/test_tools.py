"""The CRM's tools under the guard: about the turn's own contact, written once, refused with what to do instead."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm.posts import ADA, CONTACT, START, Post, open_post
from deskhand.conversations.after_turn import AfterTurn
from deskhand.conversations.closing import ClosingWriter
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import CloseReason, Session, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_store import InMemorySessionStore
from deskhand.conversations.summarising import OfflineSummariser
from deskhand.crm.delivery_model import Condition, DeliveryFilter, DeliveryStatus, Step
from deskhand.crm.media import MediaCheck
from deskhand.crm.model import ProfileChange, Writing
from deskhand.crm.pipelines import Pipelines, StageDraft
from deskhand.crm.session_actions import ASSIGN, CLOSE, SessionActions
from deskhand.crm.tools_all import CRM_TOOLS, register_crm_tools
from deskhand.crm.tools_base import MOST_MESSAGES, CrmToolParts
from deskhand.llm.sentiment import VaderSentiment
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.bound import BoundTool
from deskhand.tools.breaker import InMemoryBreakers
from deskhand.tools.contract import ToolTurn
from deskhand.tools.guard import Guard
from deskhand.tools.registry import ToolRegistry
from tools.calls import SILENT

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


class Files:
    """Ana sent a picture and a bill."""

    async def type_of(self, scope: TenantScope, contact_id: str, attachment_id: str) -> str | None:
        assert scope.tenant_id == "ten_1"
        known = {"att_1": "image/png", "att_2": "application/pdf"}
        return known.get(attachment_id) if contact_id == CONTACT else None


async def knows_agent(scope: TenantScope, agent_id: str) -> bool:
    return agent_id in {"support", "sales"}


@dataclass
class Bench:
    """The tools of Ana's turns, over real parts."""

    post: Post
    session_id: str
    parts: CrmToolParts
    live: InMemorySessionStore
    guard: Guard
    registry: ToolRegistry
    bound: dict[tuple[str, str], BoundTool] = field(default_factory=dict)

    async def call(self, name: str, *, turn_id: str = "trn_1", **arguments: Any) -> dict[str, Any]:
        """What the model is shown; calls of one turn go to one tool."""
        if (name, turn_id) not in self.bound:
            turn = self.turn(turn_id)
            settings = load_settings(env_file=None, tools={"crm": {"enabled": True}})
            (tool,) = self.registry.create_tools(
                settings, {CrmToolParts: self.parts, ToolTurn: turn}, granted=frozenset({name})
            )
            self.bound[name, turn_id] = BoundTool(tool, turn, timeout_seconds=20.0, report=SILENT)
        shown: dict[str, Any] = json.loads(await self.guard.call(self.bound[name, turn_id], arguments))
        return {"success": "error" not in shown, "error": None} | shown

    def turn(self, turn_id: str) -> ToolTurn:
        return ToolTurn(
            scope=TenantScope(tenant_id="ten_1", role=Role.CONTACT, contact_id=CONTACT),
            request_id="req_1",
            session_id=self.session_id,
            thread_id="thr_1",
            turn_id=turn_id,
            contact_id=CONTACT,
            agent_id="support",
            agent_version="1.0.0",
            text="Hello",
        )

    async def session(self) -> Session:
        async with self.post.store.read(self.post.scope) as db:
            return await ConversationRepository(db, self.post.scope, self.post.clock).session(self.session_id)

    async def waiting(self) -> list[tuple[str, str]]:
        page = await self.post.deliveries.page(
            self.post.scope, DeliveryFilter(status=DeliveryStatus.SCHEDULED), limit=100, offset=0
        )
        return [(item.wording.text, item.due_at.isoformat()) for item in page.items]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_post(tmp_path) as post:
        yield await a_bench(post)


async def a_bench(post: Post) -> Bench:
    live = InMemorySessionStore()
    quick = OfflineSummariser(VaderSentiment())
    writer = ClosingWriter(store=post.store, clock=post.clock, quick=quick, better=quick)
    lifecycle = SessionLifecycle(
        store=post.store,
        clock=post.clock,
        live=live,
        writer=writer,
        background=post.background,
        idle=timedelta(hours=1),
    )
    desk = AfterTurn(store=post.store, clock=post.clock, live=live, lifecycle=lifecycle, knows_agent=knows_agent)
    sessions = SessionActions(store=post.store, jobs=post.jobs, desk=desk)
    post.jobs.handle(ASSIGN, sessions.do_assign)
    post.jobs.handle(CLOSE, sessions.do_close)
    parts = CrmToolParts(
        clock=post.clock,
        records=post.records,
        deliveries=post.deliveries,
        templates=post.templates,
        enrolments=post.enrolments,
        sessions=sessions,
        media=MediaCheck(files=Files(), hosts=("files.shop.example", ".cdn.example")),
    )
    registry = ToolRegistry()
    register_crm_tools(registry)
    guard = Guard(clock=post.clock, breakers=InMemoryBreakers(post.clock))
    session_id = await post.session()
    return Bench(post=post, session_id=session_id, parts=parts, live=live, guard=guard, registry=registry)


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


async def test_files_are_sent_from_known_hosts_and_from_the_contacts_own(bench: Bench) -> None:
    picture = await bench.call("send_message", type="image", text="The helmet", url="https://eu.cdn.example/helmet.png")
    assert picture["data"]["status"] == "sent"
    bill = await bench.call("send_message", type="document", text="Your bill", attachment_id="att_2")
    assert bill["success"]
    assert [said.details["media"][0] for _, said in bench.post.told] == [
        {"kind": "image", "url": "https://eu.cdn.example/helmet.png", "caption": "The helmet"},
        {"kind": "document", "attachment_id": "att_2", "caption": "Your bill"},
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"type": "image"}, "needs either url or attachment_id"),
        ({"type": "image", "url": "https://files.shop.example/a", "attachment_id": "att_1"}, "needs either"),
        ({"url": "https://files.shop.example/a"}, "a text has no file"),
        ({"type": "image", "url": "https://evil.example/p.png?d=secret"}, "only from: files.shop.example"),
        ({"type": "image", "url": "https://files.shop.example.evil.example/a"}, "only from"),
        ({"type": "image", "url": "https://evilcdn.example/a"}, "only from"),
        ({"type": "image", "url": "http://files.shop.example/a"}, "write https://"),
        ({"type": "image", "url": "https://u:p@files.shop.example/a"}, "without a password"),
        ({"type": "image", "url": "https://files.shop.example:x/a"}, "is no address"),
        ({"type": "image", "url": "https://files.shop.example\\@evil.example/"}, "is no address"),
        ({"type": "image", "url": "javascript:alert(1)"}, "is no address"),
        ({"type": "video", "attachment_id": "att_1"}, "send it as 'document'"),
        ({"type": "image", "attachment_id": "att_of_bob"}, "There is no file"),
        ({"type": "poem"}, "'type'"),
        ({"text": "a\x00b"}, "control characters"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_nothing_is_said(
    bench: Bench, arguments: dict[str, Any], says: str
) -> None:
    shown = await bench.call("send_message", **({"text": "Look"} | arguments))
    assert not shown["success"]
    assert says in shown["error"]
    assert await bench.post.said() == []


async def test_a_turn_sends_a_few_messages_and_no_more(bench: Bench) -> None:
    for number in range(MOST_MESSAGES):
        assert (await bench.call("send_message", text=f"Message {number}"))["success"]
    shown = await bench.call("send_message", text="One more")
    assert "say it in the answer" in shown["error"]
    assert (await bench.call("send_message", text="Message 0"))["error"] is not None
    assert len(await bench.post.said()) == MOST_MESSAGES


async def test_a_template_is_sent_in_the_contacts_language(bench: Bench) -> None:
    await bench.post.template()
    await bench.post.template(body="Hallo {{name}}!", language="de")
    await bench.post.records.change(
        bench.post.scope, CONTACT, ProfileChange(values={"language": "de-AT"}), Writing(by=ADA)
    )
    assert (await bench.call("send_template_message", template="hello", variables={"name": "**Ana**"}))["success"]
    assert (await bench.call("send_template_message", template="hello", variables={"name": "Ana"}, language="en"))[
        "success"
    ]
    later = await bench.call(
        "send_template_message", template="hello", variables={"name": "Ana"}, send_at="2026-03-03T10:00[Europe/Berlin]"
    )
    assert later["data"]["due_at"] == "2026-03-03T10:00+01:00[Europe/Berlin]"
    assert await bench.post.said() == ["Hallo \\*\\*Ana\\*\\*!", "Hello Ana!"]


async def test_a_template_that_is_not_there_or_not_filled_is_refused(bench: Bench) -> None:
    await bench.post.template()
    unknown = await bench.call("send_template_message", template="nothing")
    assert "There are: hello." in unknown["error"]
    missing = await bench.call("send_template_message", template="hello")
    assert "No value is given for name" in missing["error"]
    assert await bench.post.said() == []


async def test_a_follow_up_is_sent_at_its_time_in_its_zone(bench: Bench) -> None:
    shown = await bench.call(
        "schedule_follow_up",
        at="2026-10-25T02:30[Europe/Berlin]",
        message="Did the battery last?",
        reason="Promised on the phone.",
    )
    assert shown["data"]["due_at"] == "2026-10-25T02:30+02:00[Europe/Berlin]"
    assert "the first is taken" in shown["data"]["note"]
    await bench.post.background.settle()
    bench.post.clock.moment = START.replace(month=10, day=25, hour=0, minute=29)
    assert await bench.post.jobs.run_due() == 0
    assert await bench.post.until(minutes=1) == 1
    assert await bench.post.said() == ["Did the battery last?"]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-03-02T08:00Z", "is past"),
        ("2026-03-29T02:30[Europe/Berlin]", "write 2026-03-29T03:30[Europe/Berlin]"),
        ("2026-11-22T09:00", "has no time zone"),
        ("2028-01-01T09:00Z", "within the next year"),
        ("next Friday", "is no moment"),
    ],
)
async def test_a_moment_that_cannot_be_meant_is_refused_with_the_contacts_zone(
    bench: Bench, at: str, says: str
) -> None:
    shown = await bench.call("schedule_follow_up", at=at, message="Hello")
    assert says in shown["error"]
    values = {"time_zone": "Europe/Berlin"}
    await bench.post.records.change(bench.post.scope, CONTACT, ProfileChange(values=values), Writing(by=ADA))
    assert "time zone is Europe/Berlin" in (await bench.call("schedule_follow_up", at=at, message="Hello"))["error"]
    assert await bench.waiting() == []


async def test_a_sequence_begins_and_a_second_time_is_refused(bench: Bench) -> None:
    await bench.post.template()
    await bench.post.sequence(Step(after="P1D", template="hello", condition=Condition.STILL_OPEN))
    begun = await bench.call("trigger_sequence", sequence="welcome", variables={"name": "Ana"})
    assert begun["data"]["steps"] == 1
    again = await bench.call("trigger_sequence", turn_id="trn_2", sequence="welcome", variables={"name": "Ana"})
    assert "already" in again["error"]
    unknown = await bench.call("trigger_sequence", sequence="farewell")
    assert "There are: welcome." in unknown["error"]


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
