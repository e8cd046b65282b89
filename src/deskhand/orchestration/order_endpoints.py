"""Orders over HTTP, for staff and for the shop's own systems. Above: the application. Below: the orders."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from deskhand.kit.problems import responses
from deskhand.orchestration.order_repository import OrderFilter
from deskhand.orchestration.order_schemas import (
    ID,
    MAX_ID,
    NUMBER,
    OrderIn,
    OrderOut,
    OrderPageOut,
    OrderPatch,
    order_out,
    order_page_out,
)
from deskhand.orchestration.orders import Orders, number_of
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Reader = Annotated[TenantScope, allowed(Permission.CRM_READ)]
Writer = Annotated[TenantScope, allowed(Permission.CRM_WRITE)]
OrderId = Annotated[str, Path(max_length=MAX_ID, pattern=ID, examples=["ord_019a0c1f5e7b7c3d9a4e2f60718293a4"])]
OfContact = Annotated[str, Query(max_length=MAX_ID, pattern=ID, description="Only this contact's.")]
Number = Annotated[str, Query(pattern=NUMBER, description="Only the one of this number.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
_NEW: dict[int | str, dict[str, Any]] = {201: {"model": OrderOut, "description": "It is noted."}}


class OrderEndpoints:
    """Notes purchases and shows them."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self.router = APIRouter(prefix="/api/v1/orders", tags=["orders"])
        add = self.router.add_api_route
        found = responses(400, 401, 403, 404, 422)
        add("", self.list_orders, methods=["GET"], responses=responses(401, 403, 422))
        add("", self.add_order, methods=["POST"], responses={**_NEW, **found, **responses(409)})
        add("/{order_id}", self.get_order, methods=["GET"], responses=responses(401, 403, 404, 422))
        add("/{order_id}", self.change_order, methods=["PATCH"], responses=found)

    async def list_orders(
        self,
        scope: Reader,
        contact_id: OfContact | None = None,
        number: Number | None = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> OrderPageOut:
        """Orders, the newest first."""
        wanted = OrderFilter(contact_id=contact_id, number=None if number is None else number_of(number))
        return order_page_out(
            await self._orders.page(scope, wanted, limit=limit, offset=offset), limit=limit, offset=offset
        )

    async def add_order(self, scope: Writer, body: OrderIn, response: Response) -> OrderOut:
        """Note a purchase: 201. The same one sent again answers 200 and changes nothing."""
        order, is_new = await self._orders.add(scope, body.draft())
        response.status_code = 201 if is_new else 200
        return order_out(order)

    async def get_order(self, scope: Reader, order_id: OrderId) -> OrderOut:
        """One order."""
        return order_out(await self._orders.order(scope, order_id))

    async def change_order(self, scope: Writer, order_id: OrderId, body: OrderPatch) -> OrderOut:
        """Note what staff found out: a proven defect lets the refund policy give everything back."""
        return order_out(await self._orders.note(scope, order_id, body.findings()))
