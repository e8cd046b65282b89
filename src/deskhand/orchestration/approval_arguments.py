"""A tool's arguments as they are kept with a request: JSON that every database and every channel takes.

Above: the gate, decisions. Below: the check of arguments against the tool's parameters.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from deskhand.tools.arguments import WrongArguments

IDEMPOTENCY_KEY = "idempotency_key"
MAX_BYTES = 64 * 1024


def kept(tool: str, parameters: BaseModel) -> dict[str, Any]:
    """Checked arguments as JSON, from which the same parameters can be made again.

    Raises:
        WrongArguments: when they are too long, or hold what cannot be written down, such as a NUL or a NaN.
    """
    arguments: dict[str, Any] = parameters.model_dump(mode="json", by_alias=True, round_trip=True)
    try:
        written = json.dumps(arguments, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:  # also a lone surrogate
        raise WrongArguments(f"{tool} was called wrongly: a value is no number, or no text that can be kept.") from None
    if b"\\u0000" in written:
        raise WrongArguments(f"{tool} was called wrongly: a text holds a NUL. Leave it out.")
    if len(written) > MAX_BYTES:
        raise WrongArguments(f"{tool} was called wrongly: its arguments take more than {MAX_BYTES:,} bytes.")
    return arguments


def fingerprint_of(place: str, tool: str, arguments: Mapping[str, Any]) -> str:
    """The same for the same call in the same place, whatever key came with it."""
    same = {name: value for name, value in arguments.items() if name != IDEMPOTENCY_KEY}
    return hashlib.sha256(json.dumps([place, tool, same], sort_keys=True).encode()).hexdigest()


def writable(text: str, most: int) -> str:
    """Without NULs and halves of characters, which not every database takes, and no longer than that."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:most]
