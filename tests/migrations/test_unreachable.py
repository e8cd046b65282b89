"""A database that cannot be opened is one clear line, without its password."""

import threading
from pathlib import Path

import pytest

from deskhand.kit.db import Database
from deskhand.migrations.run import DatabaseUnreachable, migrate, revisions


async def refusal(url: str) -> str:
    before = set(threading.enumerate())
    database = Database(url)
    try:
        with pytest.raises(DatabaseUnreachable) as refused:
            await migrate(database)
        with pytest.raises(DatabaseUnreachable):
            await revisions(database)
    finally:
        await database.close()
    # One left over would report to this loop when it is closed.
    left = [thread.name for thread in set(threading.enumerate()) - before]
    assert not [name for name in left if "_connection_worker_thread" in name]
    assert "\n" not in refused.value.detail
    return refused.value.detail


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    detail = await refusal(f"sqlite+aiosqlite:///{tmp_path}/missing/deskhand.db")

    assert "unable to open database file" in detail
    assert "the folder can be written" in detail


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not a database, however long one looks at it. " * 100)

    assert "file is not a database" in await refusal(f"sqlite+aiosqlite:///{tmp_path}/notes.txt")


async def test_a_server_that_does_not_run(unused_tcp_port: int) -> None:
    detail = await refusal(f"postgresql+asyncpg://desk:geheim@127.0.0.1:{unused_tcp_port}/deskhand?password=geheim")

    assert f"postgresql+asyncpg://desk:***@127.0.0.1:{unused_tcp_port}/deskhand" in detail
    assert "check DATABASE_URL" in detail
    assert "geheim" not in detail


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("/postgres?", "/nothing?"), "does not exist"),
        (("postgres:@", "nobody:geheim@"), "does not exist"),
        (("?", "?nonsense=1&"), "unexpected keyword argument 'nonsense'"),
        (("?", "?ssl=nonsense&"), "sslmode"),
    ],
)
async def test_an_address_that_a_running_server_does_not_take(
    postgres_url: str, change: tuple[str, str], says: str
) -> None:
    detail = await refusal(postgres_url.replace(*change, 1))

    assert says in detail
    assert "geheim" not in detail
