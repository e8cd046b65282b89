"""What a sequence may look like, and when each of its steps is due. Pure: without a database.

Above: the sequence library, enrolments. Below: pauses, the model.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deskhand.crm.delivery_model import Condition, Plan, Step
from deskhand.crm.pauses import parse_pause, quiet_hours
from deskhand.kit.errors import InvalidValue

MAX_STEPS = 20
SHORTEST_BETWEEN = 60
"""Seconds between two steps: nobody wants a burst."""


class WrongSequence(InvalidValue):
    code = "wrong_sequence"


def check_plan(plan: Plan) -> None:
    """That it can be followed.

    Raises:
        WrongSequence: when it has no step or too many, or two follow each other at once.
        WrongPause, WrongQuietHours: when those cannot be read.
    """
    if not 1 <= len(plan.steps) <= MAX_STEPS:
        raise WrongSequence(f"A sequence has 1 to {MAX_STEPS} steps, and this one {len(plan.steps)}: change that.")
    if plan.quiet_hours is not None:
        quiet_hours(*plan.quiet_hours)
    for number, step in enumerate(plan.steps):
        pause = parse_pause(step.after)
        if number and not pause.months and not pause.days and pause.seconds < SHORTEST_BETWEEN:
            raise WrongSequence(
                f"Step {number + 1} follows after {step.after!r}: leave at least a minute (PT1M) between two messages."
            )


def due(plan: Plan, step: int, since: datetime, zone: str) -> datetime:
    """When the step is due that follows what happened at `since`; not in the quiet hours of the contact's zone."""
    clock = ZoneInfo(zone)
    at = parse_pause(plan.steps[step].after).after(since, clock)
    return not_quiet(plan, at, zone)


def not_quiet(plan: Plan, at: datetime, zone: str) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in."""
    if plan.quiet_hours is None:
        return at
    return quiet_hours(*plan.quiet_hours).put_off(at, ZoneInfo(zone))


def plan_values(plan: Plan) -> dict[str, Any]:
    """The plan as it is kept."""
    return {
        "steps": [
            {
                "after": step.after,
                "template": step.template,
                "condition": None if step.condition is None else step.condition.value,
            }
            for step in plan.steps
        ],
        "stop_on_reply": plan.stop_on_reply,
        "quiet_hours": None if plan.quiet_hours is None else list(plan.quiet_hours),
    }


def plan_of(kept: dict[str, Any]) -> Plan:
    """The plan that was kept."""
    quiet = kept["quiet_hours"]
    return Plan(
        steps=tuple(
            Step(
                after=step["after"],
                template=step["template"],
                condition=None if step["condition"] is None else Condition(step["condition"]),
            )
            for step in kept["steps"]
        ),
        stop_on_reply=kept["stop_on_reply"],
        quiet_hours=None if quiet is None else (quiet[0], quiet[1]),
    )
