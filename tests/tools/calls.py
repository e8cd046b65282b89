"""What tests of tools share: a time that they move themselves, a turn, and tools bound to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel

from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.bound import BoundTool, CallEnded, CallEvent, Report
from deskhand.tools.breaker import BreakerPolicy, InMemoryBreakers
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn
from deskhand.tools.guard import Guard
from deskhand.tools.retrying import RetryPolicy

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class MovedTime:
    """A clock that goes on only when somebody sleeps or moves it. `pauses` holds every sleep."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.pauses: list[float] = []

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.passed)

    def ticks(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed += seconds


def a_turn(tenant_id: str = "ten_1", **fields: Any) -> ToolTurn:
    given: dict[str, Any] = {
        "scope": TenantScope(tenant_id=tenant_id, role=Role.CONTACT, contact_id="con_1"),
        "request_id": "req_1",
        "session_id": "ses_1",
        "thread_id": "thr_1",
        "turn_id": "trn_1",
        "contact_id": "con_1",
        "agent_id": "support",
        "agent_version": "1.0.0",
        "text": "Where is my order?",
    }
    return ToolTurn(**(given | fields))


class Order(BaseModel):
    """Which order."""

    order_id: str
    idempotency_key: str | None = None


@dataclass
class Workshop:
    """A guard whose time stands still, and what it recorded."""

    time: MovedTime
    breakers: InMemoryBreakers
    guard: Guard
    spans: InMemorySpanExporter
    events: list[CallEvent] = field(default_factory=list)

    def bind(self, tool: BaseTool[Any], *, turn: ToolTurn | None = None, seconds: float = 5.0) -> BoundTool:
        return BoundTool(tool, turn or a_turn(), timeout_seconds=seconds, report=self.events.append)

    async def call(self, bound: BoundTool, **arguments: Any) -> dict[str, Any]:
        """What the model is shown."""
        shown: dict[str, Any] = json.loads(await self.guard.call(bound, arguments or {"order_id": "7"}))
        return shown

    @property
    def last(self) -> CallEnded:
        ended = self.events[-1]
        assert isinstance(ended, CallEnded)
        return ended


def a_workshop(
    *, retry: RetryPolicy | None = None, breaker: BreakerPolicy | None = None, chance: Callable[[], float] = lambda: 1.0
) -> Workshop:
    time, spans, provider = MovedTime(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    breakers = InMemoryBreakers(time, breaker)
    guard = Guard(
        clock=time,
        breakers=breakers,
        retry=retry,
        sleep=time.sleep,
        ticks=time.ticks,
        chance=chance,
        tracer=provider.get_tracer("tests"),
    )
    return Workshop(time=time, breakers=breakers, guard=guard, spans=spans)


class ScriptedTool(BaseTool[Order]):
    """Does in turn what it was given: raises an exception, awaits a function, or returns a value."""

    name: ClassVar[str] = "look_up_order"
    description: ClassVar[str] = "Looks an order up."
    parameters = Order

    def __init__(self, *script: Any, initialize: BaseException | None = None) -> None:
        self.script = list(script) or [ToolResult(success=True, data={"state": "sent"})]
        self.initialize_with = initialize
        self.calls: list[Order] = []
        self.initialized = 0
        self.cleaned_up = 0

    async def initialize(self) -> None:
        self.initialized += 1
        if self.initialize_with is not None:
            raise self.initialize_with

    async def execute(self, parameters: Order) -> ToolResult:
        self.calls.append(parameters)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, BaseException):
            raise step
        if callable(step):
            step = await step()
        return step  # type: ignore[no-any-return]  # also what is no result

    async def cleanup(self) -> None:
        self.cleaned_up += 1


class OneTimeTool(ScriptedTool):
    """A scripted tool that must not be called twice."""

    name: ClassVar[str] = "refund_order"
    idempotent: ClassVar[bool] = False


def silent(_event: CallEvent) -> None:
    """A report that nobody reads."""


SILENT: Report = silent
