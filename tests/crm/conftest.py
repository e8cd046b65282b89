"""What the tests of the CRM share: a desk, two companies at it, and databases of both kinds."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from crm.desks import FILE, Company, Desk, open_company, open_desk
from crm.far_sides import Scene, open_scene
from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from migrations.conftest import database_url, postgres, postgres_url

__all__ = ["database_url", "postgres", "postgres_url"]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without contents, which takes a second to make and none to copy."""
    file = tmp_path_factory.mktemp("crm") / FILE

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return file


@pytest.fixture
async def desk(tmp_path: Path, migrated: Path) -> AsyncIterator[Desk]:
    shutil.copy(migrated, tmp_path / FILE)
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def company(desk: Desk) -> Company:
    return await open_company(desk)


@pytest.fixture
async def ada(company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """An operator's client."""
    async with company.desk.client(company.ada) as client:
        yield client


@pytest.fixture
async def scene(company: Company) -> AsyncIterator[Scene]:
    async with open_scene(company) as opened:
        yield opened
