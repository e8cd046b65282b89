"""A person comes in, in two real browsers at once: the customer's chat and the operator's console."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Page, expect

from deskhand.tenancy.roles import Role

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
PLEASE = "My broken helmet needs a new strap. I want to talk to a person, please."


async def ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


async def asked_for_a_person(page: Page) -> str:
    """The ticket that the customer is told."""
    await ask(page, PLEASE)
    notices = page.get_by_role("status", name="Notices")
    await expect(notices).to_contain_text("A person will join you here.")
    found = re.search(r"ESC-\w+", await notices.inner_text())
    assert found is not None
    return found.group()


async def open_ticket(console: Page, ticket: str) -> None:
    row = console.get_by_role("row").filter(has_text=ticket)
    await row.get_by_role("link").click()
    await expect(console.get_by_role("region", name="Hand-over")).to_contain_text("Asked for a person")


async def test_asking_for_a_person_shows_the_ticket_also_after_a_reload(page: Page) -> None:
    ticket = await asked_for_a_person(page)
    await page.reload()
    await expect(page.get_by_role("status", name="Notices")).to_contain_text(ticket)


async def test_a_conversation_is_taken_over_written_in_and_handed_back(page: Page, open_console: OpenConsole) -> None:
    ticket = await asked_for_a_person(page)
    log, notices = page.get_by_role("log", name="Conversation"), page.get_by_role("status", name="Notices")
    async with open_console("/tickets") as console:
        await open_ticket(console, ticket)
        await console.get_by_role("button", name="Take over").click()
        await expect(notices).to_contain_text("Mara Lindqvist is with you now")

        await console.get_by_role("textbox", name="Message to the customer").fill("Hello, this is Mara. What broke?")
        await console.keyboard.press("Enter")
        bubble = log.get_by_role("article", name="Mara Lindqvist")
        await expect(bubble).to_contain_text("Hello, this is Mara. What broke?")

        await ask(page, "How long can I return a helmet?")
        said = console.get_by_role("log", name="Conversation")
        await expect(said).to_contain_text("How long can I return a helmet?")
        await expect(log.get_by_role("article", name="Lark")).to_have_count(1)
        await expect(page.get_by_test_id("live-answer")).to_have_count(0)

        await console.get_by_role("button", name="Hand back").click()
        dialog = console.get_by_role("dialog", name="Hand the conversation back?")
        await dialog.get_by_label("How it was solved").fill("A new helmet is on its way.")
        await dialog.get_by_role("button", name="Hand back").click()
        await expect(notices).to_contain_text("has handed the conversation back")
        await expect(console.get_by_role("region", name="Hand-over")).to_contain_text("A new helmet is on its way.")
        await expect(console.get_by_role("button", name="Reopen")).to_be_visible()

        await ask(page, "How long can I return a helmet?")
        await expect(log).to_contain_text("within 30 days")


async def test_a_ticket_goes_through_its_steps_and_keeps_its_history(page: Page, open_console: OpenConsole) -> None:
    ticket = await asked_for_a_person(page)
    async with open_console("/tickets?status=pending") as console:
        await open_ticket(console, ticket)
        await expect(console.get_by_role("button", name="Resolve")).to_have_count(0)
        await console.get_by_role("button", name="Assign to me").click()
        await expect(console.get_by_role("combobox", name="Assigned to")).to_contain_text("Mara Lindqvist (you)")
        await console.get_by_role("combobox", name="Priority").select_option("high")
        history = console.get_by_role("list", name="History")
        await expect(history).to_contain_text("Priority changed")
        await console.get_by_role("textbox", name="Note for the team").fill("Called back at noon.")
        await console.get_by_role("button", name="Save note").click()
        await expect(history).to_contain_text("Called back at noon.")

        await console.get_by_role("button", name="Resolve").click()
        dialog = console.get_by_role("dialog", name=f"Resolve {ticket}")
        await dialog.get_by_role("button", name="Resolve").click()
        await expect(dialog).to_contain_text("Say in a sentence how it was solved.")
        await dialog.get_by_label("How was it solved?").fill("Sent a new one.")
        await dialog.get_by_role("button", name="Resolve").click()
        await expect(dialog).to_be_hidden()
        await console.get_by_role("button", name="Close", exact=True).click()
        await expect(console.get_by_role("button", name="Reopen")).to_be_visible()
        await console.get_by_role("link", name="Tickets").last.click()
        await console.get_by_role("combobox", name="Status").select_option("closed")
        await expect(console.get_by_role("row").filter(has_text=ticket)).to_contain_text("Closed")
        await console.get_by_role("combobox", name="Due").select_option("true")
        await expect(console.get_by_text("No ticket matches")).to_be_visible()


async def test_a_viewer_reads_along_and_changes_nothing(page: Page, open_console: OpenConsole) -> None:
    ticket = await asked_for_a_person(page)
    async with open_console("/tickets", "Ivo Berg", Role.VIEWER) as console:
        await expect(console.get_by_role("link", name="Audit")).to_have_count(0)
        await open_ticket(console, ticket)
        await expect(console.get_by_text("Your role may read along.")).to_be_visible()
        for name in ("Take over", "Assign to me", "Resolve", "Close"):
            await expect(console.get_by_role("button", name=name, exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_fit_a_phone(scheme: str, page: Page, open_console: OpenConsole) -> None:
    ticket = await asked_for_a_person(page)
    async with open_console("/tickets") as console:
        await console.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await console.set_viewport_size({"width": 360, "height": 740})
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        await expect(console.get_by_role("row").filter(has_text=ticket)).to_be_visible()
        assert await console.evaluate(fits)
        await open_ticket(console, ticket)
        assert await console.evaluate(fits)
