"""How a document and its answer cross the border to the worker process. Above: both ends; below: the shapes.

A frame is four bytes of length, four bytes of the header's length, the header as JSON, and the body as it is.
Nothing that comes back from the worker is ever executed or unpickled.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from deskhand.documents.model import Converted, DocumentKind, DocumentLimits, Job
from deskhand.documents.refusals import DocumentRefused, refusal_from

FRAME_PREFIX = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the worker says: that it is ready, a text, or a refusal. `exhausted`: it ends itself after this."""

    ready: bool = False
    converted: Converted | None = None
    refusal: DocumentRefused | None = None
    cause: str | None = None
    exhausted: bool = False


def frame_length(prefix: bytes) -> int:
    return int.from_bytes(prefix, "big")


def encode_job(job: Job) -> bytes:
    limits = {item.name: getattr(job.limits, item.name) for item in fields(job.limits)}
    header = {"kind": job.kind, "name": job.name, "limits": {**limits, "allowed_types": []}}
    return _frame(header, job.content)


def decode_job(payload: bytes) -> Job:
    header, body = _unframe(payload)
    limits = DocumentLimits(**{**header["limits"], "allowed_types": frozenset()})
    return Job(kind=DocumentKind(header["kind"]), name=header["name"], content=body, limits=limits)


def encode_answer(answer: Answer) -> bytes:
    header: dict[str, Any] = {
        "ready": answer.ready,
        "cause": answer.cause,
        "exhausted": answer.exhausted,
        "refusal": [answer.refusal.code, answer.refusal.detail] if answer.refusal else None,
    }
    if answer.converted is None:
        return _frame(header, b"")
    converted = answer.converted
    header["converted"] = [converted.title, converted.link, dict(converted.metadata)]
    return _frame(header, converted.markdown.encode())


def decode_answer(payload: bytes) -> Answer:
    header, body = _unframe(payload)
    converted = None
    if header.get("converted"):
        title, link, metadata = header["converted"]
        converted = Converted(markdown=body.decode(), title=title, link=link, metadata=metadata)
    return Answer(
        ready=header["ready"],
        converted=converted,
        refusal=refusal_from(*header["refusal"]) if header["refusal"] else None,
        cause=header["cause"],
        exhausted=header["exhausted"],
    )


def _frame(header: Mapping[str, Any], body: bytes) -> bytes:
    head = json.dumps(header).encode()
    rest = len(head).to_bytes(4, "big") + head + body
    return len(rest).to_bytes(FRAME_PREFIX, "big") + rest


def _unframe(payload: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(payload[:4], "big")
    header: dict[str, Any] = json.loads(payload[4 : 4 + length])
    return header, payload[4 + length :]
