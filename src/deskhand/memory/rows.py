"""From rows to memories and back, and the one way of writing by which two contents are the same.

Above: the repositories of the slice. Below: `tables`, `model`.
"""

import hashlib
import unicodedata
from datetime import datetime
from typing import Any

from deskhand.kit.ids import new_id
from deskhand.memory.model import MAX_QUOTE, Memory, MemoryPlace, MemorySource, MemoryType, NewMemory, Provenance
from deskhand.memory.tables import MemoryRow

PREFIX = "mem"
_PROVENANCE = ("session_id", "turn_id", "message_id", "quote")
_COPIED = (
    "lineage",
    "namespace",
    "agent_id",
    "contact_id",
    "thread_id",
    "type",
    "fact_key",
    "content",
    "content_hash",
    "importance",
    "uses",
    "repeats",
    "source",
    *_PROVENANCE,
    "occurred_at",
    "stated_at",
    "last_used_at",
    "created_at",
    "tenant_id",
)


def hash_of(content: str) -> str:
    """The same for contents that differ in case, spacing or the width of their letters only."""
    same = " ".join(unicodedata.normalize("NFKC", content).casefold().split())
    return hashlib.sha256(same.encode()).hexdigest()


def row_of(place: MemoryPlace, new: NewMemory, *, tenant_id: str, now: datetime) -> MemoryRow:
    """The first row of what is not remembered yet."""
    identifier = new_id(PREFIX)
    said = new.occurred_at or now
    origin = new.provenance
    return MemoryRow(
        id=identifier,
        tenant_id=tenant_id,
        lineage=identifier,
        namespace=place.namespace(tenant_id),
        agent_id=place.agent_id,
        contact_id=place.contact_id,
        thread_id=place.thread_id,
        type=new.type.value,
        fact_key=new.key,
        content=new.content,
        content_hash=hash_of(new.content),
        importance=new.importance,
        uses=0,
        repeats=0,
        source=origin.source.value,
        session_id=origin.session_id,
        turn_id=origin.turn_id,
        message_id=origin.message_id,
        quote=origin.quote[:MAX_QUOTE] if origin.quote else None,
        occurred_at=said,
        stated_at=said,
        created_at=now,
    )


def earlier_version(row: MemoryRow, now: datetime) -> MemoryRow:
    """What a memory said until now, to be kept beside its corrected self; it needs no vector."""
    copied: dict[str, Any] = {name: getattr(row, name) for name in _COPIED}
    return MemoryRow(id=new_id(PREFIX), **copied, superseded_by=row.id, superseded_at=now)


def memory_of(row: MemoryRow) -> Memory:
    return Memory(
        id=row.id,
        lineage=row.lineage,
        place=MemoryPlace(agent_id=row.agent_id, contact_id=row.contact_id, thread_id=row.thread_id),
        namespace=row.namespace,
        type=MemoryType(row.type),
        key=row.fact_key,
        content=row.content,
        importance=row.importance,
        uses=row.uses,
        repeats=row.repeats,
        provenance=Provenance(source=MemorySource(row.source), **{name: getattr(row, name) for name in _PROVENANCE}),
        occurred_at=row.occurred_at,
        stated_at=row.stated_at,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
        superseded_by=row.superseded_by,
        superseded_at=row.superseded_at,
    )
