"""What waits for a person's decision, decided in a real browser while the customer looks on in another."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from browser.agents_at_work import SUMMARY, WROTE, Place, newest_place, ordered, refund_asked, vote_held
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from shops import Shop

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(env_file=None, data_dir=tmp_path / "data", tools={"billing": {"enabled": True}})


@pytest.fixture
async def place(page: Page, web_shop: Shop) -> Place:
    """A customer has written, and has an order."""
    box = page.get_by_role("textbox", name="Message")
    await box.fill("How long can I return a helmet?")
    await box.press("Enter")
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("within 30 days")
    found = await newest_place(web_shop)
    await ordered(web_shop, found)
    return found


async def open_request(console: Page) -> None:
    await console.get_by_role("row").filter(has_text=SUMMARY).get_by_role("link").click()
    await expect(console.get_by_role("heading", name=SUMMARY)).to_be_visible()


async def test_a_refund_is_allowed_with_a_change_and_the_customer_sees_it_happen(
    page: Page, open_console: OpenConsole, web_shop: Shop, place: Place
) -> None:
    vote = await vote_held(web_shop, place)
    await refund_asked(web_shop, place, consensus_id=vote.id)
    notices = page.get_by_role("status", name="Notices")
    await expect(notices).to_contain_text("A colleague is looking at your request.")
    await page.reload()
    await expect(notices).to_contain_text(SUMMARY)
    async with open_console("/approvals") as console:
        await expect(console.get_by_role("row").filter(has_text=SUMMARY).get_by_role("timer")).to_be_visible()
        await open_request(console)
        await expect(console.get_by_text(WROTE)).to_be_visible()
        votes = console.get_by_role("list", name="Votes").get_by_role("listitem")
        await expect(votes.filter(has_text="Dissents")).to_contain_text("It is a lot of money.")

        await console.get_by_role("button", name="Change", exact=True).click()
        dialog = console.get_by_role("dialog", name="Allow it with a change")
        await dialog.get_by_role("button", name="Allow with change").click()
        await expect(dialog).to_contain_text("Nothing is changed yet.")
        await dialog.get_by_label("Amount").fill("900.00")
        await dialog.get_by_role("button", name="Allow with change").click()
        await expect(dialog).to_contain_text("The change gives 900.00, and 620.00 was asked for: give no more.")
        await dialog.get_by_label("Amount").fill("310.00")
        await dialog.get_by_label("Notes (optional)").fill("Half of it.")
        await dialog.get_by_role("button", name="Allow with change").click()
        await expect(dialog).to_be_hidden()

        decision = console.get_by_role("region", name="Decision")
        await expect(decision).to_contain_text("Carried out")
        await expect(decision).to_contain_text("Half of it.")
        await expect(console.get_by_role("button", name="Allow")).to_have_count(0)
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("310.00 EUR")
    await expect(notices).not_to_contain_text("A colleague is looking at your request.")


async def test_who_comes_too_late_is_told_what_a_colleague_decided(
    open_console: OpenConsole, web_shop: Shop, place: Place
) -> None:
    approval = await refund_asked(web_shop, place)
    async with open_console(f"/approvals/{approval.id}") as console:
        await console.get_by_role("button", name="Allow").click()
        dialog = console.get_by_role("dialog", name="Allow this?")
        token = await web_shop.staff_token(Role.OPERATOR)
        async with web_shop.client(token) as colleague:
            answer = await colleague.post(f"/api/v1/approvals/{approval.id}/decide", json={"verdict": "reject"})
            assert answer.status_code == 200
        # The page reads along: it may know by now, or be told when it tries.
        if await dialog.is_visible():
            await dialog.get_by_role("button", name="Allow").click(force=True)
        await expect(console.get_by_role("region", name="Decision")).to_contain_text("Refused by")
        await expect(console.get_by_role("button", name="Allow")).to_have_count(0)


async def test_a_viewer_sees_a_request_and_cannot_decide(
    open_console: OpenConsole, web_shop: Shop, place: Place
) -> None:
    await refund_asked(web_shop, place)
    async with open_console("/approvals", "Ivo Berg", Role.VIEWER) as console:
        await open_request(console)
        await expect(console.get_by_text("An operator decides.")).to_be_visible()
        for name in ("Allow", "Change", "Refuse"):
            await expect(console.get_by_role("button", name=name, exact=True)).to_have_count(0)


async def test_nothing_waits_and_then_a_request_comes_in_by_itself_and_is_refused_by_keyboard(
    open_console: OpenConsole, web_shop: Shop, place: Place
) -> None:
    async with open_console("/approvals") as console:
        await expect(console.get_by_text("Nothing waits for a decision")).to_be_visible()
        await refund_asked(web_shop, place)
        await open_request(console)
        await console.get_by_role("button", name="Refuse").focus()
        await console.keyboard.press("Enter")
        dialog = console.get_by_role("dialog", name="Refuse this?")
        await dialog.get_by_role("button", name="Refuse").focus()
        await console.keyboard.press("Enter")
        await expect(console.get_by_role("region", name="Decision")).to_contain_text("Refused by")
        await console.set_viewport_size({"width": 360, "height": 740})
        assert await console.evaluate(FITS)
        await console.get_by_role("link", name="Approvals").last.click()
        await console.get_by_role("button", name="Refused").click()
        await expect(console.get_by_role("row").filter(has_text=SUMMARY)).to_contain_text("Refused")
        assert await console.evaluate(FITS)
