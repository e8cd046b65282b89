"""What the tests share: a real embedder, a house on a fresh data directory, and clients of each kind."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import structlog

from deskhand.kit.clock import Clock
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.model_files import prepare_model
from deskhand.settings import Settings, load_settings
from deskhand.wiring import House
from houses import opened_house
from shops import OpenHouse, Send, Shop, open_shop

# How quickly examples are made says something of the machine, and nothing of the code.
hypothesis.settings.register_profile(
    "unhurried",
    hypothesis.settings.get_profile(hypothesis.settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the garbage collection need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command that a test runs sets logging up for its process, which is that of the next test too."""
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


@pytest.fixture(scope="session")
def embedder() -> Iterator[FastEmbedEmbedder]:
    """The real embedding model, loaded once."""
    settings = load_settings(env_file=None)
    model = prepare_model(settings.embedding_model, settings.resolved_models_dir, lambda *_: None)
    loaded = FastEmbedEmbedder(model)
    asyncio.run(loaded.load())
    yield loaded
    asyncio.run(loaded.close())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(env_file=None, data_dir=tmp_path / "data")


@pytest.fixture
def open_a_house(embedder: FastEmbedEmbedder) -> OpenHouse:
    """Opens houses with the shared embedder, for tests that need their own settings, clock or a second start."""

    @asynccontextmanager
    async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
        async with opened_house(settings, embedder=embedder, clock=clock) as house:
            yield house

    return opened


@pytest.fixture
async def house(settings: Settings, open_a_house: OpenHouse) -> AsyncIterator[House]:
    async with open_a_house(settings) as opened:
        yield opened


@pytest.fixture
async def shop(house: House) -> Shop:
    return await open_shop(house)


@pytest.fixture
async def owner(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client(shop.owner_token()) as client:
        yield client


@pytest.fixture
async def contact(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client(await shop.contact_token()) as client:
        yield client


@pytest.fixture
async def session_id(contact: httpx.AsyncClient) -> str:
    return str((await contact.post("/api/v1/sessions", json={})).json()["id"])


@pytest.fixture
async def send(contact: httpx.AsyncClient, session_id: str) -> Send:
    """Sends a message as the contact, on its session."""

    async def sent(message: str, **fields: Any) -> httpx.Response:
        body = {"message": message, **fields}
        return await contact.post(f"/api/v1/chat/sessions/{session_id}/messages", json=body)

    return sent
