"""A real Chromium on the real page: the built client, served by the server, with the real socket."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from deskhand.settings import Settings
from deskhand.tenancy.roles import Role
from deskhand.wiring import PACKAGED_WEB_CLIENT
from shops import OpenHouse, Shop, open_shop, serving

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]
OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
expect.set_options(timeout=30_000)  # how quick the machine is says nothing of the page

STAFF_PASSWORD = "a-long-enough-password"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason="no Chromium here: install one to run the browser tests"))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield started
        finally:
            await started.close()


@pytest.fixture
async def web_shop(settings: Settings, open_a_house: OpenHouse) -> AsyncIterator[Shop]:
    assert (PACKAGED_WEB_CLIENT / "index.html").is_file(), "build the web client first: make web"
    async with open_a_house(settings) as house:
        yield await open_shop(house)


@pytest.fixture
async def url(web_shop: Shop) -> AsyncIterator[str]:
    async with serving(web_shop.house.app) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser) -> OpenPage:
    """Opens the page as a new visitor; fails the test when the page logs an error."""

    @asynccontextmanager
    async def opened(address: str, **options: object) -> AsyncIterator[Page]:
        context = await browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]  # keywords
        problems: list[str] = []
        try:
            page = await context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            await page.goto(address)
            yield page
        finally:
            await context.close()
        assert problems == []

    return opened


@pytest.fixture
async def page(open_page: OpenPage, url: str) -> AsyncIterator[Page]:
    async with open_page(url) as opened:
        yield opened


@pytest.fixture
def open_console(open_page: OpenPage, web_shop: Shop, url: str) -> OpenConsole:
    """Opens a page of the console, signed in as a new member of staff with that name and role."""

    @asynccontextmanager
    async def opened(path: str, name: str = "Mara Lindqvist", role: Role = Role.OWNER) -> AsyncIterator[Page]:
        email = f"{name.split(maxsplit=1)[0].lower()}@larkspoke.example"
        tenant_id = web_shop.tenant.id
        await web_shop.house.directory.ensure_user(
            tenant_id, email=email, password=STAFF_PASSWORD, role=role, name=name
        )
        async with open_page(f"{url}/console/sign-in?tenant=demo") as page:
            await page.get_by_label("E-mail address").fill(email)
            await page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_role("navigation", name="Console")).to_be_visible()
            await page.goto(f"{url}/console{path}")
            yield page

    return opened
