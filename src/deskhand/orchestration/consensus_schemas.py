"""HTTP shapes of votes. Below: the tally's types."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from deskhand.conversations.texts import OneLine
from deskhand.orchestration.consensus import (
    DEFAULT_THRESHOLD,
    LEAST_THRESHOLD,
    Choice,
    Consensus,
    Outcome,
    VotingRules,
    Weighting,
)
from deskhand.orchestration.consensus_asking import Ballot
from deskhand.orchestration.consensus_repository import ConsensusPage
from deskhand.orchestration.consensus_voting import MOST_VOTERS, Motion

AGENT_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
MAX_FACTS_CHARS = 20_000
MAX_DEPTH = 8
DECISION = "decision"


def _storable(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts that every database keeps and every answer can show.

    Raises:
        ValueError: when they are nested too deeply, too long, or hold what is no text and no finite number.
    """
    if any(depth > MAX_DEPTH for depth in _depths(facts)):
        raise ValueError(f"they are nested more than {MAX_DEPTH} deep: give them flatter")
    try:
        written = json.dumps(facts, allow_nan=False, ensure_ascii=False)
        written.encode()
    except ValueError:
        raise ValueError("they hold a number that is not finite, or a broken character: give plain values") from None
    if "\\u0000" in written:
        raise ValueError("they hold a NUL character: leave it out")
    if len(written) > MAX_FACTS_CHARS:
        raise ValueError(f"they are longer than {MAX_FACTS_CHARS} characters as JSON: give what the vote is about")
    return facts


def _depths(value: Any) -> Iterator[int]:
    """How deep each of its values lies, walked without recursion."""
    left = [(value, 1)]
    while left:
        each, depth = left.pop()
        yield depth
        if depth > MAX_DEPTH:
            return
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        left += [(child, depth + 1) for child in inner]


Facts = Annotated[dict[str, Any], AfterValidator(_storable)]
Voter = Annotated[str, Field(pattern=AGENT_ID)]


class ConsensusIn(BaseModel):
    """What is put to the vote."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "subject": "Extend the trial of a large customer by a month",
                    "facts": {"seats": 120, "trial_ends": "2026-03-31"},
                    "voters": ["voter-financial-risk", "voter-customer-satisfaction", "voter-policy"],
                }
            ]
        },
    )

    subject: Annotated[OneLine, Field(min_length=1, max_length=500)]
    facts: Annotated[
        Facts, Field(description=f"At most {MAX_FACTS_CHARS} characters as JSON; voters see them as data.")
    ]
    voters: Annotated[list[Voter], Field(min_length=2, max_length=MOST_VOTERS, description="Ids of agents, each once.")]
    threshold: Annotated[
        float, Field(ge=LEAST_THRESHOLD, le=1, description="The share of the weight that must approve.")
    ] = DEFAULT_THRESHOLD
    weighting: Weighting = Weighting.EQUAL
    quorum: Annotated[
        int | None,
        Field(ge=1, le=MOST_VOTERS, description="How many must approve or reject; more than half when left out."),
    ] = None

    @model_validator(mode="after")
    def _can_be_held(self) -> "ConsensusIn":
        twice = sorted({voter for voter in self.voters if self.voters.count(voter) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} is named twice: a voter has one vote")
        if self.quorum is not None and self.quorum > len(self.voters):
            raise ValueError(f"the quorum {self.quorum} is more than the {len(self.voters)} voters: lower it")
        return self

    def motion(self) -> Motion:
        return Motion(
            ballot=Ballot(subject=self.subject, kind=DECISION, facts=self.facts),
            voters=tuple(self.voters),
            rules=VotingRules(threshold=self.threshold, weighting=self.weighting, quorum=self.quorum),
        )


class VoteOut(BaseModel):
    """One agent's vote."""

    model_config = ConfigDict(from_attributes=True)

    agent: str
    vote: Annotated[Choice, Field(description="`none`: it failed, or answered what is no vote; see `error`.")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: str
    seconds: float
    error: str | None


class ConsensusOut(BaseModel):
    """A vote that was held. Only `approved` is a yes; a tie and a missed quorum are `undecided`."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(examples=["cns_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
    subject: str
    kind: Annotated[str, Field(examples=["refund"])]
    threshold: float
    weighting: Weighting
    quorum: int
    outcome: Outcome
    score: Annotated[float, Field(ge=0, le=1, description="The approvals' share of the weight that took a side.")]
    votes: list[VoteOut]
    dissent: Annotated[list[str], Field(description="Who voted against what came out; all sides where nothing did.")]
    created_at: datetime
    session_id: str | None
    approval_id: Annotated[str | None, Field(description="The request to a person that rests on this vote.")]


class ConsensusPageOut(BaseModel):
    """Votes, newest first."""

    items: list[ConsensusOut]
    total: int
    limit: int
    offset: int


def consensus_out(consensus: Consensus) -> ConsensusOut:
    return ConsensusOut.model_validate(consensus)


def consensus_page_out(page: ConsensusPage, *, limit: int, offset: int) -> ConsensusPageOut:
    return ConsensusPageOut(items=list(map(consensus_out, page.items)), total=page.total, limit=limit, offset=offset)
