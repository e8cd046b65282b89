"""Builds the slices that give agents their senses and their record. The other half of the composition root.

Above: `wiring.py`, which builds the house around them. Each function reads like a parts list, bottom first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from deskhand.agents.model import AgentFilter
from deskhand.agents.repository import AgentRepository
from deskhand.agents.runtime import DEFAULT_AGENT
from deskhand.attachments.conversions import TEND_SECONDS, Conversions
from deskhand.attachments.endpoints import AttachmentEndpoints
from deskhand.attachments.excerpts import Excerpts
from deskhand.attachments.model import Progress, SessionPlace, ShelfLimits
from deskhand.attachments.reading import AttachmentReader
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.attachments.tool import (
    READ_ATTACHMENT,
    SEARCH_ATTACHMENTS,
    make_read_attachment,
    make_search_attachments,
)
from deskhand.audit.endpoints import AuditEndpoints
from deskhand.audit.erasing import AuditEraser
from deskhand.audit.reading import AuditReader
from deskhand.audit.replaying import AuditReplay, Replayer
from deskhand.audit.vault import Vault
from deskhand.audit.verifying import ChainVerifier
from deskhand.audit.writer import SETTLE_SECONDS, AuditWriter
from deskhand.conversations.lifecycle import SWEEP_SECONDS as IDLE_SWEEP_SECONDS
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.model import Message, SessionStatus
from deskhand.conversations.repository import ConversationRepository
from deskhand.conversations.schemas import message_out
from deskhand.conversations.speaking import AgentSpeaker
from deskhand.conversations.takeover import OperatorSaid as SaidByOperator
from deskhand.conversations.takeover import OwnerChanged as OwnerIsNow
from deskhand.conversations.takeover import Ownership, TakeoverEvent
from deskhand.conversations.takeover_endpoints import TakeoverEndpoints
from deskhand.conversations.threads import ThreadRepository
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.model import DocumentLimits
from deskhand.escalation.channels import AppriseChannels
from deskhand.escalation.desk import TicketDesk
from deskhand.escalation.detector import EscalationDetector
from deskhand.escalation.endpoints import TicketEndpoints
from deskhand.escalation.learned import LearnedRequests
from deskhand.escalation.overdue import OVERDUE_SWEEP_SECONDS, OverdueWatch
from deskhand.escalation.sender import SWEEP_SECONDS as NOTICE_SWEEP_SECONDS
from deskhand.escalation.sender import NoticeSender
from deskhand.escalation.tool import ESCALATE_TO_HUMAN, EscalationRequests, make_escalate_to_human
from deskhand.jobs.queue import JobQueue
from deskhand.kit.background import Background
from deskhand.kit.blobs import BlobStore
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE, SearchKnowledge
from deskhand.llm.embedding import Embedder
from deskhand.llm.pii import redacted
from deskhand.llm.sentiment import VaderSentiment
from deskhand.memory.endpoints import MemoryEndpoints
from deskhand.memory.keeper import SWEEP_SECONDS as MEMORY_SWEEP_SECONDS
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.library import MemoryLibrary
from deskhand.memory.recall import MemoryRecall
from deskhand.memory.tool import RECALL_MEMORY, REMEMBER, RecallMemory, Remember
from deskhand.settings import Settings
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tools.contract import ToolSlice
from deskhand.tools.registry import ToolRegistry
from deskhand.tools.threads import Threads
from deskhand.turns.events import AgentSaid, AttachmentChanged, OperatorSaid, OwnerChanged
from deskhand.turns.handoff import HAND_OFF, make_hand_off
from deskhand.turns.hub import EventHub
from deskhand.usage.endpoints import Caps, UsageEndpoints
from deskhand.usage.model import AgentCap
from deskhand.usage.recorder import UsageRecorder, prices_of

MOST_CAPS = 1_000
JOBS_SWEEP_SECONDS = 86_400.0


class HasRouter(Protocol):
    """Endpoints of a slice."""

    @property
    def router(self) -> APIRouter: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What every slice stands on."""

    settings: Settings
    clock: Clock
    store: TenantStore
    embedder: Embedder
    background: Background
    jobs: JobQueue
    blobs: BlobStore
    hub: EventHub
    secret_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Memories:
    recall: MemoryRecall
    keeper: MemoryKeeper
    library: MemoryLibrary


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalations:
    detector: EscalationDetector
    requests: EscalationRequests
    desk: TicketDesk
    ownership: Ownership
    sender: NoticeSender
    overdue: OverdueWatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachments:
    shelf: AttachmentShelf
    conversions: Conversions


@dataclass(frozen=True, kw_only=True, slots=True)
class Slices:
    """Senses and record, as the turn and the endpoints use them."""

    memories: Memories
    attachments: Attachments
    escalations: Escalations
    vault: Vault
    audit: AuditWriter
    usage: UsageRecorder
    speaker: AgentSpeaker


def build_slices(
    ground: Ground, converter: DocumentConverter, learned: LearnedRequests, directory: Directory
) -> Slices:
    vault = Vault(ground.secret_key)
    return Slices(
        memories=memories(ground, directory),
        attachments=attachments(ground, converter),
        escalations=escalations(ground, learned),
        vault=vault,
        audit=audit_writer(ground, vault),
        usage=UsageRecorder(clock=ground.clock, prices=prices_of(ground.settings)),
        speaker=speaker(ground),
    )


def slice_endpoints(ground: Ground, slices: Slices, replayer: Replayer) -> tuple[HasRouter, ...]:
    """Where the slices are reached over HTTP."""
    store, clock, vault, blobs = ground.store, ground.clock, slices.vault, ground.blobs
    reader = AuditReader(store=store, clock=clock, vault=vault, blobs=blobs)
    escalations = slices.escalations
    return (
        MemoryEndpoints(slices.memories.library, clock),
        AttachmentEndpoints(slices.attachments.shelf),
        TicketEndpoints(desk=escalations.desk, clock=clock),
        TakeoverEndpoints(escalations.ownership),
        AuditEndpoints(
            reader=reader,
            verifier=ChainVerifier(store=store, clock=clock, vault=vault, blobs=blobs),
            replay=AuditReplay(reader=reader, replayer=replayer),
            eraser=AuditEraser(store=store, clock=clock, vault=vault, writer=slices.audit),
        ),
        UsageEndpoints(store=store, clock=clock, caps=_caps(store, clock)),
    )


def begin_rounds(ground: Ground, sessions: SessionLifecycle, slices: Slices) -> None:
    """Start what comes round again and again. What a crash left behind is taken up at once, beside everything else."""
    background, jobs = ground.background, ground.jobs
    escalations, conversions = slices.escalations, slices.attachments.conversions
    background.start("attachments", conversions.tend())
    background.start("memories", slices.memories.keeper.sweep())
    background.every(IDLE_SWEEP_SECONDS, "silent_sessions", sessions.sweep)
    background.every(SETTLE_SECONDS, "audit", slices.audit.settle)
    background.every(NOTICE_SWEEP_SECONDS, "notices", escalations.sender.sweep)
    background.every(OVERDUE_SWEEP_SECONDS, "overdue_tickets", escalations.overdue.sweep)
    background.every(MEMORY_SWEEP_SECONDS, "memories", slices.memories.keeper.sweep)
    background.every(TEND_SECONDS, "attachments", conversions.tend)
    background.every(JOBS_SWEEP_SECONDS, "jobs", jobs.sweep)
    jobs.begin()


def memories(ground: Ground, directory: Directory) -> Memories:
    store, clock, embedder, background = ground.store, ground.clock, ground.embedder, ground.background
    recall = MemoryRecall(store=store, clock=clock, embedder=embedder, background=background)
    keeper = MemoryKeeper(
        store=store, clock=clock, embedder=embedder, background=background, default_agent=DEFAULT_AGENT
    )
    library = MemoryLibrary(
        store=store,
        clock=clock,
        recall=recall,
        keeper=keeper,
        places=_Places(store, clock, directory),
        default_agent=DEFAULT_AGENT,
    )
    return Memories(recall=recall, keeper=keeper, library=library)


def attachments(ground: Ground, converter: DocumentConverter) -> Attachments:
    settings, store, limits = ground.settings, ground.store, ShelfLimits()
    reader = AttachmentReader(converter, document_limits(settings), text_chars=limits.text_chars)
    excerpts = Excerpts(store, ground.embedder)

    def tell(progress: Progress) -> None:
        event = AttachmentChanged(
            attachment_id=progress.attachment_id,
            name=progress.name,
            state=progress.step.value,
            reason=progress.reason,
        )
        ground.hub.publish(progress.session_id, None, event)

    async def find_session(scope: TenantScope, session_id: str) -> SessionPlace:
        async with store.read(scope) as db:
            session = await ConversationRepository(db, scope, ground.clock).session(session_id)
        is_open = session.status is SessionStatus.ACTIVE
        return SessionPlace(session_id=session.id, contact_id=session.contact_id, is_open=is_open)

    conversions = Conversions(
        store=store,
        blobs=ground.blobs,
        clock=ground.clock,
        reader=reader,
        excerpts=excerpts,
        background=ground.background,
        tell=tell,
    )
    shelf = AttachmentShelf(
        store=store,
        blobs=ground.blobs,
        clock=ground.clock,
        reader=reader,
        excerpts=excerpts,
        conversions=conversions,
        find_session=find_session,
        limits=limits,
    )
    return Attachments(shelf=shelf, conversions=conversions)


def escalations(ground: Ground, learned: LearnedRequests) -> Escalations:
    store, clock = ground.store, ground.clock
    public_url = ground.settings.public_url
    sender = NoticeSender(
        store=store,
        clock=clock,
        channels=AppriseChannels(ground.settings.notifications),
        console_url=f"{public_url.rstrip('/')}/console" if public_url else None,
    )
    desk = TicketDesk(store=store, clock=clock, background=ground.background, sender=sender)

    def tell(session_id: str, event: TakeoverEvent) -> None:
        match event:
            case SaidByOperator(message=message):
                said = message_out(message).model_dump(mode="json")
                ground.hub.publish(session_id, None, OperatorSaid(message=said))
            case OwnerIsNow(name=name):
                ground.hub.publish(session_id, None, OwnerChanged(operator=name))

    return Escalations(
        detector=EscalationDetector(sentiment=VaderSentiment(), learned=learned),
        requests=EscalationRequests(),
        desk=desk,
        ownership=Ownership(store=store, clock=clock, tickets=desk, tell=tell),
        sender=sender,
        overdue=OverdueWatch(store=store, clock=clock, sender=sender),
    )


def speaker(ground: Ground) -> AgentSpeaker:
    def tell(session_id: str, message: Message) -> None:
        ground.hub.publish(session_id, None, AgentSaid(message=message_out(message).model_dump(mode="json")))

    return AgentSpeaker(clock=ground.clock, tell=tell)


def audit_writer(ground: Ground, vault: Vault) -> AuditWriter:
    return AuditWriter(
        store=ground.store,
        clock=ground.clock,
        vault=vault,
        blobs=ground.blobs,
        redact=redacted,
        mode=ground.settings.audit_write_mode,
        blob_bytes=ground.settings.audit_blob_bytes,
    )


def tool_registry() -> ToolRegistry:
    """Every tool that a contract may grant."""
    registry = ToolRegistry()
    registry.register(SEARCH_KNOWLEDGE, SearchKnowledge, slice_=ToolSlice.RAG)
    registry.register(RECALL_MEMORY, RecallMemory, slice_=ToolSlice.MEMORY)
    registry.register(REMEMBER, Remember, slice_=ToolSlice.MEMORY)
    registry.register(READ_ATTACHMENT, make_read_attachment, slice_=ToolSlice.ATTACHMENTS)
    registry.register(SEARCH_ATTACHMENTS, make_search_attachments, slice_=ToolSlice.ATTACHMENTS)
    registry.register(ESCALATE_TO_HUMAN, make_escalate_to_human, slice_=ToolSlice.ESCALATION)
    registry.register(HAND_OFF, make_hand_off)
    return registry


def tool_dependencies(ground: Ground, slices: Slices, library: KnowledgeLibrary) -> Mapping[type, object]:
    """What the tools of the slices work with, as long as the process lives."""
    return {
        Settings: ground.settings,
        Threads: Threads(),
        KnowledgeLibrary: library,
        MemoryRecall: slices.memories.recall,
        MemoryKeeper: slices.memories.keeper,
        AttachmentShelf: slices.attachments.shelf,
        EscalationRequests: slices.escalations.requests,
    }


def document_limits(settings: Settings) -> DocumentLimits:
    return DocumentLimits(
        max_bytes=settings.max_file_bytes,
        allowed_types=frozenset(settings.allowed_file_types),
        timeout_seconds=settings.conversion_timeout_seconds,
    )


def _caps(store: TenantStore, clock: Clock) -> Caps:
    """What the contracts of a tenant allow their agents to use in a day."""

    async def caps(scope: TenantScope) -> list[AgentCap]:
        async with store.read(scope) as db:
            agents, _ = await AgentRepository(db, scope, clock).agents(AgentFilter(), limit=MOST_CAPS, offset=0)
        return [
            AgentCap(agent_id=agent.contract.id, tokens_per_day=agent.contract.configuration.tokens_per_day)
            for agent in agents
        ]

    return caps


class _Places:
    """Who and what a memory may be of, as other slices know it."""

    def __init__(self, store: TenantStore, clock: Clock, directory: Directory) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory

    async def has_contact(self, scope: TenantScope, contact_id: str) -> bool:
        return await self._directory.has_contact(scope, contact_id)

    async def has_agent(self, scope: TenantScope, agent_id: str) -> bool:
        if agent_id == DEFAULT_AGENT:
            return True
        async with self._store.read(scope) as db:
            return await AgentRepository(db, scope, self._clock).find(agent_id) is not None

    async def contact_of_thread(self, scope: TenantScope, thread_id: str) -> str | None:
        async with self._store.read(scope) as db:
            try:
                return (await ThreadRepository(db, scope, self._clock).thread(thread_id)).contact_id
            except NotFound:
                return None
