"""A house for a test: opened on a database that is up to date already, and let go of whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi.dependencies import models as fastapi_models

from blanks import FILE, put_blank
from deskhand.settings import Settings
from deskhand.wiring import House, open_house


@asynccontextmanager
async def opened_house(settings: Settings, **given: Any) -> AsyncIterator[House]:
    """`given` is what `open_house` takes beside the settings."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.resolved_database_url == f"sqlite+aiosqlite:///{settings.data_dir}/{FILE}":
        await put_blank(settings.data_dir)
    async with open_house(settings, **given) as house:
        yield house
    _let_go_of_endpoints()


def _let_go_of_endpoints() -> None:
    """FastAPI remembers the functions behind some thousand routes, and with them whole houses: dozens at a time here.

    What is kept alive so long makes each run of the garbage collector longer than the one before.
    """
    for classified in (
        fastapi_models._is_gen_callable_cached,
        fastapi_models._is_async_gen_callable_cached,
        fastapi_models._is_coroutine_callable_cached,
    ):
        classified.cache_clear()
