"""Identifiers: a prefix that names the kind, then a UUID version 7 (RFC 9562), so that they sort by time."""

import os
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_MASK_74 = (1 << 74) - 1
_RANDOM_BYTES = 10


def new_id(prefix: str) -> str:
    """A new identifier such as `thr_0199c2…`: the prefix, `_`, and 32 hexadecimal digits."""
    random = int.from_bytes(os.urandom(_RANDOM_BYTES)) & _MASK_74
    high, low = random >> 62, random & ((1 << 62) - 1)
    value = (time.time_ns() // 1_000_000 << 80) | _VERSION_7 | (high << 64) | _VARIANT | low
    return f"{prefix}_{value:032x}"


def uuid_of(identifier: str) -> UUID:
    """The UUID inside an identifier made by `new_id`, for stores that take nothing else."""
    return UUID(hex=identifier.rpartition("_")[2])
