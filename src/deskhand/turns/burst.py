"""One turn at a time in a session. What arrives meanwhile is answered together by the next one.

Above: the journey. Below: the session store, which says whose turn it is.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from deskhand.conversations.session_store import TURNS, SessionState, SessionStore
from deskhand.kit.clock import Clock
from deskhand.turns.events import Tell, TurnEvent
from deskhand.turns.state import Accepted

MAX_MESSAGES = 50
MAX_CHARS = 20_000
"""What one answer can do justice to; what is more than that waits for the next one."""
BETWEEN = "\n"


@dataclass(eq=False, kw_only=True, slots=True)
class Place:
    """A turn that waits, and in the end what came of it."""

    accepted: Accepted
    tell: Tell
    began: float
    answer: dict[str, Any] | None = None
    error: Exception | None = None

    @property
    def waits(self) -> bool:
        return self.answer is None and self.error is None

    def outcome(self) -> dict[str, Any]:
        """The answer; raises what the turn ended with instead."""
        if self.error is not None:
            raise self.error
        assert self.answer is not None  # noqa: S101 - whoever answers a burst answers all of it
        return self.answer


class Bursts:
    """Who waits in which session."""

    def __init__(self, sessions: SessionStore, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._waiting: dict[str, list[Place]] = {}

    @asynccontextmanager
    async def turn(self, place: Place) -> AsyncIterator[Sequence[Place]]:
        """Waits until the session is free; gives the places to be answered together, this one first.

        None are given when this one was answered together with an earlier one. A place that is left without an
        answer or an error waits on.
        """
        session_id = place.accepted.session.id
        self._waiting.setdefault(session_id, []).append(place)
        try:
            async with self._sessions.lease(session_id):
                if not place.waits:
                    yield ()
                    return
                burst = together(place, self._waiting[session_id])
                async with self._lively(place.accepted):
                    with _SharedFate(burst):
                        yield burst
        finally:
            self._leave(session_id, place)

    def _leave(self, session_id: str, place: Place) -> None:
        waiting = self._waiting[session_id]
        waiting.remove(place)
        if not waiting:
            del self._waiting[session_id]

    @asynccontextmanager
    async def _lively(self, accepted: Accepted) -> AsyncIterator[None]:
        """While it runs, and by its end, the session is not silent."""
        session = accepted.session
        if await self._sessions.get(session.id) is None:
            await self._sessions.set(
                SessionState(
                    session_id=session.id,
                    tenant_id=accepted.scope.tenant_id,
                    thread_id=session.thread_id,
                    contact_id=session.contact_id,
                    last_activity_at=self._clock.now(),
                    agent_id=session.agent_id,
                    agent_version=session.agent_version,
                )
            )
        await self._sessions.increment(session.id, TURNS)
        try:
            yield
        finally:
            await self._sessions.increment(session.id, TURNS, -1)
            await self._sessions.update(session.id, {"last_activity_at": self._clock.now()})


class _SharedFate:
    """What goes wrong goes wrong for the whole burst; only when the first is cut off the others wait on."""

    def __init__(self, burst: Sequence[Place]) -> None:
        self._burst = burst

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, Exception):
            for place in self._burst:
                place.error = error


def together(first: Place, waiting: Sequence[Place]) -> tuple[Place, ...]:
    """The places that one answer can serve: of the same sender, with the same wishes, not too much at once."""
    chosen, chars = [first], len(first.accepted.turn.text)
    for place in waiting:
        if place is first or not place.waits:
            continue
        chars += len(BETWEEN) + len(place.accepted.turn.text)
        if len(chosen) == MAX_MESSAGES or chars > MAX_CHARS or not _alike(place.accepted, first.accepted):
            break
        chosen.append(place)
    return tuple(chosen)


def joined(burst: Sequence[Place]) -> Accepted:
    """The turns of a burst as one: what was written stands in order, a line for each."""
    first = burst[0].accepted
    if len(burst) == 1:
        return first
    turns = tuple(place.accepted.turn for place in burst)
    texts = tuple(turn.text for turn in turns)
    return replace(first, turn=replace(first.turn, text=BETWEEN.join(texts)), others=turns[1:], texts=texts)


def told_to_all(burst: Sequence[Place]) -> Tell:
    """Tells every turn of the burst the same."""

    def tell(event: TurnEvent) -> None:
        for place in burst:
            place.tell(event)

    return tell


def _alike(one: Accepted, other: Accepted) -> bool:
    return (one.scope, one.knowledge_bases) == (other.scope, other.knowledge_bases)
