"""Words that say what comes after what: "…, then …", "after that …", "once you know that, …". Pure.

Above: the offline planner. Below: sentences. English; a message without such words is one stretch.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.kit.sentences import split_sentences

MAX_STRETCHES = 50
LOOK_BACK = 300
"""So many characters before a "then" are looked at."""

_CLAUSE = r"(?:you|you['’](?:ve|re)|we|we['’](?:ve|re)|i|i['’](?:ve|m)|that|this|it|they|the|my|our|his|her|their)"
_THEN = (
    r"(?:then|after\s+that|after\s+this|afterwards?|after\s+which|next(?=\s*,)|finally|lastly|subsequently"
    r"|when\s+that['’]?s?\s+(?:is\s+)?done|once\s+(?:that|this)['’]?s?\s+(?:is\s+)?done)"
)
_STEP = re.compile(
    rf"(?:(?<=[.!?;])\s*|[,;]\s*|\s+(?=and\b)|\n\s*)(?:and\s+|but\s+)?\b{_THEN}\b[\s,:]*(?=\w)", re.IGNORECASE
)
_NO_STEP = re.compile(r"\b(?:if|unless|whenever|even)\b[^.!?;\n]*$", re.IGNORECASE)
"""What stands before a "then" that belongs to a condition."""
_FIRST = re.compile(r"^\W*(?:first(?:ly)?|to\s+begin\s+with|begin\s+by|start\s+by)\b[\s,:]*(?=\w)", re.IGNORECASE)
_LEADING = re.compile(
    rf"^\W*(?:and\s+)?(?:once|as\s+soon\s+as|after|when)\s+(?P<before>{_CLAUSE}\b[^,.!?;\n]{{1,200}}),\s*(?P<task>\w.*)$",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING = re.compile(
    rf"^(?P<task>.*\w)[\s,]+(?:once|as\s+soon\s+as|after)\s+(?P<before>{_CLAUSE}\s[^,.!?;\n]{{1,200}})(?P<end>[.!?]*)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SOMETHING_HAPPENED = re.compile(
    r"\b(?:you|we)(?:['’]ve|\s+have|['’]re|\s+are)?\s+(?:\w+ed|know|knew|known|found|find|got|get|seen|see|told|done"
    r"|check|look|confirm|have|sure|that|this|it)\b|^(?:that|this|it)\b",
    re.IGNORECASE,
)
"""What somebody is to have done, or what was spoken of: not "after the warranty ends", which is a time."""


_ONCE = re.compile(rf"(?<=[.!?;\n])\s*(?=(?:and\s+)?(?:once|as\s+soon\s+as|after|when)\s+{_CLAUSE}\b)", re.IGNORECASE)
_DONE = re.compile(
    r"^(?:you|we)(?:['’](?:ve|re)|\s+(?:have|are))?\s+(?:(?:have|are|already)\s+)?(?P<verb>\w+)(?=\s)", re.IGNORECASE
)
_TO_DO = {
    "checked": "check",
    "compared": "compare",
    "confirmed": "confirm",
    "found": "find",
    "find": "find",
    "got": "find out",
    "know": "find out",
    "looked": "look",
    "made": "make",
    "read": "read",
    "searched": "search",
    "see": "see",
    "seen": "see",
    "sure": "make sure",
    "verified": "verify",
    "worked": "work",
}
_BACK = re.compile(r"\b(?:that|this|it|them|those|these|both|everything|all)\W*$", re.IGNORECASE)
_ORDER = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:and\s+|also\s+|please\s+|now\s+)*(?:analyse|analyze|ask|book|calculate|cancel|check|collect"
    r"|compare|compute|confirm|create|decide|describe|determine|draft|estimate|explain|figure\s+out|find|gather|get|give|identify"
    r"|list|look|make|offer|plan|prepare|propose|recommend|research|review|see\s+(?:if|whether)|show|suggest|summari[sz]e"
    r"|tell|translate|verify|work\s+out|write)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A part of a message. `follows` is what is to be done before it: everything before, or what `after` names."""

    text: str
    follows: bool
    after: str | None = None


def stretches_of(message: str) -> tuple[Stretch, ...]:
    """The message cut where its words say that something comes after something else."""
    found: list[Stretch] = []
    lines = (" ".join(line.split()) for line in message.splitlines())
    for at, piece in enumerate(_cut("\n".join(line for line in lines if line))):
        first, *others = _ONCE.split(piece)
        found.append(_stretch(_FIRST.sub("", first).strip(), follows=at > 0))
        found.extend(_stretch(other.strip(), follows=False) for other in others)
    return tuple(each for each in found if any(sign.isalnum() for sign in each.text))[:MAX_STRETCHES]


def _cut(message: str) -> Sequence[str]:
    pieces: list[str] = []
    start = 0
    for found in _STEP.finditer(message):
        before = message[start : found.start()]
        if len(pieces) + 1 < MAX_STRETCHES and before.strip() and not _NO_STEP.search(before[-LOOK_BACK:]):
            pieces.append(before)
            start = found.end()
    pieces.append(message[start:])
    return pieces


def as_task(clause: str) -> str:
    """What somebody is to have done, as something to do: "you have checked the stock" is "check the stock"."""
    found = _DONE.match(clause)
    verb = _TO_DO.get(found["verb"].lower()) if found else None
    return f"{verb} {clause[found.end() :].strip()}" if found and verb else clause


def points_back(clause: str) -> bool:
    """Whether it names nothing but what was spoken of: "once you know that"."""
    return bool(_BACK.search(clause))


def is_order(sentence: str) -> bool:
    """Whether it tells somebody to do something."""
    return bool(_ORDER.match(sentence))


def asks_for(text: str) -> list[str]:
    """The text in parts: each sentence that tells somebody to do something is one, what lies between is one."""
    parts: list[str] = []
    loose = False
    for sentence in split_sentences(text):
        orders = is_order(sentence)
        if orders or not loose:
            parts.append(sentence)
        else:
            parts[-1] = f"{parts[-1]} {sentence}"
        loose = not orders
    return parts


def _stretch(piece: str, *, follows: bool) -> Stretch:
    found = _LEADING.match(piece) or _TRAILING.match(piece)
    if found is None or not _SOMETHING_HAPPENED.search(found["before"]):
        return Stretch(text=piece, follows=follows)
    end = found.groupdict().get("end") or ""
    return Stretch(text=f"{found['task'].strip()}{end}", follows=True, after=found["before"].strip())
