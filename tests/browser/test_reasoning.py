"""Why an answer came from this agent, as the team sees it and customers do not: the coordinator that ships, at work."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Locator, Page, expect

from deskhand.agents.contract_defaults import default_contracts
from shops import Shop

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
CHARGED = "Why was I charged twice for the same order?"
SOUP = "Tell me a recipe for lentil soup"


@pytest.fixture
async def agents(web_shop: Shop) -> None:
    """The agents that ship, with a coordinator that has learned whose message is whose."""
    scope, shipped = web_shop.owner_scope, default_contracts()
    coordinator = next(each for each in shipped if each.id == "coordinator")
    for each in shipped:
        if each.id in {*coordinator.routing.handoff_targets, coordinator.id}:
            await web_shop.house.agents.create(scope, each)
    entry = await web_shop.house.runtime.agent_for(scope, None)
    assert await web_shop.house.coordinator.prepare(scope, entry)


async def ask(place: Page | Locator, text: str) -> None:
    box = place.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


def notes(place: Page | Locator) -> Locator:
    return place.get_by_role("note", name="How the agent was chosen")


async def answered(page: Page, times: int) -> None:
    await expect(page.get_by_test_id("agent-message")).to_have_count(times)


async def open_conversation(console: Page) -> None:
    await console.get_by_role("link", name="Unnamed visitor").click()
    await console.get_by_role("list", name="Conversations").get_by_role("link").click()
    await expect(console.get_by_role("log", name="Conversation")).to_contain_text(CHARGED)


@pytest.mark.usefixtures("agents")
async def test_the_team_sees_who_answered_how_surely_and_why(page: Page, open_console: OpenConsole) -> None:
    await ask(page, CHARGED)
    await answered(page, 1)
    await ask(page, SOUP)
    await answered(page, 2)
    await expect(notes(page)).to_have_count(0)
    async with open_console("/contacts") as console:
        await open_conversation(console)
        first, second = notes(console).nth(0), notes(console).nth(1)
        await expect(first).to_contain_text("support-billing")
        await expect(first).to_contain_text(re.compile(r"\d+ % sure"))
        await expect(first).to_contain_text("by its examples")
        await expect(first).to_contain_text("Closest to '")
        await expect(second).to_contain_text("nobody fits better")
        await expect(second).to_contain_text("so the general agent answers")


@pytest.mark.usefixtures("agents")
async def test_the_turns_record_says_the_same(page: Page, open_console: OpenConsole) -> None:
    await ask(page, CHARGED)
    await answered(page, 1)
    async with open_console("/audit") as console:
        await console.get_by_role("link", name=CHARGED).click()
        section = console.get_by_role("region", name="How the agent was chosen")
        await expect(section).to_contain_text("(support-billing)")
        await expect(section).to_contain_text("Closest to '")


@pytest.mark.usefixtures("agents")
async def test_whoever_tries_the_coordinator_out_sees_whom_it_chose(open_console: OpenConsole) -> None:
    async with open_console("/agents/coordinator") as console:
        chat = console.get_by_role("region", name="Try it out")
        await ask(chat, CHARGED)
        await expect(notes(chat)).to_contain_text("support-billing")
        await expect(notes(chat)).to_contain_text("by its examples")
