"""What agents do together, seen beside the conversation it belongs to, in a real browser."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Page, expect

from browser.agents_at_work import Place, newest_place, plan_started, vote_held
from deskhand.turns.events import PlanChanged
from shops import Shop

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
async def place(page: Page, web_shop: Shop) -> Place:
    box = page.get_by_role("textbox", name="Message")
    await box.fill("How long can I return a helmet?")
    await box.press("Enter")
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("within 30 days")
    return await newest_place(web_shop)


async def test_a_plan_and_a_vote_are_read_beside_their_conversation(
    open_console: OpenConsole, web_shop: Shop, place: Place
) -> None:
    await plan_started(web_shop, place)
    await vote_held(web_shop, place)
    async with open_console(f"/conversations/{place.thread_id}") as console:
        plan = console.get_by_role("list", name="Plans").get_by_role("listitem").first
        await expect(plan).to_contain_text("3 of 3 parts done")
        vote = console.get_by_role("list", name="Votes of agents").get_by_role("listitem").first
        await vote.get_by_text("How they voted").click()
        await expect(vote).to_contain_text("A loyal customer.")

        await plan.get_by_role("link").click()
        await expect(console.get_by_role("region", name="Result")).to_contain_text("costs 9.90 pounds")
        said = console.get_by_role("list", name="Who said what").get_by_role("listitem")
        await expect(said.first).to_contain_text("Part 1")
        parts = console.get_by_role("list", name="Parts").get_by_role("listitem")
        await expect(parts.last).to_contain_text("After parts 1 and 2")
        await parts.first.get_by_text("What was found").click()
        await expect(parts.first).to_contain_text("Express delivery arrives the next working day")
        await console.set_viewport_size({"width": 360, "height": 740})
        assert await console.evaluate(FITS)


async def test_the_customer_sees_how_far_a_task_in_parts_is(page: Page, web_shop: Shop, place: Place) -> None:
    hub = web_shop.house.hub
    parts = [{"status": "done"}] * 3 + [{"status": "running"}] * 2
    hub.publish(place.session_id, None, PlanChanged(plan={"id": "pln_1", "status": "running", "subtasks": parts}))
    notices = page.get_by_role("status", name="Notices")
    await expect(notices).to_contain_text("3 of 5 parts done")
    hub.publish(place.session_id, None, PlanChanged(plan={"id": "pln_1", "status": "done", "subtasks": []}))
    await expect(notices).not_to_contain_text("parts done")
