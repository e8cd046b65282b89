"""What the subtasks found, as one text: who said what, and where they do not agree.

Above: `plan_synthesis_model.py`, the runner. Below: conflicts. A marker `[id]` names the subtask that said so; nothing
stands in the text that none has said, but for the sentences that tell what was not found, not done, or disputed.
"""

import asyncio
from collections.abc import Iterable, Sequence

from deskhand.conversations.transcript import clipped
from deskhand.kit.sentences import split_sentences
from deskhand.llm.offline_words import stem_set
from deskhand.orchestration.plan_conflicts import conflicts_in, plain
from deskhand.orchestration.plan_model import (
    Disagreement,
    Plan,
    Reference,
    Subtask,
    SubtaskStatus,
    Synthesis,
)
from deskhand.tenancy.scope import TenantScope

OFFLINE = "offline"
MAX_QUOTE_CHARS = 600
MAX_NAMED_CHARS = 120
_LEFT_OUT = (SubtaskStatus.FAILED, SubtaskStatus.SKIPPED)


class OfflineSynthesiser:
    """Puts results together without a model."""

    async def synthesise(self, scope: TenantScope, plan: Plan) -> Synthesis:  # noqa: ARG002 - as the port has it
        return await asyncio.to_thread(synthesis_of_plan, plan)


def synthesis_of_plan(plan: Plan) -> Synthesis:
    """The results in order, a sentence that several say once."""
    answered = answered_ones(plan)
    text = told_once([(subtask.id, plain(subtask.output or "")) for subtask in answered])
    return finished(plan, text, [reference_to(subtask) for subtask in answered], written_by=OFFLINE)


def finished(plan: Plan, text: str, references: Sequence[Reference], *, written_by: str) -> Synthesis:
    """The synthesis of that text, with what must be told beside it."""
    conflicts = conflicts_in(answered_ones(plan))
    beside = [*map(_told_conflict, conflicts), *_told_missing(plan)]
    return Synthesis(
        text="\n\n".join(part for part in (text, *beside) if part),
        references=tuple(references),
        conflicts=conflicts,
        written_by=written_by,
    )


def answered_ones(plan: Plan) -> tuple[Subtask, ...]:
    """The subtasks that found something."""
    return tuple(subtask for subtask in plan.done if subtask.answered and (subtask.output or "").strip())


def reference_to(subtask: Subtask, quote: str | None = None) -> Reference:
    """Who said it: the words quoted, else the beginning of what the subtask found."""
    said = clipped(plain(subtask.output or ""), MAX_QUOTE_CHARS) if quote is None else quote
    return Reference(subtask=subtask.id, agent=subtask.agent, quote=said, citations=subtask.citations)


def told_once(said: Sequence[tuple[str, str]]) -> str:
    """Each one's text behind the other, a paragraph each; what was said before only gets one more marker."""
    told: list[tuple[str, list[str]]] = []
    meanings: dict[frozenset[str], int] = {}
    breaks: set[int] = set()
    for name, text in said:
        breaks.add(len(told))
        for block in _blocks(text):
            meaning = stem_set(block) or frozenset({block})
            if meaning in meanings and name not in told[meanings[meaning]][1]:
                told[meanings[meaning]][1].append(name)
            else:
                meanings.setdefault(meaning, len(told))
                told.append((block, [name]))
    return "".join(_joined(told, breaks)).strip()


def _blocks(text: str) -> Iterable[str]:
    """Sentences; what stands on several lines, as a list does, stays as it is."""
    for paragraph in text.split("\n\n"):
        block = paragraph.strip()
        if "\n" in block:
            yield block
        else:
            yield from split_sentences(block)


def _joined(told: Sequence[tuple[str, Sequence[str]]], breaks: set[int]) -> Iterable[str]:
    """A marker stands behind the last of several sentences of the same ones."""
    for at, (block, names) in enumerate(told):
        if at in breaks or "\n" in block:
            yield "\n\n"
        elif at:
            yield " "
        yield block
        goes_on = at + 1 < len(told) and at + 1 not in breaks and told[at + 1][1] == names
        if not goes_on:
            yield " " + "".join(f"[{name}]" for name in names)


def _told_conflict(conflict: Disagreement) -> str:
    both = "; ".join(
        f"“{statement}” [{name}]" for name, statement in zip(conflict.between, conflict.statements, strict=True)
    )
    return f"These do not agree about {conflict.about}: {both}. Check before relying on either."


def _told_missing(plan: Plan) -> Iterable[str]:
    nothing = [subtask for subtask in plan.done if not subtask.answered]
    if nothing:
        yield f"Nothing was found for {_named(nothing)}."
    left_out = [subtask for subtask in plan.subtasks if subtask.status in _LEFT_OUT]
    if left_out:
        yield f"Not done: {_named(left_out)}."


def _named(subtasks: Sequence[Subtask]) -> str:
    return ", ".join(f"“{clipped(subtask.description, MAX_NAMED_CHARS)}” [{subtask.id}]" for subtask in subtasks)
