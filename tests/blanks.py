"""A database file with every table and no contents, for tests that need one of their own.

Bringing a new one up to date takes longer than most tests, so that is done once in a process, and copied. That the
steps themselves are right is for the tests in `migrations/` to say.
"""

import atexit
import shutil
import tempfile
from pathlib import Path

from deskhand.kit.db import Database
from deskhand.migrations.run import migrate

FILE = "deskhand.db"
"""What the file is called in a data directory."""
_BLANKS: list[Path] = []


async def put_blank(folder: Path) -> str:
    """The address of a new one in that folder; of the one that is there, when there is one."""
    file = folder / FILE
    if not file.exists():
        shutil.copyfile(await _blank(), file)
    return f"sqlite+aiosqlite:///{file}"


async def _blank() -> Path:
    if not _BLANKS:
        folder = Path(tempfile.mkdtemp(prefix="deskhand-blank-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        database = Database(f"sqlite+aiosqlite:///{folder}/{FILE}")
        await migrate(database)
        await database.close()
        _BLANKS.append(folder / FILE)
    return _BLANKS[0]
