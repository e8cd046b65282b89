"""A tool call as a span and two log lines, with the turn it belongs to; never with arguments or results.

Above: the guard. Below: OpenTelemetry's API, which does nothing unless somebody collects.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from opentelemetry import trace

from deskhand.tools.bound import BoundTool
from deskhand.tools.failures import Outcome

log = structlog.get_logger(__name__)

BROKEN_OFF = "broken_off"


class Observation:
    """One call, as it is looked at. Without `end` it counts as broken off."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.told: dict[str, str | int | float] = {"outcome": BROKEN_OFF}

    def end(self, outcome: Outcome, attempts: int, seconds: float) -> None:
        """How the call went."""
        self._span.set_attribute("attempts", attempts)
        if outcome is not Outcome.DONE:
            self._span.set_status(trace.StatusCode.ERROR, outcome.value)
        self.told = {"outcome": outcome.value, "attempts": attempts, "seconds": round(seconds, 4)}


@contextmanager
def observed(tracer: trace.Tracer, bound: BoundTool) -> Iterator[Observation]:
    """The span `tool.<name>` and the lines `tool_called` and `tool_ended`, also when the call is broken off."""
    turn = bound.turn
    place = {
        "tool": bound.tool.name,
        "request_id": turn.request_id or "",
        "session_id": turn.session_id,
        "tenant_id": turn.scope.tenant_id,
    }
    log.info("tool_called", **place)
    with tracer.start_as_current_span(
        f"tool.{bound.tool.name}",
        attributes=place,
        kind=trace.SpanKind.CLIENT,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        observation = Observation(span)
        try:
            yield observation
        finally:
            span.set_attribute("outcome", observation.told["outcome"])
            log.info("tool_ended", **place, **observation.told)
