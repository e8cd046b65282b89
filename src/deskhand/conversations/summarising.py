"""Summing conversations up: the port, and the offline way, which takes what was said and cited and invents nothing.

Above: the closing of sessions, the trimming of threads. Below: sentiment, the offline model's words; the way through a
language model stands in `summarising_model.py`.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

from deskhand.conversations.model import MessageRole
from deskhand.conversations.transcript import Line, Transcript, clipped
from deskhand.llm import small_talk
from deskhand.llm.offline_words import content_terms, tokens
from deskhand.llm.questions import split_questions
from deskhand.llm.sentiment import SentimentModel, overall

OFFLINE = "offline"
MAX_TOPICS = 5
MAX_SUMMARY_CHARS = 1_000
MAX_CONTEXT_CHARS = 2_000
_QUESTION_CHARS, _POINT_CHARS, _REPLY_CHARS = 160, 120, 100
_QUESTIONS_NAMED = 2
_MIN_TERM_WEIGHT = 1.0
_POINT = "- "


@dataclass(frozen=True, kw_only=True, slots=True)
class Gist:
    """What a conversation was about. `written_by` says who found it out: "offline", or a model's name."""

    summary: str
    sentiment_score: float
    topics: tuple[str, ...]
    written_by: str


class ConversationSummariser(Protocol):
    """Sums up. Always gives something: what cannot be had is told more plainly, never refused."""

    @property
    def is_offline(self) -> bool:
        """Whether it takes no language model, and so no time worth speaking of."""
        ...

    async def gist(self, transcript: Transcript) -> Gist:
        """Two or three sentences (topic, outcome, next step), the customer's feeling from -1 to 1, and topics."""
        ...

    async def condense(self, before: str, lines: Sequence[Line]) -> str:
        """The summary so far with these further lines in it, at most MAX_CONTEXT_CHARS long."""
        ...


class OfflineSummariser:
    """Extracts, beside the loop: a few milliseconds of CPU a message."""

    is_offline = True

    def __init__(self, sentiment: SentimentModel) -> None:
        self._sentiment = sentiment

    async def gist(self, transcript: Transcript) -> Gist:
        """As the port promises, in the customer's own words."""
        return await asyncio.to_thread(gist_of, transcript, self._sentiment)

    async def condense(self, before: str, lines: Sequence[Line]) -> str:
        """As the port promises: a line for each question and what came of it."""
        return await asyncio.to_thread(condensed, before, lines)


def gist_of(transcript: Transcript, sentiment: SentimentModel) -> Gist:
    """What a conversation was about, extracted."""
    sentences = [_asked(transcript), _outcome(transcript), _next_step(transcript)]
    return Gist(
        summary=clipped(" ".join(sentence for sentence in sentences if sentence), MAX_SUMMARY_CHARS),
        sentiment_score=round(overall([sentiment.score(text) for text in transcript.asked]), 4),
        topics=topics_of(transcript.lines),
        written_by=OFFLINE,
    )


def condensed(before: str, lines: Sequence[Line]) -> str:
    """One line for each question and what came of it; when they are too many the oldest go, except the very first."""
    points = [line for line in before.splitlines() if line.strip()]
    return "\n".join(_fitting([*points, *_points(lines)]))


def topics_of(lines: Sequence[Line]) -> tuple[str, ...]:
    """The documents most cited, then the words that weigh most in what the customer wrote."""
    cited = Counter(source for line in lines for source in line.sources)
    found = [title for title, _ in cited.most_common(MAX_TOPICS)]
    words: dict[str, float] = defaultdict(float)
    spelling: dict[str, str] = {}
    for line in lines:
        if line.role is MessageRole.CUSTOMER and small_talk.recognise(line.text) is None:
            written = {token.casefold(): token for token in reversed(tokens(line.text))}
            for term in content_terms(line.text):
                words[term.key] += term.weight if term.weight >= _MIN_TERM_WEIGHT else 0
                spelling.setdefault(term.key, written.get(term.word, term.word))
    said = " ".join(found).casefold()
    for key, weight in sorted(words.items(), key=itemgetter(1), reverse=True):
        if weight > 0 and len(found) < MAX_TOPICS and spelling[key].casefold() not in said:
            found.append(spelling[key])
    return tuple(found)


def _asked(transcript: Transcript) -> str:
    questions = _questions(transcript.asked)
    if not transcript.asked:
        return "The customer wrote nothing."
    if not questions:
        return "The customer wrote, but asked nothing."
    named = "; ".join(f"“{clipped(question, _QUESTION_CHARS)}”" for question in questions[:_QUESTIONS_NAMED])
    more = len(questions) - _QUESTIONS_NAMED
    return f"The customer asked: {named}{f', and {more} more' if more > 0 else ''}."


def _outcome(transcript: Transcript) -> str:
    if transcript.resolution:
        return f"Outcome: {clipped(transcript.resolution, _QUESTION_CHARS).rstrip('.')}."
    if transcript.human_requested:
        return "The customer asked for a person."
    replies = [line for line in transcript.lines if line.role is MessageRole.AGENT]
    if not replies or not _questions(transcript.asked):
        return ""
    if replies[-1].answered and all(reply.answered for reply in replies):
        sources = list(dict.fromkeys(source for reply in replies for source in reply.sources))
        named = f" from {', '.join(f'“{source}”' for source in sources[:_QUESTIONS_NAMED])}" if sources else ""
        return f"It was answered{named}."
    answered = sum(reply.answered for reply in replies)
    return f"{answered} of {len(replies)} replies had an answer." if answered else "There was no answer to it."


def _next_step(transcript: Transcript) -> str:
    if transcript.resolution:
        return ""
    if transcript.human_requested:
        return "Next step: a person gets back to the customer."
    if transcript.lines and transcript.lines[-1].role is MessageRole.CUSTOMER:
        return "Next step: the last message is still to be answered."
    replies = [line for line in transcript.lines if line.role is MessageRole.AGENT]
    if replies and not replies[-1].answered:
        return "Next step: somebody who knows answers the last question."
    return "No next step is open." if transcript.asked else ""


def _questions(texts: Sequence[str]) -> list[str]:
    return [question for text in texts if small_talk.recognise(text) is None for question in split_questions(text)[:1]]


def _points(lines: Sequence[Line]) -> list[str]:
    points: list[str] = []
    for line in lines:
        if line.role is MessageRole.CUSTOMER and small_talk.recognise(line.text) is None:
            points.append(f"{_POINT}Customer: {clipped(line.text, _POINT_CHARS)}")
        elif line.role is not MessageRole.CUSTOMER and points and " → " not in points[-1]:
            points[-1] += f" → {clipped(line.text, _REPLY_CHARS)}"
    return points


def _fitting(points: list[str]) -> list[str]:
    size = sum(len(point) + 1 for point in points)
    while len(points) > 1 and size > MAX_CONTEXT_CHARS:
        size -= len(points.pop(1)) + 1
    return [clipped(point, MAX_CONTEXT_CHARS - 1) for point in points]
