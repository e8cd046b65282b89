"""Approvals over HTTP, for staff. Above: the application. Below: the service."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.kit.problems import responses
from deskhand.orchestration.approval_model import ApprovalFilter, ApprovalStatus
from deskhand.orchestration.approval_schemas import (
    ApprovalDetailsOut,
    ApprovalOut,
    ApprovalPageOut,
    DecisionIn,
    approval_details_out,
    approval_out,
    approval_page_out,
)
from deskhand.orchestration.approvals import Approvals
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_MAX = 60

Reader = Annotated[TenantScope, allowed(Permission.APPROVALS_READ)]
Decider = Annotated[TenantScope, allowed(Permission.APPROVALS_DECIDE)]
ApprovalId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["apv_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
OfKind = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only such actions.", examples=["refund"])]
OfContact = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this contact's.")]
OfSession = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this session's.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


class ApprovalEndpoints:
    """Lists and shows requests, and takes decisions."""

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals
        self.router = APIRouter(prefix="/api/v1/approvals", tags=["approvals"])
        add = self.router.add_api_route
        add("", self.list_approvals, methods=["GET"], responses=responses(401, 403, 422))
        add("/{approval_id}", self.get_approval, methods=["GET"], responses=responses(401, 403, 404, 422))
        decided = responses(401, 403, 404, 409, 422)
        add("/{approval_id}/decide", self.decide_approval, methods=["POST"], responses=decided)

    async def list_approvals(
        self,
        scope: Reader,
        status: Annotated[ApprovalStatus | None, Query(description="Only those in this state.")] = None,
        kind: OfKind | None = None,
        contact_id: OfContact | None = None,
        session_id: OfSession | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> ApprovalPageOut:
        """What waits for a person's decision, and what was decided: the newest first."""
        wanted = ApprovalFilter(status=status, kind=kind, contact_id=contact_id, session_id=session_id)
        return approval_page_out(await self._approvals.list(scope, wanted, limit=limit, offset=offset))

    async def get_approval(self, approval_id: ApprovalId, scope: Reader) -> ApprovalDetailsOut:
        """One request, with its history and the schema of the tool's arguments."""
        approval, history = await self._approvals.with_history(scope, approval_id)
        return approval_details_out(approval, history, self._approvals.parameters_of(approval))

    async def decide_approval(self, approval_id: ApprovalId, body: DecisionIn, scope: Decider) -> ApprovalOut:
        """Allow the action, refuse it, or allow it with other arguments. It is carried out once, after this.

        The same decision by the same person again changes nothing; any other after the first is refused.
        """
        return approval_out(await self._approvals.decide(scope, approval_id, body.wanted()))
