"""Runs turns apart from the connection that brought them: a client may go away, the turn goes on.

Above: the channels hand in messages and listen. Below: the journey and the hub.
"""

import asyncio
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from deskhand.conversations.model import Turn
from deskhand.kit.errors import DeskhandError, Unavailable
from deskhand.turns.events import TurnEvent
from deskhand.turns.hub import EventHub
from deskhand.turns.journey import Journey
from deskhand.turns.state import Accepted, Repeated, TurnRequest

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 20.0


class TurnBroke(Unavailable):
    """Something failed that no stage expected; the details stand in the log under the request id."""

    code = "turn_failed"
    title = "The answer could not be made"


class RunningTurn:
    """A turn under way. Its answer can be awaited by any number of channels."""

    def __init__(self, turn: Turn, task: "asyncio.Task[dict[str, Any]]") -> None:
        self.turn = turn
        self._task = task

    async def answer(self) -> dict[str, Any]:
        """The answer once it is committed. Giving up the wait does not stop the turn.

        Raises:
            DeskhandError: what the turn ended with.
        """
        return await asyncio.shield(self._task)


class TurnRunner:
    """Starts turns, finds those under way again by their id, and lets them finish before the process ends."""

    def __init__(self, journey: Journey, hub: EventHub) -> None:
        self._journey = journey
        self._hub = hub
        self._running: dict[str, RunningTurn] = {}

    async def submit(self, request: TurnRequest) -> RunningTurn | Repeated:
        """Store the message and start its turn; a repeated key gives the turn, or the answer, it began.

        Raises:
            DeskhandError: when the message is not admitted; nothing is stored then.
        """
        match await self._journey.admit(request):
            case Repeated() as repeated:
                return repeated
            case Accepted() as accepted:
                return self._running.get(accepted.turn.id) or self.start(accepted)

    def start(self, accepted: Accepted) -> RunningTurn:
        """Run a stored turn."""
        task = asyncio.create_task(self._run(accepted))
        running = self._running[accepted.turn.id] = RunningTurn(accepted.turn, task)
        task.add_done_callback(lambda ended: self._ended(accepted.turn.id, ended))
        return running

    async def drain(self) -> None:
        """Wait for the turns under way, then stop the late ones; their messages are answered at the next start."""
        tasks = [running._task for running in self._running.values()]  # noqa: SLF001 - its own record
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()

    async def _run(self, accepted: Accepted) -> dict[str, Any]:
        def tell(event: TurnEvent) -> None:
            self._hub.publish(accepted.session.id, accepted.turn.id, event)

        with bound_contextvars(session_id=accepted.session.id, turn_id=accepted.turn.id):
            try:
                return await self._journey.travel(accepted, tell)
            except DeskhandError as error:
                log.warning("turn_ended_without_answer", code=error.code)
                raise
            except Exception as error:
                log.exception("turn_broke")
                broke = TurnBroke("The answer could not be made; your message is kept. Please try again.")
                await self._journey.fail(accepted, broke, tell)
                raise broke from error

    def _ended(self, turn_id: str, task: "asyncio.Task[dict[str, Any]]") -> None:
        self._running.pop(turn_id, None)
        if not task.cancelled():
            task.exception()  # marks it as seen: whoever waits gets it from `answer`, and it is logged above
