"""The audit as a file: JSON Lines with all there is, CSV for spreadsheets. Made while it is sent.

Above: the endpoint. Below: the reader.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from typing import Any

from deskhand.audit.links import canonical
from deskhand.audit.model import AuditFilter, MessageAudit
from deskhand.audit.reading import AuditReader
from deskhand.audit.schemas import AuditRecordOut, record_out
from deskhand.tenancy.scope import TenantScope

LINES_AT_ONCE = 200
COLUMNS = (
    "seq",
    "id",
    "at",
    "event",
    "session_id",
    "thread_id",
    "turn_id",
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
    "cost",
    "currency",
    "seconds",
    "ticket_id",
    "tools",
    "messages",
    "answer",
    "sources",
    "pii_redacted",
    "personal",
    "hash",
    "previous_hash",
)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ExportFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


MEDIA_TYPES = {ExportFormat.JSONL: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}
Line = Callable[[MessageAudit, Mapping[str, Any]], str]


class AuditExport:
    """Writes what a filter finds, oldest first."""

    def __init__(self, reader: AuditReader) -> None:
        self._reader = reader

    async def begun(self, scope: TenantScope, wanted: AuditFilter, form: ExportFormat) -> AsyncIterator[str]:
        """The parts of the file. The first is read by now: what fails at once fails before the answer begins."""
        parts = self._parts(scope, wanted, form)
        first = await anext(parts, "")

        async def whole() -> AsyncIterator[str]:
            yield first
            async for part in parts:
                yield part

        return whole()

    async def _parts(self, scope: TenantScope, wanted: AuditFilter, form: ExportFormat) -> AsyncIterator[str]:
        line = json_line if form is ExportFormat.JSONL else csv_line
        lines = [] if form is ExportFormat.JSONL else [_row(COLUMNS)]
        async for record, content in self._reader.walk(scope, wanted):
            lines.append(line(record, content))
            if len(lines) >= LINES_AT_ONCE:
                yield "".join(lines)
                lines = []
        yield "".join(lines)


def json_line(record: MessageAudit, content: Mapping[str, Any]) -> str:
    """The record, and under `chained` what its hash was made of: SHA-256 over its canonical JSON is the hash."""
    shown = record_out(record).model_dump(mode="json")
    place = {"seq": record.seq, "previous_hash": record.previous_hash}
    chained = None if record.seq is None else json.loads(canonical({**content, **place}))
    return json.dumps(shown | {"chained": chained}, ensure_ascii=False) + "\n"


def csv_line(record: MessageAudit, content: Mapping[str, Any]) -> str:  # noqa: ARG001 - as the other form's
    """The record as a row."""
    shown = record_out(record)
    values = shown.model_dump(mode="json")
    values["tools"] = "; ".join(f"{tool.name}: {'ok' if tool.success else 'failed'}" for tool in shown.tools)
    values["messages"] = "\n\n".join(shown.messages or ())
    values["sources"] = _sources(shown)
    return _row([values[name] for name in COLUMNS])


def cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value


def _sources(shown: AuditRecordOut) -> str:
    return "; ".join(source.title or source.source for source in shown.sources or () if source.cited)


def _row(values: Any) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([cell(value) for value in values])
    return written.getvalue()
