"""`deskhand ingest`: files and folders into a knowledge base, told file by file."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deskhand.commands.connection import RequestFailed, call, connect
from deskhand.commands.terminal import DataDir, Tenant, console, run, settings_for_command, stop

Paths = Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)]
KnowledgeBase = Annotated[str, typer.Option("--kb", help="The knowledge base; made when it is not there.")]
_STYLES = {"added": "green", "replaced": "cyan", "unchanged": "dim", "refused": "red"}
REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """A file to take in, and the path it will have in the knowledge base."""

    file: Path
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    path: str
    outcome: str
    reason: str | None = None


def ingest(paths: Paths, kb: KnowledgeBase = "default", tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Put files and folders into a knowledge base. A second run changes nothing."""
    settings = settings_for_command(data_dir)
    files, unreadable = find_files(paths)
    if not files and not unreadable:
        stop(f"There is nothing to ingest in {', '.join(repr(str(path)) for path in paths)}.")

    async def work() -> list[Outcome]:
        async with connect(settings, tenant) as client:
            return await ingest_files(client, kb, files)

    outcomes = unreadable + (run(work) if files else [])
    counts = Counter(outcome.outcome for outcome in outcomes)
    console.print(", ".join(f"{counts[name]} {name}" for name in _STYLES), highlight=False)
    if counts[REFUSED] == len(outcomes):
        raise typer.Exit(1)


async def ingest_files(client: httpx.AsyncClient, kb: str, files: list[FoundFile]) -> list[Outcome]:
    """Upload the files one by one, saying what became of each."""
    await call(client, "POST", "/api/v1/knowledge/bases", json={"slug": kb})
    outcomes = []
    with _progress() as progress:
        task = progress.add_task(f"Ingesting into {kb!r}", total=len(files))
        for found in files:
            outcome = await _upload(client, kb, found)
            progress.console.print(_line(outcome), highlight=False, soft_wrap=True)
            progress.advance(task)
            outcomes.append(outcome)
    await call(client, "POST", "/api/v1/knowledge/optimize")
    return outcomes


def find_files(paths: list[Path]) -> tuple[list[FoundFile], list[Outcome]]:
    """The files below these paths, and those that cannot be read with the reason."""
    found: list[FoundFile] = []
    unreadable: list[Outcome] = []
    for path in paths:
        if not path.exists():
            stop(f"There is no file or folder {str(path)!r}.")
        if path.is_file():
            found.append(FoundFile(file=path, path=path.name))
        else:
            _walk(path, path, found, unreadable)
    return found, unreadable


def _walk(root: Path, folder: Path, found: list[FoundFile], unreadable: list[Outcome]) -> None:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        reason = f"the folder cannot be read: {error.strerror}"
        outcome = Outcome(path=f"{folder.relative_to(root).as_posix()}/", outcome=REFUSED, reason=reason)
        console.print(_line(outcome), highlight=False, soft_wrap=True)
        unreadable.append(outcome)
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            _walk(root, entry, found, unreadable)
        else:
            found.append(FoundFile(file=entry, path=entry.relative_to(root).as_posix()))


async def _upload(client: httpx.AsyncClient, kb: str, found: FoundFile) -> Outcome:
    try:
        content = found.file.read_bytes()
    except OSError as error:
        return Outcome(path=found.path, outcome=REFUSED, reason=f"cannot be read: {error.strerror}")
    try:
        answer = await call(
            client,
            "POST",
            f"/api/v1/knowledge/bases/{kb}/sources",
            files={"file": (found.file.name, content)},
            data={"path": found.path},
        )
    except RequestFailed as refused:
        return Outcome(path=found.path, outcome=REFUSED, reason=refused.detail)
    return Outcome(path=found.path, outcome=answer["outcome"])


def _line(outcome: Outcome) -> str:
    reason = f"  {outcome.reason}".replace("[", "\\[") if outcome.reason else ""
    return f"[{_STYLES[outcome.outcome]}]{outcome.outcome:>9}[/]  {outcome.path}{reason}"


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
