"""What is said of requests: to the agent that wanted to act, to the customer, to whoever decided too late.

Above: the gate, the services. Below: the model of approvals. Pure functions.
"""

from deskhand.orchestration.approval_model import Approval, ApprovalStatus, Verdict
from deskhand.tools.contract import Unanswered

_TOLD = {
    ApprovalStatus.EXECUTED: "Your request was allowed, and this is done now: {what}.",
    ApprovalStatus.FAILED: "Your request was allowed, but it could not be completed yet: {what}. "
    "A colleague looks after it.",
    ApprovalStatus.REJECTED: "A colleague has looked at your request and could not allow it: {what}.",
    ApprovalStatus.EXPIRED: "Nobody was there in time to decide on your request, so it was not done: {what}.",
    ApprovalStatus.ESCALATED: "Your request takes longer than we hoped: {what}. A colleague will look at it and answer "
    "here.",
}
_TOLD_OF_CHANGED = {
    ApprovalStatus.EXECUTED: "A colleague has looked at your request and allowed it with a change. "
    "This is done now: {what}.",
}
_LEFT_TO_STAFF = "Your request was allowed: {what}. Our staff carries it out."
_CHANGED_AND_LEFT_TO_STAFF = (
    "A colleague has looked at your request and allowed it with a change: {what}. Our staff carries it out."
)
_NOT_DONE = "Do not say or promise that it is done or will be allowed, and do not call {tool} for it again."


def for_the_agent(approval: Approval) -> str:
    """What a model is told instead of a result. Nothing was done."""
    asked = f"{approval.tool} was not carried out: it needs the decision of a member of staff"
    told = "Tell the customer that a colleague decides on it and that the answer comes in this conversation."
    return f"{asked}, who has been asked (request {approval.id}). {told} {_NOT_DONE.format(tool=approval.tool)}"


def refused_before(approval: Approval) -> str:
    """What a model is told that asks again for what a person has refused in this conversation."""
    refused = (
        f"{approval.tool} was not carried out: a member of staff has refused exactly this (request {approval.id})."
    )
    return f"{refused} Tell the customer that it cannot be done so, and offer what else you can."


def too_many(tool: str) -> str:
    """What a model is told when a conversation has too many open requests."""
    return (
        f"{tool} was not carried out: it needs the decision of a member of staff, and too many requests of this "
        "conversation wait for one. Tell the customer that those are decided first."
    )


def for_the_customer(approval: Approval) -> str | None:
    """The message of the agent about what has become of the request; None while there is nothing to say."""
    words = _words_for(approval)
    return None if words is None else words.format(what=approval.allowed_summary.strip().rstrip("."))


def _words_for(approval: Approval) -> str | None:
    is_changed = approval.decision is not None and approval.decision.verdict is Verdict.MODIFY
    if approval.status is ApprovalStatus.EXECUTED and approval.result is not None and approval.result.is_left_to_staff:
        return _CHANGED_AND_LEFT_TO_STAFF if is_changed else _LEFT_TO_STAFF
    words = _TOLD.get(approval.status)
    return _TOLD_OF_CHANGED.get(approval.status, words) if is_changed else words


def what_happened(approval: Approval) -> str:
    """Why a decision cannot be taken any more: one sentence for whoever tried."""
    decision = approval.decision
    if decision is None:
        after = "allowed" if approval.on_timeout is Unanswered.APPROVE else "refused"
        return f"The time for the request {approval.id!r} ended at {approval.expires_at:%H:%M:%S} UTC: it is {after}."
    if decision.verdict is Verdict.TIMEOUT:
        came = "was allowed" if approval.status is not ApprovalStatus.EXPIRED else "was not allowed"
        return (
            f"Nobody decided on the request {approval.id!r} until {approval.expires_at:%H:%M:%S} UTC, so it {came}; "
            f"it is {approval.status.value} now."
        )
    said = {Verdict.APPROVE: "allowed", Verdict.REJECT: "refused"}.get(decision.verdict, "changed and allowed")
    who = decision.by_name or decision.by or "somebody"
    return f"{who} has {said} the request {approval.id!r} already; it is {approval.status.value} now."
