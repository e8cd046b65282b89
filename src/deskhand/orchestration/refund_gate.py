"""The gate that a refund passes before the approvals' own: the policy's no ends it, the voters' opinion goes along.

It wraps another gate and changes nothing for other tools. Above: `wiring.py` gives it to the guard. Below: the advice,
the gate that it wraps, the voting.
"""

from dataclasses import replace

from pydantic import BaseModel

from deskhand.orchestration.consensus import Consensus
from deskhand.orchestration.consensus_voting import ConsensusVoting
from deskhand.orchestration.refund_advice import RefundAdvice, RefundAdvisor
from deskhand.orchestration.refund_tools import IssueRefund, RefundRequest
from deskhand.tools.bound import BoundTool
from deskhand.tools.contract import RiskyAction, ToolResult
from deskhand.tools.guard import ActionGate

APPROVAL, APPROVAL_ID = "approval", "approval_id"
"""Under these names the metadata of the wrapped gate's result say which request it has made."""


class RefundGate:
    """An `ActionGate` around another one."""

    def __init__(self, *, advisor: RefundAdvisor, voting: ConsensusVoting, inner: ActionGate) -> None:
        self._advisor = advisor
        self._voting = voting
        self._inner = inner

    async def consider(self, bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None) -> ToolResult | None:
        """None lets the call pass, also to a tool that refuses it; a result says that a person is asked first."""
        if risk is None or not isinstance(bound.tool, IssueRefund) or not isinstance(parameters, RefundRequest):
            return await self._inner.consider(bound, parameters, risk)
        turn = bound.turn
        advice = await self._advisor.advise(turn.scope, bound.tool.wish(parameters), said=turn.text)
        if advice.refusal is not None:
            bound.tool.refuse(parameters, advice.refusal)
            return None
        result = await self._inner.consider(bound, parameters, _with(risk, advice))
        if result is None:
            bound.tool.weigh(parameters, advice.before)
        if result is not None and advice.consensus is not None:
            await self._note(bound, advice.consensus, result)
        return result

    async def _note(self, bound: BoundTool, consensus: Consensus, result: ToolResult) -> None:
        """Let the vote say which request rests on it."""
        facts = result.metadata.get(APPROVAL)
        approval_id = facts.get(APPROVAL_ID) if isinstance(facts, dict) else None
        if isinstance(approval_id, str):
            await self._voting.rest_approval_on(bound.turn.scope, consensus.id, approval_id)


def _with(risk: RiskyAction, advice: RefundAdvice) -> RiskyAction:
    risk = replace(risk, before=advice.before)
    if advice.consensus is None:
        return risk
    vote = advice.consensus
    reasoning = "\n".join(filter(None, (vote.reasoning, risk.reasoning)))
    return replace(risk, confidence=advice.confidence, reasoning=reasoning, consensus_id=vote.id)
