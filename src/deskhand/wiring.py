"""The composition root: the only place that constructs adapters. Reads like a parts list, bottom floor first."""

import importlib.metadata
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from deskhand.agents.runtime import AgentRuntime
from deskhand.api import AppParts, create_app
from deskhand.channels.chat import ChatEndpoints
from deskhand.channels.health import HealthEndpoints
from deskhand.channels.websocket import SocketEndpoint
from deskhand.conversations.endpoints import ConversationEndpoints
from deskhand.kit.clock import Clock, SystemClock
from deskhand.kit.db import Database
from deskhand.kit.secret_key import local_secret_key
from deskhand.knowledge.chroma import ChromaIndex
from deskhand.knowledge.document_model import DocumentLimits
from deskhand.knowledge.document_worker import DocumentWorker
from deskhand.knowledge.documents import DocumentConverter
from deskhand.knowledge.endpoints import KnowledgeEndpoints
from deskhand.knowledge.index import PassageIndex
from deskhand.knowledge.ingest import Ingester
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.knowledge.retrieval import Retriever
from deskhand.llm.embedding import Embedder
from deskhand.llm.model import ChatModel
from deskhand.llm.offline import OfflineChatClient
from deskhand.llm.openai import openai_model
from deskhand.migrations.run import migrate
from deskhand.settings import DEFAULT_SECRET_KEY, IndexEngine, LLMProvider, Settings
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.endpoints import TenancyEndpoints
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from deskhand.turns.admit import Admitter
from deskhand.turns.commit import Committer
from deskhand.turns.gather import Gatherer
from deskhand.turns.hub import EventHub
from deskhand.turns.journey import Journey
from deskhand.turns.respond import Responder
from deskhand.turns.runner import TurnRunner

log = structlog.get_logger(__name__)

VERSION = importlib.metadata.version("deskhand")
PACKAGED_WEB_CLIENT = Path(__file__).parent / "web_client"
OFFLINE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Everything that is open while Deskhand runs."""

    settings: Settings
    clock: Clock
    store: TenantStore
    signer: TokenSigner
    directory: Directory
    index: PassageIndex
    embedder: Embedder
    library: KnowledgeLibrary
    hub: EventHub
    runner: TurnRunner
    app: FastAPI


@asynccontextmanager
async def open_house(
    settings: Settings, *, embedder: Embedder, index: PassageIndex | None = None, clock: Clock | None = None
) -> AsyncIterator[House]:
    """Open the database (migrated) and the index, build everything on them, and close it all at the end.

    `index` and `clock` are opened from the settings unless given.
    """
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
        house = _build(settings, clock, database, signer, opened, embedder, converter)
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


def models_of(settings: Settings, embedder: Embedder) -> tuple[ChatModel, ...]:
    """The models in the order they are tried; the offline one ends the list."""
    offline = ChatModel(
        name="offline", client=OfflineChatClient(embedder), is_offline=True, timeout_seconds=OFFLINE_SECONDS
    )
    if settings.llm.provider is LLMProvider.OFFLINE or settings.openai_api_key is None:
        return (offline,)
    key = settings.openai_api_key.get_secret_value()
    return openai_model(settings.llm, api_key=key, base_url=settings.openai_base_url), offline


def _build(
    settings: Settings,
    clock: Clock,
    database: Database,
    signer: TokenSigner,
    index: PassageIndex,
    embedder: Embedder,
    converter: DocumentConverter,
) -> House:
    store = TenantStore(database)
    directory = Directory(database, signer, clock)
    library = _library(settings, clock, store, index, embedder, converter)
    hub = EventHub(clock)
    runner = TurnRunner(_journey(settings, clock, store, library, embedder), hub)
    endpoints = (
        TenancyEndpoints(
            directory, default_tenant=settings.default_tenant, max_message_chars=settings.max_message_chars
        ),
        ConversationEndpoints(store, directory, clock),
        ChatEndpoints(runner, hub),
        KnowledgeEndpoints(library),
        SocketEndpoint(store=store, signer=signer, clock=clock, runner=runner, hub=hub),
        HealthEndpoints({"database": lambda: _ping(database), "index": lambda: index.count("", "")}),
    )
    return House(
        settings=settings,
        clock=clock,
        store=store,
        signer=signer,
        directory=directory,
        index=index,
        embedder=embedder,
        library=library,
        hub=hub,
        runner=runner,
        app=_app(settings, signer, [part.router for part in endpoints]),
    )


def _app(settings: Settings, signer: TokenSigner, routers: Sequence[APIRouter]) -> FastAPI:
    return create_app(
        AppParts(
            signer=signer,
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


def _journey(
    settings: Settings, clock: Clock, store: TenantStore, library: KnowledgeLibrary, embedder: Embedder
) -> Journey:
    runtime = AgentRuntime(
        store.database,
        models_of(settings, embedder),
        k=settings.knowledge.k,
        temperature=settings.llm.temperature,
        max_tokens=settings.llm.max_tokens,
    )
    return Journey(
        admitter=Admitter(store, clock, max_chars=settings.max_message_chars, rate=settings.rate_limit),
        gatherer=Gatherer(store=store, clock=clock, library=library, embedder=embedder, runtime=runtime),
        responder=Responder(runtime=runtime, library=library),
        committer=Committer(store, clock),
    )


async def _ping(database: Database) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
