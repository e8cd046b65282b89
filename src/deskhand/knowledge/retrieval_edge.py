"""Reading from Qdrant Edge: the searches of one query, run as two batches, and the rarity of words.

Above it: `qdrant_edge.py`, which owns the store and writes to it. Below it: the `qdrant_edge` package. Everything here
blocks, and is called on a thread of the adapter's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import numpy as np
import qdrant_edge as edge

from deskhand.knowledge.index import CANDIDATES_KEPT, Candidates, PassageQuery
from deskhand.llm.fusion import SearchMode
from deskhand.llm.terms import TermEncoder, rarity

MEANING, WORDS, PRESENCE = "meaning", "words", "presence"
"""The vectors of a point: its windows, its words with their BM25 weights, and the same words with weight 1. The last
is kept with statistics: asked for one word, it answers with the word's rarity in whatever part of the store is named.
Search itself needs none then, which takes a third of the time."""

TENANT, SHELF, SOURCE = "tenant", "shelf", "source"
"""What a point is filed under. The shelf is tenant and base in one, because a filter of one condition takes half the
time of one of two: where words are counted, the filter is most of the work."""

SEARCH_WIDTH = 64
"""How many neighbours the search of the graph keeps in hand (hnsw_ef). Twice as fast as the default of 128, with no
other passages among the first twenty."""

COSINES, BM25 = 0, 1
RANK_SOFTNESS = 20
"""The constant of reciprocal rank fusion, which only prunes here; 5 kept the same passages."""

PAGE = 10_000
MAX_KNOWN_WORDS = 100_000

PointId = int | UUID | str


@dataclass(kw_only=True, slots=True)
class _Statistics:
    """What was asked of the words of some shelves: how many passages there are, and how rare each word is."""

    passages: int
    rarities: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """One vector to search by, and where its scores belong: in which table (cosines or BM25), in which column."""

    table: int
    column: int
    query: edge.Query

    def request(self, where: edge.Filter, limit: int, *, with_payload: list[str] | bool) -> edge.QueryRequest:
        return edge.QueryRequest(
            limit=limit,
            query=self.query,
            filter=where,
            params=edge.SearchParams(hnsw_ef=SEARCH_WIDTH),
            with_payload=with_payload,
        )


class _Hit(NamedTuple):
    """A point as it was found. Every look at a point of the package's makes new objects, so it is looked at once."""

    point_id: PointId
    score: float
    source_id: str


class EdgeReader:
    """Searches a shard."""

    def __init__(self, shard: edge.EdgeShard, terms: TermEncoder) -> None:
        """`terms` must be the encoder that made the points' words."""
        self._shard = shard
        self._terms = terms
        self._generation = 0
        self._statistics: dict[tuple[int, tuple[str, ...]], _Statistics] = {}

    def forget(self) -> None:
        """What was remembered of the words is void: something changed."""
        # A search under way may still write what it found before the change: under the old number, where nobody looks.
        self._generation += 1
        self._statistics.clear()

    def search(self, tenant_id: str, kb_ids: Sequence[str], query: PassageQuery) -> Candidates:
        shelves = sorted(shelf(tenant_id, kb_id) for kb_id in kb_ids)
        where = edge.Filter(must=[edge.FieldCondition(SHELF, edge.MatchAny(list(shelves)))])
        terms = [self._terms.question(text) for text in query.texts]
        known = self._rarities(tuple(shelves), where, {term for question in terms for term in question})
        rarities = tuple(tuple(known[term] for term in question) for question in terms)
        vectors = [edge.SparseVector(*pair) for pair in zip(terms, map(list, rarities), strict=True)]
        return self._gather(query, vectors, where, rarities)

    def count(self, where: edge.Filter) -> int:
        return self._shard.count(edge.CountRequest(filter=where))

    def chunk_ids(self, where: edge.Filter) -> frozenset[str]:
        found: set[str] = set()
        offset: PointId | None = None
        while True:
            page = edge.ScrollRequest(offset=offset, limit=PAGE, filter=where, with_payload=False, with_vector=False)
            records, offset = self._shard.scroll(page)
            found.update(_chunk_id(record.id) for record in records)
            if offset is None:
                return frozenset(found)

    def _gather(
        self,
        query: PassageQuery,
        words: Sequence[edge.SparseVector],
        where: edge.Filter,
        rarities: tuple[tuple[float, ...], ...],
    ) -> Candidates:
        """Find candidates by each search, then ask each search about those that only others found."""
        searches = list(_searches(query, words))
        found = self._run([search.request(where, query.limit, with_payload=[SOURCE]) for search in searches])
        kept = _foremost(found, query.limit * CANDIDATES_KEPT)
        missing = [kept.keys() - {hit.point_id for hit in hits} for hits in found]
        asked = [(search, ids) for search, ids in zip(searches, missing, strict=True) if ids]
        filled = self._run([search.request(_among(ids), len(ids), with_payload=False) for search, ids in asked])
        rows = {point_id: row for row, point_id in enumerate(kept)}
        tables = np.zeros((2, len(rows), len(words)), dtype=np.float32)
        for search, hits in zip([*searches, *(search for search, _ in asked)], [*found, *filled], strict=True):
            for hit in hits:
                if hit.point_id in rows:
                    tables[search.table, rows[hit.point_id], search.column] = hit.score
        return Candidates(
            chunk_ids=tuple(_chunk_id(point_id) for point_id in rows),
            source_ids=tuple(kept.values()),
            cosines=tables[COSINES],
            bm25=tables[BM25],
            rarities=rarities,
        )

    def _run(self, requests: list[edge.QueryRequest]) -> list[list[_Hit]]:
        answers = self._shard.query_batch(edge.QueryBatchRequest(requests)) if requests else []
        return [[_hit(point) for point in points] for points in answers]

    def _rarities(self, shelves: tuple[str, ...], where: edge.Filter, terms: set[int]) -> dict[int, float]:
        """The rarity of each word on these shelves, asked of the store unless it was asked since the last change."""
        at = (self._generation, shelves)
        known = self._statistics.get(at)
        if known is None or len(known.rarities) > MAX_KNOWN_WORDS:
            known = self._statistics[at] = _Statistics(passages=self.count(where))
        missing = sorted(terms - known.rarities.keys())
        if missing:
            corpus = edge.SearchParams(idf=edge.IdfParams(where))
            asked = [_presence(term, where, corpus) for term in missing]
            answers = self._shard.query_batch(edge.QueryBatchRequest(asked))
            absent = rarity(known.passages, 0)
            scores = [points[0].score if points else absent for points in answers]
            known.rarities.update(zip(missing, scores, strict=True))
        return known.rarities


def of_tenant(tenant_id: str, *conditions: edge.FieldCondition | edge.HasIdCondition) -> edge.Filter:
    return edge.Filter(must=[is_in(TENANT, tenant_id), *conditions])


def on_shelf(tenant_id: str, kb_id: str, *conditions: edge.FieldCondition) -> edge.Filter:
    return edge.Filter(must=[is_in(SHELF, shelf(tenant_id, kb_id)), *conditions])


def is_in(field_name: str, value: str) -> edge.FieldCondition:
    return edge.FieldCondition(field_name, edge.MatchValue(value))


def shelf(tenant_id: str, kb_id: str) -> str:
    """The name of a tenant's base; no other tenant and base, whatever their ids hold, have the same."""
    return f"{len(tenant_id)}:{tenant_id}/{kb_id}"


def _searches(query: PassageQuery, words: Sequence[edge.SparseVector]) -> Iterator[_Search]:
    if query.mode is not SearchMode.LEXICAL:
        for column, row in enumerate(query.vectors.tolist()):
            yield _Search(table=COSINES, column=column, query=edge.Query.Nearest([row], MEANING))
    if query.mode is not SearchMode.DENSE:
        for column, vector in enumerate(words):
            if vector.indices:
                yield _Search(table=BM25, column=column, query=edge.Query.Nearest(vector, WORDS))


def _hit(point: edge.ScoredPoint) -> _Hit:
    payload = point.payload
    return _Hit(point.id, point.score, str(payload[SOURCE]) if payload else "")


def _among(ids: Iterable[PointId]) -> edge.Filter:
    return edge.Filter(must=[edge.HasIdCondition(set(ids))])


def _foremost(found: Sequence[Sequence[_Hit]], limit: int) -> dict[PointId, str]:
    """The points that stand foremost in all lists together, by reciprocal rank, each with its source."""
    standing: dict[PointId, float] = {}
    sources: dict[PointId, str] = {}
    for hits in found:
        for rank, hit in enumerate(hits):
            standing[hit.point_id] = standing.get(hit.point_id, 0.0) + 1.0 / (RANK_SOFTNESS + rank)
            sources[hit.point_id] = hit.source_id
    if len(standing) <= limit:
        return sources
    best = sorted(standing, key=lambda point_id: standing[point_id], reverse=True)[:limit]
    return {point_id: sources[point_id] for point_id in best}


def _presence(term: int, where: edge.Filter, corpus: edge.SearchParams) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=1,
        query=edge.Query.Nearest(edge.SparseVector([term], [1.0]), PRESENCE),
        filter=where,
        params=corpus,
        with_payload=False,
    )


def _chunk_id(point_id: PointId) -> str:
    return f"chk_{point_id.hex if isinstance(point_id, UUID) else point_id}"
