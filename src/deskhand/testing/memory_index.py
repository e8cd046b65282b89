"""A store of passages in memory, exact and simple: what the port promises, for tests of what lies above it."""

from collections.abc import Iterator, Sequence

import numpy as np

from deskhand.knowledge.index import Candidates, Passage, PassageQuery
from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode
from deskhand.llm.terms import TermEncoder, rarity

_Weights = dict[int, float]


class MemoryIndex:
    """A `PassageIndex` that compares every passage with every question."""

    def __init__(self, fingerprint: str = "memory") -> None:
        """`fingerprint` is that of the embedder whose vectors it is given."""
        self._fingerprint = fingerprint
        self._terms = TermEncoder()
        self._passages: dict[str, tuple[str, Passage, _Weights]] = {}

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def upsert(self, tenant_id: str, passages: Sequence[Passage]) -> None:
        for passage in passages:
            owner = self._passages.get(passage.chunk_id, (tenant_id,))[0]
            if owner == tenant_id:
                words = self._terms.passage(passage.words)
                weights = dict(zip(words.indices, words.values, strict=True))
                self._passages[passage.chunk_id] = (tenant_id, passage, weights)

    async def delete_chunks(self, tenant_id: str, chunk_ids: Sequence[str]) -> None:
        for passage, _ in list(self._of(tenant_id)):
            if passage.chunk_id in chunk_ids:
                del self._passages[passage.chunk_id]

    async def delete_source(self, tenant_id: str, kb_id: str, source_id: str) -> None:
        for passage, _ in list(self._of(tenant_id, kb_id)):
            if passage.source_id == source_id:
                del self._passages[passage.chunk_id]

    async def delete_base(self, tenant_id: str, kb_id: str) -> None:
        await self.delete_chunks(tenant_id, sorted(await self.chunk_ids(tenant_id, kb_id)))

    async def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        held = list(self._of(tenant_id, *kb_ids)) if kb_ids else []
        terms = [self._terms.question(text) for text in query.texts]
        counts = {term: sum(term in weights for _, weights in held) for question in terms for term in question}
        rarities = [{term: rarity(len(held), counts[term]) for term in question} for question in terms]
        cosines = np.zeros((len(held), len(terms)), dtype=np.float32)
        bm25 = np.zeros_like(cosines)
        for row, (passage, weights) in enumerate(held):
            if query.mode is not SearchMode.LEXICAL:
                cosines[row] = (passage.vectors @ query.vectors.T).max(axis=0)
            if query.mode is not SearchMode.DENSE:
                bm25[row] = [sum(weights.get(term, 0.0) * rare[term] for term in rare) for rare in rarities]
        rows = _nearest(cosines, query.limit) if query.mode is not SearchMode.LEXICAL else set()
        rows |= {row for row in _nearest(bm25, query.limit) if bm25[row].any()}
        chosen = sorted(rows)
        return Candidates(
            chunk_ids=tuple(held[row][0].chunk_id for row in chosen),
            source_ids=tuple(held[row][0].source_id for row in chosen),
            cosines=cosines[chosen],
            bm25=bm25[chosen],
            rarities=tuple(tuple(rare.values()) for rare in rarities),
        )

    async def chunk_ids(self, tenant_id: str, kb_id: str) -> frozenset[str]:
        return frozenset(passage.chunk_id for passage, _ in self._of(tenant_id, kb_id))

    async def count(self, tenant_id: str, kb_id: str) -> int:
        return len(await self.chunk_ids(tenant_id, kb_id))

    async def optimize(self) -> None:
        """There is nothing to rearrange."""

    async def close(self) -> None:
        """There is nothing to let go of; what it holds is forgotten with it."""

    def _of(self, tenant_id: str, *kb_ids: str) -> Iterator[tuple[Passage, _Weights]]:
        for owner, passage, weights in self._passages.values():
            if owner == tenant_id and (not kb_ids or passage.kb_id in kb_ids):
                yield passage, weights


def _nearest(scores: Vectors, limit: int) -> set[int]:
    return {int(row) for column in np.argsort(-scores, axis=0, kind="stable")[:limit].T for row in column}
