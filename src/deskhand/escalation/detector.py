"""Whether a person should come in: the transparent baseline and the learned recogniser, side by side.

Above: the turn, `deskhand eval escalation`. Below: `signals.py`, `signals_course.py`, `learned.py`.

    baseline = 0.4 keywords + 0.2 mood + 0.2 urgency + 0.1 repeated + 0.1 unresolved + 0.15 falling + 0.1 several

It escalates when the baseline reaches the policy's threshold; always when a person is asked for, when two replies in a
row had no grounded answer, and when the model is down and had none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deskhand.escalation.assessment import Assessment, Category, EscalationPolicy, Priority, Said
from deskhand.escalation.learned import THRESHOLD, LearnedRequests
from deskhand.escalation.signals import KeywordFound, category_of, keywords_in, threatens_with_law, urgency_of
from deskhand.escalation.signals_course import (
    accepts_offer,
    customer_texts,
    has_several_problems,
    is_falling,
    is_repeated,
    is_unresolved,
    went_unanswered,
)
from deskhand.llm.embedding import Vectors
from deskhand.llm.sentiment import SentimentModel

WEIGHTS = {
    "keywords": 0.4,
    "mood": 0.2,
    "urgency": 0.2,
    "repeated": 0.1,
    "unresolved": 0.1,
    "falling": 0.15,
    "several": 0.1,
}
UNHAPPY = -0.5
URGENT = 0.5
GRAVE = 0.9
MOODS = 3
MOOD_CHARS = 2_000

_REASONS = {
    "mood": "sounds very unhappy",
    "urgency": "is urgent",
    "repeated": "asked the same again",
    "unresolved": "a long conversation without a solution",
    "falling": "the mood keeps falling",
    "several": "several problems at once",
    "unanswered": "no grounded answer twice",
    "model_down": "the model is down and nothing answered",
    "legal_threat": "threatens with the law",
    "explicit_request": "asked for a person",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signs:
    keywords: tuple[KeywordFound, ...]
    strengths: dict[str, float]
    probability: float
    explicit: bool
    unanswered: bool
    model_down: bool
    legal_threat: bool
    sentiment: float
    urgency: float

    @property
    def baseline(self) -> float:
        return min(1.0, sum(weight * self.strengths[name] for name, weight in WEIGHTS.items()))


class EscalationDetector:
    """Judges a conversation after each customer message. Stateless; takes a few milliseconds of CPU."""

    def __init__(self, *, sentiment: SentimentModel, learned: LearnedRequests) -> None:
        self._sentiment = sentiment
        self._learned = learned

    def assess(
        self,
        messages: Sequence[Said],
        policy: EscalationPolicy,
        *,
        vector: Vectors | None = None,
        model_down: bool = False,
    ) -> Assessment:
        """The judgement at the newest customer message; `vector` is that message's, embedded as a query, if at hand.

        Give the agent's reply to it as the last message when there is one already.
        """
        signs = self._signs(messages, policy, vector, model_down=model_down)
        baseline = round(signs.baseline, 4)
        decisive = signs.explicit or signs.unanswered or signs.model_down or signs.legal_threat
        category = category_of(signs.keywords, urgent=signs.urgency > URGENT, unhappy=signs.sentiment < UNHAPPY)
        return Assessment(
            score=max(baseline, round(signs.probability, 4)),
            escalate=decisive or baseline >= policy.threshold,
            category=category,
            priority=_priority(category, baseline),
            reasons=tuple(_reasons(signs)),
            signals=_shown(signs),
            explicit_request=signs.explicit,
            baseline=baseline,
            request_probability=round(signs.probability, 4),
        )

    def _signs(
        self, messages: Sequence[Said], policy: EscalationPolicy, vector: Vectors | None, *, model_down: bool
    ) -> _Signs:
        texts = customer_texts(messages)
        newest = texts[-1] if texts else ""
        keywords = keywords_in(newest, policy.keywords)
        moods = [self._sentiment.score(text[:MOOD_CHARS]) for text in texts[-MOODS:]]
        sentiment, urgency = (moods[-1] if moods else 0.0), urgency_of(newest)
        probability = 1.0 if accepts_offer(messages) else self._learned.probability(newest, vector)
        replies = [message for message in messages if message.role == "agent"]
        return _Signs(
            keywords=keywords,
            strengths={
                "keywords": max((each.weight for each in keywords), default=0.0),
                "mood": float(sentiment < UNHAPPY),
                "urgency": float(urgency > URGENT),
                "repeated": float(is_repeated(texts)),
                "unresolved": float(is_unresolved(messages)),
                "falling": float(is_falling(moods)),
                "several": float(has_several_problems(texts)),
            },
            probability=probability,
            explicit=probability >= THRESHOLD,
            unanswered=went_unanswered(messages),
            model_down=model_down and bool(replies) and not replies[-1].answered,
            legal_threat=threatens_with_law(newest),
            sentiment=sentiment,
            urgency=urgency,
        )


def _priority(category: Category, baseline: float) -> Priority:
    if category in {Category.LEGAL, Category.URGENT} or baseline >= GRAVE:
        return Priority.HIGH
    return Priority.MEDIUM if category is Category.COMPLAINT else Priority.NORMAL


def _reasons(signs: _Signs) -> Iterator[str]:
    if signs.explicit:
        yield _REASONS["explicit_request"]
    if signs.keywords:
        phrases = ", ".join(repr(each.phrase) for each in signs.keywords[:5])
        yield f"said {phrases}"
    yield from (_REASONS[name] for name in WEIGHTS if name in _REASONS and signs.strengths[name])
    if signs.unanswered:
        yield _REASONS["unanswered"]
    if signs.model_down:
        yield _REASONS["model_down"]
    if signs.legal_threat:
        yield _REASONS["legal_threat"]


def _shown(signs: _Signs) -> dict[str, float]:
    more = {
        "explicit_request": float(signs.explicit),
        "request_probability": round(signs.probability, 4),
        "unanswered": float(signs.unanswered),
        "model_down": float(signs.model_down),
        "legal_threat": float(signs.legal_threat),
        "sentiment": round(signs.sentiment, 4),
        "urgency_score": round(signs.urgency, 4),
    }
    return {name: round(value, 4) for name, value in signs.strengths.items()} | more
