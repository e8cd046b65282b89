"""What a committed turn leaves to be done beside everything else. None of it is lost when the process ends before.

Above: the journey. Below: the slices: summaries, memories, notices; plans.
"""

from deskhand.conversations.summaries import ThreadSummaries
from deskhand.escalation.desk import TicketDesk
from deskhand.memory.keeper import MemoryKeeper
from deskhand.memory.recall import MemoryRecall
from deskhand.turns.commit import Committed
from deskhand.turns.planning import TurnPlans
from deskhand.turns.state import Accepted, Gathered


class Aftermath:
    """Starts it."""

    def __init__(
        self,
        *,
        summaries: ThreadSummaries,
        recall: MemoryRecall,
        keeper: MemoryKeeper,
        desk: TicketDesk,
        plans: TurnPlans,
    ) -> None:
        self._summaries = summaries
        self._recall = recall
        self._keeper = keeper
        self._desk = desk
        self._plans = plans

    def begin(self, accepted: Accepted, gathered: Gathered, committed: Committed) -> None:
        """Sum up what the next turn has no room for, count what was recalled, embed what was learned, tell staff, go on
        with the plan.
        """
        if gathered.outgrown is not None:
            self._summaries.keep_up(
                accepted.scope,
                accepted.session.thread_id,
                limit=gathered.agent.history_messages,
                tokens=gathered.outgrown,
            )
        self._recall.count_uses_later(accepted.scope, gathered.memory)
        if committed.learned:
            self._keeper.embed_later(accepted.scope)
        if committed.ticket is not None:
            self._desk.notify_later(accepted.scope, committed.ticket)
        self._plans.begin(committed.plan)
