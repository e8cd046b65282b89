"""SQL of votes that were held, in one scope. Above: the voting, the endpoints. Below: the table."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.orchestration.consensus import Choice, Consensus, Outcome, Vote, Weighting
from deskhand.orchestration.consensus_tables import ConsensusRow
from deskhand.tenancy.scope import TenantScope


class UnknownConsensus(NotFound):
    code = "unknown_consensus"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsensusPage:
    items: tuple[Consensus, ...]
    total: int


class ConsensusRepository:
    """Votes of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, consensus: Consensus, facts: Mapping[str, Any]) -> None:
        """Keep the vote with the facts that it was held on."""
        self._db.add(
            ConsensusRow(
                id=consensus.id,
                tenant_id=self._scope.tenant_id,
                subject=consensus.subject,
                kind=consensus.kind,
                facts=dict(facts),
                threshold=consensus.threshold,
                weighting=consensus.weighting.value,
                quorum=consensus.quorum,
                outcome=consensus.outcome.value,
                score=consensus.score,
                votes=[asdict(vote) for vote in consensus.votes],
                dissent=list(consensus.dissent),
                session_id=consensus.session_id,
                contact_id=consensus.contact_id,
                approval_id=consensus.approval_id,
                created_at=consensus.created_at,
            )
        )
        await self._db.flush()

    async def consensus(self, consensus_id: str) -> Consensus:
        """The vote of that id.

        Raises:
            UnknownConsensus: when there is none.
        """
        row = await self._db.scalar(select(ConsensusRow).where(ConsensusRow.id == consensus_id))
        if row is None:
            raise UnknownConsensus(f"There is no vote {consensus_id!r}: list them with GET /api/v1/consensus.")
        return _consensus(row)

    async def page(self, *, session_id: str | None, limit: int, offset: int) -> ConsensusPage:
        """A part of the votes, newest first, and how many there are."""
        where = [ConsensusRow.session_id == session_id] if session_id is not None else []
        total = await self._db.scalar(select(func.count()).select_from(ConsensusRow).where(*where)) or 0
        newest = select(ConsensusRow).where(*where).order_by(ConsensusRow.id.desc()).limit(limit).offset(offset)
        return ConsensusPage(items=tuple(map(_consensus, await self._db.scalars(newest))), total=total)

    async def rest_approval_on(self, consensus_id: str, approval_id: str) -> bool:
        """Note the request to a person that rests on the vote; False when there is no such vote."""
        noted = await self._db.execute(
            update(ConsensusRow)
            .where(ConsensusRow.id == consensus_id)
            .values(approval_id=approval_id)
            .returning(ConsensusRow.id),
            execution_options={"synchronize_session": False},
        )
        return noted.first() is not None


def _consensus(row: ConsensusRow) -> Consensus:
    return Consensus(
        id=row.id,
        subject=row.subject,
        kind=row.kind,
        threshold=row.threshold,
        weighting=Weighting(row.weighting),
        quorum=row.quorum,
        outcome=Outcome(row.outcome),
        score=row.score,
        votes=tuple(Vote(**{**vote, "vote": Choice(vote["vote"])}) for vote in row.votes),
        dissent=tuple(row.dissent),
        created_at=row.created_at,
        session_id=row.session_id,
        contact_id=row.contact_id,
        approval_id=row.approval_id,
    )
