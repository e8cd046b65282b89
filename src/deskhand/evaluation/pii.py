"""`eval pii`: how much of the personal data in labelled texts is recognised, and how much of what is taken for it is.

The recogniser is the one that redacts records.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import model_validator

from deskhand.evaluation.files import Strict, read_rows
from deskhand.llm.pii_spans import STRUCTURED, PiiSpan, PiiType

FILE = "texts.jsonl"
ENOUGH = 0.5
"""The share of a span's characters that the other side must have for the two to be the same find."""

ALIASES: Mapping[str, PiiType] = {
    "EMAIL": PiiType.EMAIL_ADDRESS,
    "PHONE": PiiType.PHONE_NUMBER,
    "DOMAIN_NAME": PiiType.URL,
    "IBAN": PiiType.IBAN_CODE,
    "SSN": PiiType.US_SSN,
    "US_ITIN": PiiType.US_SSN,
    "US_BANK_NUMBER": PiiType.BANK_ACCOUNT,
    "US_DRIVER_LICENSE": PiiType.DRIVER_LICENSE,
    "US_PASSPORT": PiiType.PASSPORT,
    "UK_NHS": PiiType.NATIONAL_ID,
    "ADDRESS": PiiType.STREET_ADDRESS,
    "ZIP": PiiType.ZIP_CODE,
    "NAME": PiiType.PERSON,
}
"""What other data sets call the same kinds."""
PLACES = frozenset({"GPE", "LOCATION", "CITY", "COUNTRY", "STATE"})
"""A found address may reach over the names of places that stand in it."""
ADDRESSES = frozenset({PiiType.STREET_ADDRESS, PiiType.ZIP_CODE})
"""A postcode is a part of an address: each counts as a find of the other."""

Progress = Callable[[str, int, int], None]
Recognise = Callable[[str], Sequence[PiiSpan]]
Shares = dict[str, float]
Figures = dict[str, float | Mapping[str, int] | Shares | dict[str, Shares]]


class SpanRow(Strict):
    """A labelled stretch of a text: the characters from `start` up to, not including, `end`."""

    start: int
    end: int
    type: str


class TextRow(Strict):
    """A line of `texts.jsonl`."""

    text: str
    spans: list[SpanRow]

    @model_validator(mode="after")
    def spans_lie_in_the_text(self) -> "TextRow":
        for span in self.spans:
            if not 0 <= span.start < span.end <= len(self.text):
                raise ValueError(f"the span {span.start}-{span.end} does not lie in its {len(self.text)} characters")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One text: of its labelled and its found spans, the kind of each, and whether the other side has it."""

    labelled: tuple[tuple[PiiType, bool], ...]
    found: tuple[tuple[PiiType, bool], ...]
    covered: int
    """How many of the labelled spans are hidden, as whatever kind."""
    unknown: tuple[str, ...]
    """The labels of kinds that are not recognised."""


def read_texts(folder: Path) -> list[TextRow]:
    """The texts of a folder, or of a file.

    Raises:
        BadData: naming the line that is wrong.
    """
    return read_rows(folder if folder.is_file() else folder / FILE, TextRow)


def evaluate_pii(rows: Sequence[TextRow], recognise: Recognise, progress: Progress) -> Figures:
    """Shares from 0 to 1; the time is that of recognising alone."""
    judged, seconds = [], 0.0
    for done, row in enumerate(rows, start=1):
        began = time.perf_counter()
        found = recognise(row.text)
        seconds += time.perf_counter() - began
        judged.append(judge(row, found))
        progress("Reading the texts", done, len(rows))
    return pii_figures(judged) | {"ms_per_text": round(seconds / len(rows) * 1000, 3), "n": len(rows)}


def kind_of(label: str) -> PiiType | None:
    """The kind that a label of the data means; None for one that is not recognised."""
    return PiiType(label) if label in PiiType.__members__ else ALIASES.get(label)


def judge(row: TextRow, found: Sequence[PiiSpan]) -> Judged:
    """Compare what was found in a text with what is labelled there."""
    known = [(kind, range(span.start, span.end)) for span in row.spans if (kind := kind_of(span.type)) is not None]
    finds = [(span.type, range(span.start, span.end)) for span in found]
    places = {at for span in row.spans if span.type in PLACES for at in range(span.start, span.end)}
    hidden = set(chain.from_iterable(where for _, where in finds))
    return Judged(
        labelled=tuple((kind, _mostly_in(where, _of(kind, finds))) for kind, where in known),
        found=tuple(
            (kind, _mostly_in(_without(where, places if kind in ADDRESSES else set()), _of(kind, known)))
            for kind, where in finds
        ),
        covered=sum(_mostly_in(where, hidden) for _, where in known),
        unknown=tuple(span.type for span in row.spans if kind_of(span.type) is None),
    )


def pii_figures(judged: Sequence[Judged]) -> Figures:
    """Over the kinds that the data labels; what was found of other kinds is counted apart, nobody knows how rightly."""
    labelled = list(chain.from_iterable(text.labelled for text in judged))
    found = list(chain.from_iterable(text.found for text in judged))
    kinds = sorted({kind for kind, _ in labelled})
    unknown = Counter(chain.from_iterable(text.unknown for text in judged))
    others = Counter(kind.value for kind, _ in found if kind not in kinds)
    return {
        **_shares(labelled, found, kinds),
        "covered": _share(sum(text.covered for text in judged), len(labelled)),
        "structured": _shares(labelled, found, [kind for kind in kinds if kind in STRUCTURED]),
        "by_type": {
            kind.value: _shares(labelled, found, [kind])
            | {"labelled": _count(labelled, kind), "found": _count(found, kind)}
            for kind in kinds
        },
        "not_recognised": dict(unknown.most_common()),
        "not_labelled": dict(others.most_common()),
    }


def _of(kind: PiiType, spans: Iterable[tuple[PiiType, range]]) -> set[int]:
    same = ADDRESSES if kind in ADDRESSES else {kind}
    return {at for other, where in spans if other in same for at in where}


def _without(where: range, places: set[int]) -> list[int]:
    return [at for at in where if at not in places]


def _mostly_in(where: Sequence[int], others: set[int]) -> bool:
    return bool(where) and sum(at in others for at in where) >= ENOUGH * len(where)


def _shares(
    labelled: Sequence[tuple[PiiType, bool]], found: Sequence[tuple[PiiType, bool]], kinds: Sequence[PiiType]
) -> dict[str, float]:
    right = [is_right for kind, is_right in found if kind in kinds]
    seen = [is_seen for kind, is_seen in labelled if kind in kinds]
    return {"precision": _share(sum(right), len(right)), "recall": _share(sum(seen), len(seen))}


def _count(spans: Iterable[tuple[PiiType, bool]], kind: PiiType) -> int:
    return sum(other is kind for other, _ in spans)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def rows_of(figures: Figures) -> Iterator[tuple[str, Mapping[str, float]]]:
    """The lines of a table: each kind, the structured ones together, all together."""
    by_type = figures["by_type"]
    if isinstance(by_type, dict):
        yield from ((name, values) for name, values in by_type.items() if isinstance(values, dict))
    structured = figures["structured"]
    if isinstance(structured, dict):
        yield "structured", {key: value for key, value in structured.items() if isinstance(value, float)}
    yield "all", {key: value for key in ("precision", "recall") if isinstance(value := figures[key], float)}
