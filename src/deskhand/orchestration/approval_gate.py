"""The gate before risky calls: what a person must allow becomes a request, and the model is told that it waits.

Above: the guard of tools asks it. Below: the rules, the service. Only the tool's own view of its arguments, the
contract and the product's bounds decide; nothing that a customer or a model says in words is looked at.
"""

from pydantic import BaseModel

from deskhand.kit.clock import Clock
from deskhand.orchestration.approval_actions import summary_of
from deskhand.orchestration.approval_arguments import fingerprint_of, kept
from deskhand.orchestration.approval_model import Approval, ProposedAction
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.approval_rules import reasons_for
from deskhand.orchestration.approval_words import for_the_agent, refused_before, too_many
from deskhand.orchestration.approvals import Approvals
from deskhand.tenancy.store import TenantStore
from deskhand.tools.bound import BoundTool
from deskhand.tools.contract import RiskyAction, ToolResult
from deskhand.tools.guard import APPROVAL

MOST_OPEN = 10
"""Requests of one conversation that may wait at once: nobody's attention is to be flooded."""
OTHER_KIND = "other"
_KIND_CHARS = 64


class ApprovalGate:
    """Asked before each call. One for the process."""

    def __init__(self, *, store: TenantStore, clock: Clock, approvals: Approvals, currency: str) -> None:
        """`currency` is the account's, in which the product's own bounds are meant."""
        self._store = store
        self._clock = clock
        self._approvals = approvals
        self._currency = currency

    async def consider(self, bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None) -> ToolResult | None:
        """None lets the call pass; a result is given to the model instead.

        Raises:
            WrongArguments: when the action cannot be what it says.
        """
        turn, tool = bound.turn, bound.tool.name
        reasons = reasons_for(tool, risk, turn.approval, currency=self._currency)
        if not reasons:
            return None
        action = _proposed(bound, parameters, risk, reasons)
        fingerprint = fingerprint_of(turn.session_id or turn.thread_id, tool, action.arguments)
        async with self._store.write(turn.scope) as db:
            approvals = ApprovalRepository(db, turn.scope, self._clock)
            approval = await approvals.open_one(fingerprint)
            if approval is not None:
                return _waits(approval)
            refused = await approvals.rejected_one(fingerprint)
            if refused is not None:
                return ToolResult(success=False, error=refused_before(refused))
            if await approvals.count_open(turn.thread_id) >= MOST_OPEN:
                return ToolResult(success=False, error=too_many(tool))
            approval = await self._approvals.request(db, turn.scope, action)
        self._approvals.requested(approval)
        return _waits(approval)


def _proposed(
    bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None, reasons: tuple[str, ...]
) -> ProposedAction:
    turn, tool = bound.turn, bound.tool.name
    risky = risk or RiskyAction(kind=OTHER_KIND, summary="")
    return ProposedAction(
        kind=risky.kind.casefold()[:_KIND_CHARS],
        tool=tool,
        arguments=kept(tool, parameters),
        summary=summary_of(tool, risk, parameters),
        contact_id=turn.contact_id,
        thread_id=turn.thread_id,
        session_id=turn.session_id,
        turn_id=turn.turn_id,
        agent_id=turn.agent_id,
        agent_version=turn.agent_version,
        message=turn.text,
        amount=risky.amount,
        currency=risky.currency,
        percent=risky.percent,
        confidence=risky.confidence,
        reasoning=risky.reasoning,
        reasons=reasons,
        consensus_id=risky.consensus_id,
        timeout_seconds=turn.approval.timeout_seconds,
        on_timeout=turn.approval.on_timeout,
        channels=turn.approval.channels,
    )


def _waits(approval: Approval) -> ToolResult:
    """No success: whatever checks the agent's answer must not take it for done."""
    facts = {"approval_id": approval.id, "status": approval.status.value}
    return ToolResult(success=False, error=for_the_agent(approval), metadata={APPROVAL: facts})
