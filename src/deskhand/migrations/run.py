"""Bringing a database to this version's tables, and refusing one that is ahead of us."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from deskhand.kit.db import Database
from deskhand.kit.errors import Misconfigured

HEAD = "head"


class DatabaseTooNew(Misconfigured):
    code = "database_too_new"
    title = "The database is of a newer version"


class DatabaseUnreachable(Misconfigured):
    code = "database_unreachable"
    title = "The database cannot be opened"


async def migrate(database: Database, target: str = HEAD) -> None:
    """Bring the database to `target`, by default to the newest tables. Nothing happens when it is there.

    Raises:
        DatabaseTooNew: when a newer Deskhand has changed it; it is left as it is.
        DatabaseUnreachable: when it cannot be opened.
    """
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_move, target)
    except (SQLAlchemyError, OSError) as error:
        where = database.url.render_as_string(hide_password=True)
        reason = str(error).splitlines()[0]
        raise DatabaseUnreachable(
            f"The database {where!r} cannot be opened ({reason}): check DATABASE_URL and that the folder is writable."
        ) from error


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """The revision the database is at, and the newest one this version knows."""
    async with database.engine.connect() as connection:
        present = await connection.run_sync(_present)
    return present, ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _present(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _move(connection: Connection, target: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    present = _present(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in known:
        raise DatabaseTooNew(
            f"The database is at revision {present!r}, which this version of Deskhand does not know: "
            "install the newer version that made it, or restore a backup."
        )
    if target == HEAD:
        command.upgrade(config, HEAD)
    else:
        command.downgrade(config, target)
