"""The tools of a contact's turns, over real parts and under the guard; used by the tests of the tools."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crm.posts import CONTACT, Post
from deskhand.conversations.after_turn import AfterTurn
from deskhand.conversations.closing import ClosingWriter
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import Session
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_store import InMemorySessionStore
from deskhand.conversations.summarising import OfflineSummariser
from deskhand.crm.delivery_model import DeliveryFilter, DeliveryStatus
from deskhand.crm.media import MediaCheck
from deskhand.crm.session_actions import ASSIGN, CLOSE, SessionActions
from deskhand.crm.tools_all import register_crm_tools
from deskhand.crm.tools_base import CrmToolParts
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
