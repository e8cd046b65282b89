"""What is remembered of a customer, seen, corrected, taken along and erased in a real browser."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from playwright.async_api import Page, expect

from deskhand.tenancy.roles import Role

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
SAID = "My e-mail address is ada.ellis@example.com. How long can I return a helmet?"
ADDRESS = "ada.ellis@example.com"


async def told(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(SAID)
    await box.press("Enter")
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("within 30 days")


async def choose_customer(console: Page) -> str:
    """Opens the memories of the customer who wrote; their id."""
    customers = console.get_by_role("list", name="Customers who wrote last")
    await customers.get_by_role("button").first.click()
    await console.wait_for_url(re.compile("contact=con_"))
    await expect(console.get_by_role("button", name="Export")).to_be_visible()
    return console.url.partition("contact=")[2]


async def test_a_memory_is_corrected_and_its_history_kept(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/memories") as console:
        await choose_customer(console)
        row = console.get_by_role("listitem").filter(has_text=ADDRESS)
        await expect(row).to_contain_text("Said in a conversation")
        await row.get_by_role("button", name="Correct").click()
        dialog = console.get_by_role("dialog", name="Correct this memory")
        box = dialog.get_by_label("What to remember")
        await box.fill("")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_contain_text("Write what is to be remembered, or delete it.")
        await box.fill("The e-mail address is ada@new.example")
        await dialog.get_by_label("Importance").fill("0.9")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_be_hidden()

        row = console.get_by_role("listitem").filter(has_text="ada@new.example")
        await expect(row.get_by_role("img", name="High importance")).to_be_visible()
        await row.get_by_role("button", name="Earlier versions").click()
        versions = console.get_by_role("dialog", name="Versions of this memory").get_by_role("listitem")
        await expect(versions).to_have_count(2)
        await expect(versions.last).to_contain_text(ADDRESS)


async def test_a_memory_is_added_recalled_with_its_score_and_deleted(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/memories") as console:
        contact = await choose_customer(console)
        await console.get_by_role("button", name="Add", exact=True).click()
        dialog = console.get_by_role("dialog", name="Add a memory")
        await expect(dialog.get_by_label("Customer’s id")).to_have_value(contact)
        await dialog.get_by_label("What to remember").fill("Prefers to be called in the morning")
        await dialog.get_by_role("button", name="Add").click()
        row = console.get_by_role("list", name="Preferences").get_by_role("listitem")
        await expect(row).to_contain_text("Added by the team")

        recalling = console.get_by_role("form", name="Try recalling")
        await recalling.get_by_role("textbox").fill("When should we call them?")
        await recalling.get_by_role("button", name="Try").click()
        recalled = console.get_by_role("list", name="Recalled").get_by_role("listitem")
        await expect(recalled.filter(has_text="called in the morning")).to_contain_text("How close in meaning")

        await row.get_by_role("button", name="Delete").click()
        await console.get_by_role("dialog", name="Delete this memory?").get_by_role("button", name="Delete").click()
        await expect(console.get_by_role("list", name="Preferences")).to_have_count(0)


async def test_everything_of_a_customer_is_exported_and_then_erased(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/memories") as console:
        contact = await choose_customer(console)
        async with console.expect_download() as download:
            await console.get_by_role("button", name="Export").click()
        exported = json.loads((await (await download.value).path()).read_text())
        assert exported["contact_id"] == contact
        assert ADDRESS in json.dumps(exported["items"])

        await console.get_by_role("button", name="Erase all").click()
        dialog = console.get_by_role("dialog", name="Erase all memories of this customer?")
        await dialog.get_by_role("button", name="Erase all").click()
        await expect(dialog).to_contain_text("This is not the same.")
        await dialog.get_by_role("textbox").fill(contact)
        await dialog.get_by_role("button", name="Erase all").click()
        await expect(console.get_by_role("status", name="Notices")).to_contain_text("erased")
        await expect(console.get_by_text("Nothing is remembered here")).to_be_visible()


async def test_the_conversation_of_a_memory_can_be_read(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/tickets") as console:
        await expect(console.get_by_text("No tickets")).to_be_visible()
        await console.get_by_role("link", name="Memories").click()
        await choose_customer(console)
        await console.get_by_role("link", name="Conversation").first.click()
        await expect(console.get_by_role("log", name="Conversation")).to_contain_text(SAID)


async def test_a_viewer_sees_memories_and_cannot_change_them(page: Page, open_console: OpenConsole) -> None:
    await told(page)
    async with open_console("/memories", "Ivo Berg", Role.VIEWER) as console:
        await choose_customer(console)
        await expect(console.get_by_role("listitem").filter(has_text=ADDRESS)).to_be_visible()
        for name in ("Add", "Correct", "Delete", "Erase all"):
            await expect(console.get_by_role("button", name=name, exact=True)).to_have_count(0)
