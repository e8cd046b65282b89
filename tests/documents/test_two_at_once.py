"""Files that are two things at once, and PDFs of which only the beginning is read."""

import io
import zipfile
from dataclasses import replace

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from deskhand.documents.formats import read_document
from deskhand.documents.model import DocumentKind, DocumentLimits, Job
from deskhand.documents.refusals import NoTextFound, TooManyPages, TypeMismatch
from deskhand.documents.types import ends_as_archive, recognise

LIMITS = DocumentLimits()


def a_pdf(pages: int, *, text: bool = True) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    for number in range(pages):
        if text:
            canvas.drawString(72, 720, f"This is page number {number + 1} of the manual.")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def an_archive(comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("payload.exe", b"MZ")
        archive.comment = comment
    return target.getvalue()


@pytest.mark.parametrize("comment", [b"", b"hello", b"x" * 60_000, b"PK\x05\x06" * 30])
def test_a_pdf_with_an_archive_behind_it_is_refused(comment: bytes) -> None:
    with pytest.raises(TypeMismatch, match="a PDF and a ZIP archive at once"):
        recognise("bill.pdf", a_pdf(1) + an_archive(comment), LIMITS)


def test_a_pdf_behind_another_file_s_mark_is_refused() -> None:
    with pytest.raises(TypeMismatch, match="a GIF picture and a PDF at once"):
        recognise("bill.pdf", b"GIF89a" + a_pdf(1), LIMITS)


def test_a_pdf_that_mentions_an_archive_s_mark_is_a_pdf() -> None:
    assert (
        recognise("bill.pdf", a_pdf(1) + b"\n% PK\x05\x06 is only talked about here, at some length\n", LIMITS) == "pdf"
    )
    assert recognise("bill.pdf", b"\r\n" + a_pdf(1), LIMITS) == "pdf"
    assert not ends_as_archive(b"PK\x05\x06")


def test_only_the_first_pages_are_read_where_the_limits_say_so() -> None:
    job = Job(
        kind=DocumentKind.PDF, name="manual.pdf", content=a_pdf(12), limits=replace(LIMITS, max_pages=50, read_pages=5)
    )
    read = read_document(job)
    assert "page number 5 " in read.markdown
    assert "page number 6 " not in read.markdown
    assert (read.metadata["pages"], read.metadata["pages_read"]) == ("12", "5")


def test_a_document_below_that_number_is_read_whole() -> None:
    job = Job(kind=DocumentKind.PDF, name="a.pdf", content=a_pdf(3), limits=replace(LIMITS, read_pages=5))
    assert "pages_read" not in read_document(job).metadata


def test_too_many_pages_are_refused_all_the_same() -> None:
    writer = PdfWriter()
    page = PdfReader(io.BytesIO(a_pdf(1))).pages[0]
    for _ in range(60):
        writer.add_page(page)
    target = io.BytesIO()
    writer.write(target)
    limits = replace(LIMITS, max_pages=50, read_pages=5)
    with pytest.raises(TooManyPages, match="60 pages"):
        read_document(Job(kind=DocumentKind.PDF, name="a.pdf", content=target.getvalue(), limits=limits))


def test_a_long_scan_says_how_far_it_was_read() -> None:
    limits = replace(LIMITS, read_pages=2)
    with pytest.raises(NoTextFound, match="first 2 of 4 pages"):
        read_document(Job(kind=DocumentKind.PDF, name="scan.pdf", content=a_pdf(4, text=False), limits=limits))
