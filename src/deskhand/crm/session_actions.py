"""What an agent decides about its own session: who answers in it next, and that it ends. Done after the turn.

Above: the tools, the queue of jobs. Below: the port to conversations. Decided in the turn's own transaction, done by a
job: a turn that is still writing its answer is not cut short, and a killed process does it after its restart.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.planner import Jobs
from deskhand.crm.reach import SessionDesk
from deskhand.jobs.model import GiveUp, Job
from deskhand.kit.errors import NotFound
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

ASSIGN = "crm.assign_session"
CLOSE = "crm.close_session"


class UnknownColleague(NotFound):
    code = "unknown_assigned_agent"


class SessionActions:
    """One for the process. Its two handlers are for jobs of the kinds `ASSIGN` and `CLOSE`."""

    def __init__(self, *, store: TenantStore, jobs: Jobs, desk: SessionDesk) -> None:
        self._store = store
        self._jobs = jobs
        self._desk = desk

    async def assign(self, scope: TenantScope, session_id: str, agent_id: str, *, key: str) -> None:
        """After the turn that agent answers. The same key again changes nothing.

        Raises:
            UnknownColleague: when the tenant has no active agent of that id.
        """
        if not await self._desk.knows_agent(scope, agent_id):
            raise UnknownColleague(f"There is no active agent {agent_id!r}: keep the present one, or name another.")
        async with self._store.write(scope) as db:
            payload = {"session_id": session_id, "agent_id": agent_id}
            await self._jobs.add(db, scope, kind=ASSIGN, key=key, payload=payload)
        self._jobs.wake()

    async def close(self, scope: TenantScope, session_id: str, resolution: str, *, key: str) -> None:
        """After the turn the session ends. The same key again changes nothing."""
        async with self._store.write(scope) as db:
            if await self._add_close(db, scope, session_id, key):
                await self._desk.note_resolution(db, scope, session_id, resolution)
        self._jobs.wake()

    async def do_assign(self, scope: TenantScope, job: Job) -> None:
        """For jobs of the kind `ASSIGN`."""
        agent_id = str(job.payload["agent_id"])
        if not await self._desk.knows_agent(scope, agent_id):
            raise GiveUp("the agent is gone")
        try:
            await self._desk.assign(scope, str(job.payload["session_id"]), agent_id)
        except NotFound:
            raise GiveUp("the session is gone") from None

    async def do_close(self, scope: TenantScope, job: Job) -> None:
        """For jobs of the kind `CLOSE`."""
        try:
            await self._desk.close(scope, str(job.payload["session_id"]))
        except NotFound:
            raise GiveUp("the session is gone") from None

    async def _add_close(self, db: AsyncSession, scope: TenantScope, session_id: str, key: str) -> bool:
        return await self._jobs.add(db, scope, kind=CLOSE, key=key, payload={"session_id": session_id})
