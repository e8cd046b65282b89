"""Uploads to one session at the same time, of several processes, on either database."""

import asyncio
from dataclasses import replace
from pathlib import Path

from attachments.desks import LIMITS, desk_on
from attachments.files import INVOICE
from deskhand.attachments.model import Attachment, TooManyAttachments
from deskhand.testing.hash_embedder import HashEmbedder


async def test_counts_are_exact_and_the_same_bytes_are_one(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url, tmp_path, HashEmbedder()) as desk:
        visit = await desk.visit(await desk.tenant())
        shelves = [desk.shelf(limits=replace(LIMITS, per_session=5)) for _ in range(3)]
        sent = [
            shelves[number % 3].receive(visit.scope, visit.session_id, "a.txt", b"words %d" % (number % 9))
            for number in range(18)
        ]
        results = await asyncio.gather(*sent, return_exceptions=True)
        kept = {each.id for each in results if isinstance(each, Attachment)}
        assert len(kept) == 5
        assert all(isinstance(each, Attachment | TooManyAttachments) for each in results), results
        assert len(await desk.blobs.keys("")) == 5


async def test_what_is_sent_is_read_found_and_erased(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url, tmp_path, HashEmbedder()) as desk:
        staff = await desk.tenant()
        visit = await desk.visit(staff)
        shelf, conversions = desk.parts()
        attachment = await shelf.receive(visit.scope, visit.session_id, "Invoice.md", INVOICE.encode())
        await desk.background.settle()
        (found,) = await shelf.search(visit.scope, visit.session_id, ["What does the helmet cost?"], k=1)
        assert "89.00" in found.text
        assert await shelf.named(visit.scope, visit.session_id, "INVOICE.MD") == attachment
        desk.clock.pass_by(hours=1)
        assert await conversions.tend() == 0
        assert await shelf.erase_contact(staff, visit.contact_id) == 1
        assert await shelf.search(visit.scope, visit.session_id, ["helmet"]) == ()
