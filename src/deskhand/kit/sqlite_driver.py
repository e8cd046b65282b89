"""SQLite through aiosqlite with one hop to its thread a statement, where SQLAlchemy's own adapter makes four.

A hop is a message to the connection's thread and back, which costs more than most statements do.
Above: `db.py`. Below: SQLAlchemy's adapter, whose seams these are, and aiosqlite.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import EMPTY_DICT

_SECONDS_TO_END = 5.0


def use_few_hops(engine: AsyncEngine) -> None:
    """Let every connection that the engine opens from now on be a `_Connection`."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: Sequence[Any], options: dict[str, Any]) -> "_Connection":
        raw: Any = aiosqlite.connect(*arguments, **options)
        raw._thread.daemon = True  # noqa: SLF001 - as the adapter does
        try:
            opened = dialect.dbapi.connect(async_creator_fn=lambda: raw)
        except BaseException:
            # Its thread was told to end, and reports to the loop when it does: the loop must still be there then.
            raw._thread.join(_SECONDS_TO_END)  # noqa: SLF001 - aiosqlite leaves it to end by itself
            raise
        return _Connection(dialect.dbapi, opened._connection)  # noqa: SLF001 - the adapter's seam


class _Outcome:
    """What a statement came to, with the parts of a cursor that the adapter asks for."""

    __slots__ = ("arraysize", "description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: Any = None) -> None:
        """Takes the rows out of a cursor that has executed; without one, of nothing executed yet."""
        self.arraysize = 1
        self.description = cursor.description if cursor is not None else None
        self.rowcount = cursor.rowcount if cursor is not None else -1
        self.lastrowid = cursor.lastrowid if cursor is not None else None
        self.rows = deque(cursor.fetchall() if self.description else ())

    def close(self) -> None:
        """Nothing is open any more."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        # The base class would open a cursor here, which takes a hop of its own.
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001 - as the base class does
        self._soft_closed_memoized = EMPTY_DICT
        nothing: Any = _Outcome()
        self._cursor, self._rows = nothing, nothing.rows

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._hop("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._hop("executemany", operation, seq_of_parameters)

    async def _hop(self, method: str, operation: Any, parameters: Any) -> Any:
        connection: Any = self._connection

        def work() -> _Outcome:
            cursor = getattr(connection._conn, method)(operation, parameters)  # noqa: SLF001 - as the adapter does
            try:
                return _Outcome(cursor)
            finally:
                cursor.close()

        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 - the adapter's own
            outcome: Any = await connection._execute(work)  # noqa: SLF001 - aiosqlite's one way to its thread
        self._cursor, self._rows = outcome, outcome.rows
        return self


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls: type[AsyncAdapt_aiosqlite_cursor] = _Cursor

    def rollback(self) -> None:
        # Most sessions only read, and have no transaction to end.
        raw: Any = self._connection
        if raw._connection is not None and raw._connection.in_transaction:  # noqa: SLF001 - as the adapter does
            super().rollback()
