"""`deskhand migrate`, `reindex`, `doctor`, `models prepare`, `openapi`."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from deskhand.commands.recovery import mend_indexes
from deskhand.commands.terminal import (
    DataDir,
    console,
    load_embedder,
    run,
    settings_for_command,
)
from deskhand.kit.db import Database
from deskhand.kit.errors import DeskhandError
from deskhand.knowledge.index import IndexInUse
from deskhand.llm.model_files import prepare_model
from deskhand.migrations.run import migrate as migrate_database
from deskhand.migrations.run import revisions
from deskhand.settings import LLMProvider, Settings, load_settings
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import open_house, open_index, secret_key_of

models = typer.Typer(help="The embedding model on this machine.", no_args_is_help=True)


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's tables."""
    settings = settings_for_command(data_dir)

    async def work() -> str | None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(settings.resolved_database_url)
        try:
            await migrate_database(database)
            return (await revisions(database))[0]
        finally:
            await database.close()

    console.print(f"The database is at revision {run(work)}.", highlight=False)


def reindex(
    data_dir: DataDir = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the index away and build it anew.")] = False,
) -> None:
    """Bring the passage index into line with the database. The server must not be running."""
    settings = settings_for_command(data_dir)

    async def work() -> int:
        if fresh:
            await asyncio.to_thread(shutil.rmtree, settings.data_dir / "index", ignore_errors=True)
        async with open_house(settings, embedder=await load_embedder(settings)) as house:
            embedded = await mend_indexes(house)
            await house.library.optimize()
            return embedded

    console.print(f"The index is in line with the database; {run(work)} passages were embedded.", highlight=False)


@models.command("prepare")
def prepare() -> None:
    """Fetch the embedding model, or convert it where the model hub cannot be reached. Kept for later starts."""
    settings = settings_for_command()

    async def work() -> str:
        embedder = await load_embedder(settings)
        await embedder.embed_query("ready?")
        return str(prepare_model(settings.embedding_model, settings.resolved_models_dir, lambda *_: None).folder)

    console.print(f"The embedding model is ready in {run(work)}", highlight=False, soft_wrap=True)


def openapi() -> None:
    """Print the OpenAPI document."""

    async def work() -> str:
        with TemporaryDirectory() as folder:
            settings = load_settings(env_file=None, data_dir=folder, database_url="sqlite+aiosqlite://")
            embedder = HashEmbedder()
            async with open_house(settings, embedder=embedder, index=MemoryIndex(embedder.fingerprint)) as house:
                return json.dumps(house.app.openapi(), ensure_ascii=False, indent=2)

    print(run(work))  # noqa: T201 - the command's output


def doctor(data_dir: DataDir = None) -> None:
    """Check everything Deskhand needs: one line each, with the mend. Exit code 1 when something is wrong."""
    settings = settings_for_command(data_dir)

    async def work() -> bool:
        good = [await _examine(name, check, settings) for name, check in _CHECKS]
        return all(good)

    if not run(work):
        raise typer.Exit(1)


async def _examine(name: str, check: "Callable[[Settings], Awaitable[str]]", settings: Settings) -> bool:
    try:
        said = await check(settings)
    except DeskhandError as error:
        console.print(
            f"[red]✗[/] {name:<12} {error.detail}".replace("[", "\\[").replace("\\[red]✗\\[/]", "[red]✗[/]"),
            highlight=False,
            soft_wrap=True,
        )
        return False
    console.print(f"[green]✓[/] {name:<12} {said}", highlight=False, soft_wrap=True)
    return True


async def _check_database(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        await migrate_database(database)
        present, newest = await revisions(database)
    finally:
        await database.close()
    return f"{database.url.get_backend_name()}, revision {present} (newest: {newest})"


async def _check_key(settings: Settings) -> str:
    secret_key_of(settings)
    return f"{settings.environment} environment; tokens are signed"


async def _check_model(settings: Settings) -> str:
    prepared = await asyncio.to_thread(
        prepare_model, settings.embedding_model, settings.resolved_models_dir, lambda *_: None
    )
    return f"{prepared.name}, {prepared.dimensions} dimensions, from {prepared.origin}"


async def _check_index(settings: Settings) -> str:
    embedder = await load_embedder(settings)
    try:
        index = await open_index(settings, embedder)
    except IndexInUse as error:
        return f"{settings.knowledge.index}: {error.detail}"
    await index.close()
    return f"{settings.knowledge.index}: opens"


async def _check_llm(settings: Settings) -> str:
    if settings.llm.provider is LLMProvider.OFFLINE:
        return "offline: answers from the knowledge bases without a language model"
    return f"{settings.llm.provider} {settings.llm.model} at {settings.openai_base_url or 'its own address'}"


_CHECKS: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
    ("database", _check_database),
    ("secret key", _check_key),
    ("embeddings", _check_model),
    ("index", _check_index),
    ("model", _check_llm),
)
