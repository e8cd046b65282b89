"""The files that a command is to take in, and the path that each will have in the knowledge base."""

import stat
from dataclasses import dataclass
from pathlib import Path

from deskhand.kit.errors import BadInput

REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """A file to take in, and the path it will have in the knowledge base."""

    file: Path
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a file."""

    path: str
    outcome: str
    reason: str | None = None


class NoSuchPath(BadInput):
    code = "no_such_path"


def find_files(paths: list[Path]) -> tuple[list[FoundFile], list[Outcome]]:
    """The files at and below these paths, and what cannot be taken in with the reason.

    A file in a folder is named by its path below that folder, a file given by itself by its name.

    Raises:
        NoSuchPath: when there is nothing at one of the paths.
    """
    search = _Search()
    for path in paths:
        try:
            kind = path.stat().st_mode
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a path"
            raise NoSuchPath(f"There is no file or folder {str(path)!r} to be read ({reason}): check it.") from error
        if stat.S_ISDIR(kind):
            search.walk(path, path)
        else:
            search.take(path, path.name, kind)
    return search.found, search.refused


class _Search:
    """Walks folders in the order of names; two files never get one path."""

    def __init__(self) -> None:
        self.found: list[FoundFile] = []
        self.refused: list[Outcome] = []
        self._taken: dict[str, Path] = {}

    def walk(self, root: Path, folder: Path) -> None:
        below = f"{folder.relative_to(root).as_posix()}/"
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            self._refuse(below, f"the folder cannot be read: {error.strerror}.")
            return
        for entry in entries:
            if not entry.name.startswith("."):
                self._step(root, entry)

    def _step(self, root: Path, entry: Path) -> None:
        path = entry.relative_to(root).as_posix()
        try:
            kind = entry.lstat().st_mode
        except OSError as error:
            self._refuse(path, f"cannot be read: {error.strerror}.")
            return
        if stat.S_ISDIR(kind):
            self.walk(root, entry)
        elif not stat.S_ISLNK(kind):
            self.take(entry, path, kind)

    def take(self, file: Path, path: str, kind: int) -> None:
        first = self._taken.setdefault(path, file)
        if not stat.S_ISREG(kind):
            self._refuse(path, "is not a file.")
        elif first is file:
            self.found.append(FoundFile(file=file, path=path))
        elif not first.samefile(file):
            self._refuse(
                path, f"has the path of {str(first)!r}: ingest a folder that holds both, or use a --kb for each."
            )

    def _refuse(self, path: str, reason: str) -> None:
        self.refused.append(Outcome(path=path, outcome=REFUSED, reason=reason))
