"""Tables of money: what contacts bought, and what was refunded or granted to them.

Amounts are whole numbers of the currency's smallest units. Above: the repositories. Below: the database. When a contact
is deleted, what was paid and refunded stays without its name.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskhand.kit.db import Base, UtcDateTime
from deskhand.tenancy.store import TenantOwned

ID = String(40)


class OrderRow(TenantOwned, Base):
    """A purchase. `number` is what customers call it, in capitals."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("ix_orders_contact", "contact_id", "placed_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id", ondelete="SET NULL"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    units: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    proven_defect: Mapped[bool] = mapped_column(Boolean)
    our_fault: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BillingEntryRow(TenantOwned, Base):
    """A refund or a discount, once for each key of a contact. `asked` is what it was asked for with, to tell a repeated
    call from another one under the same key.
    """

    __tablename__ = "billing_entries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "contact_id", "key"),
        Index("ix_billing_entries_contact", "contact_id", "kind", "created_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    asked: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[str | None] = mapped_column(ID, ForeignKey("contacts.id", ondelete="SET NULL"))
    order_id: Mapped[str | None] = mapped_column(ID, ForeignKey("orders.id", ondelete="SET NULL"), index=True)
    units: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    percent: Mapped[float | None] = mapped_column(Float)
    code: Mapped[str | None] = mapped_column(String(40))
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(String(100))
    declined: Mapped[str | None] = mapped_column(String(300))
    agent_id: Mapped[str | None] = mapped_column(String(64))
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id", ondelete="SET NULL"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
