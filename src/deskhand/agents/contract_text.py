"""The kinds of text, names and times a contract is made of, each with its bounds.

Above: the parts of a contract. Below: nothing.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from deskhand.agents.contract_version import MAX_VERSION_CHARS, VERSION_PATTERN

RULE = "contract_rule"
"""The type of pydantic error that carries a whole sentence of ours as `reason`, and perhaps the `field` it is about."""

MAX_QUOTED = 80
"""So much of a wrong text is quoted."""

HANDLE_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"
IDENTIFIER_PATTERN = r"^[A-Za-z0-9_.:@-]{1,64}$"
LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
TOOL_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"
PROVIDER_PATTERN = r"^[a-z][a-z0-9_-]{0,39}$"
BASE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$"
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
ZONE_PATTERN = r"^[A-Za-z0-9_+/-]{1,64}$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"

PATTERNS_IN_WORDS = {
    HANDLE_PATTERN: "at most 64 small letters, digits, '-' and '_', a letter or digit first",
    IDENTIFIER_PATTERN: "at most 64 letters, digits and any of '_.:@-'",
    LANGUAGE_PATTERN: "a language tag (BCP 47)",
    TOOL_PATTERN: "at most 64 small letters, digits, '-' and '_', a letter first",
    PROVIDER_PATTERN: "at most 40 small letters, digits, '-' and '_', a letter first",
    BASE_PATTERN: "at most 64 small letters, digits and '-', a letter or digit first",
    TIME_PATTERN: "a time from 00:00 to 24:00",
    ZONE_PATTERN: "a time zone of the IANA list",
    CURRENCY_PATTERN: "three capital letters",
    VERSION_PATTERN: f"three numbers with dots, perhaps with a pre-release, at most {MAX_VERSION_CHARS} characters",
}
"""How an error says what a pattern allows; a test holds that none is missing."""

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"[\n\r\t\u2028\u2029]")

_Item = TypeVar("_Item", bound=Hashable)


class Part(BaseModel):
    """A part of a contract: immutable, no unknown fields, and a value of another type is told rather than turned."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def broken_rule(reason: str, *, field: str = "") -> PydanticCustomError:
    """The error of a rule that no single bound can say; `field` is the path from the part that raises it."""
    return PydanticCustomError(RULE, "{reason}", {"reason": reason, "field": field})


def quoted(value: object) -> str:
    """A value as an error shows it: shortened, and of an address only its scheme, for an address can be a secret."""
    if isinstance(value, str) and "://" in value:
        return repr(value[: value.index("://")][-20:] + "://…")
    if isinstance(value, str):
        return repr(value if len(value) <= MAX_QUOTED else value[:MAX_QUOTED] + "…")
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    shown = "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= MAX_QUOTED else shown[:MAX_QUOTED] + "…"


def _plain(text: str) -> str:
    found = _UNWRITABLE.search(text)
    if found is not None:
        raise broken_rule(f"holds the character U+{ord(found[0]):04X}, which cannot be written: remove it.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _one_line(text: str) -> str:
    if _LINE_ENDS.search(text):
        raise broken_rule("holds a line break or a tab: write it in one line.")
    return _plain(text)


def _canonical_language(tag: str) -> str:
    """As RFC 5646 writes it: `pt-BR`, `zh-Hant-TW`."""
    language, *rest = tag.split("-")
    return "-".join([language.lower(), *(_canonical_subtag(part) for part in rest)])


def _canonical_subtag(part: str) -> str:
    match len(part), part.isalpha():
        case 4, True:
            return part.title()
        case 2, _:
            return part.upper()
        case _:
            return part.lower()


def _is_timestamp(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
        return value
    raise broken_rule(f"{quoted(value)} is no moment: give date, time and zone, such as '2026-01-31T09:30:00Z'.")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise broken_rule("lies outside the years 1 to 9999.") from None


def no_twice(items: Sequence[_Item]) -> Sequence[_Item]:
    """The items, when each is there once."""
    seen: set[_Item] = set()
    for place, item in enumerate(items):
        if item in seen:
            raise broken_rule(f"{quoted(item)} stands there twice: name each once.", field=str(place))
        seen.add(item)
    return items


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_plain)]
Name = Annotated[Line, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Handle = Annotated[str, StringConstraints(pattern=HANDLE_PATTERN)]
Version = Annotated[str, StringConstraints(pattern=VERSION_PATTERN, max_length=MAX_VERSION_CHARS)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Language = Annotated[
    str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=35), AfterValidator(_canonical_language)
]
Share = Annotated[float, Field(ge=0, le=1)]
Timestamp = Annotated[AwareDatetime, Strict(strict=False), BeforeValidator(_is_timestamp), AfterValidator(_in_utc)]
AnyList = Strict(strict=False)
"""Marks a tuple that is written as a JSON list; its items stay strict."""


class _Once:
    """Marks a list whose entries must differ."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(no_twice, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"uniqueItems": True}


Once = _Once()
