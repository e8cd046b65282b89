"""The worker process: what it reads, how it fails, that the next document is read all the same."""

import asyncio
import io
import os
import signal
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from deskhand.documents.converter import DocumentConverter
from deskhand.documents.frames import FRAME_PREFIX, Answer, decode_answer, encode_job, frame_length
from deskhand.documents.model import MIB, DocumentKind, DocumentLimits, Job
from deskhand.documents.refusals import (
    ConversionTimedOut,
    DocumentCorrupt,
    DocumentTooLarge,
    ReaderUnavailable,
    TooComplex,
)
from deskhand.documents.worker import DocumentWorker
from deskhand.documents.worker_process import serve

LIMITS = DocumentLimits()
PAGE = b"<html><body><h1>Hello</h1><p>Words of the page</p></body></html>"


@pytest.fixture
async def worker() -> AsyncIterator[DocumentWorker]:
    async with DocumentWorker() as worker:
        yield worker


def html_job(content: bytes = PAGE, limits: DocumentLimits = LIMITS) -> Job:
    return Job(kind=DocumentKind.HTML, name="page.html", content=content, limits=limits)


def pid_of(worker: DocumentWorker) -> int | None:
    return worker.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def word_document() -> bytes:
    buffer = io.BytesIO()
    source = docx.Document()
    source.add_heading("Returns", 0)
    source.save(buffer)
    return buffer.getvalue()


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.namelist():
            target.writestr(item, member if item == name else source.read(item))
    return buffer.getvalue()


async def test_nothing_runs_before_the_first_document_and_one_process_reads_many(worker: DocumentWorker) -> None:
    assert pid_of(worker) is None
    converted = await worker.run(html_job())
    first = worker.pid
    assert converted.markdown == "# Hello\n\nWords of the page\n"
    assert first is not None
    await asyncio.gather(*(worker.run(html_job()) for _ in range(5)))
    assert worker.pid == first


async def test_closing_ends_the_process_and_may_be_done_twice() -> None:
    worker = DocumentWorker()
    await worker.run(html_job())
    pid = worker.pid
    assert pid is not None
    await worker.close()
    await worker.close()
    assert worker.pid is None
    assert not is_alive(pid)


async def test_small_texts_need_no_worker_and_large_ones_use_it(worker: DocumentWorker) -> None:
    converter = DocumentConverter(worker)
    await converter.convert("a.md", b"# Small\n", limits=LIMITS)
    assert pid_of(worker) is None
    large = await converter.convert("a.md", b"# Large\n\n" + b"word \n" * 60_000, limits=LIMITS)
    assert large.title == "Large"
    assert worker.pid is not None


async def test_metadata_links_and_titles_come_back_from_the_worker(worker: DocumentWorker) -> None:
    document = await DocumentConverter(worker).convert("a.docx", word_document(), limits=LIMITS)
    assert document.title == "Returns"
    assert document.metadata["author"] == "python-docx"


async def test_a_document_that_takes_too_long_is_refused_and_the_next_one_is_read(worker: DocumentWorker) -> None:
    slow = html_job(b"<p>" + b"<b>x</b> y " * 400_000, replace(LIMITS, timeout_seconds=0.05))
    with pytest.raises(ConversionTimedOut, match=r"'page.html' was not read within 0\.05 s"):
        await worker.run(slow)
    assert worker.pid is None
    assert "Words" in (await worker.run(html_job())).markdown


async def test_a_document_that_needs_too_much_memory_is_refused_and_the_next_one_is_read() -> None:
    async with DocumentWorker(memory_bytes=160 * MIB) as worker:
        with pytest.raises((TooComplex, DocumentCorrupt)):
            await worker.run(html_job(b"<p>x</p>" * 1_200_000))
        assert worker.pid is None
        assert "Words" in (await worker.run(html_job())).markdown


@pytest.mark.parametrize(
    ("ended_by", "refusal"),
    [
        (signal.SIGSEGV, DocumentCorrupt),
        (signal.SIGKILL, TooComplex),
        (signal.SIGXCPU, ConversionTimedOut),
    ],
)
async def test_a_worker_that_dies_is_a_refusal_and_the_next_one_takes_over(
    worker: DocumentWorker, ended_by: signal.Signals, refusal: type[Exception]
) -> None:
    await worker.run(html_job())
    pid = worker.pid
    assert pid is not None
    os.kill(pid, ended_by)
    with pytest.raises(refusal, match=r"page\.html"):
        await worker.run(html_job())
    assert "Words" in (await worker.run(html_job())).markdown
    assert worker.pid != pid


async def test_a_request_given_up_in_the_middle_ends_the_worker_and_nobody_gets_its_answer(
    worker: DocumentWorker,
) -> None:
    await worker.run(html_job())
    given_up = asyncio.create_task(worker.run(html_job(b"<p>other</p>" * 50_000)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not given_up.done()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert worker.pid is None
    assert (await worker.run(html_job())).markdown == "# Hello\n\nWords of the page\n"


async def test_a_worker_is_replaced_after_so_many_documents() -> None:
    async with DocumentWorker(recycle_after=2) as worker:
        await worker.run(html_job())
        assert pid_of(worker) is not None
        await worker.run(html_job())
        assert pid_of(worker) is None


async def test_an_idle_worker_gives_its_memory_back() -> None:
    async with DocumentWorker(idle_seconds=0) as worker:
        await worker.run(html_job())
        assert worker._idle is not None
        await worker._idle
        assert pid_of(worker) is None
        assert "Words" in (await worker.run(html_job())).markdown


async def test_refusals_of_the_reader_keep_their_kind_and_their_worker(worker: DocumentWorker) -> None:
    with pytest.raises(DocumentTooLarge, match="of text"):
        await worker.run(html_job(limits=replace(LIMITS, max_text_bytes=5)))
    assert worker.pid is not None


async def test_an_entity_bomb_is_refused(worker: DocumentWorker) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "lol">{levels}]><w:document>&e9;</w:document>'
    content = with_member(word_document(), "word/document.xml", bomb.encode())
    with pytest.raises(DocumentCorrupt, match="damaged"):
        await DocumentConverter(worker).convert("a.docx", content, limits=LIMITS)


async def test_an_external_entity_reads_no_file_of_the_server(worker: DocumentWorker, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    with zipfile.ZipFile(io.BytesIO(word_document())) as source:
        body = source.read("word/document.xml").decode()
    declared = body.replace("<w:document", f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><w:document', 1)
    hostile = declared.replace("Returns", "Returns &x;")
    content = with_member(word_document(), "word/document.xml", hostile.encode())
    try:
        document = await DocumentConverter(worker).convert("a.docx", content, limits=LIMITS)
    except DocumentCorrupt:
        return
    assert "secret words" not in document.markdown


async def test_the_worker_knows_no_secrets_of_the_server(
    worker: DocumentWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    await worker.run(html_job())
    environment = await asyncio.to_thread(Path(f"/proc/{worker.pid}/environ").read_bytes)
    assert b"PYTHONPATH" in environment
    assert b"sk-secret" not in environment


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
async def test_a_worker_that_cannot_start_is_not_the_documents_fault(
    worker: DocumentWorker, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", program)
        with pytest.raises(ReaderUnavailable, match="Try again"):
            await worker.run(html_job())
    assert worker.pid is None
    assert "Words" in (await worker.run(html_job())).markdown


def answers_to(*jobs: Job) -> list[Answer]:
    """What the other side of the pipe answers, without a process around it."""
    source = io.BytesIO(b"".join(encode_job(job) for job in jobs))
    target = io.BytesIO()
    granted: list[float] = []
    serve(source, target, before_each=granted.append)
    frames, written = [], io.BytesIO(target.getvalue())
    while prefix := written.read(FRAME_PREFIX):
        frames.append(decode_answer(written.read(frame_length(prefix))))
    assert granted == [job.limits.timeout_seconds for job in jobs[: len(frames) - 1]]
    return frames


def test_the_other_side_says_that_it_is_ready_and_answers_until_its_input_ends() -> None:
    ready, text, damaged = answers_to(
        html_job(), Job(kind=DocumentKind.PPTX, name="a.pptx", content=b"x", limits=LIMITS)
    )
    assert ready.ready
    assert text.converted is not None
    assert text.converted.markdown == "# Hello\n\nWords of the page\n"
    assert isinstance(damaged.refusal, DocumentCorrupt)


@pytest.mark.parametrize(
    ("raised", "refusal", "exhausted"),
    [
        (MemoryError(), TooComplex, True),
        (RecursionError(), DocumentCorrupt, True),
        (KeyError("word/document.xml"), DocumentCorrupt, False),
    ],
)
def test_whatever_a_parser_raises_becomes_a_refusal(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, refusal: type[Exception], *, exhausted: bool
) -> None:
    def parse(_job: Job) -> None:
        raise raised

    monkeypatch.setattr("deskhand.documents.html_files.read", parse)
    _ready, first, *rest = answers_to(html_job(), html_job())
    assert isinstance(first.refusal, refusal)
    assert "page.html" in str(first.refusal)
    assert (first.exhausted, len(rest)) == (exhausted, 0 if exhausted else 1)
