"""Plans over HTTP, for staff. Above: the application. Below: the planner."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.kit.problems import responses
from deskhand.orchestration.plan_model import PlanStatus
from deskhand.orchestration.plan_schemas import PlanIn, PlanOut, PlanPageOut, draft_of, plan_out, plan_page_out
from deskhand.orchestration.planner import Planner
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_ID = r"^[A-Za-z0-9_-]+$"
_MAX = 60

Reader = Annotated[TenantScope, allowed(Permission.PLANS_READ)]
Worker = Annotated[TenantScope, allowed(Permission.PLANS_WRITE)]
PlanId = Annotated[str, Path(max_length=_MAX, pattern=_ID, examples=["pln_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
OfSession = Annotated[str, Query(max_length=_MAX, pattern=_ID, description="Only this session's.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


class PlanEndpoints:
    """Starts, lists, shows and cancels plans."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self.router = APIRouter(prefix="/api/v1/plans", tags=["plans"])
        add = self.router.add_api_route
        add("", self.start_plan, methods=["POST"], status_code=202, responses=responses(401, 403, 404, 422))
        add("", self.list_plans, methods=["GET"], responses=responses(401, 403, 422))
        add("/{plan_id}", self.get_plan, methods=["GET"], responses=responses(401, 403, 404, 422))
        add("/{plan_id}/cancel", self.cancel_plan, methods=["POST"], responses=responses(401, 403, 404, 409, 422))

    async def start_plan(self, body: PlanIn, scope: Worker) -> PlanOut:
        """Start a plan. It runs beside everything else: get it again to see how far it is, or watch its session.

        With subtasks it is checked as a whole first: circles, unknown agents and unknown dependencies are refused.
        Without, Deskhand finds them: each question of the task for the agent that knows most of it.
        """
        return plan_out(await self._planner.start(scope, draft_of(body)))

    async def list_plans(
        self,
        scope: Reader,
        status: Annotated[PlanStatus | None, Query()] = None,
        session_id: OfSession | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> PlanPageOut:
        """Plans, the newest first, their long texts cut."""
        page = await self._planner.plans(scope, status=status, session_id=session_id, limit=limit, offset=offset)
        return plan_page_out(page)

    async def get_plan(self, plan_id: PlanId, scope: Reader) -> PlanOut:
        """One plan, with what its subtasks found."""
        return plan_out(await self._planner.plan(scope, plan_id))

    async def cancel_plan(self, plan_id: PlanId, scope: Worker) -> PlanOut:
        """End a plan before its time. What its subtasks have found so far stays."""
        return plan_out(await self._planner.cancel(scope, plan_id))
