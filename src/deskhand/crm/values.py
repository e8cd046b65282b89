"""What a contact's values must look like, and how they are kept: pure rules, without a database.

Above: the built-in CRM and the external one's reader. Below: phonenumbers, the time zones' names. Every refusal is an
`InvalidContact` that quotes the value and says the next step.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers

from deskhand.crm.model import AccountStatus, InvalidContact, TagChange, TagMode
from deskhand.tenancy.users import InvalidEmail, checked_email

MAX_NAME = 200
MAX_TAG = 50
MAX_TAGS = 50
MAX_NOTE = 10_000
MAX_TITLE = 200
MAX_DATA_BYTES = 16_384
MAX_DATA_DEPTH = 20
MAX_KEY = 200
_SHOWN = 80
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_PHONE_SIGNS = re.compile(r"[+\d\s()./-]+")
_SCRIPT_LETTERS, _REGION_LETTERS = 4, 2


def plain_line(what: str, text: str, most: int) -> str:
    """One line of text: trimmed, with single spaces.

    Raises:
        InvalidContact: when nothing is left, when it is too long or holds control characters.
    """
    line = " ".join(text.split())
    if not line:
        raise InvalidContact(f"The {what} is empty: write it, or give null to clear it.")
    if len(line) > most:
        raise InvalidContact(f"The {what} has {len(line)} characters, and at most {most} fit: shorten it.")
    if not line.isprintable():
        raise InvalidContact(f"The {what} {_quoted(line)} holds control characters: write plain text.")
    return line


def plain_text(what: str, text: str, most: int) -> str:
    """Text of several lines: trimmed.

    Raises:
        InvalidContact: as `plain_line`.
    """
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise InvalidContact(f"The {what} is empty: write what is meant.")
    if len(kept) > most:
        raise InvalidContact(f"The {what} has {len(kept):,} characters, and at most {most:,} fit: shorten it.")
    if any(not sign.isprintable() and sign not in "\n\t" for sign in kept):
        raise InvalidContact(f"The {what} holds control characters: write plain text.")
    return kept


def email(text: str) -> str:
    """Trimmed, in lower case. Raises InvalidContact."""
    try:
        return checked_email(text)
    except InvalidEmail as error:
        raise InvalidContact(error.detail) from None


def phone(text: str) -> str:
    """The number as `+4915112345678` (E.164). Raises InvalidContact."""
    refused = InvalidContact(
        f"{_quoted(text)} is not a phone number: write it with its country's code, such as '+44 20 7946 0958'."
    )
    if len(text) > _SHOWN:
        raise refused
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise refused from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise refused
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def language(text: str) -> str:
    """A language tag with the usual letters: `en`, `en-GB`, `zh-Hant-TW`. Raises InvalidContact."""
    if _LANGUAGE.fullmatch(text) is None:
        raise InvalidContact(f"{_quoted(text)} is not a language: write its tag, such as 'en' or 'de-AT'.")
    first, *rest = text.lower().split("-")
    return "-".join([first, *(_subtag(part) for part in rest)])


def time_zone(text: str) -> str:
    """The name of a time zone. Raises InvalidContact."""
    if text not in _zones():
        raise InvalidContact(f"{_quoted(text)} is not a time zone: write its name, such as 'Europe/Berlin'.")
    return text


def agent_id(text: str) -> str:
    """The form of an agent's id. Raises InvalidContact."""
    if _AGENT.fullmatch(text) is None:
        raise InvalidContact(f"{_quoted(text)} is not the id of an agent: GET /api/v1/agents lists them.")
    return text


def account_status(text: str) -> str:
    """Raises InvalidContact, naming those there are."""
    try:
        return AccountStatus(text).value
    except ValueError:
        names = ", ".join(status.value for status in AccountStatus)
        raise InvalidContact(f"{_quoted(text)} is not an account status: take one of {names}.") from None


CHECKS: Mapping[str, Callable[[str], str]] = {
    "name": lambda text: plain_line("name", text, MAX_NAME),
    "email": email,
    "phone": phone,
    "company": lambda text: plain_line("company", text, MAX_NAME),
    "account_status": account_status,
    "language": language,
    "time_zone": time_zone,
    "assigned_agent": agent_id,
}
"""How each field of a profile is checked."""


def profile_values(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The values as they are kept. None clears a field, but for the account's status.

    Raises:
        InvalidContact: naming the first that cannot be kept.
    """
    if "account_status" in values and values["account_status"] is None:
        raise InvalidContact("An account always has a status: give one, or leave account_status out.")
    return {name: None if text is None else CHECKS[name](text) for name, text in values.items()}


def tag(text: str) -> str:
    """A tag as it is kept and compared: folded, with single spaces.

    Raises:
        InvalidContact: when nothing is left, when it is too long or holds a comma or a control character.
    """
    folded = plain_line("tag", text[: MAX_TAG * 20], MAX_TAG * 20)
    for _ in range(3):
        # Folding may make what folds again; it settles at once or never matters.
        folded = " ".join(unicodedata.normalize("NFKC", folded.casefold()).split())
    if not folded or len(folded) > MAX_TAG or "," in folded or not folded.isprintable():
        raise InvalidContact(
            f"{_quoted(text)} cannot be a tag: write up to {MAX_TAG} letters, digits and signs, without a comma."
        )
    return folded


def tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of the alphabet. Raises InvalidContact."""
    return tuple(sorted({tag(text) for text in texts}))


def changed_tags(now: Iterable[str], change: TagChange) -> tuple[str, ...]:
    """The tags after the change.

    Raises:
        InvalidContact: when one cannot be a tag, or there would be more than 50.
    """
    given, held = set(tags(change.tags)), set(now)
    match change.mode:
        case TagMode.ADD:
            after = held | given
        case TagMode.REMOVE:
            after = held - given
        case TagMode.REPLACE:
            after = given
    if len(after) > MAX_TAGS:
        raise InvalidContact(f"A contact has at most {MAX_TAGS} tags, and these would be {len(after)}: remove some.")
    return tuple(sorted(after))


def event_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as a JSON object of its own.

    Raises:
        InvalidContact: when it is no JSON, too deep, or larger than 16 KB.
    """
    try:
        text = json.dumps(dict(data), ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError):
        raise InvalidContact("An event's data must be a JSON object of texts, numbers, lists and objects.") from None
    if size > MAX_DATA_BYTES:
        raise InvalidContact(
            f"An event's data has {size:,} bytes, and at most {MAX_DATA_BYTES:,} fit: keep the rest elsewhere."
        )
    if _depth(data) > MAX_DATA_DEPTH or "\\u0000" in text:
        raise InvalidContact(f"An event's data is at most {MAX_DATA_DEPTH} levels deep and without NULs: make it flat.")
    kept: dict[str, Any] = json.loads(text)
    return kept


def moment(at: datetime) -> datetime:
    """A moment in UTC. Raises InvalidContact."""
    if at.tzinfo is None:
        raise InvalidContact(f"{at.isoformat()!r} has no time zone: write one, such as 2026-03-02T09:00:00+01:00.")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise InvalidContact(f"{at.isoformat()!r} is outside of all calendars: write a moment of our time.") from None


def idempotency_key(text: str) -> str:
    """Raises InvalidContact."""
    if _KEY.fullmatch(text) is None:
        raise InvalidContact(
            f"An idempotency key has 1 to {MAX_KEY} letters, digits and signs without spaces, and {_quoted(text)} has "
            "not: make one, such as a UUID."
        )
    return text


def search_text(*, name: str | None, email: str | None, phone: str | None, company: str | None) -> str:
    """What a contact is searched by."""
    return "\n".join(folded(part) for part in (name, email, phone, company) if part)


def search_words(q: str) -> tuple[str, ...]:
    """What must be found in the search text; of a phone number its digits, however they are grouped.

    Nothing when there is nothing to search for. Raises InvalidContact.
    """
    text = folded(q)
    if not text.isprintable():
        raise InvalidContact(f"{_quoted(q)} holds control characters: search for plain words.")
    digits = "".join(sign for sign in text if sign.isdigit())
    if digits and _PHONE_SIGNS.fullmatch(text):
        return (digits.lstrip("0") or digits,)
    return tuple(text.split())


def folded(text: str) -> str:
    """As texts are compared: without case, in one form, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _subtag(part: str) -> str:
    if len(part) == _SCRIPT_LETTERS and part.isalpha():
        return part.title()
    return part.upper() if len(part) == _REGION_LETTERS else part


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _depth(value: object) -> int:
    """How many objects and lists stand in each other."""
    depth, level = 0, [value]
    while level := [part for part in level if isinstance(part, Mapping | list | tuple)]:
        depth += 1
        level = [inner for part in level for inner in (part.values() if isinstance(part, Mapping) else part)]
    return depth


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
