"""Ranking: which chunks answer a message, and how likely each does.

Above it: the library, and through it the turn and `deskhand eval retrieval`. Below it: the passage index, the embedder,
and the arithmetic in `fusion.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deskhand.knowledge.index import CANDIDATES_KEPT, Candidates, PassageIndex, PassageQuery
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.llm.fusion import SearchMode, evidence, pool, relevance, word_shares
from deskhand.llm.question_parts import parts_of

DEFAULT_K = 5

CANDIDATES = 20
"""What each kind of search contributes for each part, at least. With 30, 50 or 100 the same chunks came first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredChunk:
    """A chunk found. `relevance` is the probability, 0 to 1, that it answers; see `fusion.py`.

    `cosine` and `word_share` are what speaks for it: the nearest window to any part of the message, and its BM25 as a
    share of what the rarest words of a part could give.
    """

    chunk_id: str
    source_id: str
    relevance: float
    cosine: float
    word_share: float


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

        `query_vectors`, of shape (len(queries), dimensions), saves embedding the short ones again; a long one is
        embedded in parts whatever is given.
        """
        parts = [parts_of(query) for query in queries]
        if not kb_ids or not parts or k < 1:
            return []
        texts = tuple(text for texts in parts for text in texts)
        vectors = await self._embed(parts, query_vectors, mode)
        limit = max(CANDIDATES, k if len(texts) == 1 else math.ceil(k / CANDIDATES_KEPT))
        query = PassageQuery(vectors=vectors, texts=texts, limit=limit, mode=mode)
        found = await self._index.search(tenant_id, kb_ids, query)
        return _ranked(found, [len(texts) for texts in parts], mode)[:k]

    async def _embed(self, parts: Sequence[Sequence[str]], given: Vectors | None, mode: SearchMode) -> Vectors:
        """One row a part, in order; only those are embedded that are needed and not there."""
        if mode is SearchMode.LEXICAL:
            return np.zeros((sum(map(len, parts)), self._embedder.dimensions), dtype=np.float32)
        known: dict[int, Vectors] = {}
        missing: list[str] = []
        place = 0
        for number, texts in enumerate(parts):
            if given is not None and len(texts) == 1:
                known[place] = given[number]
            else:
                missing.extend(texts)
            place += len(texts)
        fresh = iter(await self._embedder.embed_queries(missing) if missing else ())
        return np.stack([known[row] if row in known else next(fresh) for row in range(place)])


def _ranked(found: Candidates, parts: Sequence[int], mode: SearchMode) -> list[ScoredChunk]:
    if not found.chunk_ids:
        return []
    shares = word_shares(found.bm25, found.rarities)
    scores = evidence(found.cosines, shares, mode)
    ends = np.cumsum(parts)
    whole = np.stack([pool(scores[:, end - size : end]) for size, end in zip(parts, ends, strict=True)])
    best = whole.max(axis=0)
    probability = relevance(best, mode)
    # The id decides between equals, so that the order never depends on the order in which things were found.
    order = sorted(range(len(best)), key=lambda row: (-best[row], found.chunk_ids[row]))
    return [
        ScoredChunk(
            chunk_id=found.chunk_ids[row],
            source_id=found.source_ids[row],
            relevance=float(probability[row]),
            cosine=float(found.cosines[row].max()),
            word_share=float(shares[row].max()),
        )
        for row in order
    ]
