"""The audit in a real browser: found, read, replayed, checked, taken along and erased."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Page, expect

from deskhand.tenancy.roles import Role

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
SAID = "I am ada.ellis@example.com. How long can I return a helmet?"


async def told(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(SAID)
    await box.press("Enter")
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("within 30 days")


async def open_record(console: Page) -> None:
    await console.get_by_role("row").get_by_role("link").first.click()
    await expect(console.get_by_role("heading", name="Answered turn")).to_be_visible()


async def test_a_record_tells_what_happened_without_personal_data(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/audit") as console:
        await open_record(console)
        said = console.get_by_role("region", name="What was said")
        await expect(said).to_contain_text("<EMAIL_ADDRESS>")
        await expect(said).to_contain_text("within 30 days")
        await expect(console.get_by_text("ada.ellis@example.com")).to_have_count(0)
        await expect(console.get_by_role("list", name="Cited")).to_contain_text("Return an item")
        await expect(console.get_by_role("list", name="Stages").get_by_role("listitem").first).to_be_visible()
        await expect(console.get_by_role("region", name="Model")).to_contain_text("offline")
        await console.get_by_role("link", name=re.compile("^con_")).click()
        await expect(console.get_by_role("row").filter(has_text="EMAIL_ADDRESS")).to_be_visible()
        await console.get_by_label("Search ids, models, tools").fill("nothing-of-this-name")
        await console.keyboard.press("Enter")
        await expect(console.get_by_text("No record matches")).to_be_visible()


async def test_a_record_is_replayed_with_the_same_answer(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/audit") as console:
        await open_record(console)
        await console.get_by_role("button", name="Run again").click()
        replay = console.get_by_role("status", name="Replay")
        await expect(replay).to_contain_text("The same came out again")
        await expect(console.get_by_test_id("replay-diff")).to_contain_text("within 30 days")


async def test_the_chain_is_checked_and_the_records_are_exported(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/audit") as console:
        await expect(console.get_by_role("row").nth(1)).to_be_visible()
        async with console.expect_download() as download:
            await console.get_by_role("button", name="CSV").click()
        file = await download.value
        assert file.suggested_filename == "audit.csv"
        assert "trn_" in (await file.path()).read_text()
        await console.get_by_role("button", name="Check the chain").click()
        dialog = console.get_by_role("dialog", name="Check the chain")
        await dialog.get_by_role("button", name="Check", exact=True).click()
        await expect(dialog.get_by_role("status")).to_contain_text("The chain is whole: 1 record checked.")


async def test_a_customers_part_is_erased_and_the_chain_stays_whole(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/audit") as console:
        await open_record(console)
        contact = await console.get_by_role("link", name=re.compile("^con_")).inner_text()
        await console.get_by_role("button", name="Erase this customer").click()
        dialog = console.get_by_role("dialog", name="Erase this customer’s part of the audit?")
        await dialog.get_by_role("textbox").fill(contact)
        await dialog.get_by_role("button", name="Erase").click()
        await expect(console.get_by_role("region", name="What was said")).to_contain_text("was erased")
        await expect(console.get_by_role("button", name="Run again")).to_have_count(0)
        await console.get_by_role("link", name="Audit").last.click()
        await expect(console.get_by_role("row").filter(has_text="A customer’s part was erased")).to_be_visible()
        await console.get_by_role("button", name="Check the chain").click()
        checking = console.get_by_role("dialog", name="Check the chain")
        await checking.get_by_role("button", name="Check", exact=True).click()
        await expect(checking.get_by_role("status")).to_contain_text("The chain is whole")


async def test_an_operator_reads_and_replays_but_checks_and_erases_nothing(
    page: Page, open_console: OpenConsole
) -> None:
    await told(page)
    async with open_console("/audit", "Olu Ade", Role.OPERATOR) as console:
        await expect(console.get_by_role("button", name="Check the chain")).to_have_count(0)
        await open_record(console)
        await expect(console.get_by_role("button", name="Run again")).to_be_visible()
        await expect(console.get_by_role("button", name="Erase this customer")).to_have_count(0)


async def test_a_viewer_is_told_that_the_audit_is_not_for_them(open_console: OpenConsole) -> None:
    async with open_console("/audit", "Ivo Berg", Role.VIEWER) as console:
        await expect(console.get_by_role("heading", name="This is not for your role")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_fit_a_phone(scheme: str, page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/audit") as console:
        await console.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await console.set_viewport_size({"width": 360, "height": 740})
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        await expect(console.get_by_role("row").filter(has_text="EMAIL_ADDRESS")).to_be_visible()
        assert await console.evaluate(fits)
        await open_record(console)
        assert await console.evaluate(fits)
