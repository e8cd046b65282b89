"""How records are tied together: one canonical text of what a record says, and the hash over it and its predecessor.

Pure functions, so that anyone with an export can compute them again (`docs/audit.md` says how).
Above: chaining and verifying. Below: nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deskhand.audit.vault import digest

GENESIS = "0" * 64
"""What the first record names as its predecessor."""
VERSION = 1
HASHED = (
    "id",
    "tenant_id",
    "event",
    "at",
    "request_id",
    "session_id",
    "thread_id",
    "turn_id",
    "turn_ids",
    "contact_id",
    "actor_id",
    "agent_id",
    "agent_version",
    "kind",
    "confidence",
    "model",
    "degraded",
    "input_tokens",
    "output_tokens",
    "cost_nanos",
    "currency",
    "seconds",
    "stages",
    "ticket_id",
    "tools",
    "tool_names",
    "pii_redacted",
    "key_id",
    "payload_digest",
    "payload_bytes",
)
"""The columns that a hash covers as they stand. The ciphertext is covered by its digest."""


def content_of(record: Any) -> dict[str, Any]:
    """What a record says, as it goes into its hash: without its place in the chain."""
    content = {name: getattr(record, name) for name in HASHED}
    return said(content, record.sealed)


def said(columns: Mapping[str, Any], sealed: bytes | None) -> dict[str, Any]:
    """The same of columns that are not stored yet."""
    content = {name: columns[name] for name in HASHED}
    content["at"] = moment(content["at"])
    content["sealed_digest"] = None if sealed is None else digest(sealed)
    content["version"] = VERSION
    return content


def link_hash(content: Mapping[str, Any], seq: int, previous_hash: str) -> str:
    """The hash of a record in its place: SHA-256 over the canonical JSON of its content, number and predecessor."""
    return hashlib.sha256(canonical({**content, "seq": seq, "previous_hash": previous_hash})).hexdigest()


def head_content(tenant_id: str, count: int, last_hash: str, distrusted_from: int | None) -> bytes:
    """What the signature of a chain's end covers."""
    return canonical({"tenant_id": tenant_id, "count": count, "hash": last_hash, "distrusted_from": distrusted_from})


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted names, without blanks, in ASCII: the same bytes for the same value everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
