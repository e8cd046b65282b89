"""The composition root: the only place that constructs adapters. Reads like a parts list, bottom floor first."""

import importlib.metadata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_framework.observability import OBSERVABILITY_SETTINGS
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from deskhand.agents.endpoints import AgentEndpoints
from deskhand.agents.library import AgentLibrary
from deskhand.agents.runtime import AgentRuntime
from deskhand.api import AppParts, create_app
from deskhand.channels.health import HealthEndpoints
from deskhand.channels.sources import SourceEndpoints
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.worker import DocumentWorker
from deskhand.escalation.learned import LearnedRequests
from deskhand.jobs.queue import JobQueue
from deskhand.kit.background import Background
from deskhand.kit.blobs import BlobStore
from deskhand.kit.clock import Clock, SystemClock
from deskhand.kit.db import Database
from deskhand.kit.secret_key import local_secret_key
from deskhand.knowledge.chroma import ChromaIndex
from deskhand.knowledge.endpoints import KnowledgeEndpoints
from deskhand.knowledge.index import PassageIndex
from deskhand.knowledge.ingest import Ingester
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.knowledge.retrieval import Retriever
from deskhand.llm.embedding import Embedder
from deskhand.llm.providers import Providers
from deskhand.migrations.run import migrate
from deskhand.orchestration.approvals import Approvals
from deskhand.orchestration.coordinator import Coordinator
from deskhand.orchestration.orders import Orders
from deskhand.orchestration.planner import Planner
from deskhand.settings import DEFAULT_SECRET_KEY, IndexEngine, Settings
from deskhand.tenancy.admin_endpoints import ApiKeyEndpoints, UserEndpoints
from deskhand.tenancy.api_keys import ApiKeys
from deskhand.tenancy.attempts import MovingLimit
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.endpoints import ChatLimits, TenancyEndpoints
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.passwords import Passwords
from deskhand.tenancy.sign_in import SignIn
from deskhand.tenancy.staff import Staff
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.hub import EventHub
from deskhand.turns.runner import TurnRunner
from deskhand.wiring_orchestration import register_tools
from deskhand.wiring_slices import (
    Ground,
    HasRouter,
    Slices,
    begin_rounds,
    build_slices,
    document_limits,
    slice_endpoints,
    tool_registry,
)
from deskhand.wiring_turns import Agents, Conversations, conversations, counter

VERSION = importlib.metadata.version("deskhand")
PACKAGED_WEB_CLIENT = Path(__file__).parent / "web_client"


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Everything that is open while Deskhand runs."""

    settings: Settings
    clock: Clock
    store: TenantStore
    signer: TokenSigner
    gate: Gate
    directory: Directory
    index: PassageIndex
    embedder: Embedder
    library: KnowledgeLibrary
    agents: AgentLibrary
    hub: EventHub
    runner: TurnRunner
    background: Background
    sessions: SessionLifecycle
    slices: Slices
    runtime: AgentRuntime
    coordinator: Coordinator
    planner: Planner
    jobs: JobQueue
    approvals: Approvals
    orders: Orders
    outside: tuple[Callable[[], Awaitable[None]], ...]
    """What ends the connections to the outside."""
    app: FastAPI


@asynccontextmanager
async def open_house(
    settings: Settings, *, embedder: Embedder, index: PassageIndex | None = None, clock: Clock | None = None
) -> AsyncIterator[House]:
    """Open the database (migrated) and the index, build everything on them, and close it all at the end.

    `index` and `clock` are opened from the settings unless given.
    """
    # Spans that nobody collects would take a tenth of a turn's time.
    OBSERVABILITY_SETTINGS.enable_instrumentation = False
    clock = clock or SystemClock()
    secret_key = secret_key_of(settings)
    async with AsyncExitStack() as stack:
        database = Database(settings.resolved_database_url)
        stack.push_async_callback(database.close)
        await migrate(database)
        opened = index or await open_index(settings, embedder)
        stack.push_async_callback(opened.close)
        converter = DocumentConverter(DocumentWorker(memory_bytes=settings.conversion_memory_bytes))
        stack.push_async_callback(converter.close)
        providers = Providers(settings, embedder)
        stack.push_async_callback(providers.close)
        learned = await LearnedRequests.prepare(embedder, cache=settings.resolved_models_dir)
        ground = _ground(settings, clock, database, embedder, secret_key)
        stack.push_async_callback(ground.blobs.close)
        house = _build(ground, _Opened(index=opened, converter=converter, providers=providers, learned=learned))
        stack.push_async_callback(house.background.close)
        for close in house.outside:
            stack.push_async_callback(close)
        stack.callback(ground.jobs.end)
        begin_rounds(ground, house.sessions, house.slices)
        stack.push_async_callback(house.gate.close)
        stack.push_async_callback(house.runner.drain)
        yield house


def secret_key_of(settings: Settings) -> str:
    """The configured key, or in development the one kept in the data directory."""
    configured = settings.secret_key.get_secret_value()
    return local_secret_key(settings.data_dir) if configured == DEFAULT_SECRET_KEY else configured


async def open_index(settings: Settings, embedder: Embedder) -> PassageIndex:
    """The passage index the settings name, in the data directory."""
    folder = settings.data_dir / "index" / settings.knowledge.index
    fingerprint, dimensions = embedder.fingerprint, embedder.dimensions
    match settings.knowledge.index:
        case IndexEngine.QDRANT_EDGE:
            return await QdrantEdgeIndex.open(folder, fingerprint=fingerprint, dimensions=dimensions)
        case IndexEngine.CHROMA:
            return await ChromaIndex.open(folder, fingerprint=fingerprint, dimensions=dimensions)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """What was opened for the house before it is built, beside the ground."""

    index: PassageIndex
    converter: DocumentConverter
    providers: Providers
    learned: LearnedRequests


def _ground(settings: Settings, clock: Clock, database: Database, embedder: Embedder, secret_key: str) -> Ground:
    store, background = TenantStore(database), Background()
    return Ground(
        settings=settings,
        clock=clock,
        store=store,
        embedder=embedder,
        background=background,
        jobs=JobQueue(store=store, clock=clock, background=background),
        blobs=BlobStore.open(settings.resolved_blob_url),
        hub=EventHub(clock),
        secret_key=secret_key,
    )


def _build(ground: Ground, opened: _Opened) -> House:
    settings, clock, store = ground.settings, ground.clock, ground.store
    access = _access(ground)
    directory = access.directory
    library = _library(ground, opened)
    runtime = AgentRuntime(store=store, clock=clock, providers=opened.providers)
    registry = _registry()
    slices = build_slices(ground, opened.converter, opened.learned, directory)
    coordinator = _coordinator(ground, slices)
    agents = _agents(ground, library, registry, opened.providers, directory, _changed(runtime, coordinator))
    known = Agents(
        library=library, runtime=runtime, registry=registry, providers=opened.providers, coordinator=coordinator
    )
    talk = conversations(ground, slices, directory, known)
    endpoints = (*_doors(ground, access, runtime, talk, slices), *_shelves(ground, opened, library, agents))
    return House(
        settings=settings,
        clock=clock,
        store=store,
        signer=access.signer,
        gate=access.gate,
        directory=directory,
        index=opened.index,
        embedder=ground.embedder,
        library=library,
        agents=agents,
        hub=ground.hub,
        runner=talk.runner,
        background=ground.background,
        sessions=talk.sessions,
        slices=slices,
        runtime=runtime,
        coordinator=coordinator,
        planner=talk.planner,
        jobs=ground.jobs,
        approvals=talk.approvals,
        orders=talk.orders,
        outside=talk.close,
        app=_app(settings, access.gate, [part.router for part in endpoints]),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Access:
    """Who may come in."""

    signer: TokenSigner
    standing: Standing
    gate: Gate
    directory: Directory


def _access(ground: Ground) -> _Access:
    store, clock = ground.store, ground.clock
    signer = TokenSigner(ground.secret_key, clock, staff_hours=ground.settings.token_hours)
    standing = Standing(store, clock)
    gate = Gate(store=store, signer=signer, standing=standing, clock=clock)
    return _Access(signer=signer, standing=standing, gate=gate, directory=Directory(store, signer, clock, standing))


def _doors(
    ground: Ground, access: _Access, runtime: AgentRuntime, talk: Conversations, slices: Slices
) -> tuple[HasRouter, ...]:
    """Where people and programs come in."""
    return (
        *_entrance(ground, access.signer, access.standing, access.directory),
        *counter(ground, access.directory, access.gate, runtime, talk, slices),
        *slice_endpoints(ground, slices, talk.replayer),
        *talk.endpoints,
    )


def _registry() -> ToolRegistry:
    registry = tool_registry()
    register_tools(registry)
    return registry


def _coordinator(ground: Ground, slices: Slices) -> Coordinator:
    return Coordinator(
        store=ground.store,
        clock=ground.clock,
        embedder=ground.embedder,
        background=ground.background,
        usage=slices.usage,
    )


def _agents(
    ground: Ground,
    library: KnowledgeLibrary,
    registry: ToolRegistry,
    providers: Providers,
    directory: Directory,
    changed: Callable[[str, str], None],
) -> AgentLibrary:
    return AgentLibrary(
        store=ground.store,
        clock=ground.clock,
        knowledge=library,
        tools=registry.names,
        providers=providers.known,
        author_of=directory.name_of,
        changed=changed,
    )


def _changed(runtime: AgentRuntime, coordinator: Coordinator) -> Callable[[str, str], None]:
    """Whoever keeps agents is told of a change."""

    def forget(tenant_id: str, agent_id: str) -> None:
        runtime.forget(tenant_id, agent_id)
        coordinator.forget(tenant_id)

    return forget


def _shelves(ground: Ground, opened: _Opened, library: KnowledgeLibrary, agents: AgentLibrary) -> tuple[HasRouter, ...]:
    """Knowledge, agents and health."""
    database, index = ground.store.database, opened.index
    return (
        KnowledgeEndpoints(library),
        SourceEndpoints(ground.store, library),
        AgentEndpoints(agents),
        HealthEndpoints({"database": lambda: _ping(database), "index": lambda: index.count("", "")}),
    )


def _entrance(
    ground: Ground, signer: TokenSigner, standing: Standing, directory: Directory
) -> tuple[TenancyEndpoints, UserEndpoints, ApiKeyEndpoints]:
    """Signing in, staff and keys."""
    settings, store, clock = ground.settings, ground.store, ground.clock
    limit, visitors = settings.sign_in_limit, settings.visitor_limit
    by_account = MovingLimit(limit.account_failures, limit.window_seconds)
    passwords = Passwords()
    staff = Staff(store=store, standing=standing, passwords=passwords, clock=clock, attempts=by_account)
    sign_in = SignIn(
        store=store,
        signer=signer,
        standing=standing,
        passwords=passwords,
        clock=clock,
        by_account=by_account,
        by_client=MovingLimit(limit.client_failures, limit.window_seconds),
    )
    own = TenancyEndpoints(
        directory=directory,
        sign_in=sign_in,
        staff=staff,
        visitors=MovingLimit(visitors.requests, visitors.window_seconds),
        default_tenant=settings.default_tenant,
        limits=ChatLimits(
            max_message_chars=settings.max_message_chars,
            max_file_bytes=settings.max_file_bytes,
            allowed_file_types=settings.allowed_file_types,
        ),
        trusted_proxies=settings.trusted_proxies,
    )
    return own, UserEndpoints(staff), ApiKeyEndpoints(ApiKeys(store=store, standing=standing, clock=clock))


def _app(settings: Settings, gate: Gate, routers: Sequence[APIRouter]) -> FastAPI:
    return create_app(
        AppParts(
            gate=gate,
            routers=routers,
            cors_origins=settings.cors_origins,
            web_dir=settings.web_dir or PACKAGED_WEB_CLIENT,
            max_request_bytes=settings.max_request_bytes,
            version=VERSION,
        )
    )


def _library(ground: Ground, opened: _Opened) -> KnowledgeLibrary:
    settings, store, clock = ground.settings, ground.store, ground.clock
    ingester = Ingester(
        store=store,
        index=opened.index,
        embedder=ground.embedder,
        converter=opened.converter,
        clock=clock,
        limits=document_limits(settings),
        settings=settings.knowledge,
    )
    return KnowledgeLibrary(
        store=store,
        index=opened.index,
        retriever=Retriever(opened.index, ground.embedder),
        ingester=ingester,
        clock=clock,
        cache_entries=settings.knowledge.cache_entries,
    )


async def _ping(database: Database) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
