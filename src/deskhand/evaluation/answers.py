"""`eval answers`: are questions answered rightly from an ingested knowledge base, and refused when it has no answer?

Asked through the public API, so that the whole journey is measured.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskhand.evaluation.files import Strict, read_rows

Ask = Callable[[str], Awaitable[dict[str, Any]]]
Progress = Callable[[str, int, int], None]

_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"\[\d{1,3}\]")
_GROUNDED_SHARE = 0.8


class CaseRow(Strict):
    """A line of `cases.jsonl`: substrings that a right answer holds, or null where there is no answer."""

    question: str
    expect: list[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One case and what came of it."""

    case: CaseRow
    answer: str
    answered: bool
    quotes: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Answered, with every expected substring, whatever the case and the spacing."""
        said = _plain(self.answer)
        return self.answered and all(_plain(part) in said for part in self.case.expect or ())

    @property
    def is_grounded(self) -> bool:
        """At least four of five words of the answer stand in its quotes."""
        words = _words(_MARKER.sub(" ", self.answer))
        quoted = _words(" ".join(self.quotes))
        return bool(words) and len([word for word in words if word in set(quoted)]) / len(words) >= _GROUNDED_SHARE


def read_cases(folder: Path) -> list[CaseRow]:
    """The cases of a folder, or of a file.

    Raises:
        BadData: naming the line that is wrong.
    """
    return read_rows(folder if folder.is_file() else folder / "cases.jsonl", CaseRow)


async def evaluate_answers(cases: Sequence[CaseRow], ask: Ask, progress: Progress) -> list[Outcome]:
    """Ask every case on its own."""
    outcomes = []
    for done, case in enumerate(cases, start=1):
        answer = await ask(case.question)
        quotes = tuple(citation["quote"] for citation in answer["citations"])
        outcomes.append(Outcome(case=case, answer=answer["answer"], answered=answer["answered"], quotes=quotes))
        progress("Asking the questions", done, len(cases))
    return outcomes


def answer_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares from 0 to 1.

    `answered`: of the answerable questions, those answered rightly. `grounded` and `cited`: of the answers given,
    those whose words stand in their quotes, and those with a citation. `refused_rightly`: of the questions without
    an answer, those refused. `refused_wrongly`: of the answerable questions, those refused.
    """
    answerable = [outcome for outcome in outcomes if outcome.case.expect is not None]
    unanswerable = [outcome for outcome in outcomes if outcome.case.expect is None]
    given = [outcome for outcome in outcomes if outcome.answered]
    return {
        "answered": _share(answerable, lambda outcome: outcome.is_right),
        "grounded": _share(given, lambda outcome: outcome.is_grounded),
        "cited": _share(given, lambda outcome: bool(outcome.quotes)),
        "refused_rightly": _share(unanswerable, lambda outcome: not outcome.answered),
        "refused_wrongly": _share(answerable, lambda outcome: not outcome.answered),
        "n": len(outcomes),
    }


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> float:
    return round(sum(map(holds, outcomes)) / len(outcomes), 4) if outcomes else 0.0


def _plain(text: str) -> str:
    return " ".join(_MARKER.sub(" ", text).lower().split())


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
