"""Refunds and discounts over HTTP: shown, and settled by staff where nobody else can. Above: the app. Below: ledger."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from deskhand.kit.problems import responses
from deskhand.orchestration.billing_repository import EntryFilter, EntryKind, EntryStatus
from deskhand.orchestration.billing_schemas import (
    BillingEntryOut,
    BillingPageOut,
    SettleIn,
    billing_page_out,
    entry_out,
)
from deskhand.orchestration.order_endpoints import Limit, OfContact, Offset
from deskhand.orchestration.order_schemas import ID, MAX_ID
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Reader = Annotated[TenantScope, allowed(Permission.CRM_READ)]
Decider = Annotated[TenantScope, allowed(Permission.APPROVALS_DECIDE)]
EntryId = Annotated[str, Path(max_length=MAX_ID, pattern=ID, examples=["bil_019a0c1f5e7b7c3d9a4e2f60718293a4"])]


class BillingEndpoints:
    """Shows what was refunded and granted."""

    def __init__(self, ledger: RefundLedger) -> None:
        self._ledger = ledger
        self.router = APIRouter(prefix="/api/v1/billing", tags=["orders"])
        add = self.router.add_api_route
        add("/entries", self.list_billing_entries, methods=["GET"], responses=responses(401, 403, 422))
        steps = responses(400, 401, 403, 404, 409, 422)
        add("/entries/{entry_id}/settle", self.settle_billing_entry, methods=["POST"], responses=steps)

    async def list_billing_entries(
        self,
        scope: Reader,
        kind: Annotated[EntryKind | None, Query()] = None,
        status: Annotated[EntryStatus | None, Query()] = None,
        contact_id: OfContact | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> BillingPageOut:
        """Refunds and discounts that agents gave or asked for, newest first."""
        wanted = EntryFilter(kind=kind, status=status, contact_id=contact_id)
        page = await self._ledger.page(scope, wanted, limit=limit, offset=offset)
        return billing_page_out(page, limit=limit, offset=offset)

    async def settle_billing_entry(self, scope: Decider, entry_id: EntryId, body: SettleIn) -> BillingEntryOut:
        """Say what became of one that is `recorded` (staff paid it out) or `unclear` (staff has looked)."""
        return entry_out(await self._ledger.settle_by_hand(scope, entry_id, body.answer()))
