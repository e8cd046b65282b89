"""When a person must decide: the product's own bounds and those of the agent's contract. Pure functions.

What cannot be compared, since it is unknown or in another currency, counts as above its bound: amounts are never
converted. Above: the gate, and whoever modifies a request. Below: what a tool says of its risk.
"""

import math
import re
from collections.abc import Iterator
from decimal import Decimal

from deskhand.kit.problems import FieldProblem
from deskhand.tools.arguments import WrongArguments
from deskhand.tools.contract import ApprovalBound, ApprovalPolicy, RiskyAction

REFUND = "refund"
DISCOUNT = "discount"
CONTRACT_MODIFICATION = "contract_modification"
LEGAL_ESCALATION = "legal_escalation"

WITH_MONEY = frozenset({REFUND, DISCOUNT, CONTRACT_MODIFICATION, LEGAL_ESCALATION})
MOST_WITHOUT_A_PERSON = Decimal(500)
"""In the account's currency."""
MOST_PERCENT = 30.0
LEAST_CONFIDENCE = 0.7
MOST_AMOUNT = Decimal(1_000_000_000_000)
"""What is above it is a mistake."""
MOST_DIGITS = 40
_WHOLE = 100.0
_CURRENCY = re.compile(r"[A-Z]{3}")


def reasons_for(tool: str, risk: RiskyAction | None, policy: ApprovalPolicy, *, currency: str) -> tuple[str, ...]:
    """Why a person must decide about the call, in words for that person; none when it may be made.

    `currency` is the account's.

    Raises:
        WrongArguments: when the action cannot be what it says.
    """
    if risk is not None:
        check_sound(tool, risk)
    own = () if risk is None else tuple(_of_the_product(risk, currency))
    return tuple(dict.fromkeys((*own, *_of_the_contract(tool, risk, policy, currency))))


def check_sound(tool: str, risk: RiskyAction) -> None:
    """That the numbers of the action can be true.

    Raises:
        WrongArguments: naming the one that cannot.
    """
    amount = risk.amount
    if amount is not None and not (
        amount.is_finite() and 0 <= amount <= MOST_AMOUNT and len(str(amount)) <= MOST_DIGITS
    ):
        raise WrongArguments(f"{tool} was called wrongly: its amount must be a number from 0 to {MOST_AMOUNT:,}.")
    if risk.currency is not None and _CURRENCY.fullmatch(risk.currency) is None:
        raise WrongArguments(f"{tool} was called wrongly: its currency must be three capital letters, such as 'EUR'.")
    if not _within(risk.percent, _WHOLE):
        raise WrongArguments(f"{tool} was called wrongly: its percentage must be a number from 0 to 100.")
    if not _within(risk.confidence, 1.0):
        raise WrongArguments(f"{tool} was called wrongly: its confidence must be a number from 0 to 1.")


def check_no_more(tool: str, asked: RiskyAction, changed: RiskyAction, *, currency: str) -> None:
    """That a change of a request gives no more away than was asked for, and is the same kind of action.

    Raises:
        WrongArguments: saying what was asked for. Whoever wants to give more lets it be asked for anew.
    """
    check_sound(tool, changed)
    if changed.kind.casefold() != asked.kind.casefold():
        raise WrongArguments(f"The change makes it a {changed.kind!r}, and a {asked.kind!r} was asked for.")
    if (changed.currency or currency) != (asked.currency or currency) and (changed.amount or asked.amount) is not None:
        raise _at("currency", f"The change is in {changed.currency!r}: keep the currency that was asked for.")
    if _is_lost(changed.amount, asked.amount) or _is_lost(changed.percent, asked.percent):
        raise WrongArguments("The change does not say how much it gives: say it in the same way as it was asked for.")
    if _is_more(changed.amount, asked.amount):
        raise _at("amount", f"The change gives {changed.amount}, and {asked.amount} was asked for: give no more.")
    if _is_more(changed.percent, asked.percent):
        raise _at("percent", f"The change gives {changed.percent:g} %, and {asked.percent:g} % was asked for.")


def _at(field: str, message: str) -> WrongArguments:
    """Said of the argument by its usual name."""
    return WrongArguments(message, faults=[FieldProblem(field=field, message=message)])


def _is_lost(changed: Decimal | float | None, asked: Decimal | float | None) -> bool:
    return changed is None and asked is not None


def _is_more(changed: Decimal | float | None, asked: Decimal | float | None) -> bool:
    return changed is not None and asked is not None and changed > asked


def _within(value: float | None, most: float) -> bool:
    return value is None or (math.isfinite(value) and 0 <= value <= most)


def _of_the_product(risk: RiskyAction, currency: str) -> Iterator[str]:
    kind = risk.kind.casefold()
    if kind == CONTRACT_MODIFICATION:
        yield "a contract is modified"
    if kind in WITH_MONEY and not (kind == DISCOUNT and risk.amount is None and risk.percent is not None):
        yield from _above_amount(risk, MOST_WITHOUT_A_PERSON, currency, currency)
    if kind == DISCOUNT and risk.percent is not None and risk.percent > MOST_PERCENT:
        yield f"more than {MOST_PERCENT:g} % is given away"
    if risk.confidence is not None and risk.confidence < LEAST_CONFIDENCE:
        yield f"the agent is less sure than {LEAST_CONFIDENCE:g}"


def _above_amount(risk: RiskyAction, bound: Decimal, of_bound: str, currency: str) -> Iterator[str]:
    given = risk.currency or currency
    if risk.amount is None:
        yield "how much money is at stake is not known"
    elif given != of_bound:
        yield f"the amount is in {given}, and the bound in {of_bound}"
    elif risk.amount > bound:
        yield f"more than {bound:,f} {of_bound} is at stake"
    elif risk.before is None:
        yield f"the customer was given more shortly before, and not in {of_bound}"
    elif risk.amount + risk.before > bound:
        yield f"more than {bound:,f} {of_bound} is at stake, with {risk.before:,f} given shortly before"


def _of_the_contract(tool: str, risk: RiskyAction | None, policy: ApprovalPolicy, currency: str) -> Iterator[str]:
    names = {tool.casefold()} if risk is None else {tool.casefold(), risk.kind.casefold()}
    for bound in policy.bounds:
        if bound.action.casefold() in names and _holds(bound, risk, currency):
            yield f"the agent's contract asks a person for {bound.action!r}{_conditions(bound, currency)}"


def _holds(bound: ApprovalBound, risk: RiskyAction | None, currency: str) -> bool:
    """Each bound that is given makes the rule narrower; one that cannot be compared does not."""
    if risk is None:
        return True
    by_amount = bound.above_amount is None or any(
        _above_amount(risk, bound.above_amount, bound.currency or currency, currency)
    )
    by_percent = bound.above_percent is None or risk.percent is None or risk.percent > bound.above_percent
    sure = bound.confidence_below is not None and (
        risk.confidence is not None and risk.confidence >= bound.confidence_below
    )
    return by_amount and by_percent and not sure


def _conditions(bound: ApprovalBound, currency: str) -> str:
    parts = []
    if bound.above_amount is not None:
        parts.append(f"above {bound.above_amount.normalize():,f} {bound.currency or currency}")
    if bound.above_percent is not None:
        parts.append(f"above {bound.above_percent:g} %")
    if bound.confidence_below is not None:
        parts.append(f"when less sure than {bound.confidence_below:g}")
    return f" {', '.join(parts)}" if parts else ""
