"""`eval escalation`: does a person come in when one should, and only then?

Each conversation is judged as it is in service: after every message of its customer, with what was said until then.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pydantic import field_validator

from deskhand.escalation.assessment import EscalationPolicy, Role, Said
from deskhand.escalation.detector import EscalationDetector
from deskhand.evaluation.files import Strict, read_rows
from deskhand.llm.embedding import Embedder, Vectors

Progress = Callable[[str, int, int], None]
CASES_AT_ONCE = 64

_ROLES: dict[str, Role] = {
    "customer": "customer",
    "user": "customer",
    "human": "customer",
    "contact": "customer",
    "agent": "agent",
    "assistant": "agent",
    "bot": "agent",
    "operator": "operator",
}


class MessageRow(Strict):
    """A message of a case. `role` is `customer` (or `user`), `agent` (or `assistant`), or `operator`."""

    role: str
    content: str

    @field_validator("role")
    @classmethod
    def _known(cls, role: str) -> str:
        if role.lower() not in _ROLES:
            raise ValueError(f"{role!r} is none of {', '.join(sorted(_ROLES))}")
        return role.lower()


class CaseRow(Strict):
    """A line of `cases.jsonl`: a conversation, and whether a person should come in."""

    messages: list[MessageRow]
    escalate: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One case and what was made of it. `score` is the highest of its messages."""

    case: CaseRow
    score: float
    escalates: bool


def read_escalation_cases(folder: Path) -> list[CaseRow]:
    """The cases of a folder, or of a file.

    Raises:
        BadData: naming the line that is wrong.
    """
    return read_rows(folder if folder.is_file() else folder / "cases.jsonl", CaseRow)


async def evaluate_escalation(
    cases: Sequence[CaseRow], detector: EscalationDetector, embedder: Embedder, progress: Progress
) -> list[Judged]:
    """Judge every case by the threshold that ships."""
    judged: list[Judged] = []
    for start in range(0, len(cases), CASES_AT_ONCE):
        some = cases[start : start + CASES_AT_ONCE]
        texts = list(dict.fromkeys(row.content for case in some for row in case.messages if _is_customers(row)))
        vectors = dict(zip(texts, await embedder.embed_queries(texts), strict=True)) if texts else {}
        judged += await asyncio.to_thread(_judge, some, detector, vectors)
        progress("Judging the conversations", len(judged), len(cases))
    return judged


def escalation_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Shares from 0 to 1: `precision`, `recall` and `f1` of the decision, `average_precision` of the score."""
    decided = [each for each in judged if each.escalates]
    wanted = [each for each in judged if each.case.escalate]
    right = sum(each.case.escalate for each in decided)
    precision = right / len(decided) if decided else 0.0
    recall = right / len(wanted) if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    figures = {"precision": precision, "recall": recall, "f1": f1, "average_precision": average_precision(judged)}
    return {name: round(value, 4) for name, value in figures.items()} | {"n": len(judged)}


def average_precision(judged: Sequence[Judged]) -> float:
    """The mean, over the cases that should escalate, of the precision among those that score as high as it does.

    Cases of one score are taken together, so that their order in the file does not count.
    """
    wanted = sum(each.case.escalate for each in judged)
    if not wanted:
        return 0.0
    taken = found = 0
    total = 0.0
    ranked = sorted(judged, key=lambda each: -each.score)
    for _, group in groupby(ranked, key=lambda each: each.score):
        escalating = [each.case.escalate for each in group]
        new = sum(escalating)
        taken, found = taken + len(escalating), found + new
        total += new * found / taken
    return total / wanted


def _judge(cases: Sequence[CaseRow], detector: EscalationDetector, vectors: Mapping[str, Vectors]) -> list[Judged]:
    return [_judged(case, detector, vectors) for case in cases]


def _judged(case: CaseRow, detector: EscalationDetector, vectors: Mapping[str, Vectors]) -> Judged:
    messages = [Said(role=_ROLES[row.role], text=row.content) for row in case.messages]
    score, escalates = 0.0, False
    for end, message in enumerate(messages, start=1):
        if message.role == "customer":
            assessment = detector.assess(messages[:end], EscalationPolicy(), vector=vectors[message.text])
            score, escalates = max(score, assessment.score), escalates or assessment.escalate
    return Judged(case=case, score=score, escalates=escalates)


def _is_customers(row: MessageRow) -> bool:
    return _ROLES[row.role] == "customer"
