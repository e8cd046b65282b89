"""The session's private knowledge: attachments cut into excerpts, embedded beside the requests, searched exactly.

Above: the conversions, which cut and embed, and the shelf, which searches. Below: chunking, the embedder, ranking.
Nothing of it ever reaches the tenant's knowledge bases, or another session.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.attachments.model import Attachment, FoundExcerpt
from deskhand.attachments.packing import pack_terms, pack_vectors, unpack_terms, unpack_vectors
from deskhand.attachments.ranking import HeldExcerpt, Part, ranked
from deskhand.attachments.tables import AttachmentRow, ExcerptRow
from deskhand.documents.chunking import chunk_markdown
from deskhand.kit.ids import new_id
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.question_parts import parts_of
from deskhand.llm.search_texts import index_texts
from deskhand.llm.terms import TermEncoder
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

CHUNK_WORDS, OVERLAP_WORDS = 300, 30
EMBEDDED_AT_ONCE = 8
MAX_SEARCHED = 2_000
"""Excerpts of one session; the newest beyond that are not searched. Some 600,000 words."""
_HEADING_CHARS = 1000
_Row: TypeAlias = Row[str, bytes, bytes | None, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewExcerpt:
    """An excerpt about to be stored."""

    position: int
    heading: str | None
    text: str
    terms: bytes


class Excerpts:
    """Cuts, embeds and searches."""

    def __init__(self, store: TenantStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._encoder = TermEncoder()

    async def cut(self, title: str, markdown: str) -> tuple[NewExcerpt, ...]:
        """The excerpts of a text, in its order."""
        return await asyncio.to_thread(self._cut, title, markdown) if markdown else ()

    def _cut(self, title: str, markdown: str) -> tuple[NewExcerpt, ...]:
        chunks = chunk_markdown(markdown, title=title, max_words=CHUNK_WORDS, overlap_words=OVERLAP_WORDS)
        return tuple(
            NewExcerpt(
                position=chunk.position,
                heading=chunk.heading[:_HEADING_CHARS] if chunk.heading else None,
                text=chunk.text,
                terms=self._terms(index_texts(title, chunk.heading, chunk.text).lexical),
            )
            for chunk in chunks
        )

    def _terms(self, text: str) -> bytes:
        words = self._encoder.passage(text)
        return pack_terms(dict(zip(words.indices, words.values, strict=True)))

    async def store(
        self,
        db: AsyncSession,
        scope: TenantScope,
        attachment: Attachment,
        excerpts: Sequence[NewExcerpt],
    ) -> None:
        """The excerpts of the attachment, in the caller's transaction; they have no vectors yet."""
        rows = [
            {
                "id": new_id("exc"),
                "tenant_id": scope.tenant_id,
                "attachment_id": attachment.id,
                "session_id": attachment.session_id,
                "position": each.position,
                "heading": each.heading,
                "text": each.text,
                "terms": each.terms,
            }
            for each in excerpts
        ]
        if rows:
            await db.execute(insert(ExcerptRow), rows)

    async def embed(self, scope: TenantScope, attachment_id: str) -> int:
        """Give every excerpt of the attachment that has none its vectors; how many there were."""
        done = 0
        while batch := await self._without_vectors(scope, attachment_id):
            texts = [index_texts(title, heading, text).dense for _, title, heading, text in batch]
            vectors = await self._embedder.embed_documents([window for windows in texts for window in windows])
            await self._keep(scope, [each[0] for each in batch], [len(windows) for windows in texts], vectors)
            done += len(batch)
        return done

    async def _without_vectors(self, scope: TenantScope, attachment_id: str) -> list[tuple[str, str, str | None, str]]:
        wanted = (
            select(ExcerptRow.id, AttachmentRow.title, ExcerptRow.heading, ExcerptRow.text)
            .join(AttachmentRow, AttachmentRow.id == ExcerptRow.attachment_id)
            .where(ExcerptRow.attachment_id == attachment_id, ExcerptRow.vectors.is_(None))
            .order_by(ExcerptRow.position)
            .limit(EMBEDDED_AT_ONCE)
        )
        async with self._store.read(scope) as db:
            return [(row.id, row.title, row.heading, row.text) for row in await db.execute(wanted)]

    async def _keep(self, scope: TenantScope, ids: Sequence[str], windows: Sequence[int], vectors: Vectors) -> None:
        start = 0
        async with self._store.write(scope) as db:
            for excerpt_id, count in zip(ids, windows, strict=True):
                packed = pack_vectors(vectors[start : start + count])
                start += count
                await db.execute(
                    update(ExcerptRow)
                    .where(ExcerptRow.id == excerpt_id)
                    .values(vectors=packed, fingerprint=self._embedder.fingerprint),
                    execution_options={"synchronize_session": False},
                )

    async def search(
        self, scope: TenantScope, session_id: str, questions: Sequence[str], vectors: Vectors | None, k: int
    ) -> tuple[FoundExcerpt, ...]:
        """The `k` excerpts of the session most likely to answer any of the questions, best first.

        `vectors`, of shape (questions, dimensions), saves embedding the short ones again.
        """
        rows = await self._rows(scope, session_id)
        if not rows or not questions:
            return ()
        parts = await self._parts(questions, vectors)
        best = await asyncio.to_thread(lambda: ranked([self._held(row) for row in rows], parts, k))
        return await self._found(scope, dict(best))

    async def _rows(self, scope: TenantScope, session_id: str) -> Sequence[_Row]:
        wanted = (
            select(ExcerptRow.id, ExcerptRow.terms, ExcerptRow.vectors, ExcerptRow.fingerprint)
            .where(ExcerptRow.session_id == session_id)
            .order_by(ExcerptRow.id)
            .limit(MAX_SEARCHED)
        )
        async with self._store.read(scope) as db:
            return (await db.execute(wanted)).all()

    def _held(self, row: _Row) -> HeldExcerpt:
        excerpt_id, terms, vectors, fingerprint = row
        return HeldExcerpt(id=excerpt_id, terms=unpack_terms(terms), vectors=self._vectors(vectors, fingerprint))

    def _vectors(self, packed: bytes | None, fingerprint: str | None) -> Vectors | None:
        """Vectors of another embedder say nothing to this one."""
        if packed is None or fingerprint != self._embedder.fingerprint:
            return None
        return unpack_vectors(packed, self._embedder.dimensions)

    async def _parts(self, questions: Sequence[str], vectors: Vectors | None) -> list[Part]:
        texts = [(number, text) for number, question in enumerate(questions) for text in parts_of(question)]
        whole = {number for number, question in enumerate(questions) if parts_of(question) == [question]}
        missing = [text for number, text in texts if vectors is None or number not in whole]
        fresh = iter(await self._embedder.embed_queries(missing) if missing else ())
        return [
            Part(
                question=number,
                words=self._encoder.question(text),
                vector=next(fresh) if vectors is None or number not in whole else vectors[number],
            )
            for number, text in texts
        ]

    async def _found(self, scope: TenantScope, relevances: dict[str, float]) -> tuple[FoundExcerpt, ...]:
        wanted = (
            select(
                ExcerptRow.id,
                ExcerptRow.attachment_id,
                AttachmentRow.name,
                ExcerptRow.heading,
                ExcerptRow.text,
            )
            .join(AttachmentRow, AttachmentRow.id == ExcerptRow.attachment_id)
            .where(ExcerptRow.id.in_(relevances))
        )
        async with self._store.read(scope) as db:
            rows = {row.id: row for row in await db.execute(wanted)}
        return tuple(
            FoundExcerpt(
                id=row.id,
                attachment_id=row.attachment_id,
                name=row.name,
                heading=row.heading,
                text=row.text,
                relevance=likely,
            )
            for excerpt_id, likely in relevances.items()
            if (row := rows.get(excerpt_id)) is not None
        )
