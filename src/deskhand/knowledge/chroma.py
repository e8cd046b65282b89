"""Passages in Chroma, for those who have it: `pip install 'deskhand[chroma]'`, `DESKHAND_KNOWLEDGE__INDEX=chroma`.

Above it: the port in `index.py`. Below it: the `chromadb` package, imported only when this store is opened. One
collection a tenant, one row a window. Chroma as a library has no BM25: it refuses sparse vectors ("not enabled in
local"), and its text search only says which rows hold a string. That is a posting list: each row's document spells the
numbers of the chunk's words with their weights, and the rows that hold a word give its rarity. The scores are then the
same as in every other store; a word costs one request, common ones the most. A thousand tenants are too many for it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar, cast

import numpy as np

from deskhand.kit.errors import Misconfigured
from deskhand.knowledge.index import Candidates, Passage, PassageQuery
from deskhand.knowledge.retrieval_chroma import ChromaReader, Client, Collection, row_id, spell
from deskhand.knowledge.retrieval_store import StoreFolder
from deskhand.llm.terms import TermEncoder

WRITE_BATCH = 500

T = TypeVar("T")


class ChromaIndex:
    """A `PassageIndex` in a folder. Build it with `open`."""

    def __init__(self, client: Client, folder: StoreFolder, fingerprint: str) -> None:
        """`folder` is locked already, and released by `close`."""
        self._client = client
        self._folder = folder
        self._fingerprint = fingerprint
        self._terms = TermEncoder()
        self._reader = ChromaReader(self._terms)
        # One thread: Chroma's own locking is per process, and a read between two steps of a write would see half of it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passages")

    @classmethod
    async def open(cls, folder: Path, *, fingerprint: str, dimensions: int, fresh: bool = False) -> Self:
        """Open the store in `folder`, made when not there; `fresh` empties it first, which is how to rebuild.

        Raises:
            Misconfigured: Chroma is not installed.
            IndexInUse: another process has it open.
            IndexMismatch: it was filled by another embedding model.
            IndexDamaged: it cannot be read.
        """
        store = StoreFolder(folder, engine="chroma", fingerprint=fingerprint, dimensions=dimensions)
        return cls(await asyncio.to_thread(_open, store, fresh=fresh), store, fingerprint)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        await self._run(lambda: self._upsert(self._collection(tenant_id), passages))

    async def delete_chunks(self, tenant_id: str, chunk_ids: Sequence[str]) -> None:
        if chunk_ids:
            await self._run(lambda: self._collection(tenant_id).delete(where={"chunk": {"$in": list(chunk_ids)}}))

    async def delete_source(self, tenant_id: str, kb_id: str, source_id: str) -> None:
        both = {"$and": [{"base": kb_id}, {"source": source_id}]}
        await self._run(lambda: self._collection(tenant_id).delete(where=both))

    async def delete_base(self, tenant_id: str, kb_id: str) -> None:
        await self._run(lambda: self._collection(tenant_id).delete(where={"base": kb_id}))

    async def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        return await self._run(lambda: self._reader.search(self._collection(tenant_id), kb_ids, query))

    async def chunk_ids(self, tenant_id: str, kb_id: str) -> frozenset[str]:
        return await self._run(lambda: self._reader.chunk_ids(self._collection(tenant_id), [kb_id]))

    async def count(self, tenant_id: str, kb_id: str) -> int:
        return len(await self.chunk_ids(tenant_id, kb_id))

    async def optimize(self) -> None:
        """Chroma rearranges by itself."""

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _collection(self, tenant_id: str) -> Collection:
        # Hashed, because Chroma allows few characters in names.
        name = hashlib.sha256(tenant_id.encode()).hexdigest()
        configuration = {"hnsw": {"space": "cosine"}}
        return self._client.get_or_create_collection(name, embedding_function=None, configuration=configuration)

    def _upsert(self, collection: Collection, passages: Sequence[Passage]) -> None:
        for start in range(0, len(passages), WRITE_BATCH):
            batch = passages[start : start + WRITE_BATCH]
            before = collection.get(where={"chunk": {"$in": [passage.chunk_id for passage in batch]}}, include=[])[
                "ids"
            ]
            rows = [(passage, window) for passage in batch for window in range(len(passage.vectors))]
            ids = [row_id(passage.chunk_id, window) for passage, window in rows]
            collection.upsert(
                ids=ids,
                embeddings=np.concatenate([passage.vectors for passage in batch]),
                documents=[spell(self._terms.passage(passage.words)) if not window else "" for passage, window in rows],
                metadatas=[
                    {"chunk": passage.chunk_id, "base": passage.kb_id, "source": passage.source_id, "window": window}
                    for passage, window in rows
                ],
            )
            # Only now, so that a crash in between loses no passage: rows of windows that the new text has no more.
            stale = sorted(set(before) - set(ids))
            if stale:
                collection.delete(ids=stale)

    def _close(self) -> None:
        self._client.close()
        self._folder.release()


def _open(store: StoreFolder, *, fresh: bool) -> Client:
    try:
        import chromadb  # noqa: PLC0415 - an optional extra
        from chromadb.config import Settings  # noqa: PLC0415
        from chromadb.errors import ChromaError  # noqa: PLC0415
    except ImportError as error:
        raise Misconfigured(
            "DESKHAND_KNOWLEDGE__INDEX is 'chroma' but Chroma is not installed: "
            "pip install 'deskhand[chroma]', or use 'qdrant-edge'."
        ) from error
    there = store.take(fresh=fresh)
    try:
        client = chromadb.PersistentClient(str(store.data), settings=Settings(anonymized_telemetry=False))
        client.list_collections()
        if not there:
            store.settle()
    except (ChromaError, OSError, ValueError) as error:
        store.release()
        raise store.damaged(error) from error
    return cast("Client", client)
