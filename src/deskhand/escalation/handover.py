"""The hand-over summary: what an operator must know of a conversation before the first word. Works without any model.

Above: the desk. Below: the recogniser of requests, entities, sentiment; pure functions over what was said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deskhand.escalation.assessment import Said
from deskhand.escalation.wording import is_plain_request
from deskhand.kit.sentences import split_sentences
from deskhand.llm.entities import distinct, find_entities
from deskhand.llm.sentiment import SentimentModel, label_of, overall
from deskhand.llm.small_talk import SmallTalk, recognise

WANTS_CHARS = 400
LINE_CHARS = 240
MAX_LINES = 6
MAX_FACTS = 20
READ_MESSAGES = 40
READ_CHARS = 4_000
LEAST_WORDS = 4
"""Of what stands beside a request for a person; fewer are "this is awful" and the like."""
_CLAUSES = re.compile(r"[,;]\s+|\s+(?:and|but|because|since|as|about|regarding|concerning)\s+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something the customer named: an order number, an address."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A question, and what the agent said to it. `answered` is False when that had no grounded answer."""

    question: str
    reply: str
    answered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """What the operator is told."""

    wants: str
    asked_for_person: bool
    tried: tuple[Tried, ...]
    open_points: tuple[str, ...]
    sentiment_label: str
    sentiment_score: float
    facts: tuple[Fact, ...]
    message_count: int
    agent_reason: str = ""
    """Why the agent asked for a person, where it did."""

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


def hand_over(messages: Sequence[Said], sentiment: SentimentModel, *, agent_reason: str = "") -> Handover:
    """Sums up what was said, oldest first, in the customer's own words. Burns CPU: some milliseconds."""
    read = [_cut(message) for message in messages[-READ_MESSAGES:]]
    asked = [message.text for message in read if message.role == "customer"]
    matters = [text for text in map(_matter, asked) if text]
    tried = tuple(_tried(read))
    score = round(overall([sentiment.score(text) for text in asked]), 4)
    return Handover(
        wants=clipped(matters[-1], WANTS_CHARS) if matters else "",
        asked_for_person=any(is_plain_request(text) for text in asked),
        tried=tried[-MAX_LINES:],
        open_points=tuple(_open_points(read, tried))[-MAX_LINES:],
        sentiment_label=label_of(score).value,
        sentiment_score=score,
        facts=tuple(_facts(asked))[:MAX_FACTS],
        message_count=len(messages),
        agent_reason=clipped(agent_reason, LINE_CHARS),
    )


def clipped(text: str, limit: int) -> str:
    """The text on one line, cut at a word with an ellipsis when it is too long."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _cut(message: Said) -> Said:
    return Said(role=message.role, text=message.text[:READ_CHARS], answered=message.answered)


def _matter(text: str) -> str:
    """What the message is about beside asking for a person; empty for small talk."""
    talk = recognise(text)
    if talk is not None and talk is not SmallTalk.HUMAN:
        return ""
    told = [_beside_the_request(sentence) for sentence in split_sentences(text)]
    matter = " ".join(part for part in told if part and recognise(part) is None)
    return matter if talk is None or len(matter.split()) >= LEAST_WORDS else ""


def _beside_the_request(sentence: str) -> str:
    """The sentence without asking for a person: "I need a human, my parcel is lost" is about the parcel."""
    if not is_plain_request(sentence):
        return sentence
    clauses = [clause.strip() for clause in _CLAUSES.split(sentence)]
    rest = [each for each in clauses if len(each.split()) >= LEAST_WORDS and not is_plain_request(each)]
    return ", ".join(rest)


def _tried(messages: Sequence[Said]) -> Iterator[Tried]:
    question = ""
    for message in messages:
        if message.role == "customer":
            question = _matter(message.text) or question
        elif message.role == "agent" and question:
            reply = clipped(message.text, LINE_CHARS)
            yield Tried(question=clipped(question, LINE_CHARS), reply=reply, answered=message.answered)
            question = ""


def _open_points(messages: Sequence[Said], tried: Sequence[Tried]) -> Iterator[str]:
    """Questions that had no answer, and what was said last and has none yet."""
    known = dict.fromkeys(each.question for each in tried if not each.answered)
    if messages and messages[-1].role == "customer":
        last = clipped(_matter(messages[-1].text), LINE_CHARS)
        if last:
            known[last] = None
    yield from known


def _facts(texts: Sequence[str]) -> Iterator[Fact]:
    found = [entity for text in texts for entity in find_entities(text)]
    for entity in distinct(found):
        yield Fact(kind=entity.kind.value, value=entity.value)
