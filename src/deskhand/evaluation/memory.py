"""`eval memory`: does recall find the turns of a long dialogue that a question needs?

Each turn is stored as a memory of its own time, each dialogue as that of a contact of its own, and recalled as in a
conversation right after its last turn: through the same keeper and the same recall that serve.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from deskhand.evaluation.files import BadData, Strict, read_rows
from deskhand.kit.background import Background
from deskhand.llm.embedding import Embedder
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.model import (
    MAX_CONTENT,
    MemoryPlace,
    MemorySource,
    MemoryType,
    NewMemory,
    Provenance,
)
from deskhand.memory.recall import MemoryRecall
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

AGENT = "default"
CUTS = (5, 10)
IMPORTANCE = 0.5
_SPOKEN_DATE = "%I:%M %p on %d %B %Y"

Progress = Callable[[str, int, int], None]
NewContact = Callable[[], Awaitable[str]]


class TurnRow(Strict):
    """One thing that was said, when: ISO 8601, or as in "1:56 pm on 8 May, 2023"."""

    id: str
    speaker: str
    at: str
    text: str


class QuestionRow(Strict):
    """A question and the turns that answer it. A category is any name or number."""

    question: str
    evidence: list[str]
    category: int | str


class ConversationRow(Strict):
    """A line of `conversations.jsonl`."""

    id: str
    turns: list[TurnRow]
    questions: list[QuestionRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A question, and the share of its evidence among the first recalled, by cut."""

    category: str
    found: dict[int, float]
    unknown: int
    """How much of its evidence names no turn; that is left out."""
    seconds: float


class _At:
    """The clock of a moment in a dialogue."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


def read_conversations(folder: Path) -> list[ConversationRow]:
    """Read and check a folder.

    Raises:
        BadData: when the file is missing, a line is wrong, or a turn's moment is none.
    """
    rows = read_rows(folder / "conversations.jsonl", ConversationRow)
    for row in rows:
        if not row.turns:
            raise BadData(f"The conversation {row.id!r} has no turns: give it at least one.")
        for turn in row.turns:
            said_at(turn.at)
    return rows


def said_at(text: str) -> datetime:
    """The moment, in UTC unless it says otherwise.

    Raises:
        BadData: when it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.strptime(" ".join(text.replace(",", " ").split()), _SPOKEN_DATE)  # noqa: DTZ007 - below
        except ValueError:
            raise BadData(f"{text!r} is no moment: write 2023-05-08T13:56:00Z, or 1:56 pm on 8 May, 2023.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def evaluate_memory(
    store: TenantStore,
    embedder: Embedder,
    scope: TenantScope,
    rows: Sequence[ConversationRow],
    new_contact: NewContact,
    progress: Progress,
) -> dict[str, Any]:
    """`recall@5` and `recall@10` of the evidence, over all questions and by category; each conversation by itself."""
    answered: list[Answered] = []
    for done, row in enumerate(rows, start=1):
        place = MemoryPlace(agent_id=AGENT, contact_id=await new_contact())
        answered += await _evaluate(store, embedder, scope, place, row)
        progress("Recalling", done, len(rows))
    return figures_of(answered)


async def _evaluate(
    store: TenantStore, embedder: Embedder, scope: TenantScope, place: MemoryPlace, row: ConversationRow
) -> list[Answered]:
    clock = _At(max(said_at(turn.at) for turn in row.turns) + timedelta(minutes=1))
    background = Background()
    keeper = MemoryKeeper(store=store, clock=clock, embedder=embedder, background=background, default_agent=AGENT)
    recall = MemoryRecall(store=store, clock=clock, embedder=embedder, background=background)
    stored = await keeper.store(scope, place, [_memory(turn) for turn in row.turns])
    await background.settle()
    # What was said twice in the same words is one memory.
    turns_of: dict[str, set[str]] = {}
    for turn, kept in zip(row.turns, stored, strict=True):
        turns_of.setdefault(kept.memory.id, set()).add(turn.id)
    return [await _ask(recall, scope, place, question, turns_of) for question in row.questions]


async def _ask(
    recall: MemoryRecall,
    scope: TenantScope,
    place: MemoryPlace,
    question: QuestionRow,
    turns_of: dict[str, set[str]],
) -> Answered:
    began = time.perf_counter()
    context = await recall.recall(scope, place, question.question, k=max(CUTS))
    seconds = time.perf_counter() - began
    known = set().union(*turns_of.values())
    evidence = known & set(question.evidence)
    found: dict[int, float] = {}
    for cut in CUTS:
        among = set().union(*(turns_of[item.memory.id] for item in context.items[:cut]))
        found[cut] = len(evidence & among) / len(evidence) if evidence else float("nan")
    unknown = len(set(question.evidence) - known)
    return Answered(category=str(question.category), found=found, unknown=unknown, seconds=seconds)


def _memory(turn: TurnRow) -> NewMemory:
    return NewMemory(
        type=MemoryType.CONTEXT,
        content=f"{turn.speaker}: {turn.text}"[:MAX_CONTENT],
        importance=IMPORTANCE,
        provenance=Provenance(source=MemorySource.MESSAGE),
        occurred_at=said_at(turn.at),
    )


def figures_of(answered: Sequence[Answered]) -> dict[str, Any]:
    """Means over the questions that have evidence; `n` counts those, `unknown_evidence` what names no turn."""
    counted = [item for item in answered if not np.isnan(item.found[CUTS[0]])]
    categories = sorted({item.category for item in counted})
    figures: dict[str, Any] = {f"recall@{cut}": _mean([item.found[cut] for item in counted]) for cut in CUTS}
    figures["by_category"] = {
        name: {f"recall@{cut}": _mean([item.found[cut] for item in counted if item.category == name]) for cut in CUTS}
        | {"n": sum(item.category == name for item in counted)}
        for name in categories
    }
    figures["ms_per_query"] = round(_mean([item.seconds for item in counted]) * 1000, 2)
    figures["n"] = len(counted)
    figures["unknown_evidence"] = sum(item.unknown for item in answered)
    return figures


def rows_of(figures: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """The rows of a table for people: all questions, then each category."""
    return [("all", figures), *figures["by_category"].items()]


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0
