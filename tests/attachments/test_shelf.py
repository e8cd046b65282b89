"""Receiving, keeping, reading, deleting and erasing what customers send along."""

import asyncio
from dataclasses import replace

import pytest

from attachments.desks import LIMITS, Desk, Visit
from attachments.files import INVOICE, a_docx, a_jpeg, a_long_pdf, a_pdf, a_png, an_archive, with_part
from deskhand.attachments.model import (
    AttachmentStatus,
    SessionFull,
    SessionOver,
    TooManyAtOnce,
    TooManyAttachments,
    UnknownAttachment,
)
from deskhand.attachments.shelf import AttachmentShelf
from deskhand.conversations.model import UnknownSession
from deskhand.documents.refusals import (
    ArchiveBomb,
    DocumentEmpty,
    DocumentTooLarge,
    HostileArchive,
    TooComplex,
    TypeMismatch,
    TypeNotAllowed,
)
from deskhand.tenancy.scope import TenantScope


async def test_a_small_file_is_ready_when_its_upload_is_answered(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf()
    attachment = await shelf.receive(visit.scope, visit.session_id, "invoice.md", INVOICE.encode())
    assert attachment.status is AttachmentStatus.READY
    assert attachment.preview.startswith("# Invoice 2026-118 ## Items One helmet")
    assert (attachment.media_type, attachment.size_bytes) == ("text/markdown", len(INVOICE))
    assert (await shelf.content(visit.scope, attachment.id))[1] == INVOICE.encode()
    assert desk.steps() == ["received", "reading", "ready"]
    assert {each.session_id for each in desk.told} == {visit.session_id}


async def test_the_preview_has_at_most_500_characters(shelf: AttachmentShelf, visit: Visit) -> None:
    attachment = await shelf.receive(visit.scope, visit.session_id, "long.txt", b"several words " * 500)
    assert len(attachment.preview) <= 500
    assert attachment.preview.endswith(("words…", "several…"))
    unbroken = await shelf.receive(visit.scope, visit.session_id, "unbroken.txt", b"x" * 5_000)
    assert unbroken.preview == "x" * 499 + "…"


async def test_the_same_bytes_again_are_the_same_attachment(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf()
    first = await shelf.receive(visit.scope, visit.session_id, "invoice.md", INVOICE.encode())
    second = await shelf.receive(visit.scope, visit.session_id, "copy of invoice.md", INVOICE.encode())
    assert second == first
    assert (await shelf.attachments(visit.scope, visit.session_id, limit=50, offset=0)).total == 1
    assert len(await desk.blobs.keys("")) == 1


async def test_the_same_bytes_in_another_session_are_another_attachment(
    desk: Desk, shelf: AttachmentShelf, staff: TenantScope, visit: Visit
) -> None:
    other = await desk.visit(staff)
    first = await shelf.receive(visit.scope, visit.session_id, "a.txt", b"the same words")
    second = await shelf.receive(other.scope, other.session_id, "a.txt", b"the same words")
    assert first.id != second.id


async def test_a_path_in_the_name_is_only_a_label(shelf: AttachmentShelf, visit: Visit) -> None:
    attachment = await shelf.receive(visit.scope, visit.session_id, "..\\..\\etc/../secret\u202etxt.md", b"words")
    assert attachment.name == "secrettxt.md"
    assert attachment.status is AttachmentStatus.READY


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("empty.txt", b"", DocumentEmpty),
        ("large.txt", b"x" * 2_000_001, DocumentTooLarge),
        ("macro.docm", b"PK\x03\x04", TypeNotAllowed),
        ("program.exe", b"MZ\x00", TypeNotAllowed),
        ("noending", b"words", TypeNotAllowed),
        ("../../", b"words", TypeNotAllowed),
        ("lies.pdf", a_docx("words"), TypeMismatch),
        ("lies.docx", a_pdf(), TypeMismatch),
        ("picture.pdf", a_png(), TypeMismatch),
        ("macro.docx", with_part(a_docx("words"), "word/vbaProject.bin", b"macro"), TypeMismatch),
        ("archive.docx", an_archive(), TypeMismatch),
        ("polyglot.pdf", a_pdf() + an_archive(), TypeMismatch),
        ("polyglot.png", a_png() + an_archive(), TypeMismatch),
        ("bomb.png", a_png(60_000, 60_000), TooComplex),
        ("bomb.jpg", a_jpeg(20_000, 20_000), TooComplex),
        ("bomb.docx", with_part(a_docx("words"), "word/media/big.bin", bytes(30_000_000)), ArchiveBomb),
        ("outside.docx", with_part(a_docx("words"), "../../etc/passwd", b"x"), HostileArchive),
    ],
)
async def test_what_can_be_told_without_reading_is_refused_and_not_kept(
    desk: Desk, visit: Visit, name: str, content: bytes, refusal: type[Exception]
) -> None:
    shelf = desk.shelf()
    with pytest.raises(refusal):
        await shelf.receive(visit.scope, visit.session_id, name, content)
    assert (await shelf.attachments(visit.scope, visit.session_id, limit=50, offset=0)).total == 0
    assert await desk.blobs.keys("") == []
    assert desk.told == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("locked.pdf", a_pdf(password="secret"), "document_encrypted"),
        ("cut.pdf", a_pdf()[:200], "document_corrupt"),
        ("nested.docx", with_part(a_docx("words"), "word/media/more.bin", an_archive()), "document_hostile_archive"),
        ("blank.txt", b"  \n ", "document_no_text"),
    ],
)
async def test_what_the_reader_refuses_is_kept_with_the_reason(
    desk: Desk, visit: Visit, name: str, content: bytes, code: str
) -> None:
    attachment = await desk.shelf().receive(visit.scope, visit.session_id, name, content)
    assert (attachment.status, attachment.code) == (AttachmentStatus.REFUSED, code)
    assert attachment.reason is not None
    assert name in attachment.reason
    assert desk.steps() == ["received", "reading", "refused"]
    assert desk.told[-1].reason == attachment.reason


async def test_pictures_are_ready_and_say_that_they_have_no_text(shelf: AttachmentShelf, visit: Visit) -> None:
    png = await shelf.receive(visit.scope, visit.session_id, "photo.png", a_png(640, 480))
    jpg = await shelf.receive(visit.scope, visit.session_id, "photo.jpeg", a_jpeg(1200, 800, filler=True))
    assert (png.media_type, jpg.media_type) == ("image/png", "image/jpeg")
    assert png.status is jpg.status is AttachmentStatus.READY
    assert png.preview == "An image, 640 × 480 pixels. Text in it cannot be read here."
    assert "1200 × 800" in jpg.preview
    (text,) = await shelf.read(visit.scope, visit.session_id, [png.id])
    assert (text.text, text.note) == ("", png.preview)


async def test_a_scan_is_ready_and_says_that_it_has_no_text(shelf: AttachmentShelf, visit: Visit) -> None:
    scan = await shelf.receive(visit.scope, visit.session_id, "scan.pdf", a_pdf(3, text=False))
    assert scan.status is AttachmentStatus.READY
    assert scan.preview.startswith("No text was found on the 3 page(s)")
    assert scan.chars == 0


async def test_of_ten_thousand_pages_the_first_are_read(shelf: AttachmentShelf, visit: Visit) -> None:
    attachment = await shelf.receive(visit.scope, visit.session_id, "huge.pdf", a_long_pdf(10_000))
    assert attachment.status is AttachmentStatus.READY
    assert attachment.pages == 10_000
    assert attachment.reason is not None
    assert attachment.reason.startswith("The first 500 of 10,000 pages were read.")


async def test_a_long_text_is_kept_up_to_the_limit(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf(limits=replace(LIMITS, text_chars=1_000))
    attachment = await shelf.receive(visit.scope, visit.session_id, "long.txt", b"word " * 1_000)
    assert attachment.chars == 1_000
    assert attachment.reason is not None
    assert attachment.reason.startswith("The first 1,000 of ")


async def test_a_session_holds_only_so_many(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf(limits=replace(LIMITS, per_session=2))
    kept = [await shelf.receive(visit.scope, visit.session_id, f"{n}.txt", b"words %d" % n) for n in range(2)]
    with pytest.raises(TooManyAttachments, match="may hold 2"):
        await shelf.receive(visit.scope, visit.session_id, "third.txt", b"one more")
    assert await shelf.receive(visit.scope, visit.session_id, "again.txt", b"words 0") == kept[0]
    await shelf.delete(visit.scope, kept[0].id)
    assert (await shelf.receive(visit.scope, visit.session_id, "third.txt", b"one more")).name == "third.txt"


async def test_a_session_holds_only_so_many_bytes(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf(limits=replace(LIMITS, session_bytes=1_000))
    await shelf.receive(visit.scope, visit.session_id, "a.txt", b"a " * 300)
    with pytest.raises(SessionFull):
        await shelf.receive(visit.scope, visit.session_id, "b.txt", b"b " * 300)
    await shelf.receive(visit.scope, visit.session_id, "c.txt", b"c " * 200)


async def test_the_count_is_exact_when_uploads_come_together(desk: Desk, visit: Visit) -> None:
    shelves = [desk.shelf(limits=replace(LIMITS, per_session=5)) for _ in range(3)]
    sent = [
        shelves[number % 3].receive(visit.scope, visit.session_id, f"{number}.txt", b"words %d" % number)
        for number in range(12)
    ]
    results = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(each, TooManyAttachments) for each in results) == 7
    assert (await shelves[0].attachments(visit.scope, visit.session_id, limit=50, offset=0)).total == 5
    assert len(await desk.blobs.keys("")) == 5


async def test_the_same_bytes_sent_together_are_one_attachment(desk: Desk, visit: Visit) -> None:
    shelves = [desk.shelf(), desk.shelf()]
    sent = [shelves[n % 2].receive(visit.scope, visit.session_id, "a.txt", b"same words") for n in range(6)]
    assert len({each.id for each in await asyncio.gather(*sent)}) == 1


async def test_a_closed_session_takes_none_and_still_shows_what_it_has(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf()
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words")
    await desk.close_session(visit)
    with pytest.raises(SessionOver):
        await shelf.receive(visit.scope, visit.session_id, "b.txt", b"more words")
    assert await shelf.attachment(visit.scope, attachment.id) == attachment


async def test_nobody_reaches_another_s_attachments(desk: Desk, shelf: AttachmentShelf, visit: Visit) -> None:
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.txt", b"the secret words")
    same_tenant = await desk.visit(await desk.tenant())
    other_tenant = await desk.tenant("rival")
    for scope in (same_tenant.scope, other_tenant, (await desk.visit(other_tenant)).scope):
        for call in (
            shelf.attachment(scope, attachment.id),
            shelf.content(scope, attachment.id),
            shelf.delete(scope, attachment.id),
            shelf.read(scope, visit.session_id, [attachment.id]),
        ):
            with pytest.raises(UnknownAttachment):
                await call
        with pytest.raises(UnknownSession):
            await shelf.receive(scope, visit.session_id, "b.txt", b"words")
        with pytest.raises(UnknownSession):
            await shelf.attachments(scope, visit.session_id, limit=50, offset=0)
        with pytest.raises(UnknownSession):
            await shelf.search(scope, visit.session_id, ["secret words"])
        assert await shelf.named(scope, visit.session_id, "a.txt") is None
    assert (await shelf.attachment(await desk.tenant(), attachment.id)).id == attachment.id


async def test_a_turn_gets_a_fair_share_of_each_text(desk: Desk, visit: Visit) -> None:
    shelf = desk.shelf()
    short = await shelf.receive(visit.scope, visit.session_id, "short.txt", b"short text")
    longer = [
        await shelf.receive(visit.scope, visit.session_id, f"{letter}.txt", f"{letter} word ".encode() * 500)
        for letter in "ab"
    ]
    ids = [longer[0].id, short.id, longer[1].id, short.id]
    texts = await shelf.read(visit.scope, visit.session_id, ids, max_chars=1_011)
    assert [each.id for each in texts] == ids[:3]
    assert [len(each.text) for each in texts] == [500, 11, 500]
    assert texts[1].text == "short text\n"
    assert await shelf.read(visit.scope, visit.session_id, []) == ()


async def test_a_message_carries_at_most_ten(shelf: AttachmentShelf, visit: Visit) -> None:
    with pytest.raises(TooManyAtOnce, match="at most 10"):
        await shelf.check(visit.scope, visit.session_id, [f"att_{number}" for number in range(11)])
    with pytest.raises(UnknownAttachment, match="'att_7'"):
        await shelf.check(visit.scope, visit.session_id, ["att_7"])


async def test_an_attachment_of_another_session_is_none_of_this_one(
    desk: Desk, shelf: AttachmentShelf, staff: TenantScope, visit: Visit
) -> None:
    other = await desk.visit(staff)
    attachment = await shelf.receive(other.scope, other.session_id, "a.txt", b"words")
    with pytest.raises(UnknownAttachment, match="in the session"):
        await shelf.read(staff, visit.session_id, [attachment.id])


async def test_deleting_leaves_no_trace(desk: Desk, shelf: AttachmentShelf, visit: Visit) -> None:
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.md", INVOICE.encode())
    await desk.background.settle()
    assert await shelf.search(visit.scope, visit.session_id, ["What does the helmet cost?"])
    await shelf.delete(visit.scope, attachment.id)
    assert await desk.blobs.keys("") == []
    assert await shelf.search(visit.scope, visit.session_id, ["What does the helmet cost?"]) == ()
    assert desk.steps()[-1] == "deleted"
    with pytest.raises(UnknownAttachment):
        await shelf.delete(visit.scope, attachment.id)


async def test_erasing_a_contact_erases_what_it_sent_in_every_session(
    desk: Desk, shelf: AttachmentShelf, staff: TenantScope, visit: Visit
) -> None:
    await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words of the first session")
    await shelf.receive(visit.scope, visit.session_id, "b.png", a_png())
    other = await desk.visit(staff)
    kept = await shelf.receive(other.scope, other.session_id, "c.txt", b"words of somebody else")
    assert await shelf.erase_contact(staff, visit.contact_id) == 2
    assert await desk.blobs.keys("") == [f"{staff.tenant_id}/attachments/{kept.id}"]
    assert (await shelf.attachments(staff, visit.session_id, limit=50, offset=0)).total == 0
    assert await shelf.erase_contact(staff, visit.contact_id) == 0
