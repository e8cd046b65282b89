"""HTTP shapes of attachments."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from deskhand.attachments.model import Attachment, AttachmentStatus, Page

AttachmentId = Annotated[
    str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$", examples=["att_019a0c1f70aa7d1e9a4e2f60718293a4"])
]
OwnerSessionId = Annotated[
    str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$", examples=["ses_019a0c1f5e7b7c3d9a4e2f60718293a4"])
]


class AttachmentOut(BaseModel):
    """A file that was sent along in a session."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "att_019a0c1f70aa7d1e9a4e2f60718293a4",
                    "session_id": "ses_019a0c1f5e7b7c3d9a4e2f60718293a4",
                    "name": "invoice.pdf",
                    "media_type": "application/pdf",
                    "bytes": 48213,
                    "status": "ready",
                    "code": None,
                    "reason": None,
                    "preview": "Invoice 2026-118. Helmet, size M, 89.00.",
                    "pages": 1,
                    "chars": 812,
                    "created_at": "2026-03-01T12:00:00Z",
                }
            ]
        }
    )

    id: str
    session_id: str
    name: Annotated[str, Field(description="A label, never a path: 1 to 200 visible characters.")]
    media_type: Annotated[str, Field(description="By the content, not by the name.")]
    bytes: int
    status: AttachmentStatus
    code: Annotated[str | None, Field(description="Why it was refused, as a stable code.")]
    reason: Annotated[str | None, Field(description="Why it was refused, or what of it was not read.")]
    preview: Annotated[str, Field(description="The beginning of the text, or that there is none.")]
    pages: int | None
    chars: Annotated[int, Field(description="How much text was read.")]
    created_at: datetime


class AttachmentPage(BaseModel):
    """A part of a session's attachments, in the order in which they came."""

    items: list[AttachmentOut]
    total: int
    limit: int
    offset: int


UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "One file, with its name."}
                    },
                }
            }
        },
    }
}


def attachment_out(attachment: Attachment) -> AttachmentOut:
    return AttachmentOut(
        id=attachment.id,
        session_id=attachment.session_id,
        name=attachment.name,
        media_type=attachment.media_type,
        bytes=attachment.size_bytes,
        status=attachment.status,
        code=attachment.code,
        reason=attachment.reason,
        preview=attachment.preview,
        pages=attachment.pages,
        chars=attachment.chars,
        created_at=attachment.created_at,
    )


def attachment_page(page: Page[Attachment]) -> AttachmentPage:
    items = [attachment_out(item) for item in page.items]
    return AttachmentPage(items=items, total=page.total, limit=page.limit, offset=page.offset)
