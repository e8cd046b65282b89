"""What every command shares: options, settings, errors as one clear line, progress that is seen."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from deskhand.kit.errors import DeskhandError
from deskhand.kit.telemetry import configure_logging
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.model_files import prepare_model
from deskhand.settings import LogFormat, Settings, load_settings

T = TypeVar("T")

WRONG_VALUE = 2
console = Console()
errors = Console(stderr=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where everything is stored. Default: DESKHAND_DATA_DIR, or ./data.")
]
Tenant = Annotated[str | None, typer.Option("--tenant", help="The organisation. Default: DESKHAND_DEFAULT_TENANT.")]
KnowledgeBases = Annotated[
    list[str] | None, typer.Option("--kb", help="Search this knowledge base only; may be given several times.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text for people.")]


def settings_for_command(data_dir: Path | None = None, *, quiet: bool = True, **overrides: Any) -> Settings:
    """The settings with the command's options on top; logging set up, quiet for commands that print their own."""
    settings = load_settings(data_dir=data_dir, **overrides)
    level = "ERROR" if quiet and settings.log_level == "INFO" else settings.log_level
    configure_logging(level, as_json=settings.log_format is LogFormat.JSON)
    return settings


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's coroutine; an expected error becomes one line and exit code 2."""
    try:
        return asyncio.run(work())
    except DeskhandError as error:
        stop(error.detail)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def stop(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    errors.print(f"[bold red]Error:[/] {_escaped(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(WRONG_VALUE)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


async def load_embedder(settings: Settings) -> FastEmbedEmbedder:
    """The embedding model, prepared when it is not there yet, loaded and ready."""
    model = await asyncio.to_thread(prepare_model, settings.embedding_model, settings.resolved_models_dir, _announce)
    embedder = FastEmbedEmbedder(model, threads=settings.embedding_threads)
    await embedder.load()
    return embedder


def _announce(text: str, fraction: float | None) -> None:
    share = "" if fraction is None else f" ({fraction:.0%})"
    if sys.stderr.isatty() or fraction is None:
        errors.print(f"[dim]{_escaped(text)}{share}[/]", highlight=False)
