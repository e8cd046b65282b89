"""Tells the channels that a contract names that a request waits. Each notice is a job of its own, tried again when its
channel is down.

Above: `wiring.py` builds it, which registers its job. Below: channels by name. A notice leaves the house, so nothing
that the customer said or is called is in it.
"""

from typing import Protocol

import structlog

from deskhand.escalation.channels import NotSent
from deskhand.jobs.model import GiveUp, Job
from deskhand.jobs.queue import JobQueue
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Unavailable
from deskhand.orchestration.approval_model import Approval, ApprovalEventKind, ApprovalStatus
from deskhand.orchestration.approval_repository import ApprovalRepository
from deskhand.orchestration.approvals import NOTICE
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

log = structlog.get_logger(__name__)

_WANTED = (ApprovalStatus.PENDING, ApprovalStatus.ESCALATED)


class Channels(Protocol):
    """Carries texts to named channels."""

    async def send(self, channel: str, *, title: str, body: str) -> None:
        """Raises NotSent."""
        ...


class ChannelDown(Unavailable):
    code = "channel_down"


class ApprovalNotices:
    """Sends what waits to be told. One for the process."""

    def __init__(
        self, *, store: TenantStore, clock: Clock, jobs: JobQueue, channels: Channels, console_url: str | None = None
    ) -> None:
        """`console_url` is where staff sign in; notices link to the request there."""
        self._store = store
        self._clock = clock
        self._channels = channels
        self._console_url = console_url
        jobs.handle(NOTICE, self._send)

    async def _send(self, scope: TenantScope, job: Job) -> None:
        approval_id, channel = str(job.payload["approval_id"]), str(job.payload["channel"])
        async with self._store.read(scope) as db:
            approval = await ApprovalRepository(db, scope, self._clock).find(approval_id)
        if approval is None or approval.status not in _WANTED:
            return  # there is nothing to decide any more
        title, body = self.text_of(approval)
        try:
            await self._channels.send(channel, title=title, body=body)
        except NotSent as failure:
            log.warning("approval_notice_failed", approval_id=approval_id, channel=channel, reason=failure.reason)
            raise (GiveUp(failure.reason) if failure.final else ChannelDown(failure.reason)) from None
        async with self._store.write(scope) as db:
            await ApprovalRepository(db, scope, self._clock).note(approval_id, ApprovalEventKind.NOTIFIED, channel)
        log.info("approval_notice_sent", approval_id=approval_id, channel=channel)

    def text_of(self, approval: Approval) -> tuple[str, str]:
        """Headline and text of a notice."""
        size = _size_of(approval)
        title = f"Decision needed: {approval.kind.replace('_', ' ')}{size} ({approval.id})"
        lines = [f"Why: {'; '.join(approval.reasons)}."] if approval.reasons else []
        lines.append(
            f"Until {approval.expires_at:%Y-%m-%d %H:%M:%S} UTC; then: {approval.on_timeout.value.replace('_', ' ')}."
        )
        if self._console_url:
            lines.append(f"{self._console_url.rstrip('/')}/approvals/{approval.id}")
        return title, "\n".join(lines)


def _size_of(approval: Approval) -> str:
    if approval.amount is not None:
        return f" of {approval.amount:,f} {approval.currency or ''}".rstrip()
    return f" of {approval.percent:g} %" if approval.percent is not None else ""
