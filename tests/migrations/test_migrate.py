"""Migrations on both databases: up, down, in line with the code, all or nothing, never back from the future."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from deskhand.kit.db import Database
from deskhand.migrations.run import DatabaseTooNew, MigrationFailed, check_revision, migrate, revisions
from deskhand.migrations.tables import METADATA

VERSIONS = {"alembic_version"}


async def look(database: Database, question: Callable[[Connection], Any]) -> Any:
    async with database.engine.connect() as connection:
        return await connection.run_sync(question)


async def tables(database: Database) -> set[str]:
    return set(await look(database, lambda connection: inspect(connection).get_table_names()))


async def execute(database: Database, *statements: str) -> None:
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_an_empty_database_gets_every_table(database: Database) -> None:
    assert (await revisions(database))[0] is None

    await migrate(database)

    present, newest = await revisions(database)
    assert present == newest
    assert await tables(database) == set(METADATA.tables) | VERSIONS


async def test_the_tables_are_those_that_the_code_declares(database: Database) -> None:
    await migrate(database)

    options = {"compare_type": True, "compare_server_default": True}

    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)

    assert await look(database, differences) == []


async def test_what_goes_up_comes_down_and_goes_up_again(database: Database) -> None:
    await migrate(database)
    await migrate(database, "base")
    assert await tables(database) == VERSIONS
    assert (await revisions(database))[0] is None

    await migrate(database)

    assert await tables(database) == set(METADATA.tables) | VERSIONS


async def test_migrating_again_keeps_what_is_stored(database: Database) -> None:
    await migrate(database)
    await execute(database, TENANT)

    await migrate(database)

    assert await look(database, lambda connection: connection.scalar(text("SELECT slug FROM tenants"))) == "demo"


async def test_processes_that_start_together_migrate_once(database: Database, database_url: str) -> None:
    others = [Database(database_url) for _ in range(4)]

    await asyncio.gather(*(migrate(each) for each in (database, *others)))
    for other in others:
        await other.close()

    assert await tables(database) == set(METADATA.tables) | VERSIONS


async def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(database: Database) -> None:
    await migrate(database)
    await execute(database, TENANT, "UPDATE alembic_version SET version_num = '9999'", "DROP TABLE citations")
    before = await tables(database)

    for attempt in (migrate(database), migrate(database, "base"), check_revision(database)):
        with pytest.raises(DatabaseTooNew, match="is at revision '9999', which this version"):
            await attempt

    assert await tables(database) == before
    assert (await revisions(database))[0] == "9999"
    assert await look(database, lambda connection: connection.scalar(text("SELECT count(*) FROM tenants"))) == 1


async def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(database: Database) -> None:
    # `sources` comes after several others, which exist by the time it fails.
    await execute(database, "CREATE TABLE sources (mine INTEGER)")

    with pytest.raises(MigrationFailed, match="could not be brought up to date") as failed:
        await migrate(database)

    assert "sources" in failed.value.detail
    assert "\n" not in failed.value.detail
    assert await tables(database) == {"sources"}

    await execute(database, "DROP TABLE sources")
    await migrate(database)
    assert await tables(database) == set(METADATA.tables) | VERSIONS


async def test_tables_of_an_unknown_revision_are_not_taken_for_ours(database: Database) -> None:
    await migrate(database)
    await execute(database, "DELETE FROM alembic_version")

    with pytest.raises(MigrationFailed, match="use a database of Deskhand's own, or restore a backup"):
        await migrate(database)

    assert await tables(database) == set(METADATA.tables) | VERSIONS


TENANT = """INSERT INTO tenants (id, slug, company, agent_name, welcome, suggestions, status, created_at)
    VALUES ('ten_1', 'demo', 'A', 'B', '', '[]', 'active', '2026-01-01 00:00:00')"""
