"""Purchases for the demo's customers, so that each kind of refund can be tried out. Above: the seeds. Below: orders."""

from datetime import datetime, timedelta
from decimal import Decimal

from deskhand.orchestration.orders import OrderDraft, Orders
from deskhand.tenancy.scope import TenantScope

_BOUGHT = (
    # number, days ago, amount, item, a proven defect
    ("LS-1044", 6, "59.90", "Helmet Fjord", False),
    ("LS-1031", 48, "189.00", "Pannier set Tarn", False),
    ("LS-0987", 140, "1249.00", "E-bike Heron", False),
    ("LS-0990", 120, "74.50", "Lock Anchor", True),
)
CURRENCY = "GBP"


def demo_orders(contact_id: str, now: datetime) -> tuple[OrderDraft, ...]:
    """One purchase for each part of the refund policy: full, half, none, and a proven defect."""
    return tuple(
        OrderDraft(
            number=number,
            contact_id=contact_id,
            placed_at=(now - timedelta(days=days)).replace(minute=0, second=0, microsecond=0),
            amount=Decimal(amount),
            currency=CURRENCY,
            items=((item, 1),),
            proven_defect=defect,
            note="Confirmed at the workshop." if defect else "",
        )
        for number, days, amount, item, defect in _BOUGHT
    )


async def seed_orders(orders: Orders, scope: TenantScope, contact_id: str, now: datetime) -> None:
    """Note the purchases of the contact, but for those whose numbers are there already."""
    for draft in demo_orders(contact_id, now):
        await orders.add_missing(scope, draft)
