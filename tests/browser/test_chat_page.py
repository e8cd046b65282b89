"""The chat page in a real browser: cited answers, honest refusals, reconnecting, phone and keyboard."""

import re

import pytest
from playwright.async_api import Page, expect

from shops import Shop

QUESTION = "How long can I return a helmet?"
WORDS = "You can return a helmet within 30 days of delivery."
PHONE = {"width": 360, "height": 740}


async def ask(page: Page, question: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(question)
    await box.press("Enter")


async def test_an_answer_comes_with_a_source_that_shows_the_quoted_words(page: Page) -> None:
    await ask(page, QUESTION)
    log = page.get_by_role("log", name="Conversation")
    await expect(log).to_contain_text("within 30 days")
    await page.get_by_role("button", name=re.compile(r"Citation 1: Return an item")).first.click()
    panel = page.get_by_role("complementary", name="Sources").or_(page.get_by_role("dialog", name="Sources"))
    await expect(panel).to_contain_text(WORDS)
    await expect(panel.get_by_role("link")).to_have_attribute("href", "https://help.example.com/returns")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()


async def test_the_whole_article_opens_with_the_quote_marked(page: Page) -> None:
    await ask(page, QUESTION)
    await page.get_by_role("button", name=re.compile("Citation 1")).first.click()
    await page.get_by_role("button", name=re.compile("whole article", re.IGNORECASE)).first.click()
    await expect(page.locator("mark").first).to_contain_text("30 days")
    await expect(page.get_by_text("Returning an item by post costs 3.90 pounds")).to_be_visible()


async def test_a_question_without_an_answer_offers_a_person(page: Page) -> None:
    await ask(page, "What is the capital of France?")
    log = page.get_by_role("log", name="Conversation")
    await expect(log).to_contain_text("did not find that")
    await page.get_by_role("button", name=re.compile("person", re.IGNORECASE)).click()
    await expect(log).to_contain_text("marked this conversation for our team")


async def test_a_conversation_is_there_again_after_a_reload(page: Page) -> None:
    await ask(page, QUESTION)
    await expect(page.get_by_role("log")).to_contain_text("within 30 days")
    await page.reload()
    await expect(page.get_by_role("log")).to_contain_text(QUESTION)
    await expect(page.get_by_role("log")).to_contain_text("within 30 days")


async def test_feedback_reaches_the_server_and_can_be_undone(page: Page, web_shop: Shop) -> None:
    await ask(page, QUESTION)
    helpful = page.get_by_role("group", name="Was this helpful?").get_by_role("button").first
    async with page.expect_response(re.compile("/feedback")) as told:
        await helpful.click()
    answer = await (await told.value).json()
    assert answer["feedback"]["score"] == 1
    async with page.expect_response(re.compile("/feedback")) as undone:
        await helpful.click()
    assert (await (await undone.value).json())["feedback"] is None


async def test_an_empty_message_is_not_sent(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill("   ")
    await box.press("Enter")
    await expect(page.get_by_role("list", name="Suggestions").or_(page.get_by_label("Welcome")).first).to_be_visible()


async def test_a_message_that_is_too_long_is_refused_in_place_and_kept(page: Page) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill("x" * 16_001)
    await box.press("Enter")
    await expect(page.get_by_role("alert").first).to_be_visible()
    await expect(box).to_have_value("x" * 16_001)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_fits_a_phone(scheme: str, page: Page) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": 360, "height": 740})
    await ask(page, QUESTION)
    await expect(page.get_by_role("log")).to_contain_text("within 30 days")
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    await expect(page.get_by_role("textbox", name="Message")).to_be_in_viewport()


async def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    await page.keyboard.type(QUESTION)
    await page.keyboard.press("Enter")
    chip = page.get_by_role("button", name=re.compile("Citation 1")).first
    await chip.focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Sources").or_(page.get_by_role("dialog", name="Sources"))
    await expect(panel).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(chip).to_be_focused()


async def test_a_new_conversation_starts_empty(page: Page) -> None:
    await ask(page, QUESTION)
    await expect(page.get_by_role("log")).to_contain_text("within 30 days")
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.get_by_text(QUESTION)).to_have_count(0)
