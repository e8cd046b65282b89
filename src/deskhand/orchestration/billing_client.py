"""The company's billing system over HTTP: asked to pay back or to grant, under a key that makes it happen once.

A clear no comes back as `Declined`; whatever leaves it open whether it was done (5xx, a cut connection, an answer that
is no JSON, too long, a redirect) raises `BillingUnclear`, and may be asked again under the same key.
Above: the ledger. Below: httpx.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import httpx
import structlog
from pydantic import SecretStr

from deskhand.tools.contract import TransientError

log = structlog.get_logger(__name__)

SECONDS = 10.0
MAX_BYTES = 65_536
MAX_REFERENCE_CHARS = 100
MAX_REASON_CHARS = 200
NOT_LET_IN = "The billing system does not let this installation in, so nothing was done. A person has to do it."
_REASONS = ("reason", "detail", "message", "error", "title")
_REFERENCES = ("reference", "refund_id", "discount_id", "id")
_NOES = frozenset({"declined", "rejected", "refused", "failed", "denied"})
_MAY_PASS = frozenset({408, 425, 429})
_WRONG_CREDENTIALS = frozenset({401, 403, 407})
_REDIRECTS, _CLIENT_ERRORS, _SERVER_ERRORS = 300, 400, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The billing system has taken it on. `reference` is its own name for it, where it gave one."""

    reference: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Declined:
    """It was not done, and will not be. `reason` is a sentence for the agent."""

    reason: str


BillingAnswer: TypeAlias = Done | Declined


class BillingUnclear(TransientError):
    """It is not known whether it was done; asking again under the same key does no harm."""


class Billing(Protocol):
    """Where money is moved."""

    async def ask(self, path: str, body: Mapping[str, Any], *, key: str) -> BillingAnswer:
        """Have it done, once for each key. Raises BillingUnclear."""
        ...


class HttpBilling:
    """A billing system at an address. One for the process; close it at the end."""

    def __init__(self, *, endpoint: str, token: SecretStr | None = None, seconds: float = SECONDS) -> None:
        """`token` goes as a bearer token; `seconds` is for each step of a request."""
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        # A connection for each request: one that was kept may be closed by the far side just as it is used again, and
        # then nobody knows whether money was moved.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(headers=headers, timeout=seconds, limits=limits, follow_redirects=False)
        self._endpoint = endpoint.rstrip("/")

    async def ask(self, path: str, body: Mapping[str, Any], *, key: str) -> BillingAnswer:
        """As the port promises."""
        try:
            status, content = await self._answer(path, body, key)
        except httpx.HTTPError as error:
            raise BillingUnclear(f"no answer from the billing system: {type(error).__name__}") from None
        return _understood(status, content)

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def _answer(self, path: str, body: Mapping[str, Any], key: str) -> tuple[int, bytes]:
        """The status and the content, of which no more is read than anybody could mean."""
        content = bytearray()
        url, headers = f"{self._endpoint}/{path.lstrip('/')}", {"Idempotency-Key": key}
        async with self._http.stream("POST", url, json=dict(body), headers=headers) as response:
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > MAX_BYTES:
                    raise BillingUnclear(f"the billing system's answer is longer than {MAX_BYTES} bytes")
        return response.status_code, bytes(content)


def _understood(status: int, content: bytes) -> BillingAnswer:
    if status >= _SERVER_ERRORS or status in _MAY_PASS:
        raise BillingUnclear(f"the billing system answered with status {status}")
    if status in _WRONG_CREDENTIALS:
        log.error("billing_not_let_in", status=status)
        return Declined(reason=NOT_LET_IN)
    if status >= _CLIENT_ERRORS:
        return Declined(reason=_reason(_object(content)) or f"The billing system said no (status {status}).")
    if status >= _REDIRECTS:
        log.error("billing_redirects", status=status)
        raise BillingUnclear(f"the billing system answered with the redirect {status}: correct its address")
    return _done(_object(content))


def _done(answer: Mapping[str, Any]) -> BillingAnswer:
    if not answer:
        raise BillingUnclear("the billing system's answer is no JSON object")
    if str(answer.get("status", "")).casefold() in _NOES:
        return Declined(reason=_reason(answer) or "The billing system said no.")
    given = (answer.get(name) for name in _REFERENCES)
    reference = next((str(each) for each in given if isinstance(each, str | int) and str(each).strip()), None)
    return Done(reference=None if reference is None else _line(reference, MAX_REFERENCE_CHARS))


def _object(content: bytes) -> Mapping[str, Any]:
    """The JSON object that it is; an empty one where it is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _reason(answer: Mapping[str, Any]) -> str | None:
    said = next((answer[name] for name in _REASONS if isinstance(answer.get(name), str) and answer[name].strip()), None)
    return None if said is None else _line(said, MAX_REASON_CHARS)


def _line(text: str, most: int) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:most]
