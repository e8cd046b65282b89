"""The console in a real browser: sign in, change a contract and go back, try the agent out."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from deskhand.tenancy.roles import Role
from shops import Shop

EMAIL, PASSWORD = "mara@larkspoke.example", "a-long-enough-password"
VIEWER = "ivo@larkspoke.example"
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1360, "height": 800}


@pytest.fixture
async def console(page: Page, web_shop: Shop, url: str) -> Page:
    """The sign-in page of a tenant with an agent `support`, an owner and a viewer."""
    await web_shop.house.directory.ensure_user(
        web_shop.tenant.id, email=EMAIL, password=PASSWORD, role=Role.OWNER, name="Mara Lindqvist"
    )
    await web_shop.house.directory.ensure_user(web_shop.tenant.id, email=VIEWER, password=PASSWORD, role=Role.VIEWER)
    async with web_shop.client(web_shop.owner_token()) as owner:
        draft = {
            "id": "support",
            "name": "Lark",
            "identity": {"short_description": "Answers questions about orders and returns."},
            "metadata": {"tags": ["bikes"]},
        }
        assert (await owner.post("/api/v1/agents", json=draft)).status_code == 201
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a plain dictionary
    await page.goto(f"{url}/console/agents")
    await expect(page).to_have_url(f"{url}/console/sign-in")
    return page


async def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    organisation = page.get_by_label("Organisation")
    await expect(organisation).to_have_value("demo")  # offered a moment later, and not in the middle of the typing
    await organisation.fill("demo")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def open_contract(page: Page, email: str = EMAIL) -> Locator:
    await sign_in(page, email)
    await page.get_by_role("link", name="Lark", exact=True).click()
    form = page.get_by_role("form", name="Contract")
    await expect(form).to_be_visible()
    return form


async def save(page: Page, summary: str) -> None:
    await page.get_by_role("button", name="Review and save").click()
    dialog = page.get_by_role("dialog", name="Save as a new version")
    await dialog.get_by_label("What changed, and why").fill(summary)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def test_a_wrong_password_is_told_and_the_right_one_leads_on(console: Page) -> None:
    await sign_in(console, password="not the password")
    await expect(console.get_by_role("alert")).to_contain_text("do not match")
    await sign_in(console)
    await expect(console.get_by_role("heading", name="Agents")).to_be_visible()
    row = console.get_by_role("row").filter(has_text="Lark").first
    await expect(row).to_contain_text("Active")
    await expect(row).to_contain_text("bikes")


async def test_signing_in_takes_the_keyboard_only(console: Page) -> None:
    organisation = console.get_by_label("Organisation")
    await expect(organisation).to_have_value("demo")
    await organisation.focus()
    await console.keyboard.press("ControlOrMeta+a")
    for text in ("demo", EMAIL):
        await console.keyboard.type(text)
        await console.keyboard.press("Tab")
    await console.keyboard.type(PASSWORD)
    await console.keyboard.press("Enter")
    await expect(console.get_by_role("link", name="Lark", exact=True)).to_be_visible()


async def test_signing_out_ends_the_token_and_asks_again(console: Page, url: str) -> None:
    await sign_in(console)
    await console.get_by_role("button", name=re.compile("^Account")).click()
    async with console.expect_response(re.compile("/auth/sign-out")) as told:
        await console.get_by_role("button", name="Sign out").click()
    assert (await told.value).status == 204
    await console.goto(f"{url}/console/agents")
    await expect(console.get_by_role("form", name="Sign in")).to_be_visible()


async def test_a_trait_is_changed_saved_compared_and_rolled_back(console: Page) -> None:
    form = await open_contract(console)
    await form.get_by_role("slider", name="Humor").fill("65")
    await expect(console.get_by_text("Your unsaved changes are not in effect here")).to_be_visible()
    await save(console, "A lighter tone")
    await expect(console.get_by_role("status", name="Notices")).to_contain_text("Saved as version 1.0.1")
    await console.get_by_role("link", name="Versions").click()
    versions = console.get_by_role("list", name="Versions").get_by_role("listitem")
    await expect(versions.first).to_contain_text("A lighter tone")
    await expect(versions.first).to_contain_text("In effect")

    await console.get_by_role("button", name="Compare version 1.0.0").click()
    changes = console.get_by_role("list", name="Changes")
    await expect(changes).to_contain_text(re.compile(r"Traits › Humor.*30.*65", re.DOTALL))
    await console.keyboard.press("Escape")

    await console.get_by_role("button", name="Roll back to version 1.0.0").click()
    dialog = console.get_by_role("dialog", name="Roll back to version 1.0.0?")
    await expect(dialog).to_contain_text("makes a new version with the contract of 1.0.0")
    await expect(dialog.get_by_role("list", name="Changes")).to_contain_text("Traits › Humor")
    await dialog.get_by_role("button", name="Roll back").click()
    await expect(versions).to_have_count(3)
    await console.get_by_role("link", name="Contract").click()
    await expect(form.get_by_role("slider", name="Humor")).to_have_value("30")


async def test_what_is_wrong_is_told_at_its_field_and_not_saved(console: Page) -> None:
    form = await open_contract(console)
    box = form.get_by_label("Safety", exact=False).and_(form.locator("input:not([type=range])"))
    await box.fill("400")
    await expect(form.get_by_text("Choose a number from 0 to 100.")).to_be_visible()
    await expect(console.get_by_role("button", name="Review and save")).to_have_count(0)
    await console.get_by_role("button", name="Show the problem").click()
    await expect(box).to_be_focused()


async def test_what_only_the_server_knows_is_told_at_its_field_too(console: Page) -> None:
    form = await open_contract(console)
    await form.get_by_role("button", name=re.compile("^Routing")).click()
    await form.get_by_label("Handoff targets").last.fill("nobody-of-this-name")
    await console.keyboard.press("Enter")
    await console.get_by_role("button", name="Review and save").click()
    dialog = console.get_by_role("dialog", name="Save as a new version")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Not saved.")
    await dialog.get_by_role("button", name="Go on editing").click()
    await expect(console.get_by_role("button", name=re.compile("^Routing"))).to_contain_text("1 problem")


async def test_a_change_made_meanwhile_is_shown_and_kept(console: Page, web_shop: Shop) -> None:
    form = await open_contract(console)
    await form.get_by_role("slider", name="Humor").fill("65")
    async with web_shop.client(web_shop.owner_token()) as owner:
        changed = await owner.patch("/api/v1/agents/support", json={"traits": {"formality": 90}})
        assert changed.status_code == 200
    await console.get_by_role("button", name="Review and save").click()
    await console.get_by_role("dialog").get_by_role("button", name="Save").click()
    dialog = console.get_by_role("dialog", name=re.compile("Someone else saved"))
    await expect(dialog.get_by_role("list", name="Changes")).to_contain_text("Traits › Formality")
    await dialog.get_by_role("button", name="Put my changes on top").click()
    await save(console, "Both")
    async with web_shop.client(web_shop.owner_token()) as owner:
        traits = (await owner.get("/api/v1/agents/support")).json()["traits"]
    assert (traits["humor"], traits["formality"]) == (65, 90)


async def test_an_agent_is_made_archived_and_brought_back(console: Page) -> None:
    await sign_in(console)
    await console.get_by_role("button", name="New agent").click()
    dialog = console.get_by_role("dialog", name="New agent")
    await dialog.get_by_label("Name").fill("Returns desk")
    await dialog.get_by_label("Short description").fill("Guides customers through returns.")
    await dialog.get_by_role("button", name="Create agent").click()
    await expect(console.get_by_role("heading", name="Returns desk", exact=True)).to_be_visible()
    await console.get_by_role("link", name="Agents", exact=True).first.click()
    await console.get_by_role("button", name="Archive Returns desk").click()
    row = console.get_by_role("row").filter(has_text="Returns desk")
    await expect(row).to_contain_text("Archived")
    await console.get_by_role("button", name="Undo").click()
    await expect(row).to_contain_text("Active")


async def test_the_try_out_answers_with_a_source_and_starts_over(console: Page) -> None:
    await open_contract(console)
    panel = console.get_by_role("region", name="Try it out")
    box = panel.get_by_role("textbox", name="Message")
    await box.fill("How long can I return a helmet?")
    await box.press("Enter")
    await expect(panel.get_by_role("log")).to_contain_text("within 30 days")
    await panel.get_by_role("button", name=re.compile("Citation 1")).first.click()
    await expect(panel.get_by_role("region", name="Sources")).to_contain_text("within 30 days of delivery")
    await console.keyboard.press("Escape")
    await panel.get_by_role("button", name="Start over").click()
    await expect(panel.get_by_role("log")).to_have_count(0)


async def test_a_viewer_reads_and_changes_nothing(console: Page) -> None:
    form = await open_contract(console, VIEWER)
    await expect(console.get_by_text("your role is viewer")).to_be_visible()
    await expect(form.get_by_role("slider", name="Humor")).to_be_disabled()
    await expect(console.get_by_role("button", name="Archive")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_a_phone(scheme: str, console: Page) -> None:
    await console.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await console.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dictionary
    assert await fits(console)
    await sign_in(console)
    await expect(console.get_by_role("link", name="Lark", exact=True)).to_be_visible()
    assert await fits(console)
    await console.get_by_role("link", name="Lark", exact=True).click()
    for tab, shown in (("JSON", "Copy"), ("Versions", "View version 1.0.0"), ("Try it out", "Send")):
        await console.get_by_role("link", name=tab).click()
        await expect(console.get_by_role("button", name=shown)).to_be_visible()
        assert await fits(console)
    await expect(console.get_by_role("textbox", name="Message")).to_be_in_viewport()


async def test_a_chosen_theme_stays_and_colours_the_page(console: Page) -> None:
    await sign_in(console)
    await console.get_by_role("button", name=re.compile("^Account")).click()
    await console.get_by_role("group", name="Theme").get_by_text("Dark").click()
    paper = "getComputedStyle(document.body).backgroundColor"
    assert await console.evaluate(paper) == "rgb(15, 22, 21)"
    await console.reload()
    await expect(console.get_by_role("heading", name="Agents")).to_be_visible()
    assert await console.evaluate(paper) == "rgb(15, 22, 21)"
