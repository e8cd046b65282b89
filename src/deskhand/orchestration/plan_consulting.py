"""The model that plans and puts results together: the coordinator's, or the default agent's where there is none.

Above: the making of plans, the synthesis. Below: `asking.py`. A reply is one JSON object; whatever is wrong with it is
told to the model once, and after that others do without it.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog

from deskhand.agents.runtime import COORDINATOR, DEFAULT_AGENT
from deskhand.kit.errors import Conflict, DeskhandError, NotFound
from deskhand.orchestration.asking import AskPlace, ConsultAgent, Consulted
from deskhand.orchestration.plan_model import Plan
from deskhand.orchestration.plan_work import beside
from deskhand.tenancy.scope import TenantScope

log = structlog.get_logger(__name__)

T = TypeVar("T")

SECONDS = 30.0
OUTPUT_TOKENS = 3_000
MAX_FAULTS = 12
_FAULTS = "\nYour last reply had these faults; reply again, whole, without them:\n"


class BadReply(Exception):
    """What is wrong with a model's reply, a sentence each."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults: Sequence[str] = faults


class PlanModel:
    """Asks the model, twice at most."""

    def __init__(self, consult: ConsultAgent) -> None:
        self._consult = consult

    async def think(
        self, scope: TenantScope, task: str, data: str, read: Callable[[dict[str, Any]], T], place: AskPlace
    ) -> tuple[T, str] | None:
        """What `read` makes of the reply, and the model's name; None where there is no model, or none that does it.

        `read` raises BadReply where the reply will not do.
        """
        asked = task
        for _ in range(2):
            reply = await self._reply(scope, asked, data, place)
            if reply is None:
                return None
            try:
                return read(object_in(reply.text)), reply.model
            except BadReply as error:
                faults = error.faults[:MAX_FAULTS]
                asked = task + _FAULTS + "\n".join(f"- {fault}" for fault in faults)
        log.warning("plan_without_model", reason="bad_reply")
        return None

    async def _reply(self, scope: TenantScope, task: str, data: str, place: AskPlace) -> Consulted | None:
        for agent_id in (COORDINATOR, DEFAULT_AGENT):
            try:
                return await beside(self._consult.consult(scope, agent_id, task, data, place=place))
            except (NotFound, Conflict):
                continue
            except DeskhandError as error:
                log.warning("plan_without_model", reason=error.code)
                return None
        return None


def place_of_thought(plan: Plan | None = None) -> AskPlace:
    """From where a model is asked to plan or to sum up."""
    if plan is None:
        return AskPlace(seconds=SECONDS, output_tokens=OUTPUT_TOKENS)
    return AskPlace(
        session_id=plan.session_id,
        thread_id=plan.thread_id,
        turn_id=plan.turn_id,
        contact_id=plan.contact_id,
        seconds=SECONDS,
        output_tokens=OUTPUT_TOKENS,
    )


def object_in(text: str) -> dict[str, Any]:
    """The JSON object of a reply, also where the model puts a fence around it.

    Raises:
        BadReply: when there is none.
    """
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if start >= 0 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadReply("It is not one JSON object and nothing else.")
    return found
