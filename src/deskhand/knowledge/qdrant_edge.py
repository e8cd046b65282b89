"""The default store of passages: Qdrant Edge, embedded in this process, in a folder of the data directory.

Above it: the port in `index.py`. Below it: the `qdrant_edge` package. One point a chunk: a multi-vector (its windows,
compared by the nearest), a sparse vector (BM25), and a payload of tenant, base and source. Every upsert is in the
write-ahead log before it is acknowledged. One process at a time: `lock` is held while the store is open, and `owner`
says by which process.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar
from uuid import UUID

import numpy as np
import qdrant_edge as edge
from filelock import FileLock, Timeout

from deskhand.kit.ids import uuid_of
from deskhand.knowledge.index import (
    Candidates,
    IndexDamaged,
    IndexInUse,
    IndexMismatch,
    Passage,
    PassageQuery,
    SearchMode,
)
from deskhand.knowledge.retrieval_terms import CEILING, TermEncoder, rarity
from deskhand.llm.embedding import Vectors

LAYOUT = 1
"""Raised when the points change their shape, so that an older store is rebuilt rather than misread."""

DENSE, SPARSE = "meaning", "words"
TENANT, BASE, SOURCE = "tenant", "base", "source"
WRITE_BATCH = 256
PAGE = 10_000

T = TypeVar("T")


class QdrantEdgeIndex:
    """A `PassageIndex` in a folder. Build it with `open`."""

    def __init__(self, shard: edge.EdgeShard, lock: FileLock, fingerprint: str) -> None:
        """`lock` is held already, and released by `close`."""
        self._shard = shard
        self._lock = lock
        self._fingerprint = fingerprint
        self._terms = TermEncoder()
        self._rarities: dict[tuple[str, ...], dict[int, float]] = {}
        self._reads = ThreadPoolExecutor(2, thread_name_prefix="passages-read")
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="passages-write")

    @classmethod
    async def open(cls, folder: Path, *, fingerprint: str, dimensions: int, fresh: bool = False) -> Self:
        """Open the store in `folder`, made when not there; `fresh` empties it first, which is how to rebuild.

        Raises:
            IndexInUse: another process has it open.
            IndexMismatch: it was filled by another embedding model.
            IndexDamaged: it cannot be read.
        """
        return await asyncio.to_thread(cls._open, folder, fingerprint, dimensions, fresh)

    @classmethod
    def _open(cls, folder: Path, fingerprint: str, dimensions: int, fresh: bool) -> Self:  # noqa: FBT001
        folder.mkdir(parents=True, exist_ok=True)
        lock = _take_lock(folder)
        try:
            shard = _open_shard(folder, {"layout": LAYOUT, "fingerprint": fingerprint, "dimensions": dimensions}, fresh)
        except BaseException:
            lock.release()
            raise
        return cls(shard, lock, fingerprint)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        await self._write(lambda: self._upsert(tenant_id, passages))

    async def delete_chunks(self, tenant_id: str, chunk_ids: Sequence[str]) -> None:
        ids = {uuid_of(chunk_id) for chunk_id in chunk_ids}
        if ids:
            await self._delete(_where(tenant_id, edge.HasIdCondition(ids)))

    async def delete_source(self, tenant_id: str, kb_id: str, source_id: str) -> None:
        await self._delete(_where(tenant_id, _is(BASE, kb_id), _is(SOURCE, source_id)))

    async def delete_base(self, tenant_id: str, kb_id: str) -> None:
        await self._delete(_where(tenant_id, _is(BASE, kb_id)))

    async def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        return await self._read(lambda: self._search(tenant_id, kb_ids, query))

    async def chunk_ids(self, tenant_id: str, kb_id: str) -> frozenset[str]:
        return await self._read(lambda: frozenset(self._scroll(_where(tenant_id, _is(BASE, kb_id)))))

    async def count(self, tenant_id: str, kb_id: str) -> int:
        request = edge.CountRequest(filter=_where(tenant_id, _is(BASE, kb_id)))
        return await self._read(lambda: self._shard.count(request))

    async def optimize(self) -> None:
        await self._write(self._shard.optimize)

    async def close(self) -> None:
        await self._write(self._close)
        self._reads.shutdown()
        self._writes.shutdown()

    async def _read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reads, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writes, work)

    async def _delete(self, where: edge.Filter) -> None:
        operation = edge.UpdateOperation.delete_points_by_filter(where)
        await self._write(lambda: self._shard.update(operation))
        self._rarities.clear()

    def _upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        ours = _where(tenant_id)
        for start in range(0, len(passages), WRITE_BATCH):
            points = [self._point(tenant_id, passage) for passage in passages[start : start + WRITE_BATCH]]
            self._shard.update(edge.UpdateOperation.upsert_points(points, condition=ours))
        self._rarities.clear()

    def _point(self, tenant_id: str, passage: Passage) -> edge.Point:
        return edge.Point(
            uuid_of(passage.chunk_id),
            {DENSE: passage.vectors.tolist(), SPARSE: self._terms.document(passage.words)},
            {TENANT: tenant_id, BASE: passage.kb_id, SOURCE: passage.source_id},
        )

    def _search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        where = _where(tenant_id, edge.FieldCondition(BASE, edge.MatchAny(list(kb_ids))))
        words = [self._terms.question(text) for text in query.texts]
        searches = _Searches(where=where, vectors=query.vectors, words=words, mode=query.mode)
        found = self._shard.query_batch(edge.QueryBatchRequest(searches.requests(where, query.limit)))
        rows: dict[UUID, int] = {}
        sources: list[str] = []
        for point in (point for points in found for point in points):
            if point.id not in rows:
                rows[point.id] = len(rows)
                sources.append(point.payload[SOURCE])
        if query.mode is SearchMode.HYBRID and rows:
            these = edge.Filter(must=[edge.HasIdCondition(set(rows))])
            found = self._shard.query_batch(edge.QueryBatchRequest(searches.requests(these, len(rows))))
        cosines, bm25 = searches.columns(found, rows)
        return Candidates(
            chunk_ids=tuple(f"chk_{point.hex}" for point in rows),
            source_ids=tuple(sources),
            cosines=cosines,
            bm25=bm25,
            bm25_bounds=self._bounds((tenant_id, *sorted(kb_ids)), where, words),
        )

    def _bounds(self, corpus: tuple[str, ...], where: edge.Filter, words: Sequence[edge.SparseVector]) -> Vectors:
        """For each question, the sum of its words' rarities, each at its greatest weight."""
        known = self._rarities.setdefault(corpus, {})
        missing = [term for term in {term for word in words for term in word.indices} if term not in known]
        if missing:
            known.update(self._look_up_rarities(missing, where))
        sums = [CEILING * sum(known[term] for term in word.indices) for word in words]
        return np.asarray(sums, dtype=np.float32)

    def _look_up_rarities(self, terms: list[int], where: edge.Filter) -> Iterable[tuple[int, float]]:
        """The store keeps no word statistics to read, but a word's score is its weight in a passage times its rarity."""
        requests = [
            _request(edge.SparseVector([term], [1.0]), SPARSE, where, where, limit=1, with_vector=[SPARSE])
            for term in terms
        ]
        absent = rarity(self._shard.count(edge.CountRequest(filter=where)), 0)
        for term, points in zip(terms, self._shard.query_batch(edge.QueryBatchRequest(requests)), strict=True):
            if not points:
                yield term, absent
                continue
            held = points[0].vector[SPARSE]
            yield term, points[0].score / held.values[held.indices.index(term)]

    def _scroll(self, where: edge.Filter) -> Iterable[str]:
        offset: edge.PointId | None = None
        while True:
            request = edge.ScrollRequest(offset=offset, limit=PAGE, filter=where, with_payload=False, with_vector=False)
            records, offset = self._shard.scroll(request)
            yield from (f"chk_{record.id.hex}" for record in records)
            if offset is None:
                return

    def _close(self) -> None:
        self._shard.flush()
        self._shard.close()
        self._lock.release()


class _Searches:
    """The searches of one query, and where in the table of candidates each of their scores belongs."""

    def __init__(
        self, *, where: edge.Filter, vectors: Vectors, words: Sequence[edge.SparseVector], mode: SearchMode
    ) -> None:
        self._corpus = where
        self._vectors = [] if mode is SearchMode.LEXICAL else [[row] for row in vectors.tolist()]
        self._words = [] if mode is SearchMode.DENSE else list(words)
        self._shape = max(len(vectors), 1), max(len(words), 1)

    def requests(self, where: edge.Filter, limit: int) -> list[edge.QueryRequest]:
        dense = [_request(vector, DENSE, where, None, limit=limit) for vector in self._vectors]
        lexical = [_request(word, SPARSE, where, self._corpus, limit=limit) for word in self._words]
        return dense + lexical

    def columns(self, found: Sequence[Sequence[edge.ScoredPoint]], rows: dict[UUID, int]) -> tuple[Vectors, Vectors]:
        cosines = np.zeros((len(rows), self._shape[0]), dtype=np.float32)
        bm25 = np.zeros((len(rows), self._shape[1]), dtype=np.float32)
        for column, points in enumerate(found):
            table, place = (cosines, column) if column < len(self._vectors) else (bm25, column - len(self._vectors))
            for point in points:
                table[rows[point.id], place] = point.score
        return cosines, bm25


def _request(
    vector: object,
    using: str,
    where: edge.Filter,
    corpus: edge.Filter | None,
    *,
    limit: int,
    with_vector: list[str] | bool = False,
) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=limit,
        query=edge.Query.Nearest(vector, using),
        filter=where,
        params=edge.SearchParams(idf=edge.IdfParams(corpus)) if corpus else None,
        with_payload=[SOURCE],
        with_vector=with_vector,
    )


def _is(field: str, value: str) -> edge.FieldCondition:
    return edge.FieldCondition(field, edge.MatchValue(value))


def _where(tenant_id: str, *conditions: edge.FieldCondition | edge.HasIdCondition) -> edge.Filter:
    """Every condition there is, in this module, is built here: none without a tenant."""
    return edge.Filter(must=[_is(TENANT, tenant_id), *conditions])


def _take_lock(folder: Path) -> FileLock:
    lock, owner = FileLock(folder / "lock", thread_local=False), folder / "owner"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        holder = owner.read_text() if owner.exists() else "another process"
        raise IndexInUse(
            f"The passage index in {str(folder)!r} is in use by {holder}: send the command to the running server, "
            "or stop it first."
        ) from error
    owner.write_text(f"process {os.getpid()}")
    return lock


def _open_shard(folder: Path, layout: dict[str, object], fresh: bool) -> edge.EdgeShard:  # noqa: FBT001
    sheet, points = folder / "layout.json", folder / "points"
    if fresh:
        sheet.unlink(missing_ok=True)
    if not sheet.exists():
        # Whatever lies there was never acknowledged: the sheet is written last.
        shutil.rmtree(points, ignore_errors=True)
        shard = _create_shard(points, dimensions=int(str(layout["dimensions"])))
        sheet.with_suffix(".new").write_text(json.dumps(layout))
        sheet.with_suffix(".new").replace(sheet)
        return shard
    _check_layout(sheet, layout)
    try:
        return edge.EdgeShard.load(str(points))
    except Exception as error:  # the package raises nothing narrower
        raise IndexDamaged(
            f"The passage index in {str(folder)!r} cannot be read ({error}): run `deskhand reindex`."
        ) from error


def _check_layout(sheet: Path, wanted: dict[str, object]) -> None:
    try:
        there = json.loads(sheet.read_text())
    except ValueError as error:
        raise IndexDamaged(f"{str(sheet)!r} cannot be read ({error}): run `deskhand reindex`.") from error
    if there != wanted:
        raise IndexMismatch(
            f"The passage index in {str(sheet.parent)!r} holds {there!r}, but the settings ask for {wanted!r}: "
            "run `deskhand reindex`, or set the embedding model back."
        )


def _create_shard(folder: Path, *, dimensions: int) -> edge.EdgeShard:
    nearest_window = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    folder.mkdir(parents=True)
    shard = edge.EdgeShard.create(
        str(folder),
        edge.EdgeConfig(
            vectors={DENSE: edge.EdgeVectorParams(dimensions, edge.Distance.Cosine, multivector_config=nearest_window)},
            sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        ),
    )
    shard.update(edge.UpdateOperation.create_field_index(TENANT, edge.KeywordIndexParams(is_tenant=True)))
    shard.update(edge.UpdateOperation.create_field_index(BASE, edge.PayloadSchemaType.Keyword))
    shard.update(edge.UpdateOperation.create_field_index(SOURCE, edge.PayloadSchemaType.Keyword))
    shard.flush()
    return shard
