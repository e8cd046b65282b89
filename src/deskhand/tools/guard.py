"""What stands around every tool call: checked arguments, approvals, the breaker, time-outs, retries, a span, log lines.

A call always ends in JSON that a model can act on; only being cancelled passes through. What a customer may see or a
model is told never holds the details of a failure: those are in the log.
Above: the adapter. Below: the parts in the modules beside this one.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from opentelemetry import trace
from pydantic import BaseModel

from deskhand.kit.clock import Clock
from deskhand.tools.arguments import WrongArguments, checked
from deskhand.tools.bound import BoundTool, CallEnded, CallStarted, NotReady
from deskhand.tools.breaker import Breakers, Permit, Refused
from deskhand.tools.contract import BaseTool, RiskyAction, ToolResult
from deskhand.tools.cutting import BrokenOff, CutOff, Cutter
from deskhand.tools.failures import Failure, Outcome, failure_of, log_details
from deskhand.tools.observing import observed
from deskhand.tools.retrying import RetryPolicy
from deskhand.tools.shown import MAX_BYTES, shown
from deskhand.tools.telling import told_of

log = structlog.get_logger(__name__)

APPROVAL = "approval"
CLEANUP_SECONDS = 3.0
"""The customer waits for the end of the turn, so nobody may take long to leave."""
_HELD_AGAINST_NOBODY = frozenset({Outcome.BROKEN, Outcome.WRONG_ARGUMENTS, Outcome.UNAVAILABLE})
"""Outcomes that say nothing about the far side."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a call, or an attempt of it, ended; `failure` is None when the tool gave a result."""

    result: ToolResult
    failure: Failure | None = None
    attempts: int = 0

    @property
    def outcome(self) -> Outcome:
        if self.failure is not None:
            return self.failure.outcome
        return Outcome.DONE if self.result.success else Outcome.DECLINED


class ActionGate(Protocol):
    """Decides whether a call may be made now, or a person is asked first."""

    async def consider(self, bound: BoundTool, parameters: BaseModel, risk: RiskyAction | None) -> ToolResult | None:
        """None lets the call pass. A result is given to the model instead, and the tool is not run; one that waits for
        a person names its request under APPROVAL in its metadata.

        Raises:
            WrongArguments: when the action cannot be what it says, such as a refund of less than nothing.
        """
        ...


class Guard:
    """One for the process. `sleep`, `ticks` (seconds, never running back) and `chance` (0 to 1) can be given."""

    def __init__(
        self,
        *,
        clock: Clock,
        breakers: Breakers,
        gate: ActionGate | None = None,
        retry: RetryPolicy | None = None,
        max_bytes: int = MAX_BYTES,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        ticks: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        tracer: trace.Tracer | None = None,
    ) -> None:
        """`gate` is asked before a call is made. What a person has allowed runs under a guard without one."""
        self._clock = clock
        self._breakers = breakers
        self._gate = gate
        self._retry = retry or RetryPolicy()
        self._max_bytes = max_bytes
        self._sleep = sleep
        self._ticks = ticks
        self._chance = chance
        self._tracer = tracer or trace.get_tracer("deskhand.tools")
        self._cutter = Cutter()

    async def call(self, bound: BoundTool, arguments: Mapping[str, Any]) -> str:
        """Call the tool with a model's arguments; gives what the model is shown."""
        name = bound.tool.name
        bound.report(CallStarted(tool=name))
        began = self._ticks()
        with observed(self._tracer, bound) as observation:
            ended, text = await self._whatever_happens(bound, arguments)
            seconds = self._ticks() - began
            observation.end(ended.outcome, ended.attempts, seconds)
        bound.report(
            CallEnded(tool=name, result=ended.result, outcome=ended.outcome, attempts=ended.attempts, seconds=seconds)
        )
        return text

    async def clean_up(self, tools: Iterable[BoundTool]) -> None:
        """Let the tools let go of everything, beside each other. That one cannot is logged and stops nothing."""
        untidy = [bound for bound in tools if type(bound.tool).cleanup is not BaseTool.cleanup]
        await asyncio.gather(*(self._clean_up(bound) for bound in untidy))

    async def _clean_up(self, bound: BoundTool) -> None:
        try:
            await self._cutter.within(CLEANUP_SECONDS, bound.tool.cleanup())
        except Exception as error:  # noqa: BLE001 - the border of a tool call; logged here
            log.warning("tool_not_cleaned_up", tool=bound.tool.name, **log_details(error))

    async def _whatever_happens(self, bound: BoundTool, arguments: Mapping[str, Any]) -> tuple[Ended, str]:
        """The call and what the model is shown. Validators and objects of a tool's own may raise anything, too."""
        attempts = 0
        try:
            ended = await self._called(bound, arguments)
            attempts = ended.attempts
            return ended, shown(ended.result, self._max_bytes, bound.tool.trust)
        except Exception as error:  # noqa: BLE001 - the border of a tool call; logged here
            _note(bound.tool.name, Outcome.BROKEN, error)
            broken = replace(self._failed(bound, Failure(outcome=Outcome.BROKEN)), attempts=attempts)
            return broken, shown(broken.result, self._max_bytes, bound.tool.trust)

    async def _called(self, bound: BoundTool, arguments: Mapping[str, Any]) -> Ended:
        if not bound.may_call():
            return self._failed(bound, Failure(outcome=Outcome.TOO_MANY_CALLS))
        try:
            parameters = checked(bound.tool.name, bound.tool.parameters, arguments)
            held = await self._considered(bound, parameters)
        except WrongArguments as fault:
            return self._failed(bound, Failure(outcome=Outcome.WRONG_ARGUMENTS, told=str(fault)))
        if held is not None:
            return held
        permit = await self._breakers.admit(bound.circuit)
        if isinstance(permit, Refused):
            return self._failed(bound, Failure(outcome=Outcome.UNAVAILABLE))
        return await self._permitted(bound, parameters, permit)

    async def _considered(self, bound: BoundTool, parameters: BaseModel) -> Ended | None:
        """How the call ended before it began, where it was refused or a person is asked first.

        Raises:
            WrongArguments: when the action cannot be what it says.
        """
        if self._gate is None:
            return None
        try:
            held = await self._gate.consider(bound, parameters, bound.tool.risk(parameters))
        except WrongArguments:
            raise
        except Exception as error:  # noqa: BLE001 - the border of a tool call; logged in `_understood`
            # Nothing was done, whatever tool it is.
            return self._failed(bound, self._understood(bound, error, 0.0), idempotency_key=True)
        if held is None or APPROVAL not in held.metadata:
            return None if held is None else Ended(result=held)
        return Ended(result=held, failure=Failure(outcome=Outcome.AWAITS_APPROVAL))

    async def _permitted(self, bound: BoundTool, parameters: BaseModel, permit: Permit) -> Ended:
        """Call it with the breaker's leave, and tell the breaker how that went."""
        try:
            ended = await self._attempts(bound, parameters)
        except BaseException:
            await self._breakers.give_back(permit)
            raise
        far_side_failed = ended.failure is not None and ended.failure.far_side
        if ended.outcome in _HELD_AGAINST_NOBODY and not far_side_failed:
            await self._breakers.give_back(permit)
        else:
            await self._breakers.report(permit, failed=far_side_failed)
        return ended

    async def _attempts(self, bound: BoundTool, parameters: BaseModel) -> Ended:
        """The first attempt that succeeds, or the last one there is time and leave for."""
        until = self._ticks() + self._retry.budget_seconds
        attempt = 0
        while True:
            attempt += 1
            ended = await self._attempt(bound, parameters, until - self._ticks())
            if ended.failure is None or not _may_repeat(bound, parameters):
                break
            pause = self._retry.pause(ended.failure, attempt, until - self._ticks(), self._chance)
            if pause is None:
                break
            await self._sleep(pause)
        return replace(ended, attempts=attempt)

    async def _attempt(self, bound: BoundTool, parameters: BaseModel, left: float) -> Ended:
        seconds = min(bound.timeout_seconds, left)
        try:
            result = await self._cutter.within(seconds, _ready_and_execute(bound, parameters))
        except Exception as error:  # noqa: BLE001 - the border of a tool call; logged in `_understood`
            return self._failed(bound, self._understood(bound, error, seconds), _kept_key(parameters))
        if isinstance(result, ToolResult):
            return Ended(result=result)
        log.error("tool_gave_no_result", tool=bound.tool.name, given=type(result).__name__)
        return self._failed(bound, Failure(outcome=Outcome.BROKEN))

    def _understood(self, bound: BoundTool, error: Exception, seconds: float) -> Failure:
        """What is behind an exception, and the log line with its details."""
        name = bound.tool.name
        match error:
            case CutOff():
                log.warning("tool_timed_out", tool=name, seconds=round(seconds, 3))
                return Failure(outcome=Outcome.TIMED_OUT, far_side=True, told=f"{seconds:g}")
            case NotReady(__cause__=BaseException() as cause):
                log.warning("tool_not_ready", tool=name, **log_details(cause))
                return Failure(outcome=Outcome.UNAVAILABLE, far_side=failure_of(cause, self._clock.now()).far_side)
            case BrokenOff():
                log.error("tool_cancelled_itself", tool=name)
                return Failure(outcome=Outcome.BROKEN)
            case _:
                failure = failure_of(error, self._clock.now())
                _note(name, failure.outcome, error)
                return failure

    def _failed(self, bound: BoundTool, failure: Failure, idempotency_key: object = None) -> Ended:
        safe = bound.tool.idempotent or bool(idempotency_key)
        told = told_of(bound.tool.name, failure, safe=safe)
        return Ended(result=ToolResult(success=False, error=told), failure=failure)


def _note(name: str, outcome: Outcome, error: Exception) -> None:
    """The log line with the details, which are nowhere else."""
    line = log.error if outcome is Outcome.BROKEN else log.warning
    line("tool_failed", tool=name, outcome=outcome.value, **log_details(error))


async def _ready_and_execute(bound: BoundTool, parameters: BaseModel) -> object:
    await bound.ready()
    return await bound.tool.execute(parameters)


def _kept_key(parameters: BaseModel) -> object:
    return getattr(parameters, "idempotency_key", None)


def _may_repeat(bound: BoundTool, parameters: BaseModel) -> bool:
    """A call with effects is only made twice when its key tells the far side that it is the same one."""
    return bound.tool.idempotent or bool(_kept_key(parameters))
