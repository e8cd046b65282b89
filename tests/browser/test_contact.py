"""Contacts in a real browser: found, changed in place, noted, written to, left alone by who may only look."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from deskhand.tenancy.roles import Role
from shops import Shop

OpenConsole = Callable[..., AbstractAsyncContextManager[Page]]
ADA = {"name": "Ada Keller", "email": "ada@example.com", "company": "Northwind", "tags": ["vip"]}
CRM = "/api/v1/crm"


async def set_up(shop: Shop) -> dict[str, Any]:
    """A customer whom the team knows, a field of the shop's own and a pipeline; the customer."""
    async with shop.client(shop.owner_token()) as owner:
        field = await owner.post(f"{CRM}/fields", json={"key": "seats", "type": "number", "label": "Seats"})
        stages = [{"name": "Lead"}, {"name": "Won"}]
        pipeline = await owner.post(f"{CRM}/pipelines", json={"name": "Sales", "stages": stages})
        made = await owner.post(f"{CRM}/contacts", json=ADA)
        assert (field.status_code, pipeline.status_code, made.status_code) == (201, 201, 201)
        await owner.post(f"{CRM}/contacts", json={"name": "Jonas Weber"})
        customer: dict[str, Any] = made.json()
        return customer


async def kept(shop: Shop, contact_id: str) -> dict[str, Any]:
    async with shop.client(shop.owner_token()) as owner:
        found: dict[str, Any] = (await owner.get(f"{CRM}/contacts/{contact_id}")).json()
        return found


async def edit(console: Page, label: str, text: str) -> None:
    await console.get_by_role("button", name=f"Edit {label}").click()
    await console.get_by_role("textbox", name=label).fill(text)
    await console.keyboard.press("Enter")


async def test_a_customer_is_found_and_changed_where_they_stand(web_shop: Shop, open_console: OpenConsole) -> None:
    ada = await set_up(web_shop)
    async with open_console("/contacts") as console:
        await expect(console.get_by_role("row")).to_have_count(3)
        await console.get_by_role("searchbox", name="Search contacts").fill("northwind")
        await console.keyboard.press("Enter")
        await expect(console.get_by_role("link", name="Jonas Weber")).to_have_count(0)
        await console.get_by_role("link", name="Ada Keller").click()

        await edit(console, "Phone", "12")
        await expect(console.get_by_role("textbox", name="Phone")).to_have_accessible_description(
            re.compile("'12' is not a phone number")
        )
        await console.get_by_role("textbox", name="Phone").fill("+44 20 7946 0958")
        await console.keyboard.press("Enter")
        await expect(console.get_by_text("+442079460958", exact=True)).to_be_visible()
        await edit(console, "Seats", "a dozen")
        await expect(console.get_by_role("alert").filter(has_text="'a dozen' cannot be kept")).to_be_visible()
        await console.get_by_role("textbox", name="Seats").fill("12")
        await console.keyboard.press("Enter")
        await expect(console.get_by_role("button", name="Edit Seats")).to_be_focused()
        await console.get_by_role("combobox", name="Sales").select_option("Won")
        await expect(console.get_by_role("status", name="Notices")).to_contain_text("Sales: Won.")
        await expect(console.get_by_role("list", name="Timeline")).to_contain_text("Sales: nothing → Won")
    after = await kept(web_shop, ada["id"])
    assert (after["phone"], after["custom_fields"], after["pipeline"]["stage"]) == (
        "+442079460958",
        {"seats": 12},
        "Won",
    )


async def test_what_others_changed_meanwhile_is_not_overwritten_unseen(
    web_shop: Shop, open_console: OpenConsole
) -> None:
    ada = await set_up(web_shop)
    async with open_console(f"/contacts/{ada['id']}") as console, web_shop.client(web_shop.owner_token()) as owner:
        await console.get_by_role("button", name="Edit Company").click()
        await owner.patch(f"{CRM}/contacts/{ada['id']}", json={"company": "Eastwind"})
        await console.get_by_role("textbox", name="Company").fill("Southwind")
        await console.keyboard.press("Enter")
        await expect(console.get_by_text("it is now “Eastwind”")).to_be_visible()
        assert (await kept(web_shop, ada["id"]))["company"] == "Eastwind"
        await console.get_by_role("button", name="Save mine").click()
        await expect(console.get_by_role("button", name="Edit Company")).to_be_focused()
    assert (await kept(web_shop, ada["id"]))["company"] == "Southwind"


async def test_tags_and_notes_come_and_go_and_can_be_had_back(web_shop: Shop, open_console: OpenConsole) -> None:
    ada = await set_up(web_shop)
    async with open_console(f"/contacts/{ada['id']}") as console:
        tags, notices = console.get_by_role("list", name="Tags"), console.get_by_role("status", name="Notices")
        await console.get_by_role("textbox", name="New tag").fill("Fleet, Berlin")
        await console.keyboard.press("Enter")
        await expect(tags.get_by_role("listitem")).to_have_text(["berlin", "fleet", "vip"])
        await console.get_by_role("button", name="Remove the tag fleet").click()
        await expect(tags.get_by_role("listitem")).to_have_text(["berlin", "vip"])
        await notices.get_by_role("button", name="Undo").click()
        await expect(tags.get_by_role("listitem")).to_have_text(["berlin", "fleet", "vip"])

        notes = console.get_by_role("list", name="Notes")
        for text in ("Prefers a call.", "Signs on Mondays."):
            await console.get_by_role("textbox", name="Note").fill(text)
            await console.get_by_role("button", name="Add note").click()
            await expect(notes).to_contain_text(text)
        await notes.get_by_role("listitem").first.get_by_role("button", name="Remove the note").click()
        await expect(notes.get_by_role("listitem")).to_have_count(1)
        await notices.get_by_role("button", name="Undo").click()
        await expect(notes.get_by_role("listitem")).to_have_count(2)
        await notes.get_by_role("listitem").first.get_by_role("button", name="Remove the note").click()
        # Leaving the page ends the time to change one's mind.
        await console.get_by_role("link", name="Contacts").last.click()
        await console.get_by_role("link", name="Ada Keller").click()
        await expect(notes.get_by_role("listitem")).to_have_count(1)
        await expect(notes).to_contain_text("Prefers a call.")


async def test_a_visitor_who_wrote_is_written_to_and_what_waits_is_cancelled(
    page: Page, open_console: OpenConsole
) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill("How long can I return a helmet?")
    await box.press("Enter")
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("within 30 days")
    async with open_console("/contacts") as console:
        await console.get_by_role("link", name="Unnamed visitor").click()
        await expect(console.get_by_role("list", name="Conversations").get_by_role("link")).to_have_count(1)
        await console.get_by_role("button", name="Write").click()
        dialog = console.get_by_role("dialog", name="Write to this customer")
        await dialog.get_by_label("Message").fill("Your helmet has arrived.")
        await dialog.get_by_label("When").fill("2090-03-01T09:00")
        await dialog.get_by_role("button", name="Plan").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("2090-03-01")
        soon = datetime.now(UTC) + timedelta(days=90)
        await dialog.get_by_label("When").fill(f"{soon:%Y-%m-%d}T09:00")
        await dialog.get_by_role("button", name="Plan").click()
        sent = console.get_by_role("list", name="Messages")
        await expect(sent).to_contain_text("Scheduled")
        await sent.get_by_role("button", name=re.compile("Cancel the message")).click()
        asked = console.get_by_role("dialog", name="Cancel this message?")
        await expect(asked).to_contain_text("“Your helmet has arrived.”")
        await asked.get_by_role("button", name="Do not send").click()
        await expect(sent).to_contain_text("Cancelled")
        for label in ("Tickets", "Memories", "Audit"):
            place = console.get_by_role("region", name="Conversations").get_by_role("link", name=label)
            assert "con_" in (await place.get_attribute("href") or "")


async def test_a_new_contact_is_refused_beside_the_box_and_then_there(open_console: OpenConsole) -> None:
    async with open_console("/contacts") as console:
        await expect(console.get_by_text("No contacts yet")).to_be_visible()
        await console.get_by_role("button", name="Add").click()
        dialog = console.get_by_role("dialog", name="Add a contact")
        await dialog.get_by_label("E-mail").fill("ada@")
        await dialog.get_by_role("button", name="Add").click()
        await expect(dialog.get_by_label("E-mail")).to_have_accessible_description(
            re.compile("'ada@' is not an e-mail address")
        )
        await dialog.get_by_label("E-mail").fill("ada@example.com")
        await dialog.get_by_role("button", name="Add").click()
        await expect(console.get_by_role("heading", name="ada@example.com", level=1)).to_be_visible()


async def test_a_viewer_looks_and_changes_nothing(web_shop: Shop, open_console: OpenConsole) -> None:
    ada = await set_up(web_shop)
    async with open_console(f"/contacts/{ada['id']}", "Ivo Berg", Role.VIEWER) as console:
        await expect(console.get_by_text("may look at contacts, not change them")).to_be_visible()
        await expect(console.get_by_text("Northwind", exact=True)).to_be_visible()
        changing = console.get_by_role("button", name=re.compile("^(Edit|Remove|Erase|Write|Add)"))
        await expect(changing).to_have_count(0)


async def test_a_customer_is_erased_after_their_id_was_typed(web_shop: Shop, open_console: OpenConsole) -> None:
    ada = await set_up(web_shop)
    async with open_console(f"/contacts/{ada['id']}") as console:
        await console.get_by_role("button", name="Erase").click()
        dialog = console.get_by_role("dialog", name="Erase what is known of this customer?")
        await expect(dialog.get_by_role("radio", name="Everything known of this person")).to_be_checked()
        await dialog.get_by_role("button", name="Erase").click()
        await expect(dialog).to_contain_text("This is not the same.")
        await dialog.get_by_role("textbox").fill(ada["id"])
        await dialog.get_by_role("button", name="Erase").click()
        await expect(console.get_by_text("The person is erased everywhere.")).to_be_visible()
        await expect(console.get_by_role("link", name="Ada Keller")).to_have_count(0)
    after = await kept(web_shop, ada["id"])
    assert (after["name"], after["email"], after["tags"]) == (None, None, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_fit_a_phone(scheme: str, web_shop: Shop, open_console: OpenConsole) -> None:
    ada = await set_up(web_shop)
    async with open_console("/contacts") as console:
        await console.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await console.set_viewport_size({"width": 360, "height": 740})
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        await expect(console.get_by_role("link", name="Ada Keller")).to_be_visible()
        assert await console.evaluate(fits)
        await console.get_by_role("link", name="Ada Keller").click()
        await expect(console.get_by_role("list", name="Timeline")).to_be_visible()
        assert await console.evaluate(fits)
        assert ada["id"] in console.url
