"""The live events of each session: numbered, kept for a while so that a client can resume, handed to who listens.

Turns publish; channels subscribe. It holds events in memory: a client whose stream is gone reloads the history.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from deskhand.kit.clock import Clock
from deskhand.kit.ids import new_id
from deskhand.turns.events import NumberedEvent, TurnEvent

KEPT_EVENTS = 2_000
KEPT_SESSIONS = 10_000


@dataclass(kw_only=True, slots=True)
class _Channel:
    last_seq: int = 0
    kept: deque[NumberedEvent] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    listeners: set[asyncio.Queue[NumberedEvent]] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """What the client missed, and the queue on which the rest arrives. `resumed` is False when some of it is gone."""

    resumed: bool
    last_seq: int
    missed: Sequence[NumberedEvent]
    queue: "asyncio.Queue[NumberedEvent]"


class EventHub:
    """One per process. `stream` names this process's numbering: numbers of another stream mean nothing here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._channels: OrderedDict[str, _Channel] = OrderedDict()
        self.stream = new_id("str")

    def publish(self, session_id: str, turn_id: str | None, event: TurnEvent) -> NumberedEvent:
        """The event with its number, kept and handed to every listener."""
        channel = self._channel(session_id)
        channel.last_seq += 1
        numbered = NumberedEvent(
            seq=channel.last_seq, session_id=session_id, turn_id=turn_id, at=self._clock.now(), event=event
        )
        channel.kept.append(numbered)
        for queue in channel.listeners:
            queue.put_nowait(numbered)
        return numbered

    @contextmanager
    def subscribe(self, session_id: str, *, stream: str | None = None, after: int = 0) -> Iterator[Subscription]:
        """Listen to a session from event number `after` of `stream` on; without a stream, from now on."""
        channel = self._channel(session_id)
        queue: asyncio.Queue[NumberedEvent] = asyncio.Queue()
        oldest = channel.kept[0].seq if channel.kept else channel.last_seq + 1
        resumed = stream == self.stream and oldest - 1 <= after <= channel.last_seq
        missed = tuple(event for event in channel.kept if event.seq > after) if resumed else ()
        channel.listeners.add(queue)
        try:
            yield Subscription(resumed=resumed, last_seq=channel.last_seq, missed=missed, queue=queue)
        finally:
            channel.listeners.discard(queue)

    def forget(self, session_id: str) -> None:
        """Let go of what the session told. Whoever listens to it hears what comes."""
        channel = self._channels.get(session_id)
        if channel is not None:
            channel.kept.clear()

    def events_of_turn(self, session_id: str, turn_id: str) -> tuple[NumberedEvent, ...]:
        """What the turn has told so far, as far as it is kept."""
        return tuple(event for event in self._channel(session_id).kept if event.turn_id == turn_id)

    def _channel(self, session_id: str) -> _Channel:
        channel = self._channels.get(session_id)
        if channel is None:
            channel = self._channels[session_id] = _Channel()
            self._forget_quiet_sessions()
        self._channels.move_to_end(session_id)
        return channel

    def _forget_quiet_sessions(self) -> None:
        if len(self._channels) <= KEPT_SESSIONS:
            return
        quiet = next((key for key, channel in self._channels.items() if not channel.listeners), None)
        if quiet is not None:
            del self._channels[quiet]
