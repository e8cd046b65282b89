"""What the tests of attachments share: a desk on SQLite, and a contact in its session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attachments.desks import Desk, Visit, desk_on
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_on(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}", tmp_path, HashEmbedder()) as made:
        yield made


@pytest.fixture
async def staff(desk: Desk) -> TenantScope:
    return await desk.tenant()


@pytest.fixture
async def visit(desk: Desk, staff: TenantScope) -> Visit:
    return await desk.visit(staff)


@pytest.fixture
def shelf(desk: Desk) -> AttachmentShelf:
    return desk.shelf()
