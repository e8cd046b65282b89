"""The course of a request after it was made: time-out, carrying out, telling the customer. Each is a durable job.

Above: `wiring.py` builds it, which registers its jobs. Below: the services. Every step changes the request by a
conditional update in one transaction with the job that follows, so that a process may end anywhere and a job may come
twice: what is done in the world is done with the request's id as idempotency key.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.jobs.model import AfterCommit, Job
from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.orchestration.approval_actions import ActionGone, Actions, CarriedOut, Way
from deskhand.orchestration.approval_model import (
    ActionResult,
    Approval,
    ApprovalEventKind,
    ApprovalStatus,
    Verdict,
)
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.approval_tables import ApprovalRow
from deskhand.orchestration.approval_words import for_the_customer
from deskhand.orchestration.approvals import EXECUTE, EXPIRE, TELL, Announce, Approvals
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tools.contract import Unanswered

log = structlog.get_logger(__name__)

EXECUTE_SECONDS = 300.0
_NOT_KNOWN = "It was begun, and it is not known whether it took effect: check by hand, it is not begun again."
_NOBODY_KNOWS = CarriedOut(way=Way.UNKNOWN, result=ActionResult(success=False, error=_NOT_KNOWN))
_NOT_REACHED = "It could not be reached, however often it was tried."
_STATUS_AFTER = {
    Unanswered.REJECT: ApprovalStatus.EXPIRED,
    Unanswered.APPROVE: ApprovalStatus.APPROVED,
    Unanswered.ESCALATE: ApprovalStatus.ESCALATED,
}


class Speaker(Protocol):
    """Writes messages of the agent outside of a turn."""

    async def say(
        self,
        db: AsyncSession,
        scope: TenantScope,
        *,
        session_id: str | None,
        thread_id: str,
        text: str,
        details: Mapping[str, Any],
    ) -> str:
        """The message's id; in the caller's transaction."""
        ...

    def announce(self, scope: TenantScope, message_id: str) -> None:
        """After the commit: tell of it on the session's stream."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedTicket:
    """A ticket that was opened for a request. `tell` is called after the commit."""

    id: str
    tell: AfterCommit


class Tickets(Protocol):
    """Hands a request over to a person by a ticket."""

    async def open(self, db: AsyncSession, scope: TenantScope, approval: Approval, why: str) -> OpenedTicket | None:
        """In the caller's transaction; None where there can be none, or there is one already."""
        ...


class ApprovalCourse:
    """Takes requests from their decision, or from the end of their time, to their end."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        jobs: JobQueue,
        approvals: Approvals,
        actions: Actions,
        speaker: Speaker,
        tickets: Tickets,
        announce: Announce,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._approvals = approvals
        self._actions = actions
        self._speaker = speaker
        self._tickets = tickets
        self._announce = announce
        jobs.handle_in_transaction(EXPIRE, self._expire)
        jobs.handle(EXECUTE, self._execute, seconds=EXECUTE_SECONDS, given_up=self._given_up)
        jobs.handle_in_transaction(TELL, self._tell)

    async def _expire(self, db: AsyncSession, scope: TenantScope, job: Job) -> AfterCommit | None:
        """Nobody has decided in time."""
        approvals = ApprovalRepository(db, scope, self._clock)
        before = await approvals.find(job.key)
        if before is None:
            return None
        status = _STATUS_AFTER[before.on_timeout]
        values: dict[str, Any] = {"status": status}
        if status is not ApprovalStatus.ESCALATED:
            values |= {"verdict": Verdict.TIMEOUT, "decided_at": self._clock.now()}
        if not await approvals.change(job.key, values, when=(ApprovalStatus.PENDING,)):
            return None
        await approvals.note(job.key, ApprovalEventKind.TIMED_OUT, before.on_timeout.value)
        ticket = None
        if status is ApprovalStatus.ESCALATED:
            ticket = await self._ticket(db, scope, before, "nobody decided in time on what the agent wants to do")
        after = await approvals.approval(job.key)
        await self._approvals.follow_up(db, scope, after)
        return self._afterwards(after, ticket)

    async def _execute(self, scope: TenantScope, job: Job) -> None:
        """Carry out what was allowed, once."""
        async with self._store.read(scope) as db:
            approval = await ApprovalRepository(db, scope, self._clock).find(job.key)
        if approval is None or approval.status is not ApprovalStatus.APPROVED:
            return  # erased meanwhile, or carried out before the job was noted as done
        carried_out = await self._carried_out(scope, approval)
        if carried_out.way is Way.LATER:
            raise NotYet
        async with self._store.write(scope) as db:
            after = await self._finish(db, scope, approval, carried_out.result)
        if after is not None:
            after()

    async def _carried_out(self, scope: TenantScope, approval: Approval) -> CarriedOut:
        try:
            action = self._actions.of(approval)
        except ActionGone as fault:
            return CarriedOut(way=Way.REFUSED, result=ActionResult(success=False, error=str(fault)))
        if not await self._begun(scope, approval, once=not action.may_repeat):
            return _NOBODY_KNOWS
        carried_out = await action.carry_out()
        if carried_out.way is Way.UNKNOWN:
            return _NOBODY_KNOWS
        if carried_out.way is Way.LATER and not action.may_repeat:
            await self._not_begun(scope, approval)
        return carried_out

    async def _begun(self, scope: TenantScope, approval: Approval, *, once: bool) -> bool:
        """Note that it is begun. False when that was noted before, of an action that must not be begun twice."""
        async with self._store.write(scope) as db:
            approvals = ApprovalRepository(db, scope, self._clock)
            first = await approvals.change(
                approval.id,
                {"started_at": self._clock.now()},
                when=(ApprovalStatus.APPROVED,),
                also=ApprovalRow.started_at.is_(None),
            )
            if first:
                await approvals.note(approval.id, ApprovalEventKind.STARTED)
        return first or not once

    async def _not_begun(self, scope: TenantScope, approval: Approval) -> None:
        """It never got as far as the tool."""
        async with self._store.write(scope) as db:
            approvals = ApprovalRepository(db, scope, self._clock)
            await approvals.change(approval.id, {"started_at": None}, when=(ApprovalStatus.APPROVED,))

    async def _given_up(self, db: AsyncSession, scope: TenantScope, job: Job) -> AfterCommit | None:
        approval = await ApprovalRepository(db, scope, self._clock).find(job.key)
        if approval is None:
            return None
        return await self._finish(db, scope, approval, ActionResult(success=False, error=_NOT_REACHED))

    async def _finish(
        self, db: AsyncSession, scope: TenantScope, approval: Approval, result: ActionResult
    ) -> AfterCommit | None:
        """Keep what came of it, in one transaction with what follows; None when that was kept before."""
        approvals = ApprovalRepository(db, scope, self._clock)
        status = ApprovalStatus.EXECUTED if result.success else ApprovalStatus.FAILED
        values = {"status": status, "result": asdict(result), "executed_at": self._clock.now()}
        if not await approvals.change(approval.id, values, when=(ApprovalStatus.APPROVED,)):
            return None
        kind = ApprovalEventKind.EXECUTED if result.success else ApprovalEventKind.FAILED
        await approvals.note(approval.id, kind, result.error or "")
        ticket = None
        if not result.success:
            ticket = await self._ticket(db, scope, approval, "what a person has allowed could not be carried out")
        after = await approvals.approval(approval.id)
        await self._approvals.follow_up(db, scope, after)
        log.info("approval_carried_out", approval_id=approval.id, tool=approval.tool, status=status.value)
        return self._afterwards(after, ticket)

    async def _ticket(self, db: AsyncSession, scope: TenantScope, approval: Approval, why: str) -> OpenedTicket | None:
        ticket = await self._tickets.open(db, scope, approval, why)
        if ticket is not None:
            approvals = ApprovalRepository(db, scope, self._clock)
            await approvals.change(approval.id, {"ticket_id": ticket.id}, when=tuple(ApprovalStatus))
        return ticket

    async def _tell(self, db: AsyncSession, scope: TenantScope, job: Job) -> AfterCommit | None:
        """The customer is told what has become of the request, in the conversation."""
        approvals = ApprovalRepository(db, scope, self._clock)
        approval = await approvals.find(str(job.payload["approval_id"]))
        if approval is None or approval.status.value != job.payload["status"]:
            return None  # erased meanwhile, or there is something newer to tell
        text = for_the_customer(approval)
        if text is None:
            return None
        message_id = await self._speaker.say(
            db,
            scope,
            session_id=approval.session_id,
            thread_id=approval.thread_id,
            text=text,
            details={"approval": {"id": approval.id, "status": approval.status.value}},
        )
        await approvals.note(approval.id, ApprovalEventKind.TOLD, approval.status.value)
        return lambda: self._speaker.announce(scope, message_id)

    def _afterwards(self, approval: Approval, ticket: OpenedTicket | None) -> AfterCommit:
        def after() -> None:
            self._announce(approval)
            self._jobs.wake()
            if ticket is not None:
                ticket.tell()

        return after


class NotYet(Exception):
    """The far side could not be reached: the job comes again."""
