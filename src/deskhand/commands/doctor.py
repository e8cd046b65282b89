"""`deskhand doctor`: looks at everything Deskhand needs, and changes nothing. Each check says its mend."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import typer
from rich.markup import escape

from deskhand.commands.presence import ServerUnreachable, find_server
from deskhand.commands.terminal import DataDir, console, load_embedder, run, settings_for_command
from deskhand.jobs.repository import given_up_by_kind
from deskhand.kit.db import Database
from deskhand.kit.errors import DeskhandError, Misconfigured
from deskhand.kit.secret_key import FILE_NAME
from deskhand.knowledge.index import IndexInUse
from deskhand.llm.model_files import ModelUnavailable, find_prepared
from deskhand.llm.providers import endpoints_of
from deskhand.migrations.run import check_revision, revisions
from deskhand.settings import DEFAULT_SECRET_KEY, LLMProvider, Settings
from deskhand.tenancy.store import TenantStore
from deskhand.wiring import open_index, secret_key_of

PROVIDER_SECONDS = 5.0
_REFUSALS = {401, 403}
_NOT_LOOKED_AT = "not looked at before the database is right"


def doctor(data_dir: DataDir = None) -> None:
    """Check everything Deskhand needs: one line each, with the mend. Exit code 1 when something is wrong."""
    settings = settings_for_command(data_dir)

    async def work() -> bool:
        good = [await _examine(name, check, settings) for name, check in _CHECKS]
        return all(good)

    if not run(work):
        raise typer.Exit(1)


async def _examine(name: str, check: Callable[[Settings], Awaitable[str]], settings: Settings) -> bool:
    try:
        said, good = await check(settings), True
    except DeskhandError as error:
        said, good = error.detail, False
    mark = "[green]✓[/]" if good else "[red]✗[/]"
    console.print(f"{mark} {name:<12} {escape(said)}", highlight=False, soft_wrap=True)
    return good


async def _check_server(settings: Settings) -> str:
    try:
        url = await asyncio.to_thread(find_server, settings.data_dir)
    except ServerUnreachable as starting:
        return starting.detail
    return "not running" if url is None else f"running at {url}"


async def _check_database(settings: Settings) -> str:
    file = settings.data_dir / "deskhand.db"
    if settings.database_url is None and not file.exists():
        _check_writable(settings.data_dir, "choose another with --data-dir")
        return f"sqlite, made in {str(settings.data_dir)!r} at the first start"
    database = Database(settings.resolved_database_url)
    try:
        await check_revision(database)
        present, newest = await revisions(database)
    finally:
        await database.close()
    if present is not None and present != newest:
        raise Misconfigured(f"is at revision {present!r}, the newest is {newest!r}: run `deskhand migrate`.")
    return f"{database.url.get_backend_name()}, " + (
        f"revision {present}" if present else "empty: run `deskhand migrate`"
    )


async def _check_jobs(settings: Settings) -> str:
    file = settings.data_dir / "deskhand.db"
    if settings.database_url is None and not file.exists():
        return "none yet"
    database = Database(settings.resolved_database_url)
    try:
        await check_revision(database)
        present, newest = await revisions(database)
        if present != newest:
            return _NOT_LOOKED_AT
        async with TenantStore(database).across_tenants() as db:
            given_up = await given_up_by_kind(db)
    except DeskhandError:
        return _NOT_LOOKED_AT
    finally:
        await database.close()
    if given_up:
        kinds = ", ".join(f"{kind} {count}" for kind, count in given_up.items())
        raise Misconfigured(
            f"{sum(given_up.values())} were given up ({kinds}): GET /api/v1/jobs tells why; once that is mended, "
            "POST /api/v1/jobs/{job_id}/retry tries one again."
        )
    return "none was given up"


async def _check_key(settings: Settings) -> str:
    is_own = settings.secret_key.get_secret_value() == DEFAULT_SECRET_KEY
    if is_own and not await asyncio.to_thread((settings.data_dir / FILE_NAME).exists):
        return f"{settings.environment} environment; a key is made at the first start"
    secret_key_of(settings)
    return f"{settings.environment} environment; tokens are signed"


async def _check_embeddings(settings: Settings) -> str:
    model = await asyncio.to_thread(find_prepared, settings.embedding_model, settings.resolved_models_dir)
    if model is None:
        _check_writable(settings.resolved_models_dir, "set DESKHAND_MODELS_DIR to a folder that can be written")
        raise ModelUnavailable(
            f"{settings.embedding_model!r} is not in {str(settings.resolved_models_dir)!r} yet: "
            "run `deskhand models prepare`."
        )
    return f"{model.name}, {model.dimensions} dimensions, from {model.origin}"


async def _check_index(settings: Settings) -> str:
    engine = settings.knowledge.index
    if not (settings.data_dir / "index" / engine).exists():
        return f"{engine}: made at the first start"
    if find_prepared(settings.embedding_model, settings.resolved_models_dir) is None:
        raise ModelUnavailable(f"{engine}: cannot be opened without the embedding model.")
    async with await load_embedder(settings) as embedder:
        try:
            index = await open_index(settings, embedder)
        except IndexInUse as error:
            return f"{engine}: {error.detail}"
        await index.close()
    return f"{engine}: opens"


async def _check_llm(settings: Settings) -> str:
    if settings.llm.provider is LLMProvider.OFFLINE:
        return "offline: answers from the knowledge bases without a language model"
    endpoint = endpoints_of(settings)[settings.llm.provider]
    address, key = endpoint.url, endpoint.key
    assert key is not None  # noqa: S101 - settings without it are refused
    shown = httpx.URL(address).copy_with(username=None, password=None, query=None)
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
    try:
        async with httpx.AsyncClient(timeout=PROVIDER_SECONDS, headers=headers) as client:
            response = await client.get(f"{address.rstrip('/')}/models")
    except httpx.HTTPError as error:
        raise Misconfigured(
            f"{settings.llm.provider}: {str(shown)!r} does not answer ({str(error) or type(error).__name__}): check "
            "its address and the network. Until then the offline model answers."
        ) from error
    if response.status_code in _REFUSALS:
        raise Misconfigured(f"{settings.llm.provider}: {str(shown)!r} refuses the key: check {endpoint.key_name}.")
    return f"{settings.llm.provider} {settings.llm.model} at {shown}"


def _check_writable(folder: Path, mend: str) -> None:
    """Raises `Misconfigured` when the folder, or the nearest one above it that exists, cannot be written."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place))
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise Misconfigured(f"{str(nearest)!r} cannot be written: {mend}.")


_CHECKS: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
    ("database", _check_database),
    ("jobs", _check_jobs),
    ("secret key", _check_key),
    ("embeddings", _check_embeddings),
    ("index", _check_index),
    ("model", _check_llm),
    ("server", _check_server),
)
