"""What approvals are about in tests: tools that pay, send or look up, and the till that counts what was paid.

The till is a file of its own, as the world outside is.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import httpx
from pydantic import BaseModel

from deskhand.tools.contract import BaseTool, RiskyAction, ToolResult, ToolTurn, TransientError

DOWN = TransientError("down")
Point = Callable[[str], None]


class Till:
    """Counts what was paid. A key that was seen before pays nothing."""

    def __init__(self, path: Path, *, point: Point = lambda _: None) -> None:
        """`point` is called where a process may end: before and after a payment."""
        self.path = path
        self.point = point
        self.failing: list[Exception] = []
        self.turns: list[ToolTurn] = []
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS paid (key TEXT UNIQUE, what TEXT)")

    def pay(self, key: str | None, what: str) -> None:
        self.point("before_effect")
        if self.failing:
            raise self.failing.pop(0)
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("INSERT OR IGNORE INTO paid VALUES (?, ?)", (key, what))
        self.point("after_effect")

    @property
    def paid(self) -> list[tuple[str | None, str]]:
        with closing(sqlite3.connect(self.path)) as db:
            return list(db.execute("SELECT key, what FROM paid"))


class Payment(BaseModel):
    """What is paid."""

    order: str
    amount: Decimal
    currency: str | None = None
    percent: float | None = None
    confidence: float | None = None
    idempotency_key: str | None = None


class RefundPayment(BaseTool[Payment]):
    """Pays once a key."""

    name: ClassVar[str] = "issue_refund"
    description: ClassVar[str] = "Refunds an order."
    parameters = Payment
    idempotent: ClassVar[bool] = False
    kind: ClassVar[str] = "refund"

    def __init__(self, till: Till, turn: ToolTurn) -> None:
        self._till = till
        self._turn = turn

    def risk(self, parameters: Payment) -> RiskyAction | None:
        return RiskyAction(
            kind=self.kind,
            summary=f"{self.kind} {parameters.amount} for the order {parameters.order}",
            amount=parameters.amount,
            currency=parameters.currency,
            percent=parameters.percent,
            confidence=parameters.confidence,
            reasoning="The customer asked for it.",
        )

    async def execute(self, parameters: Payment) -> ToolResult:
        self._till.turns.append(self._turn)
        if parameters.order == "refused":
            return ToolResult(success=False, error="There is no such order.")
        self._till.pay(parameters.idempotency_key, f"{parameters.order} {parameters.amount}")
        return ToolResult(success=True, data={"refunded": str(parameters.amount)})


class Discount(RefundPayment):
    name: ClassVar[str] = "grant_discount"
    kind: ClassVar[str] = "discount"


class Order(BaseModel):
    """What is sent."""

    order: str


class SendWithoutKey(BaseTool[Order]):
    """Has an effect each time, and no key."""

    name: ClassVar[str] = "send_replacement"
    description: ClassVar[str] = "Sends the goods again."
    parameters = Order
    idempotent: ClassVar[bool] = False

    def __init__(self, till: Till) -> None:
        self._till = till

    def risk(self, parameters: Order) -> RiskyAction | None:
        return RiskyAction(kind="contract_modification", summary=f"Send {parameters.order} again")

    async def execute(self, parameters: Order) -> ToolResult:
        self._till.pay(None, parameters.order)
        return ToolResult(success=True)


class LookUp(BaseTool[Order]):
    """Harms nobody."""

    name: ClassVar[str] = "look_up_order"
    description: ClassVar[str] = "Looks an order up."
    parameters = Order

    async def execute(self, parameters: Order) -> ToolResult:
        return ToolResult(success=True, data={"order": parameters.order})


class Payout(BaseTool[Payment]):
    """Pays at a server, with the key in a header."""

    name: ClassVar[str] = "pay_out"
    description: ClassVar[str] = "Pays out at the bank."
    parameters = Payment
    idempotent: ClassVar[bool] = False

    def __init__(self, till: Till, bank: httpx.URL) -> None:
        self._till = till
        self._bank = bank

    def risk(self, parameters: Payment) -> RiskyAction | None:
        return RiskyAction(kind="refund", summary=f"Pay out {parameters.amount}", amount=parameters.amount)

    async def execute(self, parameters: Payment) -> ToolResult:
        self._till.point("before_effect")
        async with httpx.AsyncClient() as client:
            headers = {"Idempotency-Key": parameters.idempotency_key or ""}
            answer = await client.post(self._bank, json={"amount": str(parameters.amount)}, headers=headers)
        answer.raise_for_status()
        self._till.point("after_effect")
        return ToolResult(success=True, data={"status": answer.status_code})
