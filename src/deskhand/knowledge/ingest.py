"""Taking documents in: convert, cut into chunks, embed what is new, index, then store.

The index gets the chunks before the database does, and loses the old ones after: a crash in between leaves passages
that nobody finds (the check at start removes them), never a source that looks ingested and cannot be found.
"""

import asyncio
import hashlib
from collections.abc import Sequence

from deskhand.documents.chunking import Chunk, chunk_markdown
from deskhand.documents.converter import DocumentConverter
from deskhand.documents.model import Document, DocumentLimits
from deskhand.kit.clock import Clock
from deskhand.kit.errors import BadInput
from deskhand.kit.ids import new_id
from deskhand.knowledge.index import Passage, PassageIndex
from deskhand.knowledge.model import Base, IngestOutcome, IngestReport, SourceInfo, StoredChunk
from deskhand.knowledge.repository import KnowledgeRepository, NewChunk
from deskhand.llm.embedding import Embedder
from deskhand.llm.search_texts import index_texts
from deskhand.settings import KnowledgeSettings
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

MAX_PATH_CHARS = 1000
# Part of what a source's hash covers: a change in how documents are read or cut makes a re-ingest replace them.
PIPELINE_VERSION = "1"


class Ingester:
    """Puts documents into a knowledge base, and keeps what did not change."""

    def __init__(
        self,
        *,
        store: TenantStore,
        index: PassageIndex,
        embedder: Embedder,
        converter: DocumentConverter,
        clock: Clock,
        limits: DocumentLimits,
        settings: KnowledgeSettings,
    ) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._converter = converter
        self._clock = clock
        self._limits = limits
        self._settings = settings
        # Two uploads of one path must not both find nothing there: documents are stored one after the other.
        self._one_at_a_time = asyncio.Lock()

    async def ingest(self, scope: TenantScope, base: Base, path: str, content: bytes) -> IngestReport:
        """The document at `path` of the base, added, replaced or found unchanged.

        Raises:
            DocumentRefused: saying why; the base stays as it was.
        """
        _check_path(path)
        content_hash = self._hash(content)
        async with self._store.read(scope) as db:
            present = await KnowledgeRepository(db, scope, self._clock).source_at(base, path)
        if present is not None and present.content_hash == content_hash:
            return IngestReport(outcome=IngestOutcome.UNCHANGED, source=present, embedded_chunks=0)
        document = await self._converter.convert(path, content, limits=self._limits)
        chunks = await asyncio.to_thread(self._cut, document)
        async with self._one_at_a_time:
            return await self._store_document(scope, base, path, document, chunks, content_hash, len(content))

    async def index_chunks(self, scope: TenantScope, base: Base, chunks: Sequence[StoredChunk]) -> None:
        """Embed chunks of one base and put them into the index."""
        texts = [index_texts(chunk.title, chunk.heading, chunk.text) for chunk in chunks]
        vectors = await self._embedder.embed_documents([window for text in texts for window in text.dense])
        passages, start = [], 0
        for chunk, text in zip(chunks, texts, strict=True):
            end = start + len(text.dense)
            passages.append(
                Passage(
                    chunk_id=chunk.id,
                    kb_id=base.id,
                    source_id=chunk.source_id,
                    words=text.lexical,
                    vectors=vectors[start:end],
                )
            )
            start = end
        await self._index.upsert(scope.tenant_id, passages)

    async def _store_document(
        self,
        scope: TenantScope,
        base: Base,
        path: str,
        document: Document,
        chunks: Sequence[Chunk],
        content_hash: str,
        size: int,
    ) -> IngestReport:
        async with self._store.read(scope) as db:
            repository = KnowledgeRepository(db, scope, self._clock)
            present = await repository.source_at(base, path)
            kept = await repository.chunk_hashes(present.id) if present else {}
        source_id = present.id if present else new_id("src")
        if present and (present.title, present.link) != (document.title, document.link):
            kept = {}  # a chunk's id stands for its source's title and link too
        kept_ids = frozenset(kept.values())
        new = [_new_chunk(chunk, kept.pop(chunk.content_hash, None)) for chunk in chunks]
        fresh = [chunk for chunk in new if chunk.id not in kept_ids]
        await self.index_chunks(scope, base, [_stored(source_id, path, document, chunk) for chunk in fresh])
        async with self._store.write(scope) as db:
            repository = KnowledgeRepository(db, scope, self._clock)
            old = await repository.chunk_hashes(source_id)
            source = await repository.put_source(base, source_id, path, document, content_hash, size, new)
        gone = set(old.values()) - {chunk.id for chunk in new}
        await self._index.delete_chunks(scope.tenant_id, sorted(gone))
        return _report(present, source, len(fresh))

    def _cut(self, document: Document) -> list[Chunk]:
        return chunk_markdown(
            document.markdown,
            title=document.title,
            max_words=self._settings.chunk_words,
            overlap_words=self._settings.chunk_overlap_words,
        )

    def _hash(self, content: bytes) -> str:
        how = f"{PIPELINE_VERSION}:{self._settings.chunk_words}:{self._settings.chunk_overlap_words}:"
        return hashlib.sha256(how.encode() + content).hexdigest()


def _new_chunk(chunk: Chunk, kept_id: str | None) -> NewChunk:
    return NewChunk(
        id=kept_id or new_id("chk"),
        position=chunk.position,
        heading=chunk.heading,
        text=chunk.text,
        content_hash=chunk.content_hash,
    )


def _stored(source_id: str, path: str, document: Document, chunk: NewChunk) -> StoredChunk:
    return StoredChunk(
        id=chunk.id,
        source_id=source_id,
        source=path,
        title=document.title,
        heading=chunk.heading,
        link=document.link,
        text=chunk.text,
    )


def _report(present: SourceInfo | None, source: SourceInfo, embedded: int) -> IngestReport:
    outcome = IngestOutcome.REPLACED if present else IngestOutcome.ADDED
    return IngestReport(outcome=outcome, source=source, embedded_chunks=embedded)


def _check_path(path: str) -> None:
    if not path.strip() or len(path) > MAX_PATH_CHARS:
        raise BadInput(f"The path {path[:60]!r} is not valid: give 1 to {MAX_PATH_CHARS} characters.")
