"""`deskhand migrate`, `reindex`, `models prepare`, `openapi`."""

import asyncio
import json
import shutil
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from deskhand.commands.presence import claimed
from deskhand.commands.recovery import every_base, mend_index
from deskhand.commands.terminal import DataDir, console, errors, load_embedder, run, settings_for_command
from deskhand.kit.db import Database
from deskhand.kit.errors import Misconfigured
from deskhand.knowledge.index import IndexDamaged, IndexMismatch
from deskhand.llm.model_files import prepare_model
from deskhand.migrations.run import migrate as migrate_database
from deskhand.migrations.run import revisions
from deskhand.settings import Settings, load_settings
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import House, open_house, open_index

models = typer.Typer(help="The embedding model on this machine.", no_args_is_help=True)


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's tables."""
    settings = settings_for_command(data_dir)

    async def work() -> str | None:
        _make_folder(settings)
        database = Database(settings.resolved_database_url)
        try:
            await migrate_database(database)
            return (await revisions(database))[0]
        finally:
            await database.close()

    console.print(f"The database is at revision {run(work)}.", highlight=False)


def _make_folder(settings: Settings) -> None:
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"The data directory {str(settings.data_dir)!r} cannot be made ({error.strerror}): "
                "choose another with --data-dir."
            ) from error


def reindex(
    data_dir: DataDir = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the index away and build it anew.")] = False,
) -> None:
    """Bring the passage index into line with the database. The server must not be running.

    An index that cannot be read, or was filled by another embedding model, is built anew.
    """
    settings = settings_for_command(data_dir)

    async def work() -> int:
        with claimed(settings.data_dir):
            async with await load_embedder(settings) as embedder:
                try:
                    await (await open_index(settings, embedder)).close()
                    usable = True
                except (IndexDamaged, IndexMismatch):
                    usable = False
                if fresh or not usable:
                    await asyncio.to_thread(shutil.rmtree, settings.data_dir / "index" / settings.knowledge.index)
                async with open_house(settings, embedder=embedder) as house:
                    return await _mend_everything(house)

    console.print(f"The index is in line with the database; {run(work)} passages were embedded.", highlight=False)


async def _mend_everything(house: House) -> int:
    embedded = 0
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        async for scope, base in every_base(house):
            task = progress.add_task(base.slug, total=None)

            def report(done: int, total: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)

            embedded += await mend_index(house, scope, base, report)
    await house.library.optimize()
    return embedded


@models.command("prepare")
def prepare() -> None:
    """Fetch the embedding model, or convert it where the model hub cannot be reached. Kept for later starts."""
    settings = settings_for_command()

    async def work() -> str:
        async with await load_embedder(settings) as embedder:
            await embedder.embed_query("ready?")
        return str(prepare_model(settings.embedding_model, settings.resolved_models_dir, lambda *_: None).folder)

    console.print(f"The embedding model is ready in {run(work)}", markup=False, highlight=False, soft_wrap=True)


def openapi() -> None:
    """Print the OpenAPI document."""

    async def work() -> str:
        with TemporaryDirectory() as folder:
            settings = load_settings(env_file=None, data_dir=folder, database_url="sqlite+aiosqlite://")
            embedder = HashEmbedder()
            async with open_house(settings, embedder=embedder, index=MemoryIndex(embedder.fingerprint)) as house:
                return json.dumps(house.app.openapi(), ensure_ascii=False, indent=2)

    print(run(work))  # noqa: T201 - the command's output
