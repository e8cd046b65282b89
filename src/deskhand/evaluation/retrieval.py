"""`eval retrieval`: how well the search that serves finds the documents that a question needs.

Documents go through ingestion and the passage index of a throw-away store; a document ranks by its best passage.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deskhand.evaluation.files import BadData, Strict, read_rows
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.llm.fusion import SearchMode
from deskhand.tenancy.scope import TenantScope

CUTS = (1, 5, 10)
PASSAGES_SEARCHED = 50
BASE = "evaluation"

Progress = Callable[[str, int, int], None]
Figures = dict[str, float]


class DocumentRow(Strict):
    """A line of `documents.jsonl`."""

    id: str
    title: str
    text: str


class QueryRow(Strict):
    """A line of `queries*.jsonl`."""

    query: str
    relevant: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrievalData:
    """The documents, and the queries by the stem of their file."""

    documents: list[DocumentRow]
    queries: dict[str, list[QueryRow]]


def read_retrieval_data(folder: Path) -> RetrievalData:
    """Read and check a folder.

    Raises:
        BadData: when a file is missing, a line is wrong, or a query names a document that is not there.
    """
    documents = read_rows(folder / "documents.jsonl", DocumentRow)
    queries = {path.stem: read_rows(path, QueryRow) for path in sorted(folder.glob("queries*.jsonl"))}
    if not queries:
        raise BadData(f"There is no queries*.jsonl in {str(folder)!r}.")
    known = {document.id for document in documents}
    for stem, rows in queries.items():
        for row in rows:
            missing = next((wanted for wanted in row.relevant if wanted not in known), None)
            if missing is not None:
                raise BadData(f"{stem}.jsonl names the document {missing!r}, which documents.jsonl does not hold.")
    return RetrievalData(documents=documents, queries=queries)


async def evaluate_retrieval(
    library: KnowledgeLibrary, scope: TenantScope, data: RetrievalData, mode: SearchMode, progress: Progress
) -> dict[str, Figures]:
    """The figures of each queries file, by its stem."""
    base = await library.ensure_base(scope, BASE)
    for done, document in enumerate(data.documents, start=1):
        text = f"# {document.title}\n\n{document.text}"
        await library.ingest(scope, base, f"{document.id}.md", text.encode())
        progress("Reading the documents", done, len(data.documents))
    await library.optimize()
    return {stem: await _evaluate_queries(library, scope, rows, mode, progress) for stem, rows in data.queries.items()}


async def _evaluate_queries(
    library: KnowledgeLibrary, scope: TenantScope, rows: Sequence[QueryRow], mode: SearchMode, progress: Progress
) -> Figures:
    ranks, seconds = [], []
    for done, row in enumerate(rows, start=1):
        began = time.perf_counter()
        found = await library.search(scope, [row.query], slugs=[BASE], k=PASSAGES_SEARCHED, mode=mode)
        seconds.append(time.perf_counter() - began)
        ranked = list(dict.fromkeys(hit.chunk.source.removesuffix(".md") for hit in found))
        ranks.append((ranked, frozenset(row.relevant)))
        progress("Asking the queries", done, len(rows))
    return figures_of(ranks) | {"ms_per_query": round(float(np.mean(seconds)) * 1000, 2), "n": len(rows)}


def figures_of(ranks: Sequence[tuple[Sequence[str], frozenset[str]]]) -> Figures:
    """recall@k (share of the relevant documents among the first k), hit@k (any among them), and mrr, all means."""
    answerable = [(ranked, relevant) for ranked, relevant in ranks if relevant]
    figures: Figures = {}
    for cut in CUTS:
        shares = [len(relevant & set(ranked[:cut])) / len(relevant) for ranked, relevant in answerable]
        figures[f"recall@{cut}"] = _mean(shares)
    for cut in CUTS:
        figures[f"hit@{cut}"] = _mean([float(bool(relevant & set(ranked[:cut]))) for ranked, relevant in answerable])
    figures["mrr"] = _mean([_reciprocal_rank(ranked, relevant) for ranked, relevant in answerable])
    return figures


def _reciprocal_rank(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    place = next((place for place, found in enumerate(ranked, start=1) if found in relevant), None)
    return 1 / place if place else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0
