"""Errors on the wire: RFC 9457 problem details, one shape for every failure."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deskhand.kit.errors import DeskhandError, InvalidValue, TooManyRequests

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: Annotated[str, Field(examples=["body.message"])]
    message: Annotated[str, Field(examples=["Field required"])]


class InvalidFields(InvalidValue):
    """Several values are wrong at once; `problems` names each."""

    code = "invalid_fields"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        """`problems` holds at least one."""
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.field}: {first.message}{more}")
        self.problems = tuple(problems)


class Problem(BaseModel):
    """Why a request failed (RFC 9457). `code` is stable; branch on it rather than on the words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no session 'ses_1': open one with POST /api/v1/sessions.",
                    "code": "unknown_session",
                    "request_id": "req_019a0c1f5e7b7c3d9a4e2f60718293a4",
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    errors: list[FieldProblem] | None = None


def problem_of(error: DeskhandError, request_id: str | None) -> Problem:
    """The error as it is shown to whoever made the request."""
    return Problem(
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        request_id=request_id,
        errors=list(error.problems) if isinstance(error, InvalidFields) else None,
    )


def headers_of(error: DeskhandError) -> dict[str, str]:
    """Headers that belong to the error: when to try again, or how to sign in."""
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(max(1, round(error.retry_after)))}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - the status itself


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of these failures, for a route's `responses`. Their shape is put in once for all of them,
    where the document is made: a model at each of some hundred entries would take half of the time of a start.
    """
    return {status: {"content": {MEDIA_TYPE: {}}, "description": _DESCRIPTIONS[status]} for status in statuses}


_DESCRIPTIONS = {
    400: "The request cannot be understood.",
    401: "No valid token.",
    403: "The role may not do this.",
    404: "There is no such thing for this caller.",
    409: "The present state forbids it.",
    412: "It was changed since it was read.",
    413: "Too large.",
    415: "The type of the document is not supported, or not what its name says.",
    422: "A value is not valid; `errors` names each.",
    429: "Too many requests; see `Retry-After`.",
    503: "Something needed is not available; try again later.",
}
