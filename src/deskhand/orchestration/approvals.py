"""Approvals: a request is kept with its time-out, a person decides on it once, and the action follows from that alone.

Above: the gate, the endpoints, whoever proposes an action. Below: the repository, the queue of jobs. What the decision
brings about (carrying out, telling the customer) is a job of the same transaction; see `approval_course.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.orchestration.approval_arguments import fingerprint_of, writable
from deskhand.orchestration.approval_model import (
    Approval,
    ApprovalDecided,
    ApprovalEvent,
    ApprovalEventKind,
    ApprovalFilter,
    ApprovalOver,
    ApprovalPage,
    ApprovalStatus,
    ProposedAction,
    Verdict,
    WantedDecision,
    WrongApprovalArguments,
)
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.approval_tables import ApprovalRow
from deskhand.orchestration.approval_words import what_happened
from deskhand.tenancy.scope import NobodyActs, TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tools.contract import Unanswered

log = structlog.get_logger(__name__)

EXPIRE = "approval.expire"
EXECUTE = "approval.execute"
TELL = "approval.tell"
NOTICE = "approval.notice"
TEXT_CHARS = 4_000
SUMMARY_CHARS = 500

Announce = Callable[[Approval], None]
"""Tells whoever looks on, after the commit: an event on the session's stream. It must not fail."""
NameOf = Callable[[TenantScope], Awaitable[str | None]]
"""Who acts in the scope, as people know them."""
UNDECIDED = (ApprovalStatus.PENDING, ApprovalStatus.ESCALATED)
_STATUS_AFTER = {Verdict.REJECT: ApprovalStatus.REJECTED}
_EVENT_OF = {
    Verdict.APPROVE: ApprovalEventKind.APPROVED,
    Verdict.REJECT: ApprovalEventKind.REJECTED,
    Verdict.MODIFY: ApprovalEventKind.MODIFIED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A request's action with other arguments, checked like new ones."""

    arguments: Mapping[str, Any]
    summary: str


class ChangesActions(Protocol):
    """Knows the tools that requests are about."""

    async def changed(self, approval: Approval, arguments: Mapping[str, Any]) -> Change:
        """Raises WrongApprovalArguments."""
        ...

    def parameters_of(self, approval: Approval) -> Mapping[str, Any] | None:
        """The JSON schema of what the tool takes; None when it is not there any more."""
        ...


class Approvals:
    """Requests of every tenant, each through its scope."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        jobs: JobQueue,
        actions: ChangesActions,
        announce: Announce,
        name_of: NameOf,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._actions = actions
        self._announce = announce
        self._name_of = name_of

    async def request(self, db: AsyncSession, scope: TenantScope, action: ProposedAction) -> Approval:
        """The request, in the caller's transaction; the one there is while the same call is open in its conversation.

        Call `requested` with it once that is committed.
        """
        approvals = ApprovalRepository(db, scope, self._clock)
        values = self._values(action)
        if not await approvals.add(values):
            known = await approvals.open_one(values["fingerprint"])
            if known is not None:
                return known
            raise ApprovalDecided("The same request was decided at this very moment: ask again.")
        approval_id, expires_at = values["id"], values["expires_at"]
        await approvals.note(approval_id, ApprovalEventKind.REQUESTED, "; ".join(values["reasons"]))
        await self._jobs.add(db, scope, kind=EXPIRE, key=approval_id, payload={}, due_at=expires_at)
        for channel in dict.fromkeys(action.channels):
            payload = {"approval_id": approval_id, "channel": channel}
            await self._jobs.add(db, scope, kind=NOTICE, key=f"{approval_id}:{channel}", payload=payload)
        return await approvals.approval(approval_id)

    def requested(self, approval: Approval) -> None:
        """After the commit of a request: tell of it now. Without this it is told a little later."""
        log.info("approval_requested", approval_id=approval.id, kind=approval.kind, tool=approval.tool)
        self._announce(approval)
        self._jobs.wake()

    async def get(self, scope: TenantScope, approval_id: str) -> Approval:
        """The request of that id. Raises UnknownApproval."""
        async with self._store.read(scope) as db:
            return await ApprovalRepository(db, scope, self._clock).approval(approval_id)

    async def with_history(self, scope: TenantScope, approval_id: str) -> tuple[Approval, tuple[ApprovalEvent, ...]]:
        """The request, and what happened to it, oldest first. Raises UnknownApproval."""
        async with self._store.read(scope) as db:
            approvals = ApprovalRepository(db, scope, self._clock)
            return await approvals.approval(approval_id), await approvals.history(approval_id)

    def parameters_of(self, approval: Approval) -> Mapping[str, Any] | None:
        """The JSON schema of the arguments with which the action may be carried out; None when it cannot be."""
        return self._actions.parameters_of(approval)

    async def list(self, scope: TenantScope, wanted: ApprovalFilter, *, limit: int, offset: int) -> ApprovalPage:
        """Requests, the newest first."""
        async with self._store.read(scope) as db:
            return await ApprovalRepository(db, scope, self._clock).approvals(wanted, limit=limit, offset=offset)

    async def decide(self, scope: TenantScope, approval_id: str, wanted: WantedDecision) -> Approval:
        """Decide in the name of whoever acts. The same decision by the same person again changes nothing.

        Raises:
            UnknownApproval: when there is none.
            ApprovalDecided, ApprovalOver: when it was decided otherwise, or its time is over.
            WrongApprovalArguments: when a change does not fit the tool, or gives more than was asked for.
            NobodyActs: when nobody in particular acts.
        """
        if scope.user_id is None:
            raise NobodyActs("This is decided in a person's name: sign in as a member of staff.")
        before = await self.get(scope, approval_id)
        self._check_open(scope, before, wanted)
        values = await self._decided(scope, before, wanted)
        async with self._store.write(scope) as db:
            approvals = ApprovalRepository(db, scope, self._clock)
            took = await approvals.change(approval_id, values, when=UNDECIDED, also=self._in_time())
            approval = await approvals.approval(approval_id)
            if took:
                await approvals.note(approval_id, _EVENT_OF[wanted.verdict], values["notes"], actor=scope.user_id)
                await self.follow_up(db, scope, approval)
                await self._jobs.cancel(db, scope, kind=EXPIRE, key=approval_id)
        if not took:
            return self._decided_before(scope, approval, wanted, values["decided_arguments"])
        log.info("approval_decided", approval_id=approval_id, verdict=wanted.verdict.value, by=scope.user_id)
        self._announce(approval)
        self._jobs.wake()
        return approval

    async def follow_up(self, db: AsyncSession, scope: TenantScope, approval: Approval) -> None:
        """What follows from the request's new state, in the transaction that brings it about: it is carried out, or
        the customer is told.
        """
        if approval.status is ApprovalStatus.APPROVED:
            await self._jobs.add(db, scope, kind=EXECUTE, key=approval.id, payload={})
        else:
            payload = {"approval_id": approval.id, "status": approval.status.value}
            await self._jobs.add(db, scope, kind=TELL, key=f"{approval.id}:{approval.status}", payload=payload)

    def _check_open(self, scope: TenantScope, approval: Approval, wanted: WantedDecision) -> None:
        """Before arguments are looked at: whoever comes too late is told so, and not what is wrong with them."""
        if approval.status not in UNDECIDED and not _is_by(approval, scope, wanted):
            raise _refusal(approval)

    async def _decided(self, scope: TenantScope, approval: Approval, wanted: WantedDecision) -> dict[str, Any]:
        if (wanted.verdict is Verdict.MODIFY) != (wanted.arguments is not None):
            raise WrongApprovalArguments("The verdict 'modify' comes with the tool's arguments, and no other does.")
        change = None
        if wanted.arguments is not None:
            change = await self._actions.changed(approval, wanted.arguments)
        return {
            "status": _STATUS_AFTER.get(wanted.verdict, ApprovalStatus.APPROVED),
            "verdict": wanted.verdict,
            "decided_by": scope.user_id,
            "decided_by_name": await self._name_of(scope),
            "decided_at": self._clock.now(),
            "notes": writable(wanted.notes, TEXT_CHARS),
            "decided_arguments": None if change is None else dict(change.arguments),
            "decided_summary": None if change is None else writable(change.summary, SUMMARY_CHARS),
        }

    def _in_time(self) -> ColumnElement[bool]:
        """Whoever may still decide when the time is over may do so before the time-out was noted, too."""
        late = or_(ApprovalRow.status == ApprovalStatus.ESCALATED, ApprovalRow.on_timeout == Unanswered.ESCALATE)
        return or_(late, and_(ApprovalRow.expires_at > self._clock.now()))

    def _decided_before(
        self, scope: TenantScope, approval: Approval, wanted: WantedDecision, arguments: Mapping[str, Any] | None
    ) -> Approval:
        if approval.status is ApprovalStatus.PENDING:
            self._jobs.wake()  # its time-out is due
        decision = approval.decision
        if decision is not None and _is_by(approval, scope, wanted) and decision.arguments == arguments:
            return approval
        raise _refusal(approval)

    def _values(self, action: ProposedAction) -> dict[str, Any]:
        now, place = self._clock.now(), action.session_id or action.thread_id
        same = (
            "kind tool contact_id session_id thread_id turn_id agent_id agent_version percent confidence consensus_id "
            "currency on_timeout"
        )
        return {
            **{name: getattr(action, name) for name in same.split()},
            "id": new_id("apv"),
            "status": ApprovalStatus.PENDING,
            "fingerprint": fingerprint_of(place, action.tool, action.arguments),
            "arguments": dict(action.arguments),
            "summary": writable(action.summary, SUMMARY_CHARS),
            "amount": None if action.amount is None else str(action.amount),
            "reasoning": writable(action.reasoning, TEXT_CHARS),
            "reasons": [writable(reason, SUMMARY_CHARS) for reason in action.reasons],
            "message": writable(action.message, TEXT_CHARS),
            "requested_at": now,
            "expires_at": now + timedelta(seconds=action.timeout_seconds),
            "channels": list(dict.fromkeys(action.channels)),
            "notes": "",
        }


def _is_by(approval: Approval, scope: TenantScope, wanted: WantedDecision) -> bool:
    decision = approval.decision
    return decision is not None and decision.by == scope.user_id and decision.verdict is wanted.verdict


def _refusal(approval: Approval) -> ApprovalDecided | ApprovalOver:
    by_time = approval.decision is None or approval.decision.verdict is Verdict.TIMEOUT
    return (ApprovalOver if by_time else ApprovalDecided)(what_happened(approval))
