"""The key that signs tokens. A development server makes one of its own, so that no two share the default."""

import secrets
from pathlib import Path

from filelock import FileLock

from deskhand.kit.errors import Misconfigured

FILE_NAME = "secret.key"
MIN_CHARS = 32


def local_secret_key(data_dir: Path) -> str:
    """The key kept in the data directory, readable by its owner alone; made when it is not there.

    Raises:
        Misconfigured: when the folder cannot be written, or the file does not hold a key.
    """
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The data directory {str(data_dir)!r} cannot be used ({error}): choose another with --data-dir."
        ) from error
    if len(key) < MIN_CHARS:
        raise Misconfigured(f"{str(path)!r} does not hold a key: remove it, and a new one is made.")
    return key


def _make(path: Path) -> None:
    """Written whole, then moved into its place: nobody reads half a key, and of two makers one waits for the other."""
    with FileLock(path.with_suffix(".lock")):
        if path.exists():
            return
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        fresh.replace(path)
