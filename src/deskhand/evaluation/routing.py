"""`eval routing`: are messages given to the right one of many, and those that are for none of them recognised?

By the router that serves: each intent is a candidate, its name in words the description. Above: `deskhand eval`.
Below: `orchestration/routing`, the embedder.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deskhand.evaluation.files import BadData, Strict, read_rows
from deskhand.llm.embedding import Embedder, Vectors
from deskhand.orchestration.routing import IN_SCOPE, Candidate, Ranking, SemanticRouter

EMBEDDED_AT_ONCE = 256
ROUTED_AT_ONCE = 64

Progress = Callable[[str, int, int], None]
Figures = dict[str, float | None]


class IntentRow(Strict):
    """A line of `train.jsonl` or `test.jsonl`. Without an intent the text is out of scope: no candidate's."""

    text: str
    intent: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingData:
    train: list[IntentRow]
    test: list[IntentRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A text of the test part, what was made of it, and how long that took."""

    row: IntentRow
    ranking: Ranking
    seconds: float

    @property
    def is_accepted(self) -> bool:
        return self.ranking.in_scope >= IN_SCOPE

    @property
    def is_best(self) -> bool:
        return self.ranking.best.agent_id == self.row.intent


def read_routing_data(folder: Path) -> RoutingData:
    """Read and check a folder.

    Raises:
        BadData: when a file is missing, a line is wrong, or the test part has an intent that the other has not.
    """
    data = RoutingData(
        train=read_rows(folder / "train.jsonl", IntentRow), test=read_rows(folder / "test.jsonl", IntentRow)
    )
    known = {row.intent for row in data.train} - {None}
    if not known:
        raise BadData(f"No line of {str(folder / 'train.jsonl')!r} has an intent: give some.")
    strange = next((row.intent for row in data.test if row.intent is not None and row.intent not in known), None)
    if strange is not None:
        raise BadData(f"The intent {strange!r} of test.jsonl has no example in train.jsonl: give it some.")
    return data


def candidates_of(rows: Sequence[IntentRow], *, shots: int | None, seed: int) -> tuple[Candidate, ...]:
    """A candidate for each intent, with `shots` of its examples, or all. Texts out of scope teach nothing here."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        if row.intent is not None:
            texts.setdefault(row.intent, []).append(row.text)
    chance = np.random.default_rng(seed)
    chosen = {intent: _some(texts[intent], shots, chance) for intent in sorted(texts)}
    return tuple(
        Candidate.of(intent, name=intent, description=_in_words(intent), examples=examples)
        for intent, examples in chosen.items()
    )


async def evaluate_routing(
    data: RoutingData, embedder: Embedder, progress: Progress, *, shots: int | None = None, seed: int = 0
) -> list[Judged]:
    """Fit a router to the training part, and route the test part, a text at a time as in service."""

    async def embed(texts: Sequence[str]) -> Vectors:
        return await _embedded(texts, embedder, progress, "Embedding the examples")

    router = await SemanticRouter.fit(candidates_of(data.train, shots=shots, seed=seed), embed)
    vectors = await _embedded_alone([row.text for row in data.test], embedder, progress, "Embedding the messages")
    judged: list[Judged] = []
    for start in range(0, len(data.test), ROUTED_AT_ONCE):
        rows = data.test[start : start + ROUTED_AT_ONCE]
        judged += await asyncio.to_thread(_routed, router, rows, vectors[start : start + ROUTED_AT_ONCE])
        progress("Routing the messages", len(judged), len(data.test))
    return judged


def routing_figures(judged: Sequence[Judged]) -> Figures:
    """Shares from 0 to 1.

    `accuracy_in_scope`: of the texts with an intent, by the best label. `accuracy_with_rejection`: of all texts, given
    to their intent, or given to nobody where they have none. `oos_recall`: of those without, given to nobody.
    `oos_auroc`: how often one with an intent is found more in scope than one without. None where there is no such text.
    """
    inside = [each for each in judged if each.row.intent is not None]
    outside = [each for each in judged if each.row.intent is None]
    right = sum(each.is_best and each.is_accepted for each in inside) + sum(not each.is_accepted for each in outside)
    return {
        "accuracy_in_scope": _share([each.is_best for each in inside]),
        "accuracy_with_rejection": round(right / len(judged), 4),
        "oos_recall": _share([not each.is_accepted for each in outside]),
        "oos_auroc": auroc([each.ranking.in_scope for each in inside], [each.ranking.in_scope for each in outside]),
        "ms_per_query": round(float(np.mean([each.seconds for each in judged])) * 1000, 3),
        "n": len(judged),
    }


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """How often a value of the first is above one of the second, equal ones counting half; None without either."""
    if not higher or not lower:
        return None
    ordered = np.sort(np.array(lower))
    below = np.searchsorted(ordered, higher, side="left") + np.searchsorted(ordered, higher, side="right")
    return round(float(below.mean() / 2 / len(lower)), 4)


def _routed(router: SemanticRouter, rows: Sequence[IntentRow], vectors: Vectors) -> list[Judged]:
    judged = []
    for row, vector in zip(rows, vectors, strict=True):
        began = time.perf_counter()
        ranking = router.route(row.text, vector)
        judged.append(Judged(row=row, ranking=ranking, seconds=time.perf_counter() - began))
    return judged


async def _embedded(texts: Sequence[str], embedder: Embedder, progress: Progress, what: str) -> Vectors:
    """Texts of like length together: what pads a batch changes the vectors of a quantised model."""
    vectors = np.empty((len(texts), embedder.dimensions), dtype=np.float32)
    ordered = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(texts), EMBEDDED_AT_ONCE):
        rows = ordered[start : start + EMBEDDED_AT_ONCE]
        vectors[rows] = await embedder.embed_queries([texts[row] for row in rows])
        progress(what, min(start + EMBEDDED_AT_ONCE, len(texts)), len(texts))
    return vectors


async def _embedded_alone(texts: Sequence[str], embedder: Embedder, progress: Progress, what: str) -> Vectors:
    """One text at a time, as messages come in service."""
    vectors = np.empty((len(texts), embedder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        vectors[row] = await embedder.embed_query(text)
        if row + 1 == len(texts) or (row + 1) % ROUTED_AT_ONCE == 0:
            progress(what, row + 1, len(texts))
    return vectors


def _some(texts: list[str], shots: int | None, chance: np.random.Generator) -> list[str]:
    unique = list(dict.fromkeys(texts))
    if shots is None or shots >= len(unique):
        return unique
    return [unique[at] for at in sorted(chance.permutation(len(unique))[:shots])]


def _in_words(intent: str) -> str:
    return " ".join(intent.replace("_", " ").replace("-", " ").split())


def _share(held: Sequence[bool]) -> float | None:
    return round(sum(held) / len(held), 4) if held else None
