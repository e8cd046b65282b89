"""Reading from Chroma: nearest windows, and BM25 out of its text search.

Above it: `chroma.py`, which owns the store and writes to it. Below it: the `chromadb` package. Everything here blocks,
and is called on a thread of the adapter's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from qdrant_edge import SparseVector

from deskhand.knowledge.index import Candidates, PassageQuery
from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode
from deskhand.llm.terms import TermEncoder, rarity

WINDOWS_A_CHUNK = 3
"""Rows fetched for each chunk wanted: a long chunk may fill several of the nearest places."""

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

_Scores = dict[str, float]


class Collection(Protocol):
    """What is used of Chroma's collection, so that the code can be checked where Chroma is not installed."""

    def get(self, **what: object) -> Mapping[str, Any]: ...

    def query(self, **what: object) -> Mapping[str, Any]: ...

    def upsert(self, **rows: object) -> None: ...

    def delete(self, **which: object) -> None: ...


class Client(Protocol):
    """What is used of Chroma's client."""

    def get_or_create_collection(self, name: str, **options: object) -> Collection: ...

    def close(self) -> None: ...


class ChromaReader:
    """Searches a collection."""

    def __init__(self, terms: TermEncoder) -> None:
        """`terms` must be the encoder that made the rows' words."""
        self._terms = terms

    def chunk_ids(self, collection: Collection, kb_ids: Sequence[str]) -> frozenset[str]:
        if not kb_ids:
            return frozenset()
        return frozenset(_chunk_of(row) for row in collection.get(where=_first_rows(kb_ids), include=[])["ids"])

    def search(self, collection: Collection, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        held = len(self.chunk_ids(collection, kb_ids))
        terms = [self._terms.question(text) for text in query.texts]
        every = {term for question in terms for term in question}
        holders = {term: self._holders(collection, kb_ids, term) if held else {} for term in every}
        rarities = [{term: rarity(held, len(holders[term])) for term in question} for question in terms]
        bm25 = [_summed(question, holders) if query.mode is not SearchMode.DENSE else {} for question in rarities]
        found = {chunk_id for scores in bm25 for chunk_id in _best(scores, query.limit)}
        if query.mode is not SearchMode.LEXICAL and held:
            for vector in query.vectors:
                found |= self._nearest(collection, kb_ids, vector, query.limit)
        return self._table(collection, sorted(found), query, bm25, rarities)

    def _holders(self, collection: Collection, kb_ids: Sequence[str], term: int) -> _Scores:
        """The chunks that hold a word, and its weight in each."""
        word = f" {_letters(term)}:"
        rows = collection.get(where=_first_rows(kb_ids), where_document={"$contains": word}, include=["documents"])
        return {
            _chunk_of(row): float(document.partition(word)[2].partition(" ")[0])
            for row, document in zip(rows["ids"], rows["documents"] or [], strict=True)
        }

    def _nearest(self, collection: Collection, kb_ids: Sequence[str], vector: Vectors, limit: int) -> set[str]:
        answer = collection.query(
            query_embeddings=[vector],
            n_results=limit * WINDOWS_A_CHUNK,
            where={"base": {"$in": list(kb_ids)}},
            include=[],
        )
        return set(list(dict.fromkeys(_chunk_of(row) for row in answer["ids"][0]))[:limit])

    def _table(
        self,
        collection: Collection,
        chunk_ids: Sequence[str],
        query: PassageQuery,
        bm25: Sequence[_Scores],
        rarities: Sequence[dict[int, float]],
    ) -> Candidates:
        rows = {chunk_id: row for row, chunk_id in enumerate(chunk_ids)}
        sources = [""] * len(rows)
        cosines = np.zeros((len(rows), len(query.texts)), dtype=np.float32)
        if rows:
            where: dict[str, Any] = {"chunk": {"$in": list(chunk_ids)}}
            windows = collection.get(where=where, include=["metadatas", "embeddings"])
            nearness = np.asarray(windows["embeddings"], dtype=np.float32) @ query.vectors.T
            best = np.full_like(cosines, -1.0)
            for window, meta in zip(nearness, windows["metadatas"] or [], strict=True):
                row = rows[str(meta["chunk"])]
                sources[row] = str(meta["source"])
                best[row] = np.maximum(best[row], window)
            cosines = best if query.mode is not SearchMode.LEXICAL else cosines
        words = [[scores.get(chunk_id, 0.0) for scores in bm25] for chunk_id in chunk_ids]
        return Candidates(
            chunk_ids=tuple(chunk_ids),
            source_ids=tuple(sources),
            cosines=cosines,
            bm25=np.asarray(words, dtype=np.float32).reshape(cosines.shape),
            rarities=tuple(tuple(question.values()) for question in rarities),
        )


def row_id(chunk_id: str, window: int) -> str:
    return f"{chunk_id}:{window}"


def spell(words: SparseVector) -> str:
    """The words of a chunk as a document that can be searched for " word:" and holds each word's weight."""
    spelt = (f" {_letters(term)}:{weight:.6f}" for term, weight in zip(words.indices, words.values, strict=True))
    return "".join(spelt) + " "


def _letters(term: int) -> str:
    # Letters, because the text index works by groups of three characters: there are too few of digits.
    return f"{term:08x}".translate(_LETTERS)


def _chunk_of(row: str) -> str:
    return row.rpartition(":")[0]


def _first_rows(kb_ids: Sequence[str]) -> dict[str, Any]:
    return {"$and": [{"base": {"$in": list(kb_ids)}}, {"window": 0}]}


def _summed(question: dict[int, float], holders: dict[int, _Scores]) -> _Scores:
    scores: _Scores = {}
    for term, rare in question.items():
        for chunk_id, weight in holders[term].items():
            scores[chunk_id] = scores.get(chunk_id, 0.0) + rare * weight
    return scores


def _best(scores: _Scores, limit: int) -> list[str]:
    return sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:limit]
