"""What every command shares: options, settings, errors as one clear line, progress that is seen."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from deskhand.kit.errors import DeskhandError
from deskhand.kit.telemetry import configure_logging
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.model_files import prepare_model
from deskhand.settings import LogFormat, Settings, load_settings

T = TypeVar("T")

WRONG_VALUE = 2
INTERRUPTED = 130
console = Console()
errors = Console(stderr=True)


def is_text(value: str) -> bool:
    """Whether it can be sent: an argument that was not UTF-8 comes with surrogates in it."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def only_text(value: str | list[str] | None) -> str | list[str] | None:
    """An option's value, when it is text.

    Raises:
        BadParameter: when it is not.
    """
    if not all(map(is_text, [value] if isinstance(value, str) else value or ())):
        raise typer.BadParameter("it is not UTF-8 text.")
    return value


DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where everything is stored. Default: DESKHAND_DATA_DIR, or ./data.")
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", help="The organisation. Default: DESKHAND_DEFAULT_TENANT.", callback=only_text),
]
KnowledgeBases = Annotated[
    list[str] | None,
    typer.Option("--kb", help="Search this knowledge base only; may be given several times.", callback=only_text),
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
        with asyncio.Runner(loop_factory=new_event_loop()) as runner:
            return runner.run(work())
    except DeskhandError as error:
        stop(error.detail)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def new_event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """The faster loop of uvloop where there is one, else Python's own."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def stop(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    say_error(message)
    raise typer.Exit(WRONG_VALUE)


def say_error(message: str) -> None:
    """One line on standard error."""
    errors.print(f"[bold red]Error:[/] {escape(' '.join(message.split()))}", highlight=False, soft_wrap=True)


async def load_embedder(settings: Settings) -> FastEmbedEmbedder:
    """The embedding model, prepared when it is not there yet, loaded and ready. Close it: `async with await …`."""
    model = await asyncio.to_thread(prepare_model, settings.embedding_model, settings.resolved_models_dir, _announce)
    embedder = FastEmbedEmbedder(model, threads=settings.embedding_threads)
    await embedder.load()
    return embedder


def _announce(text: str, fraction: float | None) -> None:
    share = "" if fraction is None else f" ({fraction:.0%})"
    if sys.stderr.isatty() or fraction is None:
        errors.print(f"[dim]{escape(text)}{share}[/]", highlight=False)
