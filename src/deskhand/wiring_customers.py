"""Builds the CRM: the records of customers, its tools, and what is sent to customers later.

A part of the composition root. Above: `wiring_turns.py`. Below: `wiring_slices.py`, the slice `crm/`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.model import AgentNotActive, UnknownAgent
from deskhand.agents.runtime import AgentRuntime
from deskhand.attachments.model import UnknownAttachment
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.conversations.after_turn import AfterTurn
from deskhand.conversations.contact_messages import SaidMessage, messages_before
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import MessageRole
from deskhand.conversations.places import ContactPlaces
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.session_store import SessionStore
from deskhand.crm.choosing import RecordsByTenant
from deskhand.crm.deliveries import Deliveries
from deskhand.crm.delivering import Delivering
from deskhand.crm.delivery_endpoints import DeliveryEndpoints
from deskhand.crm.delivery_eraser import DeliveryEraser
from deskhand.crm.delivery_model import DeliveryKind
from deskhand.crm.endpoints import ContactEndpoints
from deskhand.crm.endpoints_journal import JournalEndpoints
from deskhand.crm.endpoints_setup import SetupEndpoints
from deskhand.crm.enrolling import Enrolments
from deskhand.crm.external import ExternalRecords
from deskhand.crm.external_http import CRMConnection
from deskhand.crm.field_definitions import CustomFields
from deskhand.crm.journal import Place
from deskhand.crm.lookup import CRMLookups
from deskhand.crm.media import MediaCheck
from deskhand.crm.model import Actor, ActorKind
from deskhand.crm.pipelines import Pipelines
from deskhand.crm.planner import DELIVER, Planner
from deskhand.crm.port import CustomerRecords
from deskhand.crm.records import BuiltInRecords
from deskhand.crm.sequence_endpoints import SequenceEndpoints
from deskhand.crm.sequence_library import SequenceLibrary
from deskhand.crm.sequence_steps import SequenceSteps
from deskhand.crm.session_actions import ASSIGN, CLOSE, SessionActions
from deskhand.crm.template_endpoints import TemplateEndpoints
from deskhand.crm.template_shelf import TemplateShelf
from deskhand.crm.timeline import Timeline, TimelineItem
from deskhand.crm.tools_base import CrmToolParts
from deskhand.kit.errors import Misconfigured
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring_slices import Ground, HasRouter, Slices

CRM_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Customers:
    """The CRM as the turn, the money and the endpoints use it. `close` ends its connection to the outside."""

    records: CustomerRecords
    lookups: CRMLookups
    tools: CrmToolParts
    endpoints: tuple[HasRouter, ...]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Talking:
    """Sessions as they are at present, and how they end."""

    live: SessionStore
    sessions: SessionLifecycle


def customers(
    ground: Ground, slices: Slices, directory: Directory, runtime: AgentRuntime, talking: Talking
) -> Customers:
    """From the records to the tools."""
    store, clock, jobs = ground.store, ground.clock, ground.jobs
    built_in = BuiltInRecords(store=store, clock=clock, agents=_Agents(runtime), erased_too=[DeliveryEraser()])
    connection = _connection(ground)
    records = _records(ground, directory, built_in, connection)
    lookups = CRMLookups(records=records, clock=clock)
    places, planner = ContactPlaces(), Planner(clock=clock, jobs=jobs)
    steps = SequenceSteps(clock=clock, planner=planner)
    delivering = _delivering(ground, slices, planner, places, steps)
    deliveries = Deliveries(store=store, clock=clock, planner=planner, delivering=delivering, places=places)
    templates, sequences = TemplateShelf(store=store, clock=clock), SequenceLibrary(store=store, clock=clock)
    enrolments = Enrolments(store=store, clock=clock, planner=planner, steps=steps, places=places, records=records)
    media = MediaCheck(files=_Files(ground, slices.attachments.shelf), hosts=ground.settings.tools.crm.media_hosts)
    tools = CrmToolParts(
        clock=clock,
        records=records,
        deliveries=deliveries,
        templates=templates,
        enrolments=enrolments,
        sessions=_session_actions(ground, runtime, talking),
        media=media,
    )
    endpoints: tuple[HasRouter, ...] = (
        ContactEndpoints(records=built_in, lookups=lookups),
        JournalEndpoints(records=built_in, timeline=Timeline(store=store, clock=clock, sources=[_Said()])),
        SetupEndpoints(fields=CustomFields(store=store, clock=clock), pipelines=Pipelines(store=store, clock=clock)),
        TemplateEndpoints(templates=templates),
        SequenceEndpoints(sequences=sequences, enrolments=enrolments),
        DeliveryEndpoints(clock=clock, deliveries=deliveries, templates=templates, media=media, records=built_in),
    )
    close = _nothing if connection is None else connection.close
    return Customers(records=records, lookups=lookups, tools=tools, endpoints=endpoints, close=close)


def _delivering(
    ground: Ground, slices: Slices, planner: Planner, places: ContactPlaces, steps: SequenceSteps
) -> Delivering:
    """What is sent later, as jobs."""
    delivering = Delivering(
        clock=ground.clock,
        planner=planner,
        speaker=slices.speaker,
        places=places,
        occasions={DeliveryKind.SEQUENCE: steps},
    )
    ground.jobs.handle_in_transaction(DELIVER, delivering.handle, given_up=delivering.given_up)
    return delivering


def _session_actions(ground: Ground, runtime: AgentRuntime, talking: Talking) -> SessionActions:
    agents = _Agents(runtime)
    desk = AfterTurn(
        store=ground.store,
        clock=ground.clock,
        live=talking.live,
        lifecycle=talking.sessions,
        knows_agent=agents.has_agent,
    )
    actions = SessionActions(store=ground.store, jobs=ground.jobs, desk=desk)
    ground.jobs.handle(ASSIGN, actions.do_assign)
    ground.jobs.handle(CLOSE, actions.do_close)
    return actions


def _connection(ground: Ground) -> CRMConnection | None:
    crm = ground.settings.tools.crm
    if crm.endpoint is None:
        return None
    if crm.key is None:
        raise Misconfigured(
            "DESKHAND_TOOLS__CRM__ENDPOINT names an external CRM without a key: set DESKHAND_TOOLS__CRM__KEY."
        )
    seconds = crm.timeout_seconds or CRM_SECONDS
    return CRMConnection(endpoint=crm.endpoint, key=crm.key, clock=ground.clock, timeout_seconds=seconds)


def _records(
    ground: Ground, directory: Directory, built_in: BuiltInRecords, connection: CRMConnection | None
) -> CustomerRecords:
    if connection is None:
        return built_in
    slug = ground.settings.tools.crm.tenant or ground.settings.default_tenant

    async def has_external(scope: TenantScope) -> bool:
        return (await directory.tenant_of(scope)).slug == slug

    external = ExternalRecords(connection=connection, history=built_in, clock=ground.clock)
    return RecordsByTenant(built_in=built_in, external=external, has_external=has_external)


async def _nothing() -> None:
    """There is nothing to close."""


class _Agents:
    """Which agents are at work, as the CRM asks."""

    def __init__(self, runtime: AgentRuntime) -> None:
        self._runtime = runtime

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool:
        try:
            await self._runtime.check(scope, agent_id)
        except (UnknownAgent, AgentNotActive):
            return False
        return True


class _Files:
    """Files of a contact's own conversations, as the CRM may send them again."""

    def __init__(self, ground: Ground, shelf: AttachmentShelf) -> None:
        self._ground = ground
        self._shelf = shelf

    async def type_of(self, scope: TenantScope, contact_id: str, attachment_id: str) -> str | None:
        try:
            attachment = await self._shelf.attachment(scope, attachment_id)
        except UnknownAttachment:
            return None
        async with self._ground.store.read(scope) as db:
            conversations = ConversationRepository(db, scope, self._ground.clock)
            session = await conversations.session(attachment.session_id)
        return attachment.media_type if session.contact_id == contact_id else None


class _Said:
    """Messages of conversations, as a contact's timeline shows them."""

    kind = "message"

    async def before(
        self,
        db: AsyncSession,
        scope: TenantScope,  # noqa: ARG002 - the session is that scope's
        contact_id: str,
        place: Place | None,
        limit: int,
    ) -> Sequence[TimelineItem]:
        at, behind = (None, "") if place is None else (place.at, place.id)
        said = await messages_before(db, contact_id, at=at, message_id=behind, limit=limit)
        return [_shown(message, self.kind) for message in said]


def _shown(message: SaidMessage, kind: str) -> TimelineItem:
    by = Actor(kind=ActorKind.AGENT, id=None, turn_id=message.turn_id) if message.role is MessageRole.AGENT else None
    return TimelineItem(
        id=message.id,
        kind=kind,
        at=message.at,
        title=f"{message.role.value.capitalize()} message",
        text=message.text,
        by=by,
        data={"role": message.role.value, "thread_id": message.thread_id, "session_id": message.session_id},
    )
