"""Writes under an idempotency key: the same key with the same request gives what the first one gave.

Above: the services, which let each of their writes go through `once`. Below: the table of writes. The key is claimed in
the transaction that does the work: of two requests at once the second waits and then finds the first one's result, and
a request that fails leaves its key free.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.tables import CrmWriteRow
from deskhand.crm.values import idempotency_key
from deskhand.kit.clock import Clock
from deskhand.kit.db import upsert
from deskhand.kit.errors import KeyReused
from deskhand.tenancy.scope import TenantScope

T = TypeVar("T")
KEPT = timedelta(days=30)
"""How long a key is remembered."""
_UNSYNCED = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is to be done: an operation, whom it is about, and all that decides its outcome."""

    operation: str
    contact_id: str | None
    body: object

    @property
    def hash(self) -> str:
        plain = [self.operation, self.contact_id, _adapter(object).dump_python(self.body, mode="json")]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


class Ledger:
    """The keys of one scope."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def once(self, key: str | None, request: Request, gives: type[T], work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives, done now or when the key came first; without a key, now.

        Raises:
            KeyReused: when the key belongs to another request.
            InvalidContact: when it cannot be a key.
        """
        if key is None:
            return await work()
        key = idempotency_key(key)
        if not await self._claim(key, request):
            return await self._earlier(key, request, gives)
        result = await work()
        await self._set(key, result=_adapter(gives).dump_json(result).decode())
        return result

    async def belongs_to(self, key: str | None, contact_id: str) -> None:
        """The write under the key is about a contact that was not there when the key was claimed."""
        if key is not None:
            await self._set(key, contact_id=contact_id)

    async def erase(self, contact_id: str) -> int:
        """Forget the keys of a contact with what their writes gave; how many."""
        return await self._delete(CrmWriteRow.contact_id == contact_id)

    async def _claim(self, key: str, request: Request) -> bool:
        """Whether the key is ours now."""
        now = self._clock.now()
        await self._delete(CrmWriteRow.created_at < now - KEPT)
        row = {
            "tenant_id": self._scope.tenant_id,
            "key": key,
            "contact_id": request.contact_id,
            "request_hash": request.hash,
            "result": None,
            "created_at": now,
        }
        inserted = upsert(self._db, CrmWriteRow).values(row)
        claimed = await self._db.execute(inserted.on_conflict_do_nothing(index_elements=["tenant_id", "key"]))
        return bool(claimed.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them

    async def _earlier(self, key: str, request: Request, gives: type[T]) -> T:
        row = await self._db.scalar(select(CrmWriteRow).where(CrmWriteRow.key == key))
        if row is None or row.result is None or row.request_hash != request.hash:
            raise KeyReused(
                f"The idempotency key {key!r} was used for another request: take a new key for a new request."
            )
        earlier: T = _adapter(gives).validate_json(row.result)
        return earlier

    async def _set(self, key: str, **values: str) -> None:
        changed = update(CrmWriteRow).where(CrmWriteRow.key == key).values(**values)
        await self._db.execute(changed, execution_options=_UNSYNCED)

    async def _delete(self, condition: Any) -> int:
        gone = await self._db.execute(delete(CrmWriteRow).where(condition), execution_options=_UNSYNCED)
        return int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _made(kind)


@lru_cache(maxsize=32)
def _made(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
