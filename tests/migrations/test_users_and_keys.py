"""Migration 0002: users keep what they had, get a name and a status, and come back from it."""

from typing import Any

from sqlalchemy import Connection, inspect, text

from deskhand.kit.db import Database
from deskhand.migrations.run import migrate

BEFORE = "0001"
NEW_COLUMNS = {"name", "status", "tokens_valid_from", "kept_token_id"}
NEW_TABLES = {"api_keys", "revoked_tokens"}


async def look(database: Database, question: Any) -> Any:
    async with database.engine.connect() as connection:
        return await connection.run_sync(question)


async def execute(database: Database, *statements: str) -> None:
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await look(database, lambda connection: connection.execute(text(statement)).all())]


def columns_of_users(connection: Connection) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns("users")}


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def user(user_id: str, email: str) -> str:
    return (
        "INSERT INTO users (id, tenant_id, email, password_hash, role, created_at) "  # noqa: S608 - a test's own words
        f"VALUES ('{user_id}', 'ten_1', '{email}', 'hash', 'owner', '2026-01-01 00:00:00')"
    )


async def to_before(database: Database) -> None:
    await migrate(database)
    await migrate(database, BEFORE)
    await execute(
        database,
        "INSERT INTO tenants (id, slug, company, agent_name, welcome, suggestions, status, created_at) "
        "VALUES ('ten_1', 'demo', 'A', 'B', '', '[]', 'active', '2026-01-01 00:00:00')",
        user("usr_1", "Ada@Example.com"),
        user("usr_2", "bob@example.com"),
        user("usr_3", "EVE@example.com"),
        user("usr_4", "eve@example.com"),
    )


async def test_users_go_up_with_what_they_had(database: Database) -> None:
    await to_before(database)
    assert not NEW_TABLES & await look(database, tables)
    assert not NEW_COLUMNS & await look(database, columns_of_users)

    await migrate(database)

    assert await look(database, tables) >= NEW_TABLES
    assert await look(database, columns_of_users) >= NEW_COLUMNS
    found = await rows(database, "SELECT id, email, name, status, tokens_valid_from FROM users ORDER BY id")
    assert found == [
        ("usr_1", "ada@example.com", "", "active", None),
        ("usr_2", "bob@example.com", "", "active", None),
        # Two who differ in case alone are left for the operator to tell apart.
        ("usr_3", "EVE@example.com", "", "active", None),
        ("usr_4", "eve@example.com", "", "active", None),
    ]


async def test_users_come_down_with_what_they_had(database: Database) -> None:
    await to_before(database)
    await migrate(database)

    await migrate(database, BEFORE)

    assert not NEW_TABLES & await look(database, tables)
    assert not NEW_COLUMNS & await look(database, columns_of_users)
    assert len(await rows(database, "SELECT id FROM users WHERE password_hash = 'hash'")) == 4
    await migrate(database)
    assert await look(database, tables) >= NEW_TABLES
