"""`issue_refund` and `grant_discount`: let a model ask for money to be given back, or a price to be lowered.

What may be given is decided by the policy and by people; a model names an order and an amount, never a customer. Above:
the guard with its gates. Below: the ledger.
"""

import hashlib
from decimal import Decimal
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, model_validator

from deskhand.conversations.texts import one_line
from deskhand.orchestration.amounts import Amount, Currency, in_units, written
from deskhand.orchestration.approval_model import LEFT_TO_STAFF
from deskhand.orchestration.billing_repository import BillingEntry, EntryStatus
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.orchestration.refund_records import DiscountWish, Place, RefundRefused, RefundWish, Weighed
from deskhand.tools.contract import BaseTool, RiskyAction, ToolResult, ToolTurn

ISSUE_REFUND = "issue_refund"
GRANT_DISCOUNT = "grant_discount"
VALID_DAYS = 30
_NUMBER = r"^#?[A-Za-z0-9][A-Za-z0-9_./-]{0,38}$"
_KEY = r"^[A-Za-z0-9_.:-]{1,64}$"

Reason = Annotated[
    str,
    AfterValidator(one_line),
    Field(min_length=1, max_length=500, description="Why, in one sentence, for whoever decides on it."),
]
Key = Annotated[
    str | None,
    Field(pattern=_KEY, description="A name of your own for this one call: with the same name it is done only once."),
]


def _payable(amount: Decimal, info: ValidationInfo) -> Decimal:
    """A person must not be asked about an amount that could never be paid. The currency stands before it."""
    currency = info.data.get("currency")
    if currency is not None:
        in_units(amount, currency)
    return amount


PayableAmount = Annotated[Amount, AfterValidator(_payable)]

_NEXT = {
    EntryStatus.ISSUED: "It is done: tell the customer.",
    EntryStatus.RECORDED: "It is granted and noted; our staff carries it out. Name no day for it.",
    EntryStatus.PENDING: "It is being carried out. Do not say that it is done.",
    EntryStatus.UNCLEAR: "It is being checked by our staff. Do not say that it was done, and do not ask for it again.",
}


class RefundRequest(BaseModel):
    """Which refund."""

    order_number: Annotated[str, Field(pattern=_NUMBER, description="The number of the customer's order.")]
    currency: Annotated[Currency, Field(description="The currency that the order was paid in, such as GBP.")]
    amount: Annotated[PayableAmount, Field(description="How much is to be given back.")]
    reason: Reason
    defect: Annotated[bool, Field(description="Whether the customer says that it is defective.")] = False
    idempotency_key: Key = None


class DiscountRequest(BaseModel):
    """Which discount: `percent`, or `amount` with `currency`."""

    percent: Annotated[
        Decimal | None, Field(gt=0, le=100, decimal_places=2, allow_inf_nan=False, description="A share of the price.")
    ] = None
    currency: Annotated[Currency | None, Field(description="Of the amount, such as GBP.")] = None
    amount: Annotated[PayableAmount | None, Field(description="A sum off the price.")] = None
    reason: Reason
    valid_days: Annotated[int, Field(ge=1, le=365, description="For how many days it can be used.")] = VALID_DAYS
    idempotency_key: Key = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "DiscountRequest":
        if (self.percent is None) == (self.amount is None):
            raise ValueError("give either percent or amount")
        if (self.amount is None) != (self.currency is None):
            raise ValueError("amount and currency belong together")
        return self


Request = TypeVar("Request", RefundRequest, DiscountRequest)


class IssueRefund(BaseTool[RefundRequest]):
    """Gives money back for an order of the contact's own."""

    name: ClassVar[str] = ISSUE_REFUND
    description: ClassVar[str] = (
        "Give the customer money back for one of their orders, within the refund policy. Ask for the order number "
        "first. A member of staff may have to allow it: say so, and never promise it before the result says it is done."
    )
    parameters = RefundRequest
    idempotent: ClassVar[bool] = False

    def __init__(self, ledger: RefundLedger, turn: ToolTurn) -> None:
        self._ledger = ledger
        self._turn = turn
        self._refused: dict[str, str] = {}
        self._weighed: dict[str, Weighed] = {}

    def risk(self, parameters: RefundRequest) -> RiskyAction:
        worth = written(parameters.amount, parameters.currency)
        return RiskyAction(
            kind="refund",
            summary=f"Refund {worth} on order {parameters.order_number}",
            amount=parameters.amount,
            currency=parameters.currency,
            reasoning=f"The agent asks for it because: {parameters.reason}",
        )

    def wish(self, parameters: RefundRequest) -> RefundWish:
        """What is asked for, in the turn's own place. Without a key of its own a call is one with its repetitions in
        the same turn.
        """
        return RefundWish(
            place=_place(self._turn),
            key=_key(self._turn, parameters),
            order_number=parameters.order_number,
            amount=parameters.amount,
            currency=parameters.currency,
            reason=parameters.reason,
            claimed_defect=parameters.defect,
            weighed=self._weighed.get(parameters.model_dump_json()),
        )

    def refuse(self, parameters: RefundRequest, says: str) -> None:
        """The gate has found it outside of the policy: whatever becomes possible meanwhile, this call is refused."""
        self._refused[parameters.model_dump_json()] = says

    def weigh(self, parameters: RefundRequest, before: Decimal | None) -> None:
        """The gate lets the call pass, since it is small together with what was given before; more than that must not
        have been given by the time it is made.
        """
        self._weighed[parameters.model_dump_json()] = Weighed(before=before)

    async def execute(self, parameters: RefundRequest) -> ToolResult:
        refusal = self._refused.get(parameters.model_dump_json())
        if refusal is not None:
            return ToolResult(success=False, error=refusal)
        try:
            entry = await self._ledger.refund(self._turn.scope, self.wish(parameters))
        except RefundRefused as refused:
            return ToolResult(success=False, error=refused.detail)
        return _result(entry)


class GrantDiscount(BaseTool[DiscountRequest]):
    """Gives the contact a code for a lower price."""

    name: ClassVar[str] = GRANT_DISCOUNT
    description: ClassVar[str] = (
        "Give the customer a discount on the next purchase, as a code. One at a time. A member of staff may have to "
        "allow it: say so, and never promise it before the result says it is done."
    )
    parameters = DiscountRequest
    idempotent: ClassVar[bool] = False

    def __init__(self, ledger: RefundLedger, turn: ToolTurn) -> None:
        self._ledger = ledger
        self._turn = turn

    def risk(self, parameters: DiscountRequest) -> RiskyAction:
        if parameters.amount is not None and parameters.currency is not None:
            worth = written(parameters.amount, parameters.currency)
        else:
            worth = f"{parameters.percent} %"
        return RiskyAction(
            kind="discount",
            summary=f"Discount of {worth}, valid {parameters.valid_days} days",
            reasoning=f"The agent asks for it because: {parameters.reason}",
            amount=parameters.amount,
            currency=parameters.currency,
            percent=None if parameters.percent is None else float(parameters.percent),
        )

    async def execute(self, parameters: DiscountRequest) -> ToolResult:
        wish = DiscountWish(
            place=_place(self._turn),
            key=_key(self._turn, parameters),
            reason=parameters.reason,
            valid_days=parameters.valid_days,
            percent=None if parameters.percent is None else float(parameters.percent),
            amount=parameters.amount,
            currency=parameters.currency,
        )
        try:
            entry = await self._ledger.discount(self._turn.scope, wish)
        except RefundRefused as refused:
            return ToolResult(success=False, error=refused.detail)
        return _result(entry)


def _place(turn: ToolTurn) -> Place:
    """What an approval carries out has a turn without a session of its own where that is gone."""
    return Place(
        contact_id=turn.contact_id,
        session_id=turn.session_id or None,
        turn_id=turn.turn_id or None,
        agent_id=turn.agent_id,
    )


def _key(turn: ToolTurn, parameters: Request) -> str:
    if parameters.idempotency_key is not None:
        return parameters.idempotency_key
    what = parameters.model_dump_json(exclude={"reason", "defect"})
    return hashlib.sha256(f"{turn.turn_id}\x1f{what}".encode()).hexdigest()


def _result(entry: BillingEntry) -> ToolResult:
    metadata = {"entry_id": entry.id, "status": entry.status.value}
    if entry.status is EntryStatus.DECLINED:
        error = f"It was not given: {entry.declined}"
        return ToolResult(success=False, error=error, metadata=metadata)
    data = {
        "status": entry.status.value,
        "worth": entry.worth,
        "code": entry.code,
        "valid_until": None if entry.valid_until is None else entry.valid_until.date().isoformat(),
        "reference": entry.reference,
        "next": _NEXT[entry.status],
        LEFT_TO_STAFF: True if entry.status is EntryStatus.RECORDED else None,
    }
    done = entry.status in {EntryStatus.ISSUED, EntryStatus.RECORDED}
    shown = {name: value for name, value in data.items() if value is not None}
    return ToolResult(success=done, data=shown, error=None if done else _NEXT[entry.status], metadata=metadata)
