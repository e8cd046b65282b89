"""One subtask: the agent asked, in its time, once more when it failed in passing, and no longer than it is wanted.

Above: the runner. Below: `asking.py`, the agents. What was found before goes along as data, one JSON object a line.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from dataclasses import replace
from typing import Any, TypeVar

import structlog

from deskhand.conversations.transcript import clipped
from deskhand.kit.errors import DeskhandError, TooManyRequests, Unavailable
from deskhand.orchestration.asking import AskAgent, Asked, AskPlace
from deskhand.orchestration.plan_model import (
    MAX_ERROR_CHARS,
    MAX_OUTPUT_CHARS,
    Plan,
    Result,
    Subtask,
    SubtaskStatus,
    storable,
)
from deskhand.orchestration.plan_ports import PlanAgents
from deskhand.tenancy.scope import TenantScope

log = structlog.get_logger(__name__)

T = TypeVar("T")

TRIES = 2
GRACE = 1.1
PAUSE_SECONDS = 0.5
"""Before the second try."""
MAX_TOLD_CHARS = 10_000
"""Of what other subtasks found, all of it together."""
MAX_TASK_CHARS = 1_000


class SubtaskWork:
    """Asks agents, and knows whom it is asking, so that it can stop."""

    def __init__(
        self,
        *,
        asker: AskAgent,
        agents: PlanAgents,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._asker = asker
        self._agents = agents
        self._pause = pause
        self._asking: defaultdict[str, set[asyncio.Task[Result]]] = defaultdict(set)

    async def do(self, scope: TenantScope, plan: Plan, subtask: Subtask, told: Sequence[Subtask]) -> Result:
        """What came of it."""
        task = beside(self._tried(scope, plan, subtask, told))
        self._asking[plan.id].add(task)
        try:
            await asyncio.wait({task})
            return _failed("It was cut off.") if task.cancelled() else task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._asking[plan.id].discard(task)
            if not self._asking[plan.id]:
                del self._asking[plan.id]

    def stop(self, plan_id: str) -> None:
        """Nothing more is wanted of the plan."""
        for task in self._asking.get(plan_id, ()):
            task.cancel()

    async def _tried(self, scope: TenantScope, plan: Plan, subtask: Subtask, told: Sequence[Subtask]) -> Result:
        began = time.monotonic()
        result = await self._outcome(scope, plan, subtask, told)
        tries = 1
        while isinstance(result, _Passing) and tries < TRIES:
            await self._pause(PAUSE_SECONDS)
            tries += 1
            result = await self._outcome(scope, plan, subtask, told)
        if isinstance(result, _Passing):
            result = _failed(result.reason)
        return replace(result, seconds=time.monotonic() - began, tries=tries)

    async def _outcome(
        self, scope: TenantScope, plan: Plan, subtask: Subtask, told: Sequence[Subtask]
    ) -> "Result | _Passing":
        try:
            return _done(await self._asked(scope, plan, subtask, told))
        except TimeoutError:
            return _Passing(f"The agent {subtask.agent!r} did not answer in its time.")
        except (Unavailable, TooManyRequests) as error:
            log.info("subtask_failed_in_passing", agent=subtask.agent, reason=error.code)
            return _Passing(error.detail)
        except DeskhandError as error:
            return _failed(error.detail)

    async def _asked(self, scope: TenantScope, plan: Plan, subtask: Subtask, told: Sequence[Subtask]) -> Asked:
        agent = await self._agents.agent(scope, subtask.agent)
        place = AskPlace(
            session_id=plan.session_id,
            thread_id=plan.thread_id,
            turn_id=plan.turn_id,
            contact_id=plan.contact_id,
            seconds=agent.seconds,
        )
        context = context_of(plan, subtask, told)
        # A little more than the asker keeps to by itself, which knows what was under way.
        async with asyncio.timeout(agent.seconds * GRACE):
            return await self._asker.ask(scope, agent.id, subtask.description, context=context, place=place)


def beside(work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """The work, out of whatever this job happened to be woken in: an agent's own turn, for one, counts for nothing."""
    return asyncio.get_running_loop().create_task(work, context=Context())


class _Passing:
    """It failed in a way that may be over in a moment."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def context_of(plan: Plan, subtask: Subtask, told: Sequence[Subtask]) -> str:
    """The task and what was found before, as data: one JSON object a line, so that nothing can end its own frame.

    Empty where the subtask is the whole task, and nothing came before it.
    """
    lines = [] if plan.task == subtask.description else [{"task": clipped(plan.task, MAX_TASK_CHARS)}]
    room = MAX_TOLD_CHARS // max(1, len(told))
    lines += [
        {"subtask": each.id, "agent": each.agent, "asked": each.description, "found": clipped(each.output or "", room)}
        for each in told
    ]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


def _done(asked: Asked) -> Result:
    return Result(
        status=SubtaskStatus.DONE,
        seconds=asked.seconds,
        output=storable(asked.text)[:MAX_OUTPUT_CHARS],
        answered=asked.answered,
        citations=asked.citations,
    )


def _failed(reason: str) -> Result:
    return Result(status=SubtaskStatus.FAILED, seconds=0.0, error=storable(reason)[:MAX_ERROR_CHARS])
