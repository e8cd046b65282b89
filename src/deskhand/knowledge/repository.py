"""SQL of knowledge bases, sources and chunks, inside the caller's transaction. Built from a scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from deskhand.documents.model import Document
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.knowledge.model import Base, SourceInfo, StoredChunk, UnknownBase, UnknownSource
from deskhand.knowledge.tables import ChunkRow, KnowledgeBase, Source
from deskhand.tenancy.scope import TenantScope

IDS_A_QUERY = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class NewChunk:
    """A chunk about to be stored. Its id is made before, because the index has it first."""

    id: str
    position: int
    heading: str | None
    text: str
    content_hash: str


class KnowledgeRepository:
    """Bases, sources and chunks of one tenant."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def bases(self, slugs: Sequence[str] = ()) -> tuple[Base, ...]:
        """The bases of these slugs, or all of them, by name.

        Raises:
            UnknownBase: naming the first slug that there is none of.
        """
        wanted = select(KnowledgeBase).order_by(KnowledgeBase.slug)
        if slugs:
            wanted = wanted.where(KnowledgeBase.slug.in_(slugs))
        found = tuple(_base(row) for row in await self._db.scalars(wanted))
        missing = sorted(set(slugs) - {base.slug for base in found})
        if missing:
            raise UnknownBase(f"There is no knowledge base {missing[0]!r}: see GET /api/v1/knowledge/bases.")
        return found

    async def ensure_base(self, slug: str, name: str) -> Base:
        """The base of that slug, made when it is not there."""
        row = await self._db.scalar(select(KnowledgeBase).where(KnowledgeBase.slug == slug))
        if row is None:
            row = KnowledgeBase(
                id=new_id("kb"),
                tenant_id=self._scope.tenant_id,
                slug=slug,
                name=name,
                revision=0,
                created_at=self._clock.now(),
            )
            self._db.add(row)
            await self._db.flush()
        return _base(row)

    async def delete_base(self, base: Base) -> None:
        """The base with all its sources and chunks."""
        await self._db.execute(delete(ChunkRow).where(ChunkRow.kb_id == base.id))
        await self._db.execute(delete(Source).where(Source.kb_id == base.id))
        await self._db.execute(delete(KnowledgeBase).where(KnowledgeBase.id == base.id))

    async def sources(self, base: Base, *, limit: int, offset: int) -> tuple[tuple[SourceInfo, ...], int]:
        """A part of the base's sources by path, and how many there are."""
        total = await self._db.scalar(select(func.count()).select_from(Source).where(Source.kb_id == base.id)) or 0
        rows = await self._db.scalars(
            select(Source).where(Source.kb_id == base.id).order_by(Source.path).limit(limit).offset(offset)
        )
        return tuple(_source(row) for row in rows), total

    async def source_at(self, base: Base, path: str) -> SourceInfo | None:
        row = await self._db.scalar(select(Source).where(Source.kb_id == base.id, Source.path == path))
        return None if row is None else _source(row)

    async def source_text(self, source_id: str) -> tuple[SourceInfo, str]:
        """A source and its whole text.

        Raises:
            UnknownSource: when there is none of that id.
        """
        row = await self._db.scalar(select(Source).where(Source.id == source_id).options(undefer(Source.markdown)))
        if row is None:
            raise UnknownSource(f"There is no source {source_id!r}: it may have been deleted.")
        return _source(row), row.markdown

    async def chunk_hashes(self, source_id: str) -> dict[str, str]:
        """The ids of the source's chunks, by the hash of their content."""
        rows = await self._db.execute(select(ChunkRow.content_hash, ChunkRow.id).where(ChunkRow.source_id == source_id))
        return {row.content_hash: row.id for row in rows}

    async def put_source(
        self,
        base: Base,
        source_id: str,
        path: str,
        document: Document,
        content_hash: str,
        size_bytes: int,
        chunks: Sequence[NewChunk],
    ) -> SourceInfo:
        """The source with exactly these chunks; the base's revision grows."""
        row = await self._db.get(Source, source_id)
        now = self._clock.now()
        if row is None:
            row = Source(id=source_id, tenant_id=self._scope.tenant_id, kb_id=base.id, path=path, created_at=now)
            self._db.add(row)
        row.title, row.link, row.media_type = document.title, document.link, document.media_type
        row.content_hash, row.size_bytes, row.chunk_count = content_hash, size_bytes, len(chunks)
        row.markdown, row.updated_at, row.expires_at = document.markdown, now, None
        await self._db.flush()
        await self._db.execute(delete(ChunkRow).where(ChunkRow.source_id == source_id))
        self._db.add_all(self._chunk_row(base, source_id, chunk) for chunk in chunks)
        await self._db.flush()
        await self._changed(base)
        return _source(row)

    async def delete_source(self, base_id: str, source_id: str) -> None:
        """The source with all its chunks; the base's revision grows."""
        await self._db.execute(delete(ChunkRow).where(ChunkRow.source_id == source_id))
        await self._db.execute(delete(Source).where(Source.id == source_id))
        await self._db.execute(
            update(KnowledgeBase).where(KnowledgeBase.id == base_id).values(revision=KnowledgeBase.revision + 1)
        )

    async def chunks(self, chunk_ids: Sequence[str]) -> dict[str, StoredChunk]:
        """The chunks of these ids that there are, by id."""
        found: dict[str, StoredChunk] = {}
        for start in range(0, len(chunk_ids), IDS_A_QUERY):
            rows = await self._db.execute(
                select(ChunkRow, Source.path, Source.title, Source.link)
                .join(Source, Source.id == ChunkRow.source_id)
                .where(ChunkRow.id.in_(chunk_ids[start : start + IDS_A_QUERY]))
            )
            found |= {row.id: _chunk(row, path, title, link) for row, path, title, link in rows}
        return found

    async def chunk_ids(self, base: Base) -> frozenset[str]:
        return frozenset(await self._db.scalars(select(ChunkRow.id).where(ChunkRow.kb_id == base.id)))

    async def _changed(self, base: Base) -> None:
        await self._db.execute(
            update(KnowledgeBase).where(KnowledgeBase.id == base.id).values(revision=KnowledgeBase.revision + 1)
        )

    def _chunk_row(self, base: Base, source_id: str, chunk: NewChunk) -> ChunkRow:
        return ChunkRow(
            id=chunk.id,
            tenant_id=self._scope.tenant_id,
            kb_id=base.id,
            source_id=source_id,
            position=chunk.position,
            heading=chunk.heading,
            text=chunk.text,
            content_hash=chunk.content_hash,
        )


def _chunk(row: ChunkRow, path: str, title: str, link: str | None) -> StoredChunk:
    return StoredChunk(
        id=row.id,
        source_id=row.source_id,
        source=path,
        title=title,
        heading=row.heading,
        link=link,
        text=row.text,
    )


def _base(row: KnowledgeBase) -> Base:
    return Base(id=row.id, slug=row.slug, name=row.name, revision=row.revision)


def _source(row: Source) -> SourceInfo:
    return SourceInfo(
        id=row.id,
        base_id=row.kb_id,
        path=row.path,
        title=row.title,
        link=row.link,
        media_type=row.media_type,
        content_hash=row.content_hash,
        size_bytes=row.size_bytes,
        chunk_count=row.chunk_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
    )
