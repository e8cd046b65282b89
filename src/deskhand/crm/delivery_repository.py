"""SQL of single messages to contacts. Above: the planner, the deliveries. Below: the table.

A message's state changes by conditional updates alone, so of two that change it at once the second finds it changed.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import (
    Delivery,
    DeliveryFilter,
    DeliveryKind,
    DeliveryStatus,
    Listed,
    Media,
    MediaKind,
    NewDelivery,
    TemplateUse,
    UnknownDelivery,
    Wording,
)
from deskhand.crm.delivery_tables import DeliveryRow
from deskhand.crm.model import Actor, Writing
from deskhand.crm.values import idempotency_key
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.errors import KeyReused
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope

_SILENT = {"synchronize_session": False}


class DeliveryRepository:
    """Messages of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def add(self, new: NewDelivery) -> tuple[Delivery, bool]:
        """The message, and whether it is new: under one key there is one.

        Raises:
            KeyReused: when the key stands for another message.
            InvalidContact: when it cannot be a key.
        """
        delivery_id = new_id("dlv")
        values = self._values(delivery_id, new)
        await self._db.execute(upsert(self._db, DeliveryRow).on_conflict_do_nothing(), [values])
        row = await self._db.scalar(select(DeliveryRow).where(DeliveryRow.idempotency_key == values["idempotency_key"]))
        if row is None or row.digest != values["digest"]:
            key = values["idempotency_key"]
            raise KeyReused(f"The idempotency key {key!r} stands for another message: choose a new one.")
        return delivery_of(row), row.id == delivery_id

    async def get(self, delivery_id: str) -> Delivery:
        """Raises UnknownDelivery."""
        found = await self._find(delivery_id)
        if found is None:
            raise UnknownDelivery(
                f"There is no message {delivery_id!r}: list them with GET /api/v1/crm/scheduled-messages."
            )
        return found

    async def locked(self, delivery_id: str) -> Delivery | None:
        """The message while it waits; nobody else changes it until the transaction ends. None when it waits no more."""
        waiting = (DeliveryRow.id == delivery_id, DeliveryRow.status == DeliveryStatus.SCHEDULED)
        row = await self._db.scalar(_fresh().where(*waiting).with_for_update())
        return None if row is None else delivery_of(row)

    async def waiting_of(self, enrolment_id: str) -> tuple[Delivery, ...]:
        """What still waits of an enrolment; nobody else changes it until the transaction ends."""
        waiting = (DeliveryRow.enrolment_id == enrolment_id, DeliveryRow.status == DeliveryStatus.SCHEDULED)
        return tuple(delivery_of(row) for row in await self._db.scalars(_fresh().where(*waiting).with_for_update()))

    async def page(self, wanted: DeliveryFilter, *, limit: int, offset: int) -> Listed[Delivery]:
        """The latest due first."""
        conditions = _conditions(wanted)
        total = await self._db.scalar(select(func.count(DeliveryRow.id)).where(*conditions)) or 0
        rows = await self._db.scalars(
            _fresh()
            .where(*conditions)
            .order_by(DeliveryRow.due_at.desc(), DeliveryRow.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return Listed(items=tuple(delivery_of(row) for row in rows), total=total)

    async def end(
        self,
        delivery_id: str,
        status: DeliveryStatus,
        *,
        outcome: str | None = None,
        message_id: str | None = None,
        wording: Wording | None = None,
    ) -> bool:
        """Whether it was waiting, and has ended so."""
        values: dict[str, Any] = {"status": status, "outcome": outcome, "message_id": message_id}
        if wording is not None:
            values |= _worded(wording)
        return await self._change(delivery_id, **values, ended_at=self._clock.now())

    async def move(self, delivery: Delivery, until: datetime, why: str) -> bool:
        """Whether it was waiting, and waits until then now."""
        return await self._change(delivery.id, due_at=until, put_off=delivery.put_off + 1, outcome=why)

    async def _change(self, delivery_id: str, **values: Any) -> bool:
        waiting = (DeliveryRow.id == delivery_id, DeliveryRow.status == DeliveryStatus.SCHEDULED)
        statement = update(DeliveryRow).where(*waiting).values(values).returning(DeliveryRow.id)
        return (await self._db.execute(statement, execution_options=_SILENT)).first() is not None

    async def _find(self, delivery_id: str) -> Delivery | None:
        row = await self._db.scalar(_fresh().where(DeliveryRow.id == delivery_id))
        return None if row is None else delivery_of(row)

    def _values(self, delivery_id: str, new: NewDelivery) -> dict[str, Any]:
        return {
            "id": delivery_id,
            "tenant_id": self._scope.tenant_id,
            "kind": new.kind,
            "contact_id": new.contact_id,
            "session_id": new.session_id,
            **_worded(new.wording),
            "enrolment_id": new.enrolment_id,
            "step": new.step,
            "reason_for": new.reason,
            "due_at": new.due_at or self._clock.now(),
            "zone": new.zone,
            "put_off": 0,
            "status": DeliveryStatus.SCHEDULED,
            "made_by": actor_values(new.writing.by),
            "idempotency_key": key_of(new.writing) or delivery_id,
            "digest": _digest(new),
            "created_at": self._clock.now(),
        }


def key_of(writing: Writing) -> str | None:
    """The key that was given. Raises InvalidContact when it cannot be one."""
    return None if writing.idempotency_key is None else idempotency_key(writing.idempotency_key)


def actor_values(actor: Actor) -> dict[str, str | None]:
    """Who did it, as it is kept."""
    return {"kind": actor.kind.value, "id": actor.id, "turn_id": actor.turn_id}


def digest_of(*parts: object) -> str:
    """A hash that tells one request from another."""
    written = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def delivery_of(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        kind=DeliveryKind(row.kind),
        contact_id=row.contact_id,
        session_id=row.session_id,
        wording=_wording(row),
        due_at=row.due_at,
        zone=row.zone,
        reason=row.reason_for,
        status=DeliveryStatus(row.status),
        outcome=row.outcome,
        message_id=row.message_id,
        enrolment_id=row.enrolment_id,
        step=row.step,
        put_off=row.put_off,
        made_by=row.made_by,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _fresh() -> Any:
    # Rows that an update of this transaction went past must be read anew.
    return select(DeliveryRow).execution_options(populate_existing=True)


def _conditions(wanted: DeliveryFilter) -> list[ColumnElement[bool]]:
    columns = {
        DeliveryRow.status: wanted.status,
        DeliveryRow.kind: wanted.kind,
        DeliveryRow.contact_id: wanted.contact_id,
        DeliveryRow.enrolment_id: wanted.enrolment_id,
    }
    return [column == value for column, value in columns.items() if value is not None]


def _digest(new: NewDelivery) -> str:
    """Of what was asked for. A template's words may have changed when the same is asked for again."""
    said = _worded(new.wording)
    template = new.wording.template
    words = said["text"] if template is None else (template.name, sorted(template.values.items()))
    return digest_of(new.kind, new.contact_id, words, said["media"], new.due_at, new.zone, new.reason)


def _worded(wording: Wording) -> dict[str, Any]:
    media, template = wording.media, wording.template
    return {
        "text": wording.text,
        "media": media and {"kind": media.kind.value, "url": media.url, "attachment_id": media.attachment_id},
        "template": template
        and {
            "name": template.name,
            "language": template.language,
            "version": template.version,
            "values": dict(template.values),
        },
    }


def _wording(row: DeliveryRow) -> Wording:
    media = None
    if row.media is not None:
        kind, address = MediaKind(str(row.media["kind"])), row.media
        media = Media(kind=kind, url=address["url"], attachment_id=address["attachment_id"])
    template = None if row.template is None else TemplateUse(**row.template)
    return Wording(text=row.text, media=media, template=template)
