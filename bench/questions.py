"""Questions never asked before: real ones of the demo, each time in another wording, so that no cache answers."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from deskhand.demo.seed import FOLDER

QUESTIONS = FOLDER / "questions.jsonl"
_ENDINGS = (
    "and my order is {number}",
    "because invoice {number} does not say",
    "asking for customer {number}",
    "it is about ticket {number}",
    "my bike has the frame number {number}",
    "the receipt is {number}",
    "the parcel is {number}",
)
_FIRST_NUMBER = 10_000


def fresh_questions(path: Path = QUESTIONS) -> Iterator[str]:
    """Without an end. `next` on it is safe from several threads."""
    single = [text for text in _texts(path) if text.endswith("?") and text.count("?") == 1 and "." not in text]
    numbers = itertools.count(_FIRST_NUMBER)
    return map(_reworded, itertools.cycle(single), itertools.cycle(_ENDINGS), numbers)


def _texts(path: Path) -> list[str]:
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _reworded(question: str, ending: str, number: int) -> str:
    return f"{question.removesuffix('?')}, {ending.format(number=number)}?"
