"""Runs a recorded turn again from what it was given, and says what came out differently.

Nothing of it is stored, told to the customer or recorded. Above: the endpoint. Below: the reader, and a `Replayer`,
which the turn provides.
"""

import asyncio
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from deskhand.audit.facts import ReplayInputs, SourceUsed
from deskhand.audit.model import Outcome
from deskhand.audit.reading import AuditReader
from deskhand.tenancy.scope import TenantScope

MAX_WORDS = 2_000
"""Of each answer; beyond, answers are compared by lines, and such of as many lines as a whole."""
_WORD = re.compile(r"\s*\S+|\s+$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+$")


class Replayer(Protocol):
    """Answers once more, without committing anything."""

    async def replay(self, scope: TenantScope, inputs: ReplayInputs) -> Outcome:
        """What the agent, in its recorded version, makes of the recorded inputs now.

        Raises:
            DeskhandError: when it cannot: the agent's version is gone, or no model is up.
        """
        ...


class PieceKind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Words that both answers have, or only the new one, or only the recorded one."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayDiff:
    """A recorded turn beside its replay. Sources are those that an answer cites, told apart by their passage."""

    record_id: str
    recorded: Outcome
    replayed: Outcome
    answer: tuple[Piece, ...]
    sources_added: tuple[SourceUsed, ...]
    sources_removed: tuple[SourceUsed, ...]

    @property
    def same_answer(self) -> bool:
        return self.recorded.answer == self.replayed.answer

    @property
    def same(self) -> bool:
        """Whether nothing at all came out differently."""
        return self.recorded == self.replayed


class AuditReplay:
    """Replays records."""

    def __init__(self, *, reader: AuditReader, replayer: Replayer) -> None:
        self._reader = reader
        self._replayer = replayer

    async def replay(self, scope: TenantScope, record_id: str) -> ReplayDiff:
        """The recorded turn beside what becomes of it now.

        Raises:
            UnknownRecord, PayloadGone, PayloadUnreadable: when there is nothing to run it from.
            DeskhandError: when it cannot be run.
        """
        payload = await self._reader.payload(scope, record_id)
        replayed = await self._replayer.replay(scope, payload.inputs)
        return await asyncio.to_thread(difference, record_id, payload.outcome, replayed)


def difference(record_id: str, recorded: Outcome, replayed: Outcome) -> ReplayDiff:
    """What came out differently."""
    before, after = _cited(recorded), _cited(replayed)
    return ReplayDiff(
        record_id=record_id,
        recorded=recorded,
        replayed=replayed,
        answer=tuple(pieces(recorded.answer, replayed.answer)),
        sources_added=tuple(source for chunk_id, source in after.items() if chunk_id not in before),
        sources_removed=tuple(source for chunk_id, source in before.items() if chunk_id not in after),
    )


def pieces(before: str, after: str) -> Iterator[Piece]:
    """Both texts in one. Without the added pieces it is `before`, without the removed ones `after`."""
    old, new = _parts(before, after)
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(kind=PieceKind.SAME, text="".join(old[start:end]))
            continue
        if end > start:
            yield Piece(kind=PieceKind.REMOVED, text="".join(old[start:end]))
        if new_end > new_start:
            yield Piece(kind=PieceKind.ADDED, text="".join(new[new_start:new_end]))


def _parts(before: str, after: str) -> tuple[Sequence[str], Sequence[str]]:
    words = _WORD.findall(before), _WORD.findall(after)
    if max(map(len, words)) <= MAX_WORDS:
        return words
    lines = _LINE.findall(before), _LINE.findall(after)
    return lines if max(map(len, lines)) <= MAX_WORDS else ([before], [after])


def _cited(outcome: Outcome) -> dict[str, SourceUsed]:
    return {source.chunk_id: source for source in outcome.sources if source.cited}
