"""What an exception of a tool means: whether trying again may help, whose fault it is, what the model is told.

Above: the guard. Below: the error tree and httpx's. What the log may say of an exception is here too: an address or a
validated value may hold personal data, so those never stand in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx
from pydantic import ValidationError

from deskhand.kit.errors import DeskhandError, Misconfigured, TooManyRequests, Unavailable
from deskhand.tools.contract import TransientError

TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})
SERVER_ERRORS = 500
MAX_TOLD_CHARS = 500


class Outcome(StrEnum):
    """How a call ended. Anything but DONE is also the kind of its error."""

    DONE = "done"
    DECLINED = "declined"
    """The tool itself answered that it did not succeed."""
    WRONG_ARGUMENTS = "wrong_arguments"
    REFUSED = "refused"
    """The far side understood and said no."""
    TIMED_OUT = "timed_out"
    FAR_SIDE = "far_side"
    """The far side failed, or could not be reached."""
    UNAVAILABLE = "unavailable"
    """It was not tried: the breaker is open, or the tool could not get ready."""
    TOO_MANY_CALLS = "too_many_calls"
    AWAITS_APPROVAL = "awaits_approval"
    """It was not made: a person decides on it first."""
    BROKEN = "broken"
    """The tool has a fault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An exception, understood. `told` is what the model may be told of it beyond its kind."""

    outcome: Outcome
    transient: bool = False
    far_side: bool = False
    retry_after: float | None = None
    told: str | None = None


def failure_of(error: BaseException, now: datetime) -> Failure:  # noqa: PLR0911 - one line a case
    """What is behind an exception that a tool raised."""
    match error:
        case TransientError(retry_after=pause):
            return _passing(pause)
        case httpx.HTTPStatusError(response=response):
            return _of_status(response, now)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return Failure(outcome=Outcome.BROKEN)
        case httpx.TransportError():
            return _passing(None)
        case TimeoutError() | ConnectionError():
            return _passing(None)
        case httpx.RequestError():
            return Failure(outcome=Outcome.FAR_SIDE, far_side=True)
        case DeskhandError():
            return _of_ours(error)
        case BaseExceptionGroup(exceptions=inner):
            return _of_several([failure_of(each, now) for each in inner])
        case _:
            return Failure(outcome=Outcome.BROKEN)


def _passing(pause: float | None) -> Failure:
    return Failure(outcome=Outcome.FAR_SIDE, transient=True, far_side=True, retry_after=pause)


def _of_status(response: httpx.Response, now: datetime) -> Failure:
    if response.status_code in TRANSIENT_STATUSES:
        return _passing(retry_after_of(response.headers.get("retry-after"), now))
    if response.status_code >= SERVER_ERRORS:
        return Failure(outcome=Outcome.FAR_SIDE, far_side=True)
    return Failure(outcome=Outcome.REFUSED, told=f"the other side answered with status {response.status_code}")


def _of_ours(error: DeskhandError) -> Failure:
    match error:
        case Misconfigured():
            return Failure(outcome=Outcome.BROKEN)
        case TooManyRequests(retry_after=pause):
            return _passing(pause)
        case Unavailable():
            return _passing(None)
        case _ if error.status < SERVER_ERRORS:
            return Failure(outcome=Outcome.REFUSED, told=error.detail[:MAX_TOLD_CHARS])
        case _:
            return Failure(outcome=Outcome.BROKEN)


def _of_several(failures: list[Failure]) -> Failure:
    """Of a group, what cannot pass decides."""
    lasting = [failure for failure in failures if not failure.transient]
    return lasting[0] if lasting else failures[0]


def retry_after_of(header: str | None, now: datetime) -> float | None:
    """The seconds a `Retry-After` header asks for, given as a number or as a date; None without a readable one."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def log_details(error: BaseException) -> Mapping[str, Any]:
    """What the log says of it: the whole traceback, or the facts alone where the message may hold personal data."""
    match error:
        case httpx.HTTPStatusError(request=request, response=response):
            return {"error": "HTTPStatusError", "status": response.status_code, "host": request.url.host}
        case httpx.HTTPError() | httpx.InvalidURL():
            return {"error": type(error).__name__}
        case ValidationError():
            return {"error": "ValidationError", "faults": _faults(error)}
        case _:
            return {"error": type(error).__name__, "exc_info": error}


def _faults(error: ValidationError) -> list[str]:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}" for fault in faults[:5]]
