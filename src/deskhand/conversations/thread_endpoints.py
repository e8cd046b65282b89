"""Threads over HTTP: a contact's own, for staff all of the tenant."""

from typing import Annotated

from fastapi import APIRouter, Query

from deskhand.conversations.ids import ContactFilter, Cursor, Limit, Offset, ThreadId
from deskhand.conversations.model import ThreadStatus
from deskhand.conversations.thread_schemas import (
    ThreadMessages,
    ThreadOut,
    ThreadPage,
    ThreadPatch,
    thread_messages,
    thread_out,
    thread_page,
)
from deskhand.conversations.threads import ThreadRepository
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotAllowed
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

Reader = Annotated[TenantScope, allowed(Permission.CONVERSATIONS_READ)]


class ThreadEndpoints:
    """Lists, shows and names threads, and pages through their messages."""

    def __init__(self, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1", tags=["conversations"])
        add = self.router.add_api_route
        failures = responses(401, 403, 404, 422)
        add("/threads", self.list_threads, methods=["GET"], responses=responses(401, 403, 422))
        add("/threads/{thread_id}", self.get_thread, methods=["GET"], responses=failures)
        add("/threads/{thread_id}", self.change_thread, methods=["PATCH"], responses=failures)
        add("/threads/{thread_id}/messages", self.list_messages, methods=["GET"], responses=failures)

    async def list_threads(
        self,
        scope: Reader,
        status: Annotated[ThreadStatus | None, Query()] = None,
        contact_id: ContactFilter | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> ThreadPage:
        """Threads, newest first."""
        async with self._store.read(scope) as db:
            threads = ThreadRepository(db, scope, self._clock)
            return thread_page(await threads.threads(status=status, contact_id=contact_id, limit=limit, offset=offset))

    async def get_thread(self, thread_id: ThreadId, scope: Reader) -> ThreadOut:
        """One thread."""
        async with self._store.read(scope) as db:
            return thread_out(await ThreadRepository(db, scope, self._clock).thread(thread_id))

    async def change_thread(self, thread_id: ThreadId, body: ThreadPatch, scope: Reader) -> ThreadOut:
        """Rename a thread (its contact, or staff with `conversations:write`), or set its status (such staff)."""
        if scope.own_contact_id is None:
            scope.require(Permission.CONVERSATIONS_WRITE)
        elif body.status is not None:
            raise NotAllowed("The status of a conversation is set by staff: leave 'status' out.")
        async with self._store.write(scope) as db:
            threads = ThreadRepository(db, scope, self._clock)
            return thread_out(await threads.change(thread_id, title=body.title, status=body.status))

    async def list_messages(
        self,
        thread_id: ThreadId,
        scope: Reader,
        limit: Limit = 50,
        before: Cursor | None = None,
        after: Cursor | None = None,
    ) -> ThreadMessages:
        """The newest messages, or those nearest to a message: `before` it, or `after` it. Oldest first.

        Pages stay right while messages arrive: none is left out, none comes twice.
        """
        async with self._store.read(scope) as db:
            threads = ThreadRepository(db, scope, self._clock)
            return thread_messages(await threads.messages(thread_id, limit=limit, before=before, after=after))
