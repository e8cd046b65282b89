"""What is known and thought of a refund before it is made: the policy first, then three voters.

A no of the policy ends it at once, in words that the agent can pass on, and nobody votes. Otherwise the voters are
asked, and what they say goes to whoever allows it, as confidence and reasoning.
Above: the gate. Below: the records, the voting, the CRM's port.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import structlog

from deskhand.crm.model import CustomerProfile
from deskhand.kit.clock import Clock
from deskhand.kit.errors import DeskhandError
from deskhand.llm.sentiment import SentimentModel
from deskhand.orchestration.amounts import written
from deskhand.orchestration.consensus import Consensus, VotingRules
from deskhand.orchestration.consensus_asking import Ballot
from deskhand.orchestration.consensus_voting import ConsensusVoting, Motion
from deskhand.orchestration.refund_facts import RefundFacts
from deskhand.orchestration.refund_records import (
    RefundRefused,
    RefundTerms,
    RefundWish,
    with_profile,
    within_policy,
)
from deskhand.orchestration.refund_voters import REFUND_VOTERS
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.store import TenantStore
from deskhand.tools.contract import TransientError

log = structlog.get_logger(__name__)

REFUND = "refund"
REFUND_THRESHOLD = 0.66
UNSURE = 0.5
"""The most confidence that a vote gives which is not a yes."""


class Profiles(Protocol):
    """What the CRM knows of customers; `CustomerRecords` is one."""

    async def lookup(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundAdvice:
    """`refusal` is why the policy does not allow it; else there is a `consensus`."""

    refusal: str | None = None
    consensus: Consensus | None = None
    before: Decimal | None = Decimal(0)
    """What the customer was refunded shortly before; None where that cannot be compared."""

    @property
    def confidence(self) -> float | None:
        """How sure one may be of giving it: the score of a yes; low, and none at all, for anything else."""
        if self.consensus is None:
            return None
        if self.consensus.is_yes:
            return self.consensus.score
        return min(self.consensus.score, UNSURE) if self.consensus.dissent else 0.0


class RefundAdvisor:
    """One for the process."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        voting: ConsensusVoting,
        profiles: Profiles,
        sentiment: SentimentModel | None = None,
        terms: RefundTerms | None = None,
        voters: tuple[str, ...] = REFUND_VOTERS,
    ) -> None:
        """`sentiment` reads how the customer sounds, which voters are told as a claim."""
        self._store = store
        self._clock = clock
        self._voting = voting
        self._profiles = profiles
        self._sentiment = sentiment
        self._terms = terms or RefundTerms()
        self._voters = voters

    async def advise(self, scope: TenantScope, wish: RefundWish, *, said: str = "") -> RefundAdvice:
        """What policy and voters say of it. `said` are the customer's words. Nothing is given, and nothing promised."""
        try:
            async with self._store.read(scope) as db:
                known = await within_policy(db, scope, self._clock, wish, self._terms)
        except (RefundRefused, UnknownContact) as refused:
            return RefundAdvice(refusal=refused.detail)
        profile, mood = await asyncio.gather(self._profile(scope, wish.place.contact_id), self._mood(said))
        motion = self._motion(wish, with_profile(known.facts, profile, mood))
        return RefundAdvice(consensus=await self._voting.hold(scope, motion), before=known.before)

    def _motion(self, wish: RefundWish, facts: RefundFacts) -> Motion:
        amount = written(wish.amount, wish.currency)
        return Motion(
            ballot=Ballot(
                subject=f"Refund {amount} on order {facts.order.number}",
                kind=REFUND,
                facts=facts.model_dump(mode="json"),
            ),
            voters=self._voters,
            rules=VotingRules(threshold=REFUND_THRESHOLD),
            session_id=wish.place.session_id,
            contact_id=wish.place.contact_id,
        )

    async def _profile(self, scope: TenantScope, contact_id: str) -> CustomerProfile | None:
        """What the CRM knows; without it the vote goes on, since order and ledger are our own."""
        try:
            return await self._profiles.lookup(scope, contact_id)
        except (DeskhandError, TransientError) as error:
            log.warning("refund_without_profile", error=type(error).__name__)
            return None

    async def _mood(self, said: str) -> float | None:
        if self._sentiment is None or not said.strip():
            return None
        return await asyncio.to_thread(self._sentiment.score, said)
