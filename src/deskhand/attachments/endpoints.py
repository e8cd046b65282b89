"""Attachments over HTTP: sent, listed, looked at, downloaded, deleted. A contact reaches those of its own sessions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from deskhand.attachments.model import Attachment
from deskhand.attachments.schemas import (
    UPLOAD_BODY,
    AttachmentId,
    AttachmentOut,
    AttachmentPage,
    OwnerSessionId,
    attachment_out,
    attachment_page,
)
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.attachments.upload import received
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

Reader = Annotated[TenantScope, allowed(Permission.CONVERSATIONS_READ)]
Talker = Annotated[TenantScope, allowed(Permission.CHAT)]
_ACTIVE_TYPES = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml"})
_SAFE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
)
_ORIGINAL: dict[int | str, dict[str, Any]] = {
    200: {"description": "The original file.", "content": {"application/octet-stream": {}}}
}


class AttachmentEndpoints:
    """Routes of the attachments slice."""

    def __init__(self, shelf: AttachmentShelf) -> None:
        self._shelf = shelf
        self.router = APIRouter(prefix="/api/v1", tags=["attachments"])
        add = self.router.add_api_route
        of_session, one = "/sessions/{session_id}/attachments", "/attachments/{attachment_id}"
        add(
            of_session,
            self.add_attachment,
            methods=["POST"],
            status_code=201,
            responses=responses(400, 401, 403, 404, 409, 413, 415, 422, 503),
            openapi_extra=UPLOAD_BODY,
        )
        add(of_session, self.list_attachments, methods=["GET"], responses=responses(401, 403, 404, 422))
        add(one, self.get_attachment, methods=["GET"], responses=responses(401, 403, 404, 422))
        add(
            f"{one}/content",
            self.download_attachment,
            methods=["GET"],
            response_class=Response,
            responses={**_ORIGINAL, **responses(401, 403, 404, 422, 503)},
        )
        add(
            one,
            self.delete_attachment,
            methods=["DELETE"],
            status_code=204,
            responses=responses(401, 403, 404, 422, 503),
        )

    async def add_attachment(self, session_id: OwnerSessionId, request: Request, scope: Talker) -> AttachmentOut:
        """Send a file along. The same bytes again are the same attachment.

        Most come back `ready`. A larger one comes back `processing` and is read beside; its progress is told on the
        session's events. One that cannot be read comes back `refused`, with the reason.
        """
        await self._shelf.check_open(scope, session_id)
        upload = await received(request, self._shelf.max_bytes)
        return attachment_out(await self._shelf.receive(scope, session_id, upload.name, upload.content))

    async def list_attachments(
        self,
        session_id: OwnerSessionId,
        scope: Reader,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> AttachmentPage:
        """The session's attachments, in the order in which they came."""
        return attachment_page(await self._shelf.attachments(scope, session_id, limit=limit, offset=offset))

    async def get_attachment(self, attachment_id: AttachmentId, scope: Reader) -> AttachmentOut:
        """One attachment, and how far its reading has come."""
        return attachment_out(await self._shelf.attachment(scope, attachment_id))

    async def download_attachment(self, attachment_id: AttachmentId, scope: Reader) -> Response:
        """The original file, to be saved: it is never shown by the browser."""
        attachment, content = await self._shelf.content(scope, attachment_id)
        return Response(content, headers=_headers(attachment), media_type=_served_as(attachment))

    async def delete_attachment(self, attachment_id: AttachmentId, scope: Talker) -> Response:
        """Remove every trace of an attachment. This cannot be undone."""
        await self._shelf.delete(scope, attachment_id)
        return Response(status_code=204)


def _headers(attachment: Attachment) -> dict[str, str]:
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in attachment.name)
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}"
    return {**_SAFE_HEADERS, "Content-Disposition": named}


def _served_as(attachment: Attachment) -> str:
    return "application/octet-stream" if attachment.media_type in _ACTIVE_TYPES else attachment.media_type
