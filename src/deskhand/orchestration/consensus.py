"""A vote of several agents and what it comes to. Pure: no model, no database, no clock.

The formula, in exact fractions (a confidence or a threshold counts as it is written, 0.6 is six tenths):

    weight  = 1 (equal) or the vote's confidence (confidence)
    score   = weight of the approvals / weight of the approvals and rejections; 0 where both weigh nothing
    counted = how many approved or rejected with a weight above zero

It is `undecided` when fewer were counted than the quorum, or when approvals and rejections weigh the same; `approved`
when the score reaches the threshold, which is never below one half; else `rejected`. An abstention weighs nothing and
is not counted: it changes no score and may cost the quorum. What is no vote (a failure, nonsense, a confidence outside
of 0 to 1, an agent that voted twice) counts like an abstention and keeps its error.
Above: `consensus_voting.py` asks the voters, the repository keeps what came out. Below: nothing.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

DEFAULT_THRESHOLD = 0.6
LEAST_THRESHOLD = 0.5
MAX_REASON_CHARS = 1_000


class Choice(StrEnum):
    """How an agent voted. NONE is no vote at all."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    NONE = "none"


class Weighting(StrEnum):
    EQUAL = "equal"
    CONFIDENCE = "confidence"


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


_SIDES = (Choice.APPROVE, Choice.REJECT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """One agent's vote. `confidence` is 0 to 1; `error` says why it is none."""

    agent: str
    vote: Choice
    confidence: float = 0.0
    reason: str = ""
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VotingRules:
    """When a vote is a yes. Without a `quorum`, more than half of the voters must approve or reject.

    Raises:
        ValueError: when the threshold is not 0.5 to 1, or the quorum is below 1.
    """

    threshold: float = DEFAULT_THRESHOLD
    weighting: Weighting = Weighting.EQUAL
    quorum: int | None = None

    def __post_init__(self) -> None:
        """Refuse rules by which a minority, or nobody, could say yes."""
        if not LEAST_THRESHOLD <= self.threshold <= 1:  # NaN is not, either
            raise ValueError(f"the threshold {self.threshold!r} is not between {LEAST_THRESHOLD} and 1")
        if self.quorum is not None and self.quorum < 1:
            raise ValueError(f"the quorum {self.quorum!r} is below 1: somebody must have voted")

    def quorum_of(self, voters: int) -> int:
        """How many of so many voters must approve or reject."""
        return self.quorum if self.quorum is not None else voters // 2 + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What the votes came to. `votes` are as they were counted; `dissent` are those against what came out."""

    outcome: Outcome
    score: float
    quorum: int
    votes: tuple[Vote, ...]
    dissent: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Consensus:
    """A vote that was held. `approval_id` is the request to a person that rests on it."""

    id: str
    subject: str
    kind: str
    threshold: float
    weighting: Weighting
    quorum: int
    outcome: Outcome
    score: float
    votes: tuple[Vote, ...]
    dissent: tuple[str, ...]
    created_at: datetime
    session_id: str | None = None
    contact_id: str | None = None
    approval_id: str | None = None

    @property
    def is_yes(self) -> bool:
        return self.outcome is Outcome.APPROVED

    @property
    def reasoning(self) -> str:
        """What came out and why, in a few lines for whoever decides."""
        return "\n".join((summary_of(self.outcome, self.score, self.threshold, self.votes), *map(_line, self.votes)))


def tally(votes: Sequence[Vote], rules: VotingRules) -> Tally:
    """Count the votes; the order of the voters does not matter."""
    counted = _checked(votes)
    weights = {side: _weight(counted, side, rules.weighting) for side in _SIDES}
    yes, no = weights[Choice.APPROVE], weights[Choice.REJECT]
    quorum = rules.quorum_of(len({vote.agent for vote in votes}))
    has_quorum = sum(_weight_of(vote, rules.weighting) > 0 for vote in counted if vote.vote in _SIDES) >= quorum
    score = yes / (yes + no) if yes + no else Fraction(0)
    outcome = _outcome(yes, no, score, rules.threshold) if has_quorum else Outcome.UNDECIDED
    return Tally(outcome=outcome, score=float(score), quorum=quorum, votes=counted, dissent=_against(counted, outcome))


def no_vote(agent: str, error: str, *, seconds: float = 0.0) -> Vote:
    """That an agent gave no vote, and why."""
    return Vote(agent=agent, vote=Choice.NONE, seconds=seconds, error=error)


def summary_of(outcome: Outcome, score: float, threshold: float, votes: Sequence[Vote]) -> str:
    """One sentence: what came out, and how the votes stand."""
    count = Counter(vote.vote for vote in votes)
    stands = ", ".join(f"{count[choice]} {choice.value}" for choice in Choice if count[choice]) or "no votes"
    return f"The vote is {outcome.value} ({stands}; score {score:.2f}, {threshold:.2f} is needed)."


def _outcome(yes: Fraction, no: Fraction, score: Fraction, threshold: float) -> Outcome:
    if yes == no:
        return Outcome.UNDECIDED
    return Outcome.APPROVED if score >= _exact(threshold) else Outcome.REJECTED


def _against(votes: Sequence[Vote], outcome: Outcome) -> tuple[str, ...]:
    """Who voted otherwise. Where nothing was decided, everybody who took a side, if they took different ones."""
    sides = {
        Outcome.APPROVED: (Choice.REJECT,),
        Outcome.REJECTED: (Choice.APPROVE,),
        Outcome.UNDECIDED: _SIDES if {vote.vote for vote in votes} >= set(_SIDES) else (),
    }[outcome]
    return tuple(sorted(vote.agent for vote in votes if vote.vote in sides))


def _checked(votes: Sequence[Vote]) -> tuple[Vote, ...]:
    voted = Counter(vote.agent for vote in votes)
    return tuple(_counted(vote, times=voted[vote.agent]) for vote in votes)


def _counted(vote: Vote, *, times: int) -> Vote:
    """The vote, or that it is none."""
    error = _fault(vote, times=times)
    if error is None and vote.vote != Choice.NONE:
        return vote
    return replace(vote, vote=Choice.NONE, confidence=0.0, error=error or vote.error)


def _fault(vote: Vote, *, times: int) -> str | None:
    if times > 1:
        return f"voted {times} times: a voter has one vote"
    if vote.vote not in set(Choice):
        return f"the vote {vote.vote!r} is none of approve, reject, abstain"
    if vote.vote != Choice.NONE and not _is_share(vote.confidence):
        return f"the confidence {vote.confidence!r} is not between 0 and 1"
    return None


def _is_share(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1


def _weight(votes: Sequence[Vote], side: Choice, weighting: Weighting) -> Fraction:
    return sum((_weight_of(vote, weighting) for vote in votes if vote.vote == side), Fraction(0))


def _weight_of(vote: Vote, weighting: Weighting) -> Fraction:
    return Fraction(1) if weighting is Weighting.EQUAL else _exact(vote.confidence)


def _exact(value: float) -> Fraction:
    """As it is written: 0.6 is six tenths, and not the binary fraction next to it."""
    return Fraction(str(value))


def _line(vote: Vote) -> str:
    if vote.vote is Choice.NONE:
        return f"- {vote.agent}: no vote ({vote.error or 'no reason given'})"
    return f"- {vote.agent}: {vote.vote.value} ({vote.confidence:.2f}) {vote.reason}".rstrip()
