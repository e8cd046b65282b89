"""Which server runs on a data directory. A lock says that one lives, a file beside it where it is reached.

The lock goes with the process, however it ends: what a killed server left in the file is never believed.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from deskhand.kit.errors import Misconfigured

SERVER_FILE = "server.json"
SERVER_LOCK = "server.lock"
WAIT_SECONDS = 1.0
"""A command that looks whether a server lives holds the lock for a moment."""


class ServerRuns(Misconfigured):
    code = "server_runs"


class ServerUnreachable(Misconfigured):
    code = "server_unreachable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to serve a data directory."""

    data_dir: Path

    def announce(self, url: str | None) -> None:
        """From now on commands on this data directory find the server at `url`."""
        fresh = self.data_dir / f"{SERVER_FILE}.new"
        fresh.write_text(json.dumps({"pid": os.getpid(), "url": url}), encoding="utf-8")
        fresh.replace(self.data_dir / SERVER_FILE)


@contextmanager
def claimed(data_dir: Path) -> Iterator[Claim]:
    """While it lasts, no other server runs on this data directory.

    Raises:
        ServerRuns: when one does.
    """
    lock = _lock(data_dir)
    try:
        with _usable(data_dir):
            data_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=WAIT_SECONDS)
    except Timeout as error:
        raise ServerRuns(
            f"Deskhand runs already on the data directory {str(data_dir)!r} ({_told(data_dir)}): "
            "stop it first, or choose another directory with --data-dir."
        ) from error
    try:
        claim = Claim(data_dir=data_dir)
        claim.announce(None)
        yield claim
    finally:
        (data_dir / SERVER_FILE).unlink(missing_ok=True)
        lock.release()


def find_server(data_dir: Path) -> str | None:
    """The address of the server that runs on this data directory, if one does.

    Raises:
        ServerUnreachable: when one runs that cannot take requests yet.
    """
    if not (data_dir / SERVER_LOCK).exists():
        return None
    lock = _lock(data_dir)
    try:
        with _usable(data_dir):
            lock.acquire(timeout=0)
    except Timeout as error:
        url = _read(data_dir).get("url")
        if isinstance(url, str):
            return url
        raise ServerUnreachable(
            f"Deskhand is just starting on the data directory {str(data_dir)!r} ({_told(data_dir)}): "
            "try again when it says that it is running."
        ) from error
    lock.release()
    return None


def _lock(data_dir: Path) -> FileLock:
    return FileLock(data_dir / SERVER_LOCK, thread_local=False)


@contextmanager
def _usable(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise Misconfigured(
            f"The data directory {str(data_dir)!r} cannot be used ({error.strerror}): choose another with --data-dir."
        ) from error


def _told(data_dir: Path) -> str:
    there = _read(data_dir)
    where = f" at {there['url']}" if there.get("url") else ""
    return f"process {there.get('pid', 'unknown')}{where}"


def _read(data_dir: Path) -> dict[str, object]:
    try:
        found = json.loads((data_dir / SERVER_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
