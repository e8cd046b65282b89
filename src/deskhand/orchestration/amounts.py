"""Amounts of money: a decimal number in a currency (ISO 4217), kept as a whole number of its smallest units.

Above: orders, refunds, discounts. Below: nothing; pure. Binary fractions never touch an amount.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

MOST = Decimal(1_000_000_000)
_DECIMALS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905 - a word list
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""How many decimals a currency has, where those are not two."""


def _capitals(given: object) -> object:
    return given.strip().upper() if isinstance(given, str) else given


Currency = Annotated[str, BeforeValidator(_capitals), StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(gt=0, le=MOST, max_digits=13, decimal_places=3, allow_inf_nan=False)]


def decimals_of(currency: str) -> int:
    """How many decimals amounts of the currency have."""
    return _DECIMALS.get(currency, 2)


def in_units(amount: Decimal, currency: str) -> int:
    """The amount in the currency's smallest units.

    Raises:
        ValueError: when it has more decimals than the currency knows.
    """
    units = amount.scaleb(decimals_of(currency))
    if units != units.to_integral_value():
        raise ValueError(
            f"{amount} {currency} has too many decimals: amounts in {currency} have {decimals_of(currency)}"
        )
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """The amount that so many of the smallest units are."""
    return Decimal(units).scaleb(-decimals_of(currency))


def share_of(amount: Decimal, share: Decimal, currency: str) -> Decimal:
    """That share of an amount, rounded down to what the currency can express: never more than the share."""
    return (amount * share).quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_DOWN)


def written(amount: Decimal, currency: str) -> str:
    """Such as `1240.50 GBP`."""
    return f"{amount:.{decimals_of(currency)}f} {currency}"
