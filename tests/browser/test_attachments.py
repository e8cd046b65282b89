"""Files on the chat page in a real browser: chosen, dropped, refused, removed, sent along and answered from."""

import re

from playwright.async_api import FilePayload, Page, expect

INVOICE = (
    "# Invoice 2026-118\n\nThe helmet Aurora in size M costs 89.00 pounds.\n\n"
    "The warranty of the helmet Aurora ends on 14 March 2031.\n"
)


def file(name: str, content: str) -> FilePayload:
    return {"name": name, "mimeType": "text/markdown", "buffer": content.encode()}


async def attach(page: Page, *files: FilePayload) -> None:
    await page.get_by_test_id("file-input").set_input_files(list(files))


async def ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


async def test_a_file_is_uploaded_and_the_answer_comes_from_it(page: Page) -> None:
    await attach(page, file("invoice.md", INVOICE))
    chip = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chip).to_have_attribute("data-state", "ready")
    await expect(page.get_by_role("status", name="Files")).to_contain_text("invoice.md: Ready")
    await ask(page, "When does the warranty of the helmet Aurora end?")
    await expect(page.get_by_role("list", name="Files to send")).to_have_count(0)
    mine = page.get_by_test_id("customer-message")
    await expect(mine.get_by_role("list", name="Files sent along")).to_contain_text("invoice.md")
    answer = page.get_by_test_id("agent-message")
    await expect(answer).to_contain_text("14 March 2031")

    await page.reload()
    sent = page.get_by_test_id("customer-message").get_by_role("button", name="Download invoice.md")
    async with page.expect_download() as download:
        await sent.click()
    assert (await (await download.value).path()).read_text() == INVOICE


async def test_a_file_that_cannot_be_read_says_why_and_holds_the_message_back(page: Page) -> None:
    await attach(page, file("setup.exe", "MZ"), file("empty.md", ""), file("picture.pdf", "no pdf at all"))
    chips = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(chips.nth(0)).to_contain_text("Files of this type cannot be read.")
    await expect(chips.nth(1)).to_contain_text("The file is empty.")
    await expect(chips.nth(2)).to_have_attribute("data-state", re.compile("refused|failed"))
    await ask(page, "What do these say?")
    await expect(page.get_by_role("alert").filter(has_text="cannot be sent along")).to_be_visible()
    for name in ("setup.exe", "empty.md", "picture.pdf"):
        await page.get_by_role("button", name=f"Remove {name}").click()
    await expect(chips).to_have_count(0)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_test_id("customer-message")).to_contain_text("What do these say?")


async def test_a_file_that_is_removed_again_does_not_go_along(page: Page) -> None:
    await attach(page, file("invoice.md", INVOICE))
    await expect(page.get_by_test_id("file-chip")).to_have_attribute("data-state", "ready")
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        await page.get_by_role("button", name="Remove invoice.md").click()
    assert (await gone.value).status == 204
    await ask(page, "How long can I return a helmet?")
    await expect(page.get_by_role("list", name="Files sent along")).to_have_count(0)


async def test_files_are_dropped_and_pasted_anywhere_on_the_page(page: Page) -> None:
    carry = """([kind, target]) => {
        const data = new DataTransfer();
        data.items.add(new File(["# Notes\\n\\nThe bell is blue."], `${kind}.md`, {type: "text/markdown"}));
        const node = document.querySelector(target);
        const made = kind === "paste"
            ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
            : new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true});
        node.dispatchEvent(made);
    }"""
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    await page.evaluate(carry, ["dragenter", "main"])
    await expect(page.get_by_text("Drop files to send them along")).to_be_visible()
    await page.evaluate(carry, ["drop", "main"])
    await expect(page.get_by_text("Drop files to send them along")).to_have_count(0)
    await page.evaluate(carry, ["paste", "textarea"])
    chips = page.get_by_test_id("file-chip")
    await expect(chips).to_have_count(2)
    for index in range(2):
        await expect(chips.nth(index)).to_have_attribute("data-state", "ready")


async def test_a_file_that_waits_to_be_sent_is_there_after_a_reload(page: Page) -> None:
    await attach(page, file("invoice.md", INVOICE))
    await expect(page.get_by_test_id("file-chip")).to_have_attribute("data-state", "ready")
    await page.reload()
    await expect(page.get_by_test_id("file-chip")).to_contain_text("invoice.md")


async def test_chips_fit_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await attach(page, file(f"{'a-very-long-name' * 8}.md", INVOICE), file("setup.exe", "MZ"))
    await expect(page.get_by_test_id("file-chip")).to_have_count(2)
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    await expect(page.get_by_role("textbox", name="Message")).to_be_in_viewport()
