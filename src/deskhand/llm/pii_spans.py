"""What a piece of personal data is: its kind and where it stands.

Above: `pii` and its recognisers. Below: nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PiiType(StrEnum):
    """The kinds that are recognised; a kind's value is the placeholder that stands for it in a redacted text."""

    SECRET = "SECRET"  # noqa: S105 - the name of a kind
    """A key, a token, a password, a PIN, a card's check digits."""
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    URL = "URL"
    IP_ADDRESS = "IP_ADDRESS"
    CREDIT_CARD = "CREDIT_CARD"
    IBAN_CODE = "IBAN_CODE"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    US_SSN = "US_SSN"
    NATIONAL_ID = "NATIONAL_ID"
    """A personal or tax number of another country."""
    PASSPORT = "PASSPORT"
    DRIVER_LICENSE = "DRIVER_LICENSE"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"
    PHONE_NUMBER = "PHONE_NUMBER"
    STREET_ADDRESS = "STREET_ADDRESS"
    ZIP_CODE = "ZIP_CODE"
    PERSON = "PERSON"


STRUCTURED = frozenset(
    {
        PiiType.EMAIL_ADDRESS,
        PiiType.PHONE_NUMBER,
        PiiType.CREDIT_CARD,
        PiiType.IBAN_CODE,
        PiiType.URL,
        PiiType.IP_ADDRESS,
        PiiType.US_SSN,
    }
)
"""The kinds whose form alone tells nearly all: they are promised, names and addresses are found as far as it goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PiiSpan:
    """`text[start:end]` is personal data of this kind."""

    start: int
    end: int
    type: PiiType


Recogniser = Callable[[str], Iterator[PiiSpan]]
"""Finds spans of some kinds in a folded text, in time linear in its length; they may overlap."""
