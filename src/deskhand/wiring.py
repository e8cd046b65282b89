"""The composition root: the only place that constructs adapters. Reads like a parts list, bottom floor first."""

import importlib.metadata
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from agent_framework.observability import OBSERVABILITY_SETTINGS
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from deskhand.agents.endpoints import AgentEndpoints
from deskhand.agents.library import AgentLibrary
from deskhand.agents.runtime import AgentRuntime
from deskhand.api import AppParts, create_app
from deskhand.channels.agent_chat import AgentChatEndpoint
from deskhand.channels.chat import ChatEndpoints
from deskhand.channels.health import HealthEndpoints
from deskhand.channels.sources import SourceEndpoints
from deskhand.channels.websocket import SocketEndpoint
from deskhand.conversations.closing import ClosingWriter
from deskhand.conversations.endpoints import ConversationEndpoints
from deskhand.conversations.lifecycle import SWEEP_SECONDS, SessionLifecycle
from deskhand.conversations.session_endpoints import SessionEndpoints
from deskhand.conversations.session_store import InMemorySessionStore
from deskhand.conversations.summaries import ThreadSummaries
from deskhand.conversations.summarising import ConversationSummariser, OfflineSummariser
from deskhand.conversations.summarising_model import ModelSummariser
from deskhand.conversations.thread_endpoints import ThreadEndpoints
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.model import DocumentLimits
from deskhand.documents.worker import DocumentWorker
from deskhand.kit.background import Background
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
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE
from deskhand.llm.embedding import Embedder
from deskhand.llm.providers import Providers
from deskhand.llm.sentiment import VaderSentiment
from deskhand.migrations.run import migrate
from deskhand.settings import DEFAULT_SECRET_KEY, IndexEngine, Settings
from deskhand.tenancy.admin_endpoints import ApiKeyEndpoints, UserEndpoints
from deskhand.tenancy.api_keys import ApiKeys
from deskhand.tenancy.attempts import MovingLimit
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.endpoints import TenancyEndpoints
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.passwords import Passwords
from deskhand.tenancy.sign_in import SignIn
from deskhand.tenancy.staff import Staff
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from deskhand.turns.admit import Admitter
from deskhand.turns.burst import Bursts
from deskhand.turns.commit import Committer
from deskhand.turns.gather import Gatherer
from deskhand.turns.hub import EventHub
from deskhand.turns.journey import Journey
from deskhand.turns.respond import Responder
from deskhand.turns.runner import TurnRunner

log = structlog.get_logger(__name__)

VERSION = importlib.metadata.version("deskhand")
PACKAGED_WEB_CLIENT = Path(__file__).parent / "web_client"
SUMMARY_SECONDS = 10.0
TOOLS = frozenset({SEARCH_KNOWLEDGE})
"""Every tool a contract may grant."""


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
        signer = TokenSigner(secret_key, clock, staff_hours=settings.token_hours)
        providers = Providers(settings, embedder)
        stack.push_async_callback(providers.close)
        parts = _Opened(signer=signer, index=opened, embedder=embedder, converter=converter, providers=providers)
        house = _build(settings, clock, database, parts)
        stack.push_async_callback(house.background.close)
        house.background.every(SWEEP_SECONDS, "silent_sessions", house.sessions.sweep)
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
    """What was opened for the house before it is built."""

    signer: TokenSigner
    index: PassageIndex
    embedder: Embedder
    converter: DocumentConverter
    providers: Providers


def _build(settings: Settings, clock: Clock, database: Database, opened: _Opened) -> House:
    signer, index, embedder, providers = opened.signer, opened.index, opened.embedder, opened.providers
    store = TenantStore(database)
    standing = Standing(store, clock)
    gate = Gate(store=store, signer=signer, standing=standing, clock=clock)
    directory = Directory(store, signer, clock, standing)
    library = _library(settings, clock, store, index, embedder, opened.converter)
    runtime = AgentRuntime(store=store, clock=clock, providers=providers)
    agents = _agents(store, clock, library, providers, directory, runtime)
    talk = _conversations(settings, clock, store, library, embedder, runtime, _summariser(providers))
    endpoints = (
        *_entrance(settings, clock, store, signer, standing, directory),
        *_counter(store, clock, directory, gate, runtime, talk),
        KnowledgeEndpoints(library),
        SourceEndpoints(store, library),
        AgentEndpoints(agents),
        HealthEndpoints({"database": lambda: _ping(database), "index": lambda: index.count("", "")}),
    )
    routers = [part.router for part in endpoints]
    return House(
        settings=settings,
        clock=clock,
        store=store,
        signer=signer,
        gate=gate,
        directory=directory,
        index=index,
        embedder=embedder,
        library=library,
        agents=agents,
        hub=talk.hub,
        runner=talk.runner,
        background=talk.background,
        sessions=talk.sessions,
        app=_app(settings, gate, routers),
    )


def _agents(
    store: TenantStore,
    clock: Clock,
    library: KnowledgeLibrary,
    providers: Providers,
    directory: Directory,
    runtime: AgentRuntime,
) -> AgentLibrary:
    return AgentLibrary(
        store=store,
        clock=clock,
        knowledge=library,
        tools=TOOLS,
        providers=providers.known,
        author_of=directory.name_of,
        changed=runtime.forget,
    )


def _counter(
    store: TenantStore, clock: Clock, directory: Directory, gate: Gate, runtime: AgentRuntime, talk: "_Conversations"
) -> tuple[SessionEndpoints, ThreadEndpoints, ConversationEndpoints, ChatEndpoints, AgentChatEndpoint, SocketEndpoint]:
    """Where conversations are had."""
    sessions, runner, hub = talk.sessions, talk.runner, talk.hub
    return (
        SessionEndpoints(store=store, directory=directory, clock=clock, lifecycle=sessions, check_agent=runtime.check),
        ThreadEndpoints(store, clock),
        ConversationEndpoints(store, clock),
        ChatEndpoints(runner, hub),
        AgentChatEndpoint(
            store=store, clock=clock, directory=directory, runtime=runtime, sessions=sessions, runner=runner
        ),
        SocketEndpoint(store=store, gate=gate, clock=clock, sessions=sessions, runner=runner, hub=hub),
    )


def _entrance(
    settings: Settings,
    clock: Clock,
    store: TenantStore,
    signer: TokenSigner,
    standing: Standing,
    directory: Directory,
) -> tuple[TenancyEndpoints, UserEndpoints, ApiKeyEndpoints]:
    """Signing in, staff and keys."""
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
        max_message_chars=settings.max_message_chars,
        trusted_proxies=settings.trusted_proxies,
    )
    return own, UserEndpoints(staff), ApiKeyEndpoints(ApiKeys(store=store, standing=standing, clock=clock))


def _summariser(providers: Providers) -> ConversationSummariser:
    """Sums up with the installation's own model; without one, offline."""
    offline = OfflineSummariser(VaderSentiment())
    model = providers.model(None, None, timeout_seconds=SUMMARY_SECONDS)
    return offline if model is None or model.is_offline else ModelSummariser(model, offline)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Conversations:
    """What sessions and their turns run on."""

    background: Background
    sessions: SessionLifecycle
    hub: EventHub
    runner: TurnRunner


def _conversations(
    settings: Settings,
    clock: Clock,
    store: TenantStore,
    library: KnowledgeLibrary,
    embedder: Embedder,
    runtime: AgentRuntime,
    summariser: ConversationSummariser,
) -> _Conversations:
    """From the store of sessions to the runner of turns."""
    background, live, hub = Background(), InMemorySessionStore(), EventHub(clock)
    quick = OfflineSummariser(VaderSentiment())
    sessions = SessionLifecycle(
        store=store,
        clock=clock,
        live=live,
        writer=ClosingWriter(store=store, clock=clock, quick=quick, better=summariser),
        background=background,
        idle=timedelta(minutes=settings.session_idle_minutes),
    )
    summaries = ThreadSummaries(store=store, clock=clock, summariser=summariser, background=background)
    journey = Journey(
        admitter=Admitter(
            store, clock, runtime, sessions, max_chars=settings.max_message_chars, rate=settings.rate_limit
        ),
        bursts=Bursts(live, clock),
        gatherer=Gatherer(
            store=store, clock=clock, library=library, embedder=embedder, runtime=runtime, summaries=summaries
        ),
        responder=Responder(library=library),
        committer=Committer(store, clock),
    )
    return _Conversations(background=background, sessions=sessions, hub=hub, runner=TurnRunner(journey, hub))


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


def _library(
    settings: Settings,
    clock: Clock,
    store: TenantStore,
    index: PassageIndex,
    embedder: Embedder,
    converter: DocumentConverter,
) -> KnowledgeLibrary:
    limits = DocumentLimits(
        max_bytes=settings.max_file_bytes,
        allowed_types=frozenset(settings.allowed_file_types),
        timeout_seconds=settings.conversion_timeout_seconds,
    )
    ingester = Ingester(
        store=store,
        index=index,
        embedder=embedder,
        converter=converter,
        clock=clock,
        limits=limits,
        settings=settings.knowledge,
    )
    return KnowledgeLibrary(
        store=store,
        index=index,
        retriever=Retriever(index, embedder),
        ingester=ingester,
        clock=clock,
        cache_entries=settings.knowledge.cache_entries,
    )


async def _ping(database: Database) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
