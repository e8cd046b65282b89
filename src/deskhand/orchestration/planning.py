"""Cutting a task into subtasks without a model: its questions, each for whoever knows most of it, in the order its
words ask for.

Above: `planning_model.py`, which falls back to this. Below: routes, questions.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from deskhand.llm.offline_words import content_terms, keys, matches
from deskhand.llm.questions import split_questions, standalone
from deskhand.orchestration.asking import AskPlace
from deskhand.orchestration.plan_model import (
    MAX_DESCRIPTION_CHARS,
    MAX_SUBTASKS,
    MadePlan,
    Strategy,
    SubtaskDraft,
)
from deskhand.orchestration.plan_ports import PlanRoutes
from deskhand.orchestration.plan_words import Stretch, as_task, asks_for, points_back, stretches_of
from deskhand.tenancy.scope import TenantScope

OFFLINE = "offline"
SPOKEN_OF = 0.5
"""The share of the words of "once the stock is checked" that an earlier subtask must hold to be what is meant."""


class OfflinePlanner:
    """Plans without a model."""

    def __init__(self, routes: PlanRoutes) -> None:
        self._routes = routes

    async def make(
        self,
        scope: TenantScope,
        task: str,
        strategy: Strategy | None,
        place: AskPlace | None = None,  # noqa: ARG002 - nobody is asked
    ) -> MadePlan:
        """The plan. With a strategy that knows no dependencies there are none."""
        drafts = await asyncio.to_thread(parts_of, task)
        agents = await self._routes.routes(scope, [draft.description for draft in drafts])
        subtasks = tuple(replace(draft, agent=agent) for draft, agent in zip(drafts, agents, strict=True))
        return fitted(subtasks, strategy, made_by=OFFLINE)


def fitted(subtasks: Sequence[SubtaskDraft], strategy: Strategy | None, *, made_by: str) -> MadePlan:
    """The subtasks under the strategy that was asked for, or the one that follows from them."""
    if strategy is Strategy.PARALLEL:
        subtasks = [replace(subtask, dependencies=()) for subtask in subtasks]
    depends = any(subtask.dependencies for subtask in subtasks)
    chosen = strategy or (Strategy.HYBRID if depends else Strategy.PARALLEL)
    return MadePlan(strategy=chosen, subtasks=tuple(subtasks), made_by=made_by)


def parts_of(task: str) -> tuple[SubtaskDraft, ...]:
    """The subtasks of a task, without agents, at least one; each can be understood by itself."""
    drafts: list[SubtaskDraft] = []
    for stretch in stretches_of(task):
        before = _before(stretch, drafts)
        spoken_of = [draft.description for draft in drafts if not before or draft.id in before]
        questions = _questions(stretch.text, spoken_of)
        for question in questions[: MAX_SUBTASKS - len(drafts)]:
            drafts.append(_draft(len(drafts) + 1, question, before))
    return tuple(drafts) or (_draft(1, task, ()),)


def _before(stretch: Stretch, drafts: list[SubtaskDraft]) -> tuple[str, ...]:
    """The ids of what the stretch waits for. What it names and nobody asked for yet becomes a subtask."""
    if not stretch.follows:
        return ()
    if stretch.after is None:
        return _last_ones(drafts)
    meant = _spoken_of(stretch.after, drafts)
    if meant or (drafts and points_back(stretch.after)):
        return meant or _last_ones(drafts)
    if len(drafts) + 1 >= MAX_SUBTASKS:
        return ()
    drafts.append(_draft(len(drafts) + 1, as_task(stretch.after), ()))
    return (drafts[-1].id,)


def _last_ones(drafts: Sequence[SubtaskDraft]) -> tuple[str, ...]:
    """What was asked for together just before: those that nothing waits for yet."""
    waited_for = {name for draft in drafts for name in draft.dependencies}
    return tuple(draft.id for draft in drafts if draft.id not in waited_for)


def _spoken_of(clause: str, drafts: Sequence[SubtaskDraft]) -> tuple[str, ...]:
    terms = content_terms(clause)
    whole = sum(term.weight for term in terms)
    shares: list[tuple[float, str]] = []
    for draft in drafts:
        held = keys(draft.description)
        shares.append((sum(term.weight for term in terms if matches(term, held)), draft.id))
    best = max(shares, default=(0.0, ""))[0]
    return tuple(name for share, name in shares if share == best and best and best >= SPOKEN_OF * whole)


def _questions(text: str, before: Sequence[str]) -> list[str]:
    found: list[str] = []
    for part in asks_for(text):
        earlier = [*before, *found]
        found += (standalone(part, earlier) if earlier else split_questions(part)) or []
    return found or [text]


def _draft(number: int, description: str, before: tuple[str, ...]) -> SubtaskDraft:
    text = " ".join(description.split())[:MAX_DESCRIPTION_CHARS]
    return SubtaskDraft(id=f"part-{number}", description=text, agent="", dependencies=before)
