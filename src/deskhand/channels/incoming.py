"""A message as it comes over HTTP: JSON, or multipart with files beside it. Above: the chat endpoint."""

import json
from typing import Annotated, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from deskhand.kit.errors import BadInput
from deskhand.kit.problems import FieldProblem, InvalidFields

MAX_FILES = 10
MAX_FIELDS = 100
FILES = "files"
_LISTS = {"attachments", "knowledge_bases"}


class MessageIn(BaseModel):
    """A message of the customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"message": "How long can I return a helmet?", "idempotency_key": "0b5f6f0e-6c0e"}]
        }
    )

    message: Annotated[str, Field(description="Plain text, at most as long as `max_message_chars` of the chat config.")]
    idempotency_key: Annotated[
        str | None, Field(description="Your own key for this message: sent again, it gives the same answer.")
    ] = None
    attachments: Annotated[
        list[str],
        Field(max_length=100, description="Ids of attachments of this session that the message speaks of."),
    ] = []
    knowledge_bases: Annotated[
        list[str], Field(max_length=50, description="Staff only: search these bases alone.")
    ] = []


class Incoming(MessageIn):
    """A message with the files that came in the same request."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    files: list[tuple[str, bytes]] = []


def _form_schema() -> dict[str, Any]:
    schema = MessageIn.model_json_schema()
    schema.pop("examples", None)
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    schema["properties"][FILES] = {
        "type": "array",
        "items": binary,
        "maxItems": MAX_FILES,
        "description": "Files to attach; what the session has already is named in `attachments`.",
    }
    return schema


MESSAGE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/MessageIn"}},
            "multipart/form-data": {"schema": _form_schema()},
        },
    }
}


async def incoming_message(request: Request) -> Incoming:
    """The request's message.

    Raises:
        RequestValidationError, InvalidFields: naming the field that is wrong.
        BadInput: when a multipart body cannot be taken apart.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await _of_form(request)
    body = await request.body()
    try:
        return Incoming.model_validate(MessageIn.model_validate(json.loads(body)).model_dump())
    except ValidationError as error:
        raise _invalid(error) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"Byte {error.start} of the body is not UTF-8: send JSON in UTF-8.") from None
    except (ValueError, RecursionError) as error:
        where = getattr(error, "pos", 0)
        problem = {"type": "json_invalid", "loc": ("body", where), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([problem | {"ctx": {"error": str(error)[:200]}}]) from None


async def _of_form(request: Request) -> Incoming:
    try:
        form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS)
    except (HTTPException, KeyError, ValueError) as error:
        what = getattr(error, "detail", "its boundary is missing or broken")
        raise BadInput(f"The multipart body cannot be read ({str(what).rstrip('.')}): send it anew.") from error
    try:
        return await _filled(form)
    finally:
        await form.close()


async def _filled(form: FormData) -> Incoming:
    fields: dict[str, Any] = {}
    files: list[tuple[str, bytes]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != FILES:
                raise _wrong(name, f"It is a file: send files in parts named {FILES!r}")
            files.append((value.filename or "", await value.read()))
        elif name == FILES:
            raise _wrong(name, "It is a text: send a file, with its filename")
        elif name in _LISTS:
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = value
    try:
        message = MessageIn.model_validate(fields)
    except ValidationError as error:
        raise _invalid(error) from None
    return Incoming.model_validate(message.model_dump() | {"files": files})


def _wrong(field: str, message: str) -> InvalidFields:
    return InvalidFields([FieldProblem(field=f"body.{field}", message=message)])


def _invalid(error: ValidationError) -> RequestValidationError:
    found = error.errors(include_url=False)
    return RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found])
