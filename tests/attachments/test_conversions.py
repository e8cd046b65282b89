"""What becomes of attachments when a process dies, the blob store or the reader is down, or they are slow."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from attachments.desks import LIMITS, Desk, ReadsHere, Visit
from attachments.files import INVOICE, a_docx, a_pdf
from deskhand.attachments.model import AttachmentStatus, UnknownAttachment, blob_key
from deskhand.documents.model import Converted, Job
from deskhand.documents.refusals import ReaderUnavailable
from deskhand.documents.worker import DocumentWorker
from deskhand.kit.background import Background
from deskhand.kit.blobs import BlobStore, BlobUnavailable
from deskhand.llm.embedding import Vectors
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder

SLOW = replace(LIMITS, upload_patience=0.0, turn_patience=10.0)


@dataclass
class Gate(ReadsHere):
    """A reader that waits until it is let through, or fails."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None

    async def run(self, job: Job) -> Converted:
        self.entered.set()
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        return await super().run(job)


class NeverEmbeds(HashEmbedder):
    """Questions only: documents wait for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        await asyncio.Event().wait()
        return await super().embed_documents(texts)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await super().embed_documents(texts)


class BrokenBlobs(BlobStore):
    """A store that can be made to fail."""

    broken = False

    async def put(self, key: str, content: bytes) -> None:
        self._fail()
        await super().put(key, content)

    async def get(self, key: str) -> bytes:
        self._fail()
        return await super().get(key)

    async def delete(self, key: str) -> None:
        self._fail()
        await super().delete(key)

    def _fail(self) -> None:
        if self.broken:
            raise BlobUnavailable("The blob store did not do its work. Try again in a minute.")


@pytest.fixture
def broken() -> BrokenBlobs:
    return BrokenBlobs.open("memory:///")


async def test_a_slow_file_is_answered_as_processing_and_becomes_ready(desk: Desk, visit: Visit) -> None:
    gate = Gate()
    shelf = desk.shelf(limits=SLOW, runner=gate)
    attachment = await shelf.receive(visit.scope, visit.session_id, "terms.docx", a_docx("Two years."))
    assert attachment.status is AttachmentStatus.PROCESSING
    reading = asyncio.create_task(shelf.read(visit.scope, visit.session_id, [attachment.id]))
    await gate.entered.wait()
    gate.open.set()
    (text,) = await reading
    assert "Two years." in text.text
    assert desk.steps() == ["received", "reading", "ready"]


async def test_a_turn_waits_for_what_another_process_reads(desk: Desk, visit: Visit) -> None:
    gate = Gate()
    attachment = await desk.shelf(limits=SLOW, runner=gate).receive(
        visit.scope, visit.session_id, "terms.docx", a_docx("Two years.")
    )
    reading = asyncio.create_task(desk.shelf(limits=SLOW).read(visit.scope, visit.session_id, [attachment.id]))
    await gate.entered.wait()
    gate.open.set()
    assert "Two years." in (await reading)[0].text


async def test_a_turn_does_not_wait_for_ever(desk: Desk, visit: Visit) -> None:
    gate = Gate()
    shelf = desk.shelf(limits=replace(SLOW, turn_patience=0.0), runner=gate)
    attachment = await shelf.receive(visit.scope, visit.session_id, "terms.docx", a_docx("Two years."))
    (text,) = await shelf.read(visit.scope, visit.session_id, [attachment.id])
    assert (text.status, text.text, text.note) == (AttachmentStatus.PROCESSING, "", "It is still being read.")
    gate.open.set()


async def test_what_a_crash_left_lying_is_read_by_the_next_process(desk: Desk, visit: Visit) -> None:
    crashed = Background()
    gate = Gate()
    shelf, _ = desk.parts(limits=SLOW, runner=gate, background=crashed)
    attachment = await shelf.receive(visit.scope, visit.session_id, "terms.docx", a_docx("Two years."))
    await gate.entered.wait()
    for task in list(crashed._tasks):
        task.cancel()
    await asyncio.gather(*crashed._tasks, return_exceptions=True)

    fresh, conversions = desk.parts()
    assert await conversions.tend() == 0, "it was taken over while its reader might still live"
    desk.clock.pass_by(seconds=61)
    assert await conversions.tend() == 1
    assert await conversions.tend() == 0
    await desk.background.settle()
    assert (await fresh.attachment(visit.scope, attachment.id)).status is AttachmentStatus.READY
    assert await fresh.search(visit.scope, visit.session_id, ["How many years?"])
    desk.clock.pass_by(seconds=3600)
    assert await conversions.tend() == 0, "it goes on working on what is done"


async def test_who_is_alive_keeps_what_it_works_on(desk: Desk, visit: Visit) -> None:
    gate = Gate()
    shelf, conversions = desk.parts(limits=SLOW, runner=gate)
    await shelf.receive(visit.scope, visit.session_id, "terms.docx", a_docx("Two years."))
    _, other = desk.parts()
    for _ in range(4):
        desk.clock.pass_by(seconds=40)
        assert await conversions.tend() == 0
        assert await other.tend() == 0
    gate.open.set()


async def test_vectors_that_a_crash_prevented_are_made_later(desk: Desk, visit: Visit) -> None:
    crashed, embedder, never = Background(), desk.embedder, NeverEmbeds()
    desk.embedder = never
    shelf, _ = desk.parts(background=crashed)
    await shelf.receive(visit.scope, visit.session_id, "a.md", INVOICE.encode())
    await never.asked.wait()
    for task in list(crashed._tasks):
        task.cancel()
    await asyncio.gather(*crashed._tasks, return_exceptions=True)
    (by_words,) = await shelf.search(visit.scope, visit.session_id, ["What does the helmet cost?"], k=1)

    desk.embedder = embedder
    fresh, conversions = desk.parts()
    desk.clock.pass_by(seconds=61)
    assert await conversions.tend() == 1
    await desk.background.settle()
    (found,) = await fresh.search(visit.scope, visit.session_id, ["What does the helmet cost?"], k=1)
    assert found.id == by_words.id
    assert found.relevance != by_words.relevance


async def test_an_upload_that_could_not_be_kept_leaves_nothing(desk: Desk, visit: Visit, broken: BrokenBlobs) -> None:
    shelf = desk.shelf(limits=replace(LIMITS, per_session=1), blobs=broken)
    broken.broken = True
    with pytest.raises(BlobUnavailable):
        await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words")
    assert (await shelf.attachments(visit.scope, visit.session_id, limit=50, offset=0)).total == 0
    broken.broken = False
    assert (await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words")).status is AttachmentStatus.READY


async def test_an_upload_that_a_crash_cut_off_is_forgotten(desk: Desk, visit: Visit, broken: BrokenBlobs) -> None:
    gate = Gate()
    shelf = desk.shelf(limits=SLOW, runner=gate, blobs=broken)
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.docx", a_docx("words"))
    await gate.entered.wait()
    await broken.delete(blob_key(visit.scope.tenant_id, attachment.id))
    next_process = Background()
    _, conversions = desk.parts(blobs=broken, background=next_process)
    desk.clock.pass_by(seconds=61)
    await conversions.tend()
    await next_process.settle()
    assert (await shelf.attachments(visit.scope, visit.session_id, limit=50, offset=0)).total == 0
    gate.open.set()
    await desk.background.settle()
    assert desk.steps()[-1] == "deleted"


@pytest.mark.parametrize("rounds", [8])
async def test_a_reader_that_is_down_is_waited_for_however_long(desk: Desk, visit: Visit, rounds: int) -> None:
    gate = Gate(failure=ReaderUnavailable("down"))
    gate.open.set()
    shelf, conversions = desk.parts(limits=SLOW, runner=gate)
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.docx", a_docx("words"))
    for _ in range(rounds):
        await desk.background.settle()
        desk.clock.pass_by(seconds=61)
        assert await conversions.tend() == 1
    await desk.background.settle()
    assert (await shelf.attachment(visit.scope, attachment.id)).status is AttachmentStatus.PROCESSING
    gate.failure = None
    desk.clock.pass_by(seconds=61)
    await conversions.tend()
    await desk.background.settle()
    assert (await shelf.attachment(visit.scope, attachment.id)).status is AttachmentStatus.READY


async def test_what_brings_its_reader_down_each_time_is_refused_in_the_end(desk: Desk, visit: Visit) -> None:
    gate = Gate(failure=RuntimeError("a mistake of ours"))
    gate.open.set()
    shelf, conversions = desk.parts(limits=SLOW, runner=gate)
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.docx", a_docx("words"))
    for _ in range(6):
        await desk.background.settle()
        desk.clock.pass_by(seconds=61)
        await conversions.tend()
    await desk.background.settle()
    refused = await shelf.attachment(visit.scope, attachment.id)
    assert (refused.status, refused.code) == (AttachmentStatus.REFUSED, "attachment_not_read")
    assert await conversions.tend() == 0


async def test_deleting_while_it_is_read_leaves_nothing(desk: Desk, visit: Visit) -> None:
    gate = Gate()
    shelf = desk.shelf(limits=SLOW, runner=gate)
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.docx", a_docx("words"))
    await gate.entered.wait()
    await shelf.delete(visit.scope, attachment.id)
    gate.open.set()
    await desk.background.settle()
    with pytest.raises(UnknownAttachment):
        await shelf.attachment(visit.scope, attachment.id)
    assert await desk.blobs.keys("") == []
    assert "ready" not in desk.steps()


async def test_deleting_before_the_original_is_stored_leaves_nothing(desk: Desk, staff: TenantScope) -> None:
    _, conversions = desk.parts()
    key = blob_key(staff.tenant_id, "att_gone")
    await desk.blobs.put(key, b"words")
    conversions.start(staff, "att_gone")
    await desk.background.settle()
    assert await desk.blobs.keys("") == []


async def test_an_original_that_cannot_be_deleted_stays_whole(desk: Desk, visit: Visit, broken: BrokenBlobs) -> None:
    shelf = desk.shelf(blobs=broken)
    attachment = await shelf.receive(visit.scope, visit.session_id, "a.txt", b"words")
    broken.broken = True
    for call in (shelf.delete(visit.scope, attachment.id), shelf.erase_contact(visit.scope, visit.contact_id)):
        with pytest.raises(BlobUnavailable):
            await call
    broken.broken = False
    assert (await shelf.content(visit.scope, attachment.id))[1] == b"words"
    await shelf.delete(visit.scope, attachment.id)


async def test_files_are_read_in_the_worker_process(desk: Desk, visit: Visit) -> None:
    async with DocumentWorker() as worker:
        shelf = desk.shelf(runner=worker)
        pdf = await shelf.receive(visit.scope, visit.session_id, "warranty.pdf", a_pdf(2))
        docx = await shelf.receive(visit.scope, visit.session_id, "terms.docx", a_docx("Two years on the frame."))
        locked = await shelf.receive(visit.scope, visit.session_id, "locked.pdf", a_pdf(password="secret"))
        assert worker.pid is not None
    assert (pdf.status, pdf.pages) == (AttachmentStatus.READY, 2)
    assert "Two years on the frame." in docx.preview
    assert (locked.status, locked.code) == (AttachmentStatus.REFUSED, "document_encrypted")
