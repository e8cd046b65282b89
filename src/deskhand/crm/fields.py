"""Custom fields: what a tenant keeps of its contacts beyond the profile, defined once, checked at every write.

Above: `field_definitions.py`, which keeps them, and the records, which check values by them. Below: the model.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from deskhand.crm.model import FieldValue, InvalidContact
from deskhand.kit.errors import Conflict, NotFound

MAX_FIELD_TEXT = 2_000
MAX_NUMBER = 1e15
_SHOWN = 100
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnknownField(NotFound):
    code = "unknown_field"


class FieldExists(Conflict):
    code = "field_exists"


class TooManyFields(Conflict):
    code = "too_many_fields"


class ChoiceInUse(Conflict):
    code = "choice_in_use"


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewField:
    """A definition to be. `choices` are for the type `choice` alone."""

    key: str
    type: FieldType
    label: str | None = None
    description: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """What is given is changed."""

    label: str | None = None
    description: str | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField:
    id: str
    key: str
    label: str
    description: str
    type: FieldType
    choices: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    def value(self, given: object) -> FieldValue:
        """The value as it is kept.

        Raises:
            InvalidContact: naming the field, and what it takes.
        """
        kept = _READ[self.type](self, given)
        if kept is None:
            takes = f"one of {', '.join(self.choices)}" if self.type is FieldType.CHOICE else _TAKES[self.type]
            raise InvalidContact(f"custom_fields.{self.key}: {_quoted(given)} cannot be kept: give {takes}, or null.")
        return kept


def _text(_field: CustomField, given: object) -> str | None:
    if not isinstance(given, str) or not given.strip() or len(given.strip()) > MAX_FIELD_TEXT:
        return None
    kept = given.replace("\r\n", "\n").strip()
    return kept if all(sign.isprintable() or sign in "\n\t" for sign in kept) else None


def _number(_field: CustomField, given: object) -> int | float | None:
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > MAX_NUMBER:
        return None
    return given if math.isfinite(given) else None


def _boolean(_field: CustomField, given: object) -> bool | None:
    return given if isinstance(given, bool) else None


def _date(_field: CustomField, given: object) -> str | None:
    if not isinstance(given, str) or _DATE.fullmatch(given) is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        return None


def _choice(field: CustomField, given: object) -> str | None:
    if not isinstance(given, str):
        return None
    by_name = {choice.casefold(): choice for choice in field.choices}
    return by_name.get(" ".join(given.split()).casefold())


_READ: Mapping[FieldType, Callable[[CustomField, object], FieldValue | None]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
}
_TAKES: Mapping[FieldType, str] = {
    FieldType.TEXT: f"plain text of at most {MAX_FIELD_TEXT:,} characters",
    FieldType.NUMBER: "a number from -1e15 to 1e15",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: "a date such as '2026-03-02'",
}


def _quoted(given: object) -> str:
    text = repr(given)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
