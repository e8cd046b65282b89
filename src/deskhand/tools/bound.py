"""A tool in its turn: ready before its first call, let go of at the end, and what is reported of each call.

Above: the turn's toolbox makes one of each tool. Below: the contract.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from deskhand.tools.breaker import Circuit
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn
from deskhand.tools.failures import Outcome

MAX_CALLS_A_TURN = 20
"""Of one tool: a model that goes round in circles is stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallStarted:
    tool: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEnded:
    """How a call went. `result` is what the model was told, before it was made to fit."""

    tool: str
    result: ToolResult
    outcome: Outcome
    attempts: int
    seconds: float


CallEvent: TypeAlias = CallStarted | CallEnded
Report: TypeAlias = Callable[[CallEvent], None]


class NotReady(Exception):
    """The tool could not get ready in this turn."""


class BoundTool:
    """One tool, serving one turn."""

    def __init__(self, tool: BaseTool[Any], turn: ToolTurn, *, timeout_seconds: float, report: Report) -> None:
        """`timeout_seconds` is for one attempt; `report` is told when a call begins and how it ended."""
        self.tool = tool
        self.turn = turn
        self.timeout_seconds = timeout_seconds
        self.report = report
        self._calls = 0
        self._ready = asyncio.Lock()
        self._began = False
        self._failed: BaseException | None = None

    @property
    def circuit(self) -> Circuit:
        return Circuit(tenant_id=self.turn.scope.tenant_id, tool=self.tool.name)

    def may_call(self) -> bool:
        """Count a call; whether it is still one of those allowed in a turn."""
        self._calls += 1
        return self._calls <= MAX_CALLS_A_TURN

    async def ready(self) -> None:
        """Let the tool get ready, once.

        Raises:
            NotReady: when that failed, now or before; its cause is what the tool raised.
        """
        async with self._ready:
            if not self._began:
                self._began = True
                try:
                    await self.tool.initialize()
                except BaseException as error:
                    self._failed = error
                    if not isinstance(error, Exception):
                        raise
        if self._failed is not None:
            raise NotReady from self._failed
