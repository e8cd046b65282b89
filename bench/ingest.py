"""Taking documents in: how many a second, and where the time goes.

Through the `Ingester` that serves, with a stopwatch around its converter, its embedder and its index; what is left is
cutting and the database. Not bound to a core: reading, embedding and storing run beside each other.
Above: `__main__.py`.
"""

import asyncio
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench.building import Filler, words_of_help_centre
from bench.figures import Figure
from bench.plan import Plan, say
from deskhand.commands.terminal import load_embedder
from deskhand.demo.seed import HELP_CENTRE
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.model import Document, DocumentLimits
from deskhand.documents.worker import DocumentWorker
from deskhand.kit.telemetry import configure_logging
from deskhand.knowledge.index import Passage
from deskhand.knowledge.ingest import Ingester
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House, open_house

T = TypeVar("T")

PASSAGES, QUICK_PASSAGES = 1_000, 60
QUICK_DOCUMENTS = 12
CONVERTING, EMBEDDING, INDEXING = "converting", "embedding", "indexing"
PARTS = (CONVERTING, EMBEDDING, INDEXING)


def measure(plan: Plan) -> list[Figure]:
    """The demo's help centre, in all its formats, and a generated set of Markdown."""
    files = [path for path in sorted(HELP_CENTRE.rglob("*")) if path.is_file()]
    files = files[:: max(1, len(files) // QUICK_DOCUMENTS)] if plan.quick else files
    help_centre = {path.name: path.read_bytes() for path in files}
    texts = Filler(words_of_help_centre()).documents(QUICK_PASSAGES if plan.quick else PASSAGES)
    markdown = {f"{number:04d}.md": text for number, text in enumerate(texts)}
    configure_logging("WARNING", as_json=False)
    return asyncio.run(_measure({"the demo's help centre": help_centre, "generated Markdown": markdown}))


class Stopwatch:
    """Adds up the time of each part of the work."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self.words = 0

    async def time(self, part: str, work: Awaitable[T]) -> T:
        began = time.perf_counter()
        try:
            return await work
        finally:
            self.seconds[part] += time.perf_counter() - began


class _TimedConverter(DocumentConverter):
    def __init__(self, worker: DocumentWorker, watch: Stopwatch) -> None:
        super().__init__(worker)
        self._watch = watch

    async def convert(self, name: str, content: bytes, *, limits: DocumentLimits) -> Document:
        document = await self._watch.time(CONVERTING, super().convert(name, content, limits=limits))
        self._watch.words += len(document.markdown.split())
        return document


class _TimedEmbedder:
    """An `Embedder` in front of another."""

    def __init__(self, inner: Embedder, watch: Stopwatch) -> None:
        self._inner = inner
        self._watch = watch
        self.dimensions = inner.dimensions
        self.fingerprint = inner.fingerprint

    async def embed_query(self, text: str) -> Vectors:
        return await self._inner.embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await self._inner.embed_queries(texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return await self._watch.time(EMBEDDING, self._inner.embed_documents(texts))


class _TimedIndex(QdrantEdgeIndex):
    watch: Stopwatch

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        await self.watch.time(INDEXING, super().upsert(tenant_id, passages))

    async def optimize(self) -> None:
        await self.watch.time(INDEXING, super().optimize())


async def _measure(sets: Mapping[str, Mapping[str, bytes]]) -> list[Figure]:
    figures: list[Figure] = []
    async with await load_embedder(load_settings(env_file=None)) as embedder:
        for name, documents in sets.items():
            say(f"{len(documents)} documents of {name}")
            with TemporaryDirectory() as folder:
                settings = load_settings(env_file=None, data_dir=Path(folder))
                figures += await _ingest(settings, embedder, name, documents)
    return figures


async def _ingest(settings: Settings, embedder: Embedder, name: str, documents: Mapping[str, bytes]) -> list[Figure]:
    watch = Stopwatch()
    folder = settings.data_dir / "index"
    index = await _TimedIndex.open(folder, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)
    index.watch = watch
    timed = _TimedEmbedder(embedder, watch)
    async with (
        open_house(settings, embedder=timed, index=index) as house,
        _TimedConverter(DocumentWorker(), watch) as converter,
    ):
        ingester = Ingester(
            store=house.store,
            index=index,
            embedder=timed,
            converter=converter,
            clock=house.clock,
            limits=DocumentLimits(allowed_types=frozenset(settings.allowed_file_types)),
            settings=settings.knowledge,
        )
        began = time.perf_counter()
        passages = await _put_in(house, ingester, documents)
        await index.optimize()
        seconds = time.perf_counter() - began
    return list(_figures(name, len(documents), passages, seconds, watch))


async def _put_in(house: House, ingester: Ingester, documents: Mapping[str, bytes]) -> int:
    tenant = await house.directory.ensure_tenant("bench", company="Larkspoke", agent_name="Lark")
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
    base = await house.library.ensure_base(scope, "bench")
    return sum([(await ingester.ingest(scope, base, *document)).embedded_chunks for document in documents.items()])


def _figures(name: str, documents: int, passages: int, seconds: float, watch: Stopwatch) -> Iterator[Figure]:
    shares = {part: watch.seconds[part] / seconds for part in PARTS}
    shares["cutting and database"] = 1 - sum(shares.values())
    split = ", ".join(f"{part} {share:.0%}" for part, share in shares.items())
    counted = f"{documents} documents, {passages:,} passages, {watch.words:,} words in {seconds:.1f} s"
    yield Figure(what=f"{name}: documents", value=documents / seconds, unit="/s", remark=counted)
    yield Figure(what=f"{name}: passages", value=passages / seconds, unit="/s", remark=split)
    yield Figure(what=f"{name}: words", value=watch.words / seconds, unit="/s")
