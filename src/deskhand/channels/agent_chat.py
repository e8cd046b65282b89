"""`POST /api/v1/agents/{id}/chat`: one interaction with an agent, for systems that keep no session of their own."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from deskhand.agents.endpoints import AgentId
from deskhand.agents.runtime import AgentRuntime
from deskhand.conversations.lifecycle import SessionLifecycle, SessionWish
from deskhand.conversations.threads import ThreadRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue
from deskhand.kit.problems import responses
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope, UnknownContact
from deskhand.tenancy.store import TenantStore
from deskhand.turns.answer import AnswerOut
from deskhand.turns.runner import TurnRunner
from deskhand.turns.state import Repeated, TurnRequest

CHANNEL = "api"
Chatter = Annotated[TenantScope, allowed(Permission.CHAT)]


class InteractionIn(BaseModel):
    """A message for an agent. Without a thread the contact's conversation with the agent goes on, or begins."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "How long can I return a helmet?"}]})

    message: str
    thread_id: Annotated[str | None, Field(max_length=60, description="A thread to go on in.")] = None
    contact_id: Annotated[
        str | None, Field(max_length=60, description="Staff only: who asks; without one, a new contact.")
    ] = None
    idempotency_key: str | None = None


class InteractionOut(AnswerOut):
    """The answer, and where the conversation stands."""

    message_count: Annotated[int, Field(ge=0, description="Messages of the thread so far.")]


class ContactMismatch(InvalidValue):
    code = "contact_mismatch"


class AgentChatEndpoint:
    """Finds or makes the conversation, and runs one turn in it."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        directory: Directory,
        runtime: AgentRuntime,
        sessions: SessionLifecycle,
        runner: TurnRunner,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._runtime = runtime
        self._sessions = sessions
        self._runner = runner
        self.router = APIRouter(prefix="/api/v1", tags=["agents"])
        self.router.add_api_route(
            "/agents/{agent_id}/chat",
            self.chat,
            methods=["POST"],
            responses=responses(400, 401, 403, 404, 409, 413, 422, 429, 503),
        )

    async def chat(self, agent_id: AgentId, body: InteractionIn, scope: Chatter) -> InteractionOut:
        """Ask an agent something and get its answer, in a conversation that goes on with the next message."""
        await self._runtime.check(scope, agent_id)
        contact_id = await self._contact(scope, body)
        wish = SessionWish(agent_id=agent_id, thread_id=body.thread_id)
        session = await self._sessions.open(scope, contact_id, CHANNEL, wish)
        request = TurnRequest(
            scope=scope, session_id=session.id, text=body.message, idempotency_key=body.idempotency_key
        )
        begun = await self._runner.submit(request)
        answer = begun.answer if isinstance(begun, Repeated) else await begun.answer()
        return InteractionOut(**await self._standing(scope, answer))

    async def _standing(self, scope: TenantScope, answer: dict[str, Any]) -> dict[str, Any]:
        async with self._store.read(scope) as db:
            thread = await ThreadRepository(db, scope, self._clock).thread(answer["thread_id"])
        return {**answer, "message_count": thread.message_count}

    async def _contact(self, scope: TenantScope, body: InteractionIn) -> str:
        """Who asks: the contact itself, the thread's, the one that staff name, or a new one."""
        named = scope.contact_id or body.contact_id
        if body.thread_id is not None:
            async with self._store.read(scope) as db:
                thread = await ThreadRepository(db, scope, self._clock).thread(body.thread_id)
            if named not in {None, thread.contact_id}:
                raise ContactMismatch(
                    f"The thread {body.thread_id!r} is of another contact than {named!r}: leave one of them out."
                )
            return thread.contact_id
        if scope.contact_id is not None:
            return scope.contact_id
        if body.contact_id is None:
            return (await self._directory.new_contact(scope.tenant_id))[0]
        if not await self._directory.has_contact(scope, body.contact_id):
            raise UnknownContact(f"There is no contact {body.contact_id!r}: leave it out to make a new one.")
        return body.contact_id
