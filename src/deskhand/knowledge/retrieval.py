"""Ranking: which chunks answer a question, and how likely each does.

Above it: the turn's gather stage, the knowledge endpoints, `deskhand eval retrieval`. Below it: the passage index and
the embedder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deskhand.knowledge.index import PassageIndex, PassageQuery, SearchMode
from deskhand.llm.embedding import Embedder, Vectors

DEFAULT_K = 5
ANSWERS = 0.5
"""From this relevance on a chunk is held to answer the question."""

CANDIDATES = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredChunk:
    """A chunk found. `relevance` is the probability, 0 to 1, that it answers the question."""

    chunk_id: str
    source_id: str
    relevance: float
    cosine: float
    bm25_share: float
    """BM25 as a share of the most that the question's words could give."""


class Retriever:
    """Finds and ranks chunks."""

    def __init__(self, index: PassageIndex, embedder: Embedder) -> None:
        """`embedder` must be the one that filled `index`."""
        self._index = index
        self._embedder = embedder

    async def search(
        self,
        tenant_id: str,
        kb_ids: Sequence[str],
        queries: Sequence[str],
        *,
        k: int = DEFAULT_K,
        mode: SearchMode = SearchMode.HYBRID,
        query_vectors: Vectors | None = None,
    ) -> list[ScoredChunk]:
        """The `k` chunks most likely to answer any of `queries`, best first.

        `query_vectors`, of shape (len(queries), dimensions), saves embedding them again.
        """
        if not queries or not kb_ids or k < 1:
            return []
        vectors = query_vectors if query_vectors is not None else await self._embedder.embed_queries(queries)
        query = PassageQuery(vectors=vectors, texts=tuple(queries), limit=max(CANDIDATES, k), mode=mode)
        found = await self._index.search(tenant_id, kb_ids, query)
        share = found.bm25 / np.maximum(found.bm25_bounds, 1e-6)
        scores = 1 / (1 + np.exp(-(8 * found.cosines + 4 * share - 4.5)))
        best = scores.argmax(axis=1) if len(scores) else np.zeros(0, dtype=np.int64)
        rows = np.arange(len(best))
        order = np.argsort(-scores[rows, best], kind="stable")[:k]
        return [
            ScoredChunk(
                chunk_id=found.chunk_ids[row],
                source_id=found.source_ids[row],
                relevance=float(scores[row, best[row]]),
                cosine=float(found.cosines[row, best[row]]),
                bm25_share=float(share[row, best[row]]),
            )
            for row in order
        ]
