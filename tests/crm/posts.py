"""A post office for tests: templates, sequences and deliveries on a real database, with a clock that is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from blanks import put_blank
from deskhand.conversations.model import Message, MessageRole
from deskhand.conversations.places import ContactPlaces
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.speaking import AgentSpeaker
from deskhand.conversations.tables import ChatSession, MessageRow
from deskhand.crm.changing import ContactDesk
from deskhand.crm.deliveries import Deliveries
from deskhand.crm.delivering import Delivering
from deskhand.crm.delivery_model import (
    DeliveryKind,
    NewDelivery,
    NewEnrolment,
    Plan,
    SequenceDraft,
    Step,
    TemplateDraft,
    Wording,
)
from deskhand.crm.enrolling import Enrolments
from deskhand.crm.model import Actor, ActorKind, HistoryEntry, Writing
from deskhand.crm.planner import DELIVER, Planner
from deskhand.crm.records import BuiltInRecords
from deskhand.crm.sequence_library import SequenceLibrary
from deskhand.crm.sequence_steps import SequenceSteps
from deskhand.crm.template_shelf import TemplateShelf
from deskhand.crm.templates import Variable
from deskhand.jobs.queue import JobQueue
from deskhand.kit.background import Background
from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import Contact, Tenant, User

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
AGENT = Actor(kind=ActorKind.AGENT, id="support", turn_id="trn_1")
ADA = Actor(kind=ActorKind.USER, id="usr_ten_1_ada")
CONTACT = "con_ana"


@dataclass
class MovedClock:
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Post:
    """Everything there is about messages outside of a turn, as one process has it."""

    store: TenantStore
    clock: MovedClock
    background: Background = field(default_factory=Background)
    told: list[tuple[str, Message]] = field(default_factory=list)
    scope: TenantScope = field(default_factory=lambda: scope_of("ten_1"))

    def __post_init__(self) -> None:
        store, clock = self.store, self.clock
        self.jobs = JobQueue(store=store, clock=clock, background=self.background)
        self.speaker = AgentSpeaker(clock=clock, tell=lambda session_id, said: self.told.append((session_id, said)))
        self.places = ContactPlaces()
        self.records = BuiltInRecords(store=store, clock=clock)
        self.planner = Planner(clock=clock, jobs=self.jobs)
        self.steps = SequenceSteps(clock=clock, planner=self.planner)
        self.delivering = Delivering(
            clock=clock,
            planner=self.planner,
            speaker=self.speaker,
            places=self.places,
            occasions={DeliveryKind.SEQUENCE: self.steps},
        )
        self.jobs.handle_in_transaction(DELIVER, self.delivering.handle, given_up=self.delivering.given_up)
        self.deliveries = Deliveries(
            store=store, clock=clock, planner=self.planner, delivering=self.delivering, places=self.places
        )
        self.templates = TemplateShelf(store=store, clock=clock)
        self.sequences = SequenceLibrary(store=store, clock=clock)
        self.enrolments = Enrolments(
            store=store,
            clock=clock,
            planner=self.planner,
            steps=self.steps,
            places=self.places,
            records=self.records,
        )

    def another_process(self) -> "Post":
        """On the same database, with nothing else in common but the time."""
        return Post(store=self.store, clock=self.clock, background=self.background)

    async def until(self, **by: float) -> int:
        """Let time pass, and do what is due; how many jobs there were."""
        await self.background.settle()
        self.clock.move(**by)
        return await self.jobs.run_due()

    async def said(self, contact_id: str = CONTACT) -> list[str]:
        """What the agent wrote to the contact, oldest first."""
        async with self.store.read(self.scope) as db:
            rows = await db.scalars(
                select(MessageRow)
                .join(ChatSession, ChatSession.id == MessageRow.session_id)
                .where(ChatSession.contact_id == contact_id, MessageRow.role == MessageRole.AGENT)
                .order_by(MessageRow.id)
            )
            return [row.content for row in rows]

    async def session(self, contact_id: str = CONTACT) -> str:
        """A new conversation of the contact's."""
        async with self.store.write(self.scope) as db:
            sessions = SessionRepository(db, self.scope, self.clock)
            return (await sessions.create(contact_id, "web", thread_id=None, agent_id=None)).id

    async def customer_writes(self, session_id: str, text: str = "Thanks!") -> None:
        async with self.store.write(self.scope) as db:
            conversations = ConversationRepository(db, self.scope, self.clock)
            session = await conversations.session(session_id)
            await conversations.add_message(session, turn_id=None, role=MessageRole.CUSTOMER, content=text)

    async def set_owner(self, session_id: str, user_id: str | None) -> None:
        """Let a person have the session, or nobody."""
        async with self.store.write(self.scope) as db:
            row = await db.get(ChatSession, session_id)
            assert row is not None
            row.human_owner = user_id

    async def history(self, contact_id: str = CONTACT) -> list[HistoryEntry]:
        """The changes of a contact, oldest first."""
        async with self.store.read(self.scope) as db:
            journal = ContactDesk(db, self.scope, self.clock).journal
            found, _ = await journal.history(contact_id, limit=100, offset=0)
        return list(reversed(found))

    async def template(self, name: str = "hello", body: str = "Hello {{name}}!", **more: Any) -> str:
        names = more.pop("names", ("name",))
        variables = tuple(Variable(name=each) for each in names)
        fields: dict[str, Any] = {"language": "en", "variables": variables} | more
        return (await self.templates.create(self.scope, TemplateDraft(name=name, body=body, **fields))).id

    async def sequence(self, *steps: Step, name: str = "welcome", **plan: Any) -> str:
        draft = SequenceDraft(name=name, plan=Plan(steps=steps, **plan))
        return (await self.sequences.create(self.scope, draft)).id


def scope_of(tenant_id: str) -> TenantScope:
    return TenantScope(tenant_id=tenant_id, role=Role.OPERATOR, user_id=f"usr_{tenant_id}_ada")


def a_message(text: str = "Your helmet is here.", **fields: Any) -> NewDelivery:
    given: dict[str, Any] = {
        "kind": DeliveryKind.MESSAGE,
        "contact_id": CONTACT,
        "wording": Wording(text=text),
        "writing": Writing(by=AGENT),
    }
    return NewDelivery(**(given | fields))


def an_enrolment(**fields: Any) -> NewEnrolment:
    given: dict[str, Any] = {"contact_id": CONTACT, "writing": Writing(by=ADA), "values": {"name": "Ana"}}
    return NewEnrolment(**(given | fields))


@asynccontextmanager
async def open_post(folder: Path, url: str | None = None) -> AsyncIterator[Post]:
    """On a fresh SQLite file, or on the database of that address: two tenants with a contact each, Ana and Eve."""
    database = Database(url or await put_blank(folder))
    if url is not None:
        await migrate(database)
    post = Post(store=TenantStore(database), clock=MovedClock())
    async with database.write() as db:
        for number in ("1", "2"):
            named = {"id": f"ten_{number}", "slug": f"shop-{number}", "company": "Shop", "agent_name": "Sam"}
            db.add(Tenant(**named, created_at=START))
    for tenant_id, contact_id in (("ten_1", CONTACT), ("ten_1", "con_bob"), ("ten_2", "con_eve")):
        async with post.store.write(scope_of(tenant_id)) as db:
            db.add(Contact(id=contact_id, tenant_id=tenant_id, name=None, created_at=START))
    await _staff(post)
    try:
        yield post
    finally:
        post.jobs.end()
        await post.background.close()
        await database.close()


async def _staff(post: Post) -> None:
    for tenant_id in ("ten_1", "ten_2"):
        scope = scope_of(tenant_id)
        roles = (("ada", Role.OPERATOR), ("vic", Role.VIEWER))
        rows = [
            {
                "id": f"usr_{tenant_id}_{name}",
                "tenant_id": tenant_id,
                "email": f"{name}@{tenant_id}.example.com",
                "name": name,
                "status": "active",
                "password_hash": "!",
                "role": role,
                "created_at": START,
            }
            for name, role in roles
        ]
        async with post.store.write(scope) as db:
            await db.execute(insert(User), rows)
