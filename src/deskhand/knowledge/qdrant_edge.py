"""The default store of passages: Qdrant Edge, embedded in this process, in a folder of the data directory.

Above it: the port in `index.py`. Below it: `retrieval_edge.py`, which reads, and the `qdrant_edge` package. One point a
chunk. Changes are in the write-ahead log before they are acknowledged, so that a killed process loses none. One process
at a time (`retrieval_store.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import qdrant_edge as edge

from deskhand.kit.ids import uuid_of
from deskhand.knowledge.index import Candidates, Passage, PassageQuery
from deskhand.knowledge.retrieval_edge import (
    MEANING,
    PRESENCE,
    SHELF,
    SOURCE,
    TENANT,
    WORDS,
    EdgeReader,
    PointId,
    is_in,
    of_tenant,
    on_shelf,
    shelf,
)
from deskhand.knowledge.retrieval_store import StoreFolder
from deskhand.llm.terms import TermEncoder

WRITE_BATCH = 256

REARRANGE_FROM = 1000
"""Passages that may be written before the store is rearranged; in a larger store, half of what it holds. Filling a
store of any size rearranges each passage about three times, and single documents never do."""

GRAPH_FROM_KIB = 1000
"""Vectors in KiB from which rearranging builds a graph over them: 650 windows. Up to the default of ten times as many,
comparing all of them takes longer than everything else."""

PANIC = "PanicException"
"""What a crash inside the package's Rust code is called; it is no `Exception`, and its class cannot be imported."""

T = TypeVar("T")


class QdrantEdgeIndex:
    """A `PassageIndex` in a folder. Build it with `open`."""

    def __init__(self, shard: edge.EdgeShard, folder: StoreFolder, fingerprint: str) -> None:
        """`folder` is locked already, and released by `close`."""
        self._shard = shard
        self._folder = folder
        self._fingerprint = fingerprint
        self._terms = TermEncoder()
        self._reader = EdgeReader(shard, self._terms)
        self._written = 0
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
        store = StoreFolder(folder, engine="qdrant-edge", fingerprint=fingerprint, dimensions=dimensions)
        shard = await asyncio.to_thread(_open, store, dimensions, fresh=fresh)
        return cls(shard, store, fingerprint)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        await self._write(lambda: self._upsert(tenant_id, passages))

    async def delete_chunks(self, tenant_id: str, chunk_ids: Sequence[str]) -> None:
        if chunk_ids:
            points: set[PointId] = {uuid_of(chunk_id) for chunk_id in chunk_ids}
            await self._delete(of_tenant(tenant_id, edge.HasIdCondition(points)))

    async def delete_source(self, tenant_id: str, kb_id: str, source_id: str) -> None:
        await self._delete(on_shelf(tenant_id, kb_id, is_in(SOURCE, source_id)))

    async def delete_base(self, tenant_id: str, kb_id: str) -> None:
        await self._delete(on_shelf(tenant_id, kb_id))

    async def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        return await self._read(lambda: self._reader.search(tenant_id, kb_ids, query))

    async def chunk_ids(self, tenant_id: str, kb_id: str) -> frozenset[str]:
        return await self._read(lambda: self._reader.chunk_ids(on_shelf(tenant_id, kb_id)))

    async def count(self, tenant_id: str, kb_id: str) -> int:
        return await self._read(lambda: self._reader.count(on_shelf(tenant_id, kb_id)))

    async def optimize(self) -> None:
        await self._write(self._rearrange)

    async def close(self) -> None:
        await self._write(self._close)
        self._reads.shutdown()
        self._writes.shutdown()

    async def _read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reads, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writes, work)

    async def _delete(self, where: edge.Filter) -> None:
        await self._write(lambda: self._update(edge.UpdateOperation.delete_points_by_filter(where)))

    def _upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        ours = of_tenant(tenant_id)
        for start in range(0, len(passages), WRITE_BATCH):
            points = [self._point(tenant_id, passage) for passage in passages[start : start + WRITE_BATCH]]
            self._update(edge.UpdateOperation.upsert_points(points, condition=ours))
        self._written += len(passages)
        if self._written >= max(REARRANGE_FROM, self._shard.info().points_count // 2):
            self._rearrange()

    def _update(self, operation: edge.UpdateOperation) -> None:
        self._shard.update(operation)
        self._reader.forget()

    def _rearrange(self) -> None:
        self._shard.optimize()
        self._written = 0

    def _point(self, tenant_id: str, passage: Passage) -> edge.Point:
        words = self._terms.passage(passage.words)
        presence = edge.SparseVector(words.indices, [1.0] * len(words.indices))
        return edge.Point(
            uuid_of(passage.chunk_id),
            {MEANING: passage.vectors.tolist(), WORDS: words, PRESENCE: presence},
            {TENANT: tenant_id, SHELF: shelf(tenant_id, passage.kb_id), SOURCE: passage.source_id},
        )

    def _close(self) -> None:
        self._shard.flush()
        self._shard.close()
        self._folder.release()


def _open(store: StoreFolder, dimensions: int, *, fresh: bool) -> edge.EdgeShard:
    there = store.take(fresh=fresh)
    try:
        if there:
            return _load(store)
        shard = _create(store.data, dimensions)
        store.settle()
    except BaseException:
        store.release()
        raise
    return shard


def _load(store: StoreFolder) -> edge.EdgeShard:
    if not store.data.is_dir():
        raise store.damaged("its data are gone")
    try:
        return edge.EdgeShard.load(str(store.data))
    except Exception as error:  # the package raises nothing narrower
        raise store.damaged(error) from error
    except BaseException as error:
        if type(error).__name__ == PANIC:
            raise store.damaged(error) from error
        raise


def _create(folder: Path, dimensions: int) -> edge.EdgeShard:
    folder.mkdir(parents=True)
    windows = edge.EdgeVectorParams(
        dimensions,
        edge.Distance.Cosine,
        multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim),
        # Read from disk as needed and kept by the page cache: a third of the resident memory, and as quick.
        memory=edge.Memory.Cold,
    )
    words = {WORDS: edge.EdgeSparseVectorParams(), PRESENCE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)}
    tidy = edge.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=GRAPH_FROM_KIB)
    config = edge.EdgeConfig(vectors={MEANING: windows}, sparse_vectors=words, optimizers=tidy)
    shard = edge.EdgeShard.create(str(folder), config)
    shard.update(edge.UpdateOperation.create_field_index(TENANT, edge.KeywordIndexParams(is_tenant=True)))
    shard.update(edge.UpdateOperation.create_field_index(SHELF, edge.KeywordIndexParams(is_tenant=True)))
    shard.update(edge.UpdateOperation.create_field_index(SOURCE, edge.PayloadSchemaType.Keyword))
    shard.flush()
    return shard
