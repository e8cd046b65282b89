"""The way to an external CRM over HTTP: one request, its bounds, and what each kind of answer means.

Above: `external.py`. Below: httpx. Nothing of the key, the address's path or the answer's contents is logged or told.

    404 -> None                    401, 403 -> the key is wrong
    429, 5xx -> may pass           time-out, broken off -> may pass           anything odd -> unusable
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue, KeyReused, Unavailable
from deskhand.tools.contract import TransientError
from deskhand.tools.failures import retry_after_of

log = structlog.get_logger(__name__)

MAX_BYTES = 1_000_000
MAX_HOPS = 3
TIMEOUT_SECONDS = 10.0
REFUSED_SECONDS = 60.0
"""After a refused key nobody asks for so long: nothing changes by asking, and accounts are locked for less."""
_OK, _MULTIPLE, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _TOO_MANY, _FAILED = (
    200,
    300,
    401,
    403,
    404,
    409,
    429,
    500,
)
_BAD_REQUEST = 400
_BODILESS = 204


class CRMRefusesKey(Unavailable):
    """The CRM does not accept our key: a setting is wrong, which no customer can mend."""

    code = "crm_refuses_key"
    title = "The CRM cannot be used"


class UnusableAnswer(Unavailable):
    """The CRM answered with something that cannot be an answer."""

    code = "crm_unusable_answer"
    title = "The CRM gave no usable answer"


class RefusedByCRM(InvalidValue):
    """The CRM understood a change and said no."""

    code = "refused_by_crm"


class CRMConnection:
    """Requests to one CRM. `transport` can be given; `timeout_seconds` bounds a whole request, its answer included."""

    def __init__(
        self,
        *,
        endpoint: str,
        key: SecretStr,
        clock: Clock,
        timeout_seconds: float = TIMEOUT_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`endpoint` is the CRM's address up to where `/api/v1` begins."""
        self._base = httpx.URL(endpoint.rstrip("/"))
        self._clock = clock
        self._timeout = timeout_seconds
        self._refused_at: float | None = None
        self._client = httpx.AsyncClient(
            headers={
                "Authorization": f"Bearer {key.get_secret_value()}",
                "Accept": "application/json",
                # What is packed may be small on the wire and huge when opened.
                "Accept-Encoding": "identity",
            },
            timeout=httpx.Timeout(timeout_seconds),
            follow_redirects=False,
            transport=transport,
        )

    async def get(self, path: str, *, tenant_id: str) -> Mapping[str, Any] | None:
        """The object under the path; None when there is none.

        Raises:
            TransientError: when it failed in a way that may pass.
            CRMRefusesKey, UnusableAnswer: when it did not.
        """
        return await self._asked("GET", path, {"X-Tenant": tenant_id}, None)

    async def send(
        self, method: str, path: str, body: Mapping[str, Any], *, tenant_id: str, key: str | None
    ) -> Mapping[str, Any] | None:
        """What a change gave, under its idempotency key; None when the CRM knows no such path.

        Raises:
            TransientError, CRMRefusesKey, UnusableAnswer: as `get`.
            RefusedByCRM, KeyReused: when the CRM says no to the change.
        """
        headers = {"X-Tenant": tenant_id} | ({"Idempotency-Key": key} if key else {})
        return await self._asked(method, path, headers, json.dumps(body).encode())

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None
    ) -> Mapping[str, Any] | None:
        if self._refused_at is not None and self._clock.now().timestamp() - self._refused_at < REFUSED_SECONDS:
            raise _refuses_key()
        given = dict(headers) | ({"Content-Type": "application/json"} if content is not None else {})
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(method, httpx.URL(f"{self._base}{path}"), given, content)
        except TimeoutError:
            raise TransientError(f"The CRM took longer than {self._timeout:g} s.") from None
        except httpx.TransportError as error:
            raise TransientError(f"The CRM could not be reached: {type(error).__name__}.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnusableAnswer(
                f"The CRM's answer cannot be used ({type(error).__name__}): try again later."
            ) from None

    async def _follow(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None
    ) -> Mapping[str, Any] | None:
        """The answer, at the end of a few redirects within the CRM's own host; a change is never sent on."""
        for _ in range(MAX_HOPS + 1):
            request = self._client.build_request(method, url, headers=headers, content=content)
            response = await self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._understood(response)
                target = url.join(response.headers["location"])
            finally:
                await response.aclose()
            if method != "GET" or _origin(target) != _origin(self._base):
                log.error("crm_redirects_elsewhere", host=self._base.host)
                raise UnusableAnswer(
                    "The CRM sends us elsewhere, where we do not go: set DESKHAND_TOOLS__CRM__ENDPOINT to its address."
                )
            url = target
        raise UnusableAnswer("The CRM sends us round in circles: try again later.")

    async def _understood(self, response: httpx.Response) -> Mapping[str, Any] | None:
        status = response.status_code
        if status == _NOT_FOUND:
            return None
        if status in {_UNAUTHORIZED, _FORBIDDEN}:
            self._refused_at = self._clock.now().timestamp()
            log.error("crm_refuses_key", status=status, host=self._base.host)
            raise _refuses_key()
        if status == _TOO_MANY or status >= _FAILED:
            pause = retry_after_of(response.headers.get("retry-after"), self._clock.now())
            raise TransientError(f"The CRM answered with status {status}.", retry_after=pause)
        if status == _CONFLICT:
            raise KeyReused("The CRM says that this contradicts what it has: read the contact again, then change that.")
        if status >= _BAD_REQUEST:
            raise RefusedByCRM(f"The CRM does not take this (status {status}): change what is asked.")
        if not _OK <= status < _MULTIPLE or status == _BODILESS:
            raise UnusableAnswer(f"The CRM answered with status {status} and without contents: try again later.")
        return _object_in(await _body(response))


async def _body(response: httpx.Response) -> bytes:
    """The answer's bytes; no more are read than may be."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnusableAnswer("The CRM's answer is packed although that was not asked for: it is left alone.")
    parts, size = [], 0
    async for part in response.aiter_raw(chunk_size=65_536):
        size += len(part)
        if size > MAX_BYTES:
            raise UnusableAnswer(f"The CRM's answer is larger than {MAX_BYTES:,} bytes: it is left alone.")
        parts.append(part)
    return b"".join(parts)


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UnusableAnswer("The CRM's answer is no JSON object: try again later.")
    return found


def _no_number(text: str) -> object:
    raise ValueError(text)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _refuses_key() -> CRMRefusesKey:
    return CRMRefusesKey("The CRM does not accept our key: an administrator must mend DESKHAND_TOOLS__CRM__KEY.")
