"""The database: one engine, short transactions, SQLite with a single writer, or PostgreSQL.

Every slice above declares its tables on `Base`. Below: SQLAlchemy only. What a tenant may see is decided one floor
up, in `tenancy/store.py`, which is what the slices use; this module opens plain sessions.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, MetaData, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from deskhand.kit.sqlite_driver import use_few_hops

BUSY_TIMEOUT_MS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    # What is deleted must not be readable in the file any more.
    "PRAGMA secure_delete=ON",
)
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_ADDRESSES = "write postgresql+asyncpg://user:password@host/database, or sqlite+aiosqlite:///file"
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(naming_convention=_NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, in and out, also on SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: take moments from the clock")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def async_url(text: str) -> str:
    """The database's address with the driver that we use; `postgres://` and `postgresql://` will do.

    Raises:
        ValueError: when it is no address of SQLite or PostgreSQL; the message does not repeat it.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"it is not the address of a database; {_ADDRESSES}") from None
    name = _DRIVERS.get(url.drivername)
    if name is None:
        raise ValueError(f"there is no driver for {url.drivername!r} here; {_ADDRESSES}")
    if "sslmode" in url.query:
        # What libpq calls `sslmode`, and providers write into their addresses, asyncpg calls `ssl`.
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url.set(drivername=name).render_as_string(hide_password=False)


def upsert(db: AsyncSession, table: Any) -> Any:
    """An insert that can say what happens on a conflict, as the session's database writes it."""
    return (postgresql if db.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


class Database:
    """Opens sessions. `read()` for looking, `write()` for exactly one transaction that commits at its end."""

    def __init__(self, url: str) -> None:
        """`url` is an async SQLAlchemy URL (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`)."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _create_engine(url, is_sqlite=self.is_sqlite)
        # A class of this database's own, so that the floor above can listen to its sessions and to no others.
        self.session_class: type[Session] = type("DatabaseSession", (Session,), {})
        self._sessions = async_sessionmaker(
            self.engine, sync_session_class=self.session_class, expire_on_commit=False, autoflush=False
        )
        # SQLite takes one writer at a time: queue here, fairly, rather than fail there with "database is locked".
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; nothing written through it is kept."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._writer, self._sessions() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _create_engine(url: str, *, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_async_engine(url)
    use_few_hops(engine)

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    return engine
