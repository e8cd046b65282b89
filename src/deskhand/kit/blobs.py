"""Where whole files are kept: a local folder, S3 or what speaks its language, Google Cloud Storage, Azure.

Above: the slices, each with keys `<tenant_id>/<slice>/<id>`; `wiring.py` opens the one store of the process. Below:
obstore, called in threads of our own: what its async calls leave behind when a process ends can abort it, and a
store that hangs must not hold the threads that others work in. A key is made by us and never by whoever sent the
file, and yet it is checked here: nothing leads out of the folder or the bucket's prefix. Nothing of a store's own
messages reaches a client, since they name hosts and folders.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from deskhand.kit.errors import Misconfigured, NotFound, Unavailable

if TYPE_CHECKING:  # these two are types only, there is nothing of theirs at run time
    from obstore.store import ClientConfig, RetryConfig

T = TypeVar("T")
log = structlog.get_logger(__name__)

CALLS_AT_ONCE = 16
TIMEOUT_SECONDS = 30.0
RETRIES = 2
MAX_KEY_CHARS = 512
_KEY_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=-]{0,199}")
_REMOTE = {"s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl"}
_KINDS = "file:///absolute/folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(milliseconds=100), timedelta(seconds=2)


class BlobMissing(NotFound):
    code = "blob_missing"
    title = "The file is not there"


class BlobUnavailable(Unavailable):
    code = "blob_store_unavailable"
    title = "Files cannot be kept or fetched at the moment"


class BlobStore:
    """Whole files by key. One for the process."""

    def __init__(self, store: ObjectStore, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """`timeout_seconds` bounds each call, with all its retries."""
        self._store = store
        self._timeout = timeout_seconds
        self._threads = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="blobs")

    @classmethod
    def open(
        cls,
        url: str,
        *,
        options: Mapping[str, str] | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
    ) -> Self:
        """The store at `url`: a local folder is made, a bucket must be there. `memory:///` keeps nothing.

        `options` are the store's own, by the ecosystem's names (`aws_access_key_id`, `aws_endpoint`,
        `google_service_account`, `azure_storage_account_name`, …); what is not given is taken from the environment.

        Raises:
            Misconfigured: when the address or an option is not valid. The message repeats no option's value.
        """
        scheme = urlsplit(url).scheme
        if scheme == "file":
            return cls(_folder(url), timeout_seconds=timeout_seconds)
        if scheme == "memory":
            return cls(MemoryStore(), timeout_seconds=timeout_seconds)
        return cls(_remote(url, scheme, options or {}, timeout_seconds, retries), timeout_seconds=timeout_seconds)

    async def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`; what was there is replaced, at once and as a whole.

        Raises:
            BlobUnavailable: when the store fails; the key then holds what it held before, or the new content.
        """
        _check(key)
        await self._call("put", key, lambda: obstore.put(self._store, key, content, use_multipart=False))

    async def get(self, key: str) -> bytes:
        """The whole content.

        Raises:
            BlobMissing: when there is nothing under that key.
            BlobUnavailable: when the store fails.
        """
        _check(key)
        return await self._call("get", key, lambda: bytes(obstore.get(self._store, key).bytes()))

    async def delete(self, key: str) -> None:
        """Remove what is under `key`; nothing being there is fine.

        Raises:
            BlobUnavailable: when the store fails.
        """
        _check(key)
        try:
            await self._call("delete", key, lambda: obstore.delete(self._store, key))
        except BlobMissing:
            return

    async def keys(self, prefix: str) -> list[str]:
        """The keys below `prefix`, which is one or more whole parts of keys, in order; all of them for `""`.

        Raises:
            BlobUnavailable: when the store fails.
        """
        prefix = prefix.removesuffix("/")
        if prefix:
            _check(prefix)
        try:
            return await self._call("list", prefix, lambda: self._listed(prefix))
        except BlobMissing:
            return []

    async def close(self) -> None:
        """Let go of the threads; calls that are under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _listed(self, prefix: str) -> list[str]:
        return sorted(found["path"] for batch in obstore.list(self._store, prefix or None) for found in batch)

    async def _call(self, call: str, key: str, work: Callable[[], T]) -> T:
        """The work in a thread, bounded in time; the store's own failures told in our words."""
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except FileNotFoundError as error:
            raise BlobMissing(f"There is no file {key!r} in the blob store: it may have been deleted.") from error
        except (BaseError, OSError, TimeoutError) as error:
            log.warning("blob_store_failed", call=call, key=key, cause=_cause(error))
            raise BlobUnavailable("The blob store did not do its work. Try again in a minute.") from error


def _folder(url: str) -> LocalStore:
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or not path.is_absolute() or path == Path("/"):
        raise Misconfigured(f"The blob store's address {url!r} names no folder: write {_KINDS}.")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(path)
    except (OSError, BaseError) as error:
        raise Misconfigured(f"The blob store's folder {str(path)!r} cannot be used: {_reason(error)}.") from error


def _remote(url: str, scheme: str, options: Mapping[str, str], timeout: float, retries: int) -> ObjectStore:
    shown = f"{scheme}://{urlsplit(url).hostname or ''}"
    if scheme not in _REMOTE or "@" in url:
        # What stands before an @ may be a password.
        raise Misconfigured(f"The blob store's address begins with {shown!r}: write {_KINDS}, without credentials.")
    given = {name.lower(): value for name, value in options.items()}
    config: Any = given  # its type lists every option of every vendor
    unsecured = any(value.startswith("http://") for name, value in given.items() if name.endswith(("endpoint", "url")))
    seconds = timedelta(seconds=timeout)
    client: ClientConfig = {"timeout": seconds, "connect_timeout": min(seconds, timedelta(seconds=5))}
    if unsecured:
        client["allow_http"] = True
    retry: RetryConfig = {
        "max_retries": retries,
        "retry_timeout": seconds,
        "backoff": {"init_backoff": _FIRST_WAIT, "max_backoff": _LONGEST_WAIT, "base": 2},
    }
    try:
        return from_url(url, config=config, client_options=client, retry_config=retry)
    except (BaseError, ValueError) as error:
        raise Misconfigured(
            f"The blob store at {shown!r} cannot be opened: check the address and the names of its options ({_KINDS})."
        ) from error


def _check(key: str) -> None:
    """Keys are made by this program: one that is not valid is a mistake in it, never bad input."""
    if len(key) > MAX_KEY_CHARS or not all(_KEY_PART.fullmatch(part) for part in key.split("/")):
        raise ValueError(f"{key[:MAX_KEY_CHARS]!r} is no key: join letters, digits and _.=- by single slashes")


def _cause(error: BaseException) -> str:
    """The kind and the first line: what follows may hold a whole answer of the store."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"


def _reason(error: BaseException) -> str:
    return (error.strerror or "it cannot be opened").lower() if isinstance(error, OSError) else "it cannot be opened"
