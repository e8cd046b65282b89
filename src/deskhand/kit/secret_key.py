"""The key that signs tokens. A development server makes one of its own, so that no two share the default."""

import secrets
from pathlib import Path

from deskhand.kit.errors import Misconfigured

FILE_NAME = "secret.key"


def local_secret_key(data_dir: Path) -> str:
    """The key kept in the data directory, readable by its owner alone; made when it is not there.

    Raises:
        Misconfigured: when the folder cannot be written.
    """
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The data directory {str(data_dir)!r} cannot be used ({error}): choose another with --data-dir."
        ) from error
