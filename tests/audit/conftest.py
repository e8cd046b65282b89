"""A fresh audit on SQLite. Its tables are made once, and copied."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audit.parts import Audit, open_audit
from deskhand.kit.db import Database
from grounds import make_tables


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await make_tables(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database_path(tmp_path: Path, empty_database: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "audit.db"))


@pytest.fixture
async def database(database_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{database_path}")
    yield opened
    await opened.close()


@pytest.fixture
async def audit(database: Database) -> Audit:
    return await open_audit(database)
