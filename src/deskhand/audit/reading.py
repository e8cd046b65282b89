"""Reads the audit: records with their personal part opened, and what a turn was given.

A part whose key was erased is told as erased, and one that does not open as unreadable; neither is a failure.
Above: the endpoints, the export, the replay. Below: repositories, vault, blobs.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from deskhand.audit.keyring import Keyring
from deskhand.audit.links import content_of
from deskhand.audit.model import (
    AuditEvent,
    AuditFilter,
    AuditPage,
    MessageAudit,
    PayloadGone,
    PayloadUnreadable,
    RecordDamaged,
    Sealed,
    SealState,
    ToolOutcome,
    TurnPayload,
)
from deskhand.audit.payloads import PayloadRepository
from deskhand.audit.preparing import read_personal, unpacked
from deskhand.audit.repository import AuditRepository
from deskhand.audit.tables import AuditRow
from deskhand.audit.vault import DoesNotOpen, Vault, digest, opened
from deskhand.audit.writer import payload_place, seal_place
from deskhand.kit.blobs import BlobMissing, BlobStore
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

WALK = 200
"""Records read at once when all are walked."""
Keys = Mapping[str, bytes | None]


class AuditReader:
    """Finds records and opens them."""

    def __init__(self, *, store: TenantStore, clock: Clock, vault: Vault, blobs: BlobStore) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._blobs = blobs

    async def page(
        self, scope: TenantScope, wanted: AuditFilter, *, limit: int, offset: int
    ) -> AuditPage[MessageAudit]:
        """Records, newest first. With `wanted.before` the pages stay right while records arrive."""
        async with self._store.read(scope) as db:
            rows, total = await AuditRepository(db, scope).page(wanted, limit=limit, offset=offset)
            keys = await Keyring(db, scope, self._clock, self._vault).opened(_key_ids(rows))
        items = tuple(_record(row, keys) for row in rows[:limit])
        more = items[-1].id if len(rows) > limit else None
        return AuditPage(items=items, total=total, limit=limit, offset=offset, next=more)

    async def record(self, scope: TenantScope, record_id: str) -> MessageAudit:
        """One record.

        Raises:
            UnknownRecord: when there is none of that id.
        """
        async with self._store.read(scope) as db:
            row = await AuditRepository(db, scope).row(record_id)
            keys = await Keyring(db, scope, self._clock, self._vault).opened(_key_ids([row]))
        return _record(row, keys)

    async def payload(self, scope: TenantScope, record_id: str) -> TurnPayload:
        """What the turn was given and what came of it, unredacted.

        Raises:
            UnknownRecord: when there is no such record.
            PayloadGone: when it was erased, or the record never had one.
            PayloadUnreadable: when it was changed, or the installation's secret was.
            BlobUnavailable: when the blob store does not answer.
        """
        async with self._store.read(scope) as db:
            row = await AuditRepository(db, scope).row(record_id)
            keys = await Keyring(db, scope, self._clock, self._vault).opened(_key_ids([row]))
            content = await PayloadRepository(db, scope, self._clock).content(record_id)
        if row.key_id is None:
            raise PayloadGone(f"The record {record_id!r} is of no turn: only turns can be looked into.")
        if row.key_id not in keys:
            raise PayloadGone(f"The contact's part of the record {record_id!r} was erased: it cannot be read any more.")
        if content is None:
            content = await self._fetched(row)
        return _opened_payload(row, keys[row.key_id], content)

    async def walk(self, scope: TenantScope, wanted: AuditFilter) -> AsyncIterator[tuple[MessageAudit, dict[str, Any]]]:
        """All records that are wanted and there when it begins, oldest first, each with what its hash was made of."""
        async with self._store.read(scope) as db:
            through = await AuditRepository(db, scope).newest_id()
        after = ""
        while True:
            async with self._store.read(scope) as db:
                rows = await AuditRepository(db, scope).oldest_after(wanted, after, through=through, limit=WALK)
                keys = await Keyring(db, scope, self._clock, self._vault).opened(_key_ids(rows))
            for row in rows:
                yield _record(row, keys), content_of(row)
            if len(rows) < WALK:
                return
            after = rows[-1].id

    async def _fetched(self, row: AuditRow) -> bytes:
        if row.blob_key is None:
            raise PayloadGone(f"What the turn of the record {row.id!r} was given is missing: verify the audit.")
        try:
            return await self._blobs.get(row.blob_key)
        except BlobMissing as error:
            raise PayloadGone(
                f"What the turn of the record {row.id!r} was given is missing from the blob store: restore it, or "
                "verify the audit."
            ) from error


def _key_ids(rows: Sequence[AuditRow]) -> list[str]:
    return [row.key_id for row in rows if row.key_id is not None]


def _opened_payload(row: AuditRow, key: bytes | None, content: bytes) -> TurnPayload:
    try:
        return unpacked(opened(key, content, payload_place(row.id)))
    except (DoesNotOpen, ValueError) as error:
        raise PayloadUnreadable(
            f"What the turn of the record {row.id!r} was given does not open: it was changed, or the secret key was. "
            "Verify the audit."
        ) from error


def _opened(row: AuditRow, keys: Keys) -> tuple[SealState, Sealed | None]:
    if row.key_id is None or row.sealed is None:
        return SealState.EMPTY, None
    if row.key_id not in keys:
        return SealState.ERASED, None
    try:
        return SealState.READABLE, read_personal(opened(keys[row.key_id], row.sealed, seal_place(row.id)))
    except (DoesNotOpen, ValueError):
        return SealState.UNREADABLE, None


def _record(row: AuditRow, keys: Keys) -> MessageAudit:
    try:
        return _shown(row, keys)
    except (ValueError, TypeError, KeyError) as error:
        raise RecordDamaged(f"The stored record {row.id!r} was changed by something else: verify the audit.") from error


def _shown(row: AuditRow, keys: Keys) -> MessageAudit:
    state, personal = _opened(row, keys)
    return MessageAudit(
        id=row.id,
        event=AuditEvent(row.event),
        at=row.at,
        seq=row.seq,
        previous_hash=row.previous_hash,
        hash=row.hash,
        request_id=row.request_id,
        session_id=row.session_id,
        thread_id=row.thread_id,
        turn_id=row.turn_id,
        turn_ids=tuple(row.turn_ids),
        contact_id=row.contact_id,
        actor_id=row.actor_id,
        agent_id=row.agent_id,
        agent_version=row.agent_version,
        kind=row.kind,
        confidence=row.confidence,
        model=row.model,
        degraded=row.degraded,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_nanos=row.cost_nanos,
        currency=row.currency,
        seconds=row.seconds,
        stages=dict(row.stages),
        ticket_id=row.ticket_id,
        tools=_tools(row, personal),
        pii_redacted=row.pii_redacted,
        key_id=row.key_id,
        sealed_digest=None if row.sealed is None else digest(row.sealed),
        payload_digest=row.payload_digest,
        payload_bytes=row.payload_bytes,
        blob_key=row.blob_key,
        state=state,
        sealed=personal,
    )


def _tools(row: AuditRow, personal: Sealed | None) -> tuple[ToolOutcome, ...]:
    summaries = {} if personal is None else personal.tool_summaries
    return tuple(ToolOutcome(**tool, summary=summaries.get(tool["name"], "")) for tool in row.tools)
