"""Holds a vote: every voter at once, each for so long and no longer, the count, and what came out kept.

Whoever fails, takes too long or answers nonsense has not voted, and the others count all the same. An agent whose first
model is the offline one votes by the rules that ship (`refund_voters.py`), or abstains.
Above: endpoints, the advice before a refund. Below: agents, the tally, the repository, the usage slice.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import structlog

from deskhand.agents.model import UnknownAgent
from deskhand.agents.runtime import RunningAgent
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.kit.ids import new_id
from deskhand.llm.model import ModelDown
from deskhand.orchestration.asking import present_line, together
from deskhand.orchestration.consensus import Consensus, Vote, VotingRules, no_vote, tally
from deskhand.orchestration.consensus_asking import Ballot, ModelVoter, NoSense
from deskhand.orchestration.consensus_repository import ConsensusPage, ConsensusRepository
from deskhand.orchestration.refund_voters import RULES, rule_vote
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.usage.model import ModelCall
from deskhand.usage.recorder import UsageRecorder
from deskhand.usage.repository import UsageRepository

log = structlog.get_logger(__name__)

SECONDS = 20.0
"""How long a voter may take, all its models and repeated questions together."""
MOST_VOTERS = 20

RuleVote: TypeAlias = Callable[[str, Mapping[str, Any]], Vote]


class Electorate(Protocol):
    """Where voters are found; `AgentRuntime` is one."""

    async def agent_for(self, scope: TenantScope, agent_id: str | None) -> RunningAgent:
        """Raises UnknownAgent, AgentNotActive."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """What is put to the vote, to whom, and by which rules."""

    ballot: Ballot
    voters: tuple[str, ...]
    rules: VotingRules = field(default_factory=VotingRules)
    session_id: str | None = None
    contact_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cast:
    """A vote, and what its models used."""

    vote: Vote
    calls: Sequence[ModelCall] = ()


class _UsedUp(Exception):
    """The agent may use no more tokens today."""


class ConsensusVoting:
    """Holds votes, and shows those that were held."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        agents: Electorate,
        usage: UsageRecorder,
        seconds: float = SECONDS,
        by_rules: RuleVote = rule_vote,
    ) -> None:
        """`seconds` is for one voter; `by_rules` decides for those without a model."""
        self._store = store
        self._clock = clock
        self._agents = agents
        self._usage = usage
        self._seconds = seconds
        self._by_rules = by_rules

    async def hold(self, scope: TenantScope, motion: Motion) -> Consensus:
        """Ask every voter, count, and keep what came out."""
        casts = await asyncio.gather(*(self._cast(scope, voter, motion.ballot) for voter in motion.voters))
        counted = tally([cast.vote for cast in casts], motion.rules)
        consensus = Consensus(
            id=new_id("cns"),
            subject=motion.ballot.subject,
            kind=motion.ballot.kind,
            threshold=motion.rules.threshold,
            weighting=motion.rules.weighting,
            quorum=counted.quorum,
            outcome=counted.outcome,
            score=round(counted.score, 4),
            votes=counted.votes,
            dissent=counted.dissent,
            created_at=self._clock.now(),
            session_id=motion.session_id,
            contact_id=motion.contact_id,
        )
        async with self._store.write(scope) as db:
            for cast in sorted(casts, key=lambda cast: cast.vote.agent):
                await self._usage.add(db, scope, cast.vote.agent, cast.calls)
            await ConsensusRepository(db, scope, self._clock).add(consensus, motion.ballot.facts)
        self._count_above(consensus, casts)
        log.info("consensus_held", consensus_id=consensus.id, outcome=consensus.outcome.value, score=consensus.score)
        return consensus

    def _count_above(self, consensus: Consensus, casts: Sequence[_Cast]) -> None:
        """For whoever's action is voted on, where one is under way: that turn's record and costs have the vote."""
        line = present_line()
        if line is not None:
            line.votes.append(consensus)
            line.used = together(line.used, self._usage.priced([call for cast in casts for call in cast.calls]))

    async def require(self, scope: TenantScope, voters: Sequence[str]) -> None:
        """That each of them could vote; those that ship always can.

        Raises:
            UnknownAgent, AgentNotActive: naming the first that cannot.
        """
        for voter in voters:
            await self._agent(scope, voter)

    async def consensus(self, scope: TenantScope, consensus_id: str) -> Consensus:
        """The vote of that id. Raises UnknownConsensus."""
        async with self._store.read(scope) as db:
            return await ConsensusRepository(db, scope, self._clock).consensus(consensus_id)

    async def page(self, scope: TenantScope, *, session_id: str | None, limit: int, offset: int) -> ConsensusPage:
        """A part of the votes, newest first."""
        async with self._store.read(scope) as db:
            votes = ConsensusRepository(db, scope, self._clock)
            return await votes.page(session_id=session_id, limit=limit, offset=offset)

    async def rest_approval_on(self, scope: TenantScope, consensus_id: str, approval_id: str) -> bool:
        """Note which request to a person rests on the vote."""
        async with self._store.write(scope) as db:
            return await ConsensusRepository(db, scope, self._clock).rest_approval_on(consensus_id, approval_id)

    async def _cast(self, scope: TenantScope, voter: str, ballot: Ballot) -> _Cast:
        """The voter's vote, or that there is none: nothing that one voter does stops the vote."""
        began, asked = time.monotonic(), _Asked()
        (found,) = await asyncio.gather(self._vote(scope, voter, ballot, asked), return_exceptions=True)
        seconds = round(time.monotonic() - began, 3)
        if isinstance(found, Vote):
            return _Cast(vote=replace(found, seconds=seconds), calls=asked.calls)
        if not isinstance(found, Exception):
            raise found
        return _Cast(vote=no_vote(voter, _why_not(voter, found, self._seconds), seconds=seconds), calls=asked.calls)

    async def _vote(self, scope: TenantScope, voter: str, ballot: Ballot, asked: "_Asked") -> Vote:
        async with asyncio.timeout(self._seconds):
            agent = await self._agent(scope, voter)
            if agent is None or not agent.models or agent.models[0].is_offline:
                return self._by_rules(voter, ballot.facts)
            await self._require_tokens(scope, agent)
            models = [model for model in agent.models if not model.is_offline]
            asked.voter = ModelVoter(agent, models, seconds=min(self._seconds, models[0].timeout_seconds))
            return await asked.voter.vote(ballot)

    async def _agent(self, scope: TenantScope, voter: str) -> RunningAgent | None:
        """The agent; None for one that ships where the tenant has made none of that name: its rules stand for it."""
        try:
            return await self._agents.agent_for(scope, voter)
        except UnknownAgent:
            if voter not in RULES:
                raise
            return None

    async def _require_tokens(self, scope: TenantScope, agent: RunningAgent) -> None:
        if agent.tokens_per_day is None:
            return
        async with self._store.read(scope) as db:
            spent = await UsageRepository(db, scope, self._clock).spent(agent.id, self._clock.now().date())
        if spent >= agent.tokens_per_day:
            raise _UsedUp


class _Asked:
    """Who is being asked, so that what was used is known also when the time ran out."""

    def __init__(self) -> None:
        self.voter: ModelVoter | None = None

    @property
    def calls(self) -> Sequence[ModelCall]:
        return self.voter.calls if self.voter is not None else ()


def _why_not(voter: str, error: Exception, seconds: float) -> str:
    """Why there is no vote, for staff; never what a model or a provider wrote."""
    match error:
        case TimeoutError():
            return f"it took longer than {seconds:g} s"
        case ModelDown() | DeskhandError():
            return error.detail
        case NoSense():
            return str(error)
        case _UsedUp():
            return "it has used up its tokens of today"
        case _:
            log.error("voter_failed", voter=voter, error=type(error).__name__, exc_info=error)
            return "it failed; see the log"
