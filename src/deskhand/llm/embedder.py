"""The embedder that serves: fastembed (onnxruntime on the CPU) over a prepared model.

It conforms to the port in `embedding`. Above it: the wiring, which loads it once per process. Below it:
`model_files` says where the model lies, fastembed cuts texts into word pieces, runs the model and pools.

Two threads share one loaded model, one for questions and one for documents. Measured with one onnxruntime
thread: while documents are being ingested a question still takes 3.5 ms; with one thread for both it waits 35
to 70 ms.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.llm.embedding import Vectors
from deskhand.llm.model_files import PreparedModel

if TYPE_CHECKING:
    from fastembed import TextEmbedding

BATCH_TEXTS = 32
BATCH_CHARACTERS = 2048
"""About 512 word pieces. Larger batches are no faster (11,000 word pieces a second on 2 cores either way) and
cost memory: 15 MB here, 300 MB for 32 texts of full length."""
_LONGEST = 1024  # characters; the rest of a longer text is cut off by the tokenizer

# (before a question, before a document), from the models' cards. fastembed 0.9 adds none of them itself.
_PREFIXES = {
    "google/embeddinggemma-300m": ("task: search result | query: ", "title: none | text: "),
    "intfloat/multilingual-e5-": ("query: ", "passage: "),
    "nomic-ai/nomic-embed-text-": ("search_query: ", "search_document: "),
    "snowflake/snowflake-arctic-embed-": ("Represent this sentence for searching relevant passages: ", ""),
    "mixedbread-ai/mxbai-embed-large-v1": ("Represent this sentence for searching relevant passages: ", ""),
}

Embed = Callable[[list[str]], Iterable[NDArray[Any]]]


class FastEmbedEmbedder:
    """Call `load` before the first text, `close` after the last. Many tasks of one event loop may share it."""

    def __init__(self, model: PreparedModel, *, threads: int = 1) -> None:
        """`threads` is how many cores one onnxruntime call may use.

        One is best for a server: two make a single question a third faster, but each call then keeps a second
        core busy waiting, and ingestion under load slows down by a third.
        """
        self._model = model
        self._threads = threads
        self._query_prefix, self._document_prefix = _prefixes(model.name)
        self._queries = ThreadPoolExecutor(1, thread_name_prefix="embed-queries")
        self._documents = ThreadPoolExecutor(1, thread_name_prefix="embed-documents")
        self._loading = asyncio.Lock()
        self._loaded: TextEmbedding | None = None

    async def __aenter__(self) -> Self:
        await self.load()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    @property
    def fingerprint(self) -> str:
        if not self._document_prefix:
            return self._model.fingerprint
        return f"{self._model.fingerprint}-{hashlib.sha256(self._document_prefix.encode()).hexdigest()[:4]}"

    async def load(self) -> float:
        """Load the model off the event loop; return the seconds it took, 0.0 if it was loaded already."""
        async with self._loading:
            if self._loaded is not None:
                return 0.0
            started = time.perf_counter()
            self._loaded = await asyncio.get_running_loop().run_in_executor(self._queries, self._load)
            return time.perf_counter() - started

    async def close(self) -> None:
        """Let go of the model once what is running has ended; may be called twice."""
        self._loaded = None
        await asyncio.to_thread(self._shut_down)

    async def embed_query(self, text: str) -> Vectors:
        vector: Vectors = (await self.embed_queries([text]))[0]
        return vector

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await self._embed(self._queries, self._ready().query_embed, self._query_prefix, texts)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return await self._embed(self._documents, self._ready().passage_embed, self._document_prefix, texts)

    async def _embed(self, thread: ThreadPoolExecutor, embed: Embed, prefix: str, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        loop = asyncio.get_running_loop()
        for rows in batches(texts):
            prefixed = [prefix + texts[row] for row in rows]
            vectors[rows] = await loop.run_in_executor(thread, _unit_vectors, embed, prefixed)
        return vectors

    def _ready(self) -> "TextEmbedding":
        if self._loaded is None:
            raise RuntimeError(f"The embedder of {self._model.name!r} is not loaded: await its load() first.")
        return self._loaded

    def _load(self) -> "TextEmbedding":
        from fastembed import TextEmbedding  # noqa: PLC0415 - 0.4 s and 35 MB, only for who embeds

        return TextEmbedding(
            self._model.name,
            cache_dir=str(self._model.folder.parent),  # or fastembed makes a folder of its own
            specific_model_path=str(self._model.folder),
            threads=self._threads,
            providers=["CPUExecutionProvider"],
        )

    def _shut_down(self) -> None:
        self._queries.shutdown()
        self._documents.shutdown()


def batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Row numbers in batches of like length, the shortest texts first.

    A batch is padded to its longest text, so a batch of unlike texts would mostly compute padding. No batch
    has more than `BATCH_TEXTS` texts or, padded, `BATCH_CHARACTERS` characters (one long text alone may have
    more).
    """
    batch: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row])):
        padded = min(len(texts[row]), _LONGEST) * (len(batch) + 1)
        if batch and (len(batch) == BATCH_TEXTS or padded > BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _unit_vectors(embed: Embed, texts: list[str]) -> Vectors:
    vectors = np.stack(list(embed(texts)))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)


def _prefixes(name: str) -> tuple[str, str]:
    found = (pair for start, pair in _PREFIXES.items() if name.lower().startswith(start))
    return next(found, ("", ""))
