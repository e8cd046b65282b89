"""Files as customers send them, good and bad."""

import io
import struct
import zipfile
import zlib

from docx import Document
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

INVOICE = (
    "# Invoice 2026-118\n\n## Items\n\nOne helmet, size M, costs 89.00 pounds.\n\n"
    "## Payment\n\nPaid by card ending 42.\n"
)


def a_pdf(pages: int = 1, *, text: bool = True, password: str | None = None) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    for number in range(pages):
        if text:
            canvas.drawString(72, 720, f"This is page number {number + 1} of the warranty.")
        else:
            canvas.rect(72, 500, 200, 200, fill=1)
        canvas.showPage()
    canvas.save()
    return target.getvalue() if password is None else _locked(target.getvalue(), password)


def a_long_pdf(pages: int) -> bytes:
    """Every page is the same one, which makes it quick to write."""
    page = PdfReader(io.BytesIO(a_pdf(1))).pages[0]
    writer = PdfWriter()
    first = writer.add_page(page)
    for _ in range(pages - 1):
        writer.add_page(first)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _locked(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def a_docx(*paragraphs: str) -> bytes:
    document = Document()
    document.add_heading("Warranty terms", 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_part(office: bytes, name: str, content: bytes) -> bytes:
    """An office file with one more part in it."""
    target = io.BytesIO(office)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def an_archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return target.getvalue()


def a_png(width: int = 640, height: int = 480) -> bytes:
    """A header that claims a size, and hardly any data: enough for whoever does not decode it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\x00")) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_jpeg(width: int = 640, height: int = 480, *, filler: bool = False) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    beginning = b"\xff\xd8" + b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)
    padded = b"\xff" if filler else b""
    return beginning + padded + frame + b"\xff\xda" + struct.pack(">H", 2) + b"\x00\x11\xff\xd9"
