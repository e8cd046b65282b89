"""What goes on in a session beside its turns, for a client that was not there when it began.

Above: the socket. Below: requests to people, plans. The shapes are those of the live events.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.plan_model import UNDER_WAY
from deskhand.orchestration.plan_repository import PlanRepository
from deskhand.orchestration.plan_schemas import plan_brief
from deskhand.tenancy.scope import TenantScope

MOST_PLANS = 10
"""Of each state; of more a customer has nothing."""


async def work_of(db: AsyncSession, scope: TenantScope, clock: Clock, session_id: str) -> dict[str, Any]:
    """The session's open requests, oldest first, and the plans that are under way."""
    asked = await ApprovalRepository(db, scope, clock).open_of(session_id)
    plans = PlanRepository(db, scope, clock)
    pages = [
        await plans.plans(status=status, session_id=session_id, limit=MOST_PLANS, offset=0) for status in UNDER_WAY
    ]
    running = sorted((plan for page in pages for plan in page.items), key=lambda plan: plan.id)
    return {
        "approvals": [{"approval_id": each.id, "status": each.status.value, "summary": each.summary} for each in asked],
        "plans": [plan_brief(each).model_dump(mode="json") for each in running],
    }
