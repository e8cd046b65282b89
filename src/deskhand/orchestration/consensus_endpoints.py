"""Votes over HTTP, for staff. Above: the application. Below: the voting."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.agents.model import AgentNotActive, UnknownAgent
from deskhand.kit.errors import InvalidValue
from deskhand.kit.problems import responses
from deskhand.orchestration.consensus_schemas import (
    ConsensusIn,
    ConsensusOut,
    ConsensusPageOut,
    consensus_out,
    consensus_page_out,
)
from deskhand.orchestration.consensus_voting import ConsensusVoting
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_MAX = 60

Reader = Annotated[TenantScope, allowed(Permission.PLANS_READ)]
Caller = Annotated[TenantScope, allowed(Permission.PLANS_WRITE)]
ConsensusId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["cns_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
OfSession = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this session's.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


class UnfitVoter(InvalidValue):
    """An agent that is to vote is not there, or not active."""

    code = "unfit_voter"


class ConsensusEndpoints:
    """Lists and shows votes, and has one held."""

    def __init__(self, voting: ConsensusVoting) -> None:
        self._voting = voting
        self.router = APIRouter(prefix="/api/v1/consensus", tags=["consensus"])
        add = self.router.add_api_route
        add("", self.list_votes, methods=["GET"], responses=responses(401, 403, 422))
        add("", self.call_for_vote, methods=["POST"], status_code=201, responses=responses(400, 401, 403, 422))
        add("/{consensus_id}", self.get_vote, methods=["GET"], responses=responses(401, 403, 404, 422))

    async def list_votes(
        self, scope: Reader, session_id: OfSession | None = None, limit: Limit = 50, offset: Offset = 0
    ) -> ConsensusPageOut:
        """Votes that were held, newest first."""
        page = await self._voting.page(scope, session_id=session_id, limit=limit, offset=offset)
        return consensus_page_out(page, limit=limit, offset=offset)

    async def get_vote(self, scope: Reader, consensus_id: ConsensusId) -> ConsensusOut:
        """One vote: what was decided, how each voted and why."""
        return consensus_out(await self._voting.consensus(scope, consensus_id))

    async def call_for_vote(self, scope: Caller, body: ConsensusIn) -> ConsensusOut:
        """Have agents vote, all at once, and answer with what came out.

        Each has 20 seconds; whoever fails or answers nonsense counts as `none`.
        """
        try:
            await self._voting.require(scope, body.voters)
        except (UnknownAgent, AgentNotActive) as unfit:
            raise UnfitVoter(unfit.detail) from None
        return consensus_out(await self._voting.hold(scope, body.motion()))
