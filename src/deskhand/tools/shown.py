"""A tool's result as the model sees it: JSON, whatever the tool gave, and never more than so many bytes.

The value is walked until the room is used up and no further: a result of 50 MB is never written out to be cut.
Above: the guard. Below: nothing.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pydantic import BaseModel, SecretBytes, SecretStr

from deskhand.llm.injection import Trust, without_orders
from deskhand.tools.contract import ToolResult

MAX_BYTES = 64 * 1024
MAX_ERROR_CHARS = 2000
MAX_DEPTH = 24
MAX_KEY_CHARS = 200
MAX_DIGITS = 400
MEMBER_BYTES = 2000
"""Whoever has less room than this takes no further member: a key and a number always fit into it."""
ENVELOPE_BYTES = 400
"""What the result's frame takes, with the note that it was cut."""

_PLAIN_TEXT = (UUID, PurePath, IPv4Address, IPv6Address, SecretStr, SecretBytes)
_DATES = (datetime, date, time)


def shown(result: ToolResult, max_bytes: int = MAX_BYTES, trust: Trust = Trust.STRANGER) -> str:
    """The result as JSON of at most so many bytes; where something had to be left out, it says so."""
    if not result.success:
        told = without_orders(_encodable((result.error or "It did not succeed.")[:MAX_ERROR_CHARS]), Trust.COMPANY)
        return json.dumps({"ok": False, "error": told}, ensure_ascii=False)
    walk = _Walk(max_bytes - ENVELOPE_BYTES, trust)
    body: dict[str, Any] = {"ok": True, "data": walk.of(result.data)}
    if walk.cut:
        body["cut"] = f"The result is larger than {max_bytes:,} bytes: this is its beginning. Ask for less at once."
    return json.dumps(body, ensure_ascii=False)


class _Walk:
    """Makes a JSON value that fits into the room. Everything is counted at no less than it will take."""

    def __init__(self, room: int, trust: Trust) -> None:
        self._room = room
        self._trust = trust
        self._above: set[int] = set()
        self.cut = False

    def of(self, value: Any) -> Any:
        """The value, or as much of it as there is room for."""
        if isinstance(value, Enum):
            value = value.value
        if value is None or isinstance(value, bool):
            return self._paid(value, 5)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Integral | Real | Decimal):
            return self._number(value)
        inner = _inside(value)
        return self._text(_name_of(value)) if inner is None else self._container(value, inner)

    def _paid(self, value: Any, cost: int) -> Any:
        self._room -= cost
        return value

    def _number(self, value: Any) -> Any:
        plain = _plain_number(value)
        return self._text(plain) if isinstance(plain, str) else self._paid(plain, len(json.dumps(plain)))

    def _text(self, text: str) -> str:
        """The text, or its beginning: a character takes a byte at least, so no more of it need be looked at."""
        room = max(0, self._room - 2)
        piece = _encodable(without_orders(str(text[:room]), self._trust))
        taken = _bytes_of(piece)
        while taken > room:
            # Escapes and letters beyond ASCII take more than one byte: keep the share that fits, or less.
            piece = piece[: min(len(piece) - 1, len(piece) * room // taken)]
            taken = _bytes_of(piece)
        self.cut |= len(piece) < len(text)
        self._room -= taken + 2
        return piece

    def _container(self, value: Any, inner: "_Inside") -> Any:
        if id(value) in self._above:
            return self._text("(contains itself)")
        if len(self._above) >= MAX_DEPTH:
            return self._text("(nested too deeply)")
        self._room -= 2
        self._above.add(id(value))
        try:
            return self._members(inner) if isinstance(inner, Mapping) else self._items(inner)
        finally:
            self._above.discard(id(value))

    def _items(self, inner: Iterable[Any]) -> list[Any]:
        items: list[Any] = []
        for item in inner:
            if self._is_full():
                break
            self._room -= 2
            items.append(self.of(item))
        return items

    def _members(self, inner: Mapping[Any, Any]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key in inner:
            if self._is_full():
                break
            name = _key(key)
            self._room -= _bytes_of(name) + 6
            members[name] = self.of(inner[key])
        return members

    def _is_full(self) -> bool:
        full = self._room <= MEMBER_BYTES
        self.cut |= full
        return full


_Inside = Mapping[Any, Any] | Iterable[Any]


class _Attributes(Mapping[str, Any]):
    """An object's named parts, each fetched when it is asked for."""

    def __init__(self, owner: Any, names: Iterable[str]) -> None:
        self._owner = owner
        self._names = tuple(names)

    def __getitem__(self, name: str) -> Any:
        return getattr(self._owner, name)

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _inside(value: Any) -> _Inside | None:
    """What a container holds; None for what is none."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple | AbstractSet):
        return value
    if isinstance(value, BaseModel):
        return _Attributes(value, type(value).model_fields)
    if is_dataclass(value) and not isinstance(value, type):
        return _Attributes(value, [field.name for field in fields(value)])
    return None


def _plain_number(value: Any) -> int | float | str:
    if isinstance(value, Integral):
        number = int(value)
        return number if number.bit_length() < MAX_DIGITS * 3 else "(a number too long to show)"
    if isinstance(value, Decimal):
        return str(value)[:MAX_DIGITS]
    real = float(value)
    return real if math.isfinite(real) else "(not a number)"


def _name_of(value: Any) -> str:
    """What stands for a value that JSON has no form for. Unknown objects are named by their type alone."""
    if isinstance(value, _DATES):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} s"
    if isinstance(value, bytes | bytearray | memoryview):
        return f"({len(value)} bytes)"
    if isinstance(value, _PLAIN_TEXT):
        return str(value)
    return f"({type(value).__name__})"


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return _encodable(str(key[:MAX_KEY_CHARS]))
    plain: Callable[[Any], Any] = _plain_number if isinstance(key, Integral | Real | Decimal) else _name_of
    return str(plain(key))[:MAX_KEY_CHARS]


def _bytes_of(text: str) -> int:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return len(text)
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def _encodable(text: str) -> str:
    """Halves of surrogate pairs cannot be sent to anybody."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
