"""One file out of a multipart request, its size held while it is being received. Above: the endpoints.

Nothing of a body that is too large is read further than the limit. What the client says of the type is not looked at.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from deskhand.documents.model import MIB
from deskhand.kit.errors import BadInput, TooLarge, UnsupportedType
from deskhand.kit.problems import FieldProblem, InvalidFields

PART = "file"
AROUND_BYTES = 64 * 1024
"""What a multipart body may have beside the file: boundaries, headers, small fields that nobody asked for."""
MAX_FIELDS = 8


class AttachmentTooLarge(TooLarge):
    code = "attachment_too_large"
    title = "The attachment is too large"


class _Exceeded(MultiPartException):
    """Ends the parsing such that the parser lets go of its files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file as it was sent. The name is the client's."""

    name: str
    content: bytes


async def received(request: Request, max_bytes: int) -> Upload:
    """The one file of the request.

    Raises:
        UnsupportedType: when the request is not multipart.
        BadInput: when it cannot be taken apart.
        InvalidFields: when there is no file, or more than one.
        AttachmentTooLarge: as soon as more than `max_bytes` have come.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedType(f"Send the file as multipart/form-data, in a part named {PART!r}.")
    parser = MultiPartParser(
        request.headers,
        _bounded(request, max_bytes),
        max_files=2,
        max_fields=MAX_FIELDS,
        max_part_size=AROUND_BYTES,
    )
    try:
        form = await parser.parse()
    except _Exceeded as error:
        raise _too_large(max_bytes) from error
    except MultiPartException as error:
        raise BadInput(f"The multipart body cannot be read: {error.message.rstrip('.')}. Send one file.") from error
    try:
        return await _file_of(form, max_bytes)
    finally:
        await form.close()


async def _bounded(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    count = 0
    async for piece in request.stream():
        count += len(piece)
        if count > max_bytes + AROUND_BYTES:
            raise _Exceeded("too large")
        yield piece


async def _file_of(form: FormData, max_bytes: int) -> Upload:
    found = form.getlist(PART)
    files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
    if not found:
        raise _invalid("Field required: send the file in this part")
    if len(found) > 1 or len(files) > 1:
        raise _invalid("Send one file at a time")
    file = found[0]
    if not isinstance(file, UploadFile):
        raise _invalid("It is a text: send a file, with its filename")
    content = await file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    return Upload(name=file.filename or "", content=content)


def _invalid(message: str) -> InvalidFields:
    return InvalidFields([FieldProblem(field=f"body.{PART}", message=message)])


def _too_large(max_bytes: int) -> AttachmentTooLarge:
    return AttachmentTooLarge(
        f"The file is larger than {max_bytes:,} bytes ({max_bytes / MIB:.4g} MiB), which is the most that is taken: "
        "split it, or shrink its pictures."
    )
