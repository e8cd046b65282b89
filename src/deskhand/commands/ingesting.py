"""`deskhand ingest`: files and folders into a knowledge base, told file by file."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import httpx
import typer
from pydantic import TypeAdapter, ValidationError
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deskhand.commands.connection import RequestFailed, call, connect
from deskhand.commands.files import FoundFile, Outcome, find_files
from deskhand.commands.terminal import DataDir, Tenant, console, is_text, run, settings_for_command, stop
from deskhand.knowledge.schemas import BaseSlug

REFUSED = "refused"
_STYLES = {"added": "green", "replaced": "cyan", "unchanged": "dim", REFUSED: "red"}


def _checked_slug(value: str) -> str:
    try:
        return TypeAdapter[str](BaseSlug).validate_python(value)
    except ValidationError:
        raise typer.BadParameter(
            f"{value!r} is not a name: use small letters, digits and hyphens, at most 64, as in 'help-centre'."
        ) from None


Paths = Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)]
KnowledgeBase = Annotated[
    str, typer.Option("--kb", help="The knowledge base; made when it is not there.", callback=_checked_slug)
]


def ingest(paths: Paths, kb: KnowledgeBase = "default", tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Put files and folders into a knowledge base. A second run changes nothing.

    Says of every file what became of it. Hidden files and symbolic links in folders are passed over.
    Exit code 1 when every file was refused.
    """
    settings = settings_for_command(data_dir)
    files, refused = find_files(paths)
    if not files and not refused:
        stop(f"There is nothing to ingest in {', '.join(repr(str(path)) for path in paths)}.")
    for outcome in refused:
        _tell(outcome)

    async def work() -> list[Outcome]:
        async with connect(settings, tenant) as client:
            return await ingest_files(client, kb, files)

    outcomes = refused + (run(work) if files else [])
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
            _tell(outcome)
            progress.advance(task)
            outcomes.append(outcome)
    await call(client, "POST", "/api/v1/knowledge/optimize")
    return outcomes


async def _upload(client: httpx.AsyncClient, kb: str, found: FoundFile) -> Outcome:
    if not is_text(found.path):
        return Outcome(path=found.path, outcome=REFUSED, reason="its name is not UTF-8 text: rename it.")
    try:
        with found.file.open("rb") as content:
            answer = await call(
                client,
                "POST",
                f"/api/v1/knowledge/bases/{kb}/sources",
                files={"file": (found.file.name, content)},
                data={"path": found.path},
            )
    except OSError as error:
        return Outcome(path=found.path, outcome=REFUSED, reason=f"cannot be read: {error.strerror}.")
    except RequestFailed as refused:
        return Outcome(path=found.path, outcome=REFUSED, reason=refused.detail)
    return Outcome(path=found.path, outcome=answer["outcome"])


def _tell(outcome: Outcome) -> None:
    """One line, also while the progress bar is shown: it moves down for it."""
    reason = f"  {escape(outcome.reason)}" if outcome.reason else ""
    style = _STYLES[outcome.outcome]
    console.print(f"[{style}]{outcome.outcome:>9}[/]  {escape(outcome.path)}{reason}", highlight=False, soft_wrap=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
