"""The live state of sessions: what is going on in each right now, and whose turn it is. What lasts is in the database.

Above: turns (hold the lease of a session while they run), the closing of idle sessions. A store that several
processes share takes the place of the one here by keeping the promises of `SessionStore`; the tests of the promises
run over every store there is.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypedDict

TURNS = "turns"
"""The counter of the turns that run or wait."""

_NO_COUNTS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionState:
    """What is going on in a session."""

    session_id: str
    tenant_id: str
    thread_id: str
    contact_id: str
    last_activity_at: datetime
    agent_id: str | None = None
    agent_version: str | None = None
    counters: Mapping[str, int] = field(default_factory=lambda: _NO_COUNTS)


class SessionPatch(TypedDict, total=False):
    """What of a state may be changed; what is left out stays. Counters change by `increment` alone."""

    last_activity_at: datetime
    agent_id: str | None
    agent_version: str | None


class SessionStore(Protocol):
    """Everything is atomic: of two changes made at the same time none is lost."""

    async def get(self, session_id: str) -> SessionState | None:
        """The state of the session; None when none is kept."""
        ...

    async def set(self, state: SessionState) -> None:
        """Keep this state, whole, in the place of what there was."""
        ...

    async def update(self, session_id: str, patch: SessionPatch) -> SessionState | None:
        """The state with the fields of the patch changed; None, and nothing kept, when there is none."""
        ...

    async def delete(self, session_id: str) -> None:
        """Keep nothing of the session any more, also when there was nothing."""
        ...

    async def list_active(self, tenant_id: str) -> tuple[SessionState, ...]:
        """The states of a tenant's sessions, in the order of their ids."""
        ...

    async def increment(self, session_id: str, name: str, by: int = 1) -> int | None:
        """The counter's new value, counted from 0; None, and nothing kept, when there is no state."""
        ...

    def lease(self, session_id: str) -> AbstractAsyncContextManager[None]:
        """Held by one at a time, in the order of arrival. It takes no state to be leased."""
        ...


class InMemorySessionStore:
    """The store of one process. Nothing in it awaits between reading and writing, which is what makes it atomic."""

    def __init__(self) -> None:
        self._states: dict[str, SessionState] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._leasing: dict[str, int] = {}

    async def get(self, session_id: str) -> SessionState | None:
        return self._states.get(session_id)

    async def set(self, state: SessionState) -> None:
        self._states[state.session_id] = replace(state, counters=MappingProxyType(dict(state.counters)))

    async def update(self, session_id: str, patch: SessionPatch) -> SessionState | None:
        state = self._states.get(session_id)
        if state is None:
            return None
        unknown = sorted(set(patch) - SessionPatch.__optional_keys__)
        if unknown:
            raise ValueError(f"A state has no {unknown!r} to change: it has {sorted(SessionPatch.__optional_keys__)}")
        changed = self._states[session_id] = replace(state, **patch)
        return changed

    async def delete(self, session_id: str) -> None:
        self._states.pop(session_id, None)

    async def list_active(self, tenant_id: str) -> tuple[SessionState, ...]:
        states = sorted(self._states.items())
        return tuple(state for _, state in states if state.tenant_id == tenant_id)

    async def increment(self, session_id: str, name: str, by: int = 1) -> int | None:
        state = self._states.get(session_id)
        if state is None:
            return None
        value = state.counters.get(name, 0) + by
        counters = MappingProxyType({**state.counters, name: value})
        self._states[session_id] = replace(state, counters=counters)
        return value

    @asynccontextmanager
    async def lease(self, session_id: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(session_id, asyncio.Lock())
        self._leasing[session_id] = self._leasing.get(session_id, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._leasing[session_id] -= 1
            if not self._leasing[session_id]:
                del self._leasing[session_id], self._locks[session_id]
