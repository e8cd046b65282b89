"""Bringing a database to this version's tables, whole or not at all, and refusing one that is ahead of us."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from deskhand.kit.db import Database
from deskhand.kit.errors import Misconfigured

HEAD = "head"
_BEGIN = {
    # The driver begins no transaction for CREATE TABLE by itself; IMMEDIATE waits for whoever else migrates.
    "sqlite": "BEGIN IMMEDIATE",
    # One migration at a time, whatever the number of replicas that start: the number is ours alone.
    "postgresql": "SELECT pg_advisory_xact_lock(7235919041)",
}


class DatabaseTooNew(Misconfigured):
    code = "database_too_new"
    title = "The database is of a newer version"


class DatabaseUnreachable(Misconfigured):
    code = "database_unreachable"
    title = "The database cannot be opened"


class MigrationFailed(Misconfigured):
    code = "migration_failed"
    title = "The database could not be brought up to date"


async def migrate(database: Database, target: str = HEAD) -> None:
    """Bring the database to `target`, by default to the newest tables. Nothing happens when it is there.

    In one transaction: what fails or is killed on the way leaves the database as it was.

    Raises:
        DatabaseTooNew: when a newer Deskhand has changed it; it is left as it is.
        DatabaseUnreachable: when it cannot be opened.
        MigrationFailed: when it holds tables that are not ours.
    """
    async with _connection(database) as connection:
        if await connection.run_sync(_is_at, target):
            return
        await connection.rollback()
        try:
            await connection.exec_driver_sql(_BEGIN[connection.dialect.name])
            if not await connection.run_sync(_is_at, target):
                await connection.run_sync(_move, target)
            await connection.commit()
        except SQLAlchemyError as error:
            raise MigrationFailed(
                f"The database {_where(database)!r} could not be brought up to date ({_reason(error)}) and was left "
                "as it was: use a database of Deskhand's own, or restore a backup."
            ) from error


async def check_revision(database: Database) -> None:
    """See that the database is none that a newer Deskhand has changed.

    Raises:
        DatabaseTooNew, DatabaseUnreachable: as `migrate` does.
    """
    async with _connection(database) as connection:
        await connection.run_sync(_is_at, HEAD)


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """The revision the database is at, and the newest one this version knows.

    Raises:
        DatabaseUnreachable: when it cannot be opened.
    """
    async with _connection(database) as connection:
        present = await connection.run_sync(_present)
    return present, ScriptDirectory.from_config(_config()).get_current_head()


@asynccontextmanager
async def _connection(database: Database) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await database.engine.connect()
    # The drivers raise the last two for what they do not know in an address.
    except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
        raise DatabaseUnreachable(
            f"The database {_where(database)!r} cannot be opened ({_reason(error)}): check DATABASE_URL, "
            "and that the server runs or the folder can be written."
        ) from error
    try:
        yield connection
    finally:
        await connection.close()


def _where(database: Database) -> str:
    return database.url.set(query={}).render_as_string(hide_password=True)


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _present(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_at(connection: Connection, target: str) -> bool:
    """Whether nothing is to be done.

    Raises:
        DatabaseTooNew: when the database is at a revision that is not among ours.
    """
    present = _present(connection)
    scripts = ScriptDirectory.from_config(_config())
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseTooNew(
            f"The database is at revision {present!r}, which this version of Deskhand does not know: "
            "install the newer version that made it, or restore a backup."
        )
    return present == (scripts.get_current_head() if target == HEAD else target)


def _move(connection: Connection, target: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    if target == HEAD:
        command.upgrade(config, HEAD)
    else:
        command.downgrade(config, target)
