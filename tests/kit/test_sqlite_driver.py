"""SQLite with one hop a statement does whatever SQLAlchemy asks of a database driver."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from deskhand.kit.db import Database

THINGS = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("name", String, unique=True, nullable=False)
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/things.db")
    async with opened.engine.begin() as connection:
        await connection.run_sync(THINGS.metadata.create_all)
        await connection.execute(insert(THINGS), [{"name": "first"}, {"name": "second"}])
    yield opened
    await opened.close()


async def names(database: Database) -> list[str]:
    async with database.engine.connect() as connection:
        return list(await connection.scalars(select(THINGS.c.name).order_by(THINGS.c.id)))


async def test_rows_come_back_whole_and_in_order(database: Database) -> None:
    assert await names(database) == ["first", "second"]


async def test_it_says_how_many_rows_were_changed_and_which_was_added(database: Database) -> None:
    async with database.engine.begin() as connection:
        changed = await connection.execute(update(THINGS).values(name=THINGS.c.name + "!"))
        added = await connection.execute(insert(THINGS).values(name="third"))
        assert (changed.rowcount, added.inserted_primary_key) == (2, (3,))


async def test_what_is_returned_by_a_change_can_be_read(database: Database) -> None:
    async with database.engine.begin() as connection:
        found = await connection.execute(update(THINGS).values(name=THINGS.c.name + "!").returning(THINGS.c.name))
        assert sorted(found.scalars()) == ["first!", "second!"]


async def test_a_statement_that_fails_says_why_and_the_connection_goes_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table: nowhere"):
            await connection.execute(text("SELECT * FROM nowhere"))
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await connection.execute(insert(THINGS).values(name="first"))
        await connection.rollback()
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    assert caplog.records == []


async def test_what_is_not_committed_is_gone(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(insert(THINGS).values(name="third"))
    assert await names(database) == ["first", "second"]


async def test_a_session_that_only_reads_leaves_no_lock_behind(database: Database) -> None:
    async with database.read() as reading:
        await reading.execute(select(THINGS))
        async with database.write() as writing:
            await writing.execute(insert(THINGS).values(name="third"))
    assert await names(database) == ["first", "second", "third"]


async def test_rows_can_be_streamed(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = [row.name async for row in await connection.stream(select(THINGS).order_by(THINGS.c.id))]
    assert found == ["first", "second"]
