"""The folder of an embedded store: who holds it, and what made it.

Above it: the adapters that keep their data in a folder. Below it: `filelock`. The folder has a `lock`, held as long as
the store is open, `owner`, which says by which process, and `layout.json`, which says what the vectors in it are. The
sheet is written last: without it, whatever lies in the folder was never acknowledged.
"""

import json
import os
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from deskhand.knowledge.index import IndexDamaged, IndexInUse, IndexMismatch

LAYOUT = 1
"""Raised when points change their shape or texts are cut otherwise: an older store is then rebuilt, not misread."""

MEND = "run `deskhand reindex` to rebuild it from the database"


class StoreFolder:
    """One store's folder, locked from `take` to `release`."""

    def __init__(self, folder: Path, *, engine: str, fingerprint: str, dimensions: int) -> None:
        """The names of what fills it; a store that was filled by anything else is refused."""
        self.path = folder
        self.data = folder / "data"
        self._sheet = folder / "layout.json"
        self._layout = {"engine": engine, "layout": LAYOUT, "fingerprint": fingerprint, "dimensions": dimensions}
        # Taken on one thread and released on another.
        self._lock = FileLock(folder / "lock", thread_local=False)

    def take(self, *, fresh: bool) -> bool:
        """Lock the folder; whether there is a store in it. `fresh` throws away what there is.

        Raises:
            IndexInUse: another process holds it.
            IndexMismatch: it was filled by something else.
            IndexDamaged: its sheet cannot be read.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._acquire()
        try:
            return self._check(fresh=fresh)
        except BaseException:
            self.release()
            raise

    def settle(self) -> None:
        """Say that the store is there from now on."""
        draft = self._sheet.with_suffix(".new")
        draft.write_text(json.dumps(self._layout))
        draft.replace(self._sheet)

    def release(self) -> None:
        self._lock.release()

    def damaged(self, cause: object) -> IndexDamaged:
        return IndexDamaged(f"The passage index in {str(self.path)!r} cannot be read ({cause}): {MEND}.")

    def _acquire(self) -> None:
        owner = self.path / "owner"
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            holder = owner.read_text() if owner.exists() else "another process"
            raise IndexInUse(
                f"The passage index in {str(self.path)!r} is in use by {holder}: "
                "let the running server do it, or stop the server first."
            ) from error
        owner.write_text(f"process {os.getpid()}")

    def _check(self, *, fresh: bool) -> bool:
        if fresh:
            self._sheet.unlink(missing_ok=True)
        if not self._sheet.exists():
            shutil.rmtree(self.data, ignore_errors=True)
            return False
        try:
            there = json.loads(self._sheet.read_text())
        except ValueError as error:
            raise self.damaged(error) from error
        if there != self._layout:
            raise IndexMismatch(
                f"The passage index in {str(self.path)!r} holds {there!r}, but the settings ask for {self._layout!r}: "
                f"{MEND}, or set the embedding model back."
            )
        return True
