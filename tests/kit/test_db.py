"""The database: one transaction a `write`, one writer at a time on SQLite, moments always in UTC."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import MetaData, String, func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from deskhand.kit.db import Database, UtcDateTime, async_url


class Tables(DeclarativeBase):
    metadata = MetaData()


class Note(Tables):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/notes.db")
    async with opened.engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    yield opened
    await opened.close()


async def how_many(database: Database) -> int:
    async with database.read() as db:
        return await db.scalar(select(func.count()).select_from(Note)) or 0


async def test_fifty_writers_at_once_all_get_their_turn(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as db:
            count = await db.scalar(select(func.count()).select_from(Note))
            await asyncio.sleep(0)
            db.add(Note(id=count, text=str(number)))

    await asyncio.gather(*(write(number) for number in range(50)))

    # Each saw what all before it had written, or two would have taken the same id.
    assert await how_many(database) == 50


async def test_two_databases_on_one_file_wait_for_each_other(database: Database) -> None:
    other = Database(database.url.render_as_string())

    async def write(through: Database, number: int) -> None:
        async with through.write() as db:
            db.add(Note(id=number, text="x"))

    await asyncio.gather(*(write((database, other)[number % 2], number) for number in range(40)))
    await other.close()

    assert await how_many(database) == 40


async def test_readers_are_not_held_up_by_a_writer(database: Database) -> None:
    async with database.write() as db:
        db.add(Note(id=1, text="not yet"))
        await db.flush()
        assert await how_many(database) == 0

    assert await how_many(database) == 1


async def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    async def break_off() -> None:
        async with database.write() as db:
            db.add(Note(id=1, text="half"))
            await db.flush()
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        await break_off()

    assert await how_many(database) == 0


async def test_a_writer_that_is_cancelled_leaves_nothing_behind_and_blocks_nobody(database: Database) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with database.write() as db:
            db.add(Note(id=1, text="half"))
            await db.flush()
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await written.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(60), database.write() as db:
        db.add(Note(id=2, text="whole"))

    async with database.read() as db:
        assert (await db.scalars(select(Note.text))).all() == ["whole"]


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        async with database.write() as db:
            db.add(Note(id=1, text="x", at=datetime(2026, 1, 1)))  # noqa: DTZ001 - what is refused


async def test_a_moment_of_any_zone_comes_back_in_utc(database: Database) -> None:
    moment = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with database.write() as db:
        db.add_all([Note(id=1, text="x", at=moment), Note(id=2, text="y", at=None)])

    async with database.read() as db:
        kept = (await db.scalars(select(Note.at).order_by(Note.id))).all()
    assert kept == [datetime(2025, 12, 31, 20, tzinfo=UTC), None]
    assert kept[0] is not None
    assert kept[0].utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:////x.db", "sqlite+aiosqlite:////x.db"),
        ("postgres://u:p%40ss@h/d", "postgresql+asyncpg://u:p%40ss@h/d"),
        ("postgresql://u@h:5433/d", "postgresql+asyncpg://u@h:5433/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgres://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
    ],
)
def test_addresses_as_providers_write_them_get_our_drivers(given: str, used: str) -> None:
    assert async_url(given) == used


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:geheim@h/d", "postgres://u:geheim@h:port/d", "geheim"])
def test_other_addresses_are_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(ValueError, match="write postgresql") as refused:
        async_url(given)

    assert "geheim" not in str(refused.value)
