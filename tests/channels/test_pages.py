"""The built web client, served: the chat at the root, the console at every address of its own."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deskhand.channels.pages import add_pages

PAGE = "<!doctype html><title>Support chat</title>"


def client_of(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    add_pages(app, folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text("1;")
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "favicon.svg").write_text("<svg/>")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    ["/", "/console", "/console/", "/console/sign-in", "/console/agents/support/versions", "/console/a.b/%2e%2e"],
)
async def test_the_page_is_there_at_each_of_its_addresses(path: str, built: Path) -> None:
    async with client_of(built) as client:
        response = await client.get(path)
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["Cache-Control"] == "no-cache"
    assert "script-src" not in response.headers["Content-Security-Policy"], "scripts come from here, and none is made"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")


@pytest.mark.parametrize("path", ["/consoles", "/other", "/assets/missing.js"])
async def test_other_addresses_are_not_the_page(path: str, built: Path) -> None:
    async with client_of(built) as client:
        assert (await client.get(path)).status_code == 404


async def test_assets_and_single_files_are_served(built: Path) -> None:
    async with client_of(built) as client:
        assert (await client.get("/assets/index-abc.js")).text == "1;"
        assert (await client.get("/favicon.svg")).text == "<svg/>"


@pytest.mark.parametrize("path", ["/", "/console/agents"])
async def test_a_client_that_is_not_built_is_told_with_the_next_step(path: str, tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        response = await client.get(path)
    assert response.status_code == 503
    assert "make web" in response.text
