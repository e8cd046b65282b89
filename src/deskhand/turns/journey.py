"""A message's journey, as a story. Each verb is a stage in a module of its own; the channels stand above.

What it promises: an accepted message is never lost, is answered once, with those that came while another was being
answered, and every citation in the answer names a passage that was found.
"""

import time
from collections.abc import Sequence
from typing import Any

from deskhand.kit.errors import DeskhandError, Unavailable
from deskhand.turns.admit import Admitter
from deskhand.turns.burst import Bursts, Place, joined, told_to_all
from deskhand.turns.commit import Committer
from deskhand.turns.events import Completed, Failed, SourcesFound, Stage, StageReached, Started, Tell
from deskhand.turns.gather import Gatherer
from deskhand.turns.respond import Responder
from deskhand.turns.state import Accepted, Admission, TurnRequest
from deskhand.turns.verify import verify


class Journey:
    """Takes a message from acceptance to its committed answer."""

    def __init__(
        self, *, admitter: Admitter, bursts: Bursts, gatherer: Gatherer, responder: Responder, committer: Committer
    ) -> None:
        self._admitter = admitter
        self._bursts = bursts
        self._gatherer = gatherer
        self._responder = responder
        self._committer = committer

    async def admit(self, request: TurnRequest) -> Admission:
        """Check the message and store it. From here on it is ours to answer."""
        return await self._admitter.admit(request)

    async def travel(self, accepted: Accepted, tell: Tell) -> dict[str, Any]:
        """Answer an accepted message and tell of it on the way; the answer is committed before the last event.

        Raises:
            DeskhandError: when there is no answer; by then the failure is stored and told.
        """
        place = Place(accepted=accepted, tell=tell, began=time.monotonic())
        tell(_started(accepted))
        try:
            async with self._bursts.turn(place) as burst:
                if burst:
                    await self._answer_together(burst)
            return place.outcome()
        except DeskhandError as error:
            await self.fail(accepted, error, tell)
            raise

    async def _answer_together(self, burst: Sequence[Place]) -> None:
        """One answer for all that wait, committed before any of them is told."""
        answers = await self._answer(joined(burst), told_to_all(burst), burst[0].began)
        for place in burst:
            place.answer = answers[place.accepted.turn.id]
            place.tell(Completed(answer=place.answer))

    async def _answer(self, accepted: Accepted, tell: Tell, began: float) -> dict[str, dict[str, Any]]:
        tell(StageReached(stage=Stage.SEARCHING))
        gathered = await self._gatherer.gather(accepted)
        tell(SourcesFound(passages=gathered.passages))
        tell(StageReached(stage=Stage.WRITING))
        draft = await self._responder.respond(accepted, gathered, tell)
        tell(StageReached(stage=Stage.CHECKING))
        verified = verify(draft)
        answers = await self._committer.commit(accepted, verified, seconds=lambda: time.monotonic() - began)
        self._gatherer.keep_summary(accepted, gathered)
        return answers

    async def fail(self, accepted: Accepted, error: DeskhandError, tell: Tell) -> None:
        """Store and tell that the turn ended without an answer; told also when it cannot be stored."""
        failed = _failed(accepted, error)
        try:
            await self._committer.fail(accepted, failed)
        finally:
            tell(failed)


def _started(accepted: Accepted) -> Started:
    turn = accepted.turn
    return Started(message_id=turn.message_id, idempotency_key=turn.idempotency_key, text=turn.text)


def _failed(accepted: Accepted, error: DeskhandError) -> Failed:
    return Failed(
        code=error.code,
        title=error.title,
        detail=error.detail,
        retryable=isinstance(error, Unavailable),
        message_id=accepted.turn.message_id,
    )
