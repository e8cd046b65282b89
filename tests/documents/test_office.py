"""Word, Excel, PowerPoint and PDF through the public door, on files made here."""

import datetime as dt
import io
import zipfile
from typing import Any

import docx
import openpyxl
import pptx
import pypdf
import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from deskhand.documents.converter import DocumentConverter
from deskhand.documents.formats import read_document
from deskhand.documents.model import Converted, Document, DocumentLimits, Job
from deskhand.documents.refusals import (
    DocumentCorrupt,
    DocumentEncrypted,
    NoTextFound,
    TooManyPages,
)

LIMITS = DocumentLimits()


class Here:
    """Reads in this process: what is tested here is the reading."""

    async def run(self, job: Job) -> Converted:
        return read_document(job)

    async def close(self) -> None:
        return None


async def convert(name: str, content: bytes, limits: DocumentLimits = LIMITS) -> Document:
    async with DocumentConverter(Here()) as converter:
        return await converter.convert(name, content, limits=limits)


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


async def test_a_word_document_keeps_headings_lists_tables_and_links() -> None:
    source = docx.Document()
    source.core_properties.title = "Ignored, the text has a title"
    source.core_properties.author = "Ada"
    source.add_heading("Returns", 0)
    source.add_heading("How to return", 1)
    source.add_paragraph("Send it back within 30 days.").add_run(" Really.").bold = True
    source.add_paragraph("first", style="List Bullet")
    source.add_paragraph("second", style="List Bullet")
    table = source.add_table(2, 2)
    for number, text in enumerate(("Plan", "Days", "Basic | Pro", "30")):
        table.cell(number // 2, number % 2).text = text
    source.sections[0].header.paragraphs[0].text = "RUNNING HEAD"
    document = await convert("returns.docx", saved(source))
    assert document.title == "Returns"
    assert document.metadata["author"] == "Ada"
    assert document.markdown == (
        "# Returns\n\n# How to return\n\nSend it back within 30 days. **Really.**\n\n- first\n- second\n\n"
        "| Plan | Days |\n| --- | --- |\n| Basic \\| Pro | 30 |\n"
    )


async def test_a_word_document_without_headings_takes_its_title_from_its_properties() -> None:
    source = docx.Document()
    source.core_properties.title = "Warranty"
    source.add_paragraph("Two years.")
    assert (await convert("x.docx", saved(source))).title == "Warranty"
    source.core_properties.title = "Microsoft Word - Document1"
    assert (await convert("the_warranty.docx", saved(source))).title == "The warranty"


@pytest.mark.parametrize("properties", [None, b"<broken"])
async def test_a_word_document_without_readable_properties_is_read(properties: bytes | None) -> None:
    source = docx.Document()
    source.add_paragraph("Two years.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(source))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if name != "docProps/core.xml":
                new.writestr(name, old.read(name))
            elif properties is not None:
                new.writestr(name, properties)
    document = await convert("the_warranty.docx", buffer.getvalue())
    assert (document.title, document.markdown) == ("The warranty", "Two years.\n")


async def test_a_word_document_without_words_has_no_text() -> None:
    with pytest.raises(NoTextFound):
        await convert("x.docx", saved(docx.Document()))


async def test_a_workbook_gives_each_visible_sheet_as_tables() -> None:
    book = openpyxl.Workbook()
    prices = book.active
    assert prices is not None
    prices.title = "Prices"
    prices.append(["Prices of 2026"])
    prices.append(["Plan", "Price", "Since", "Share", "Note"])
    prices.append(["Basic", 10.0, dt.datetime(2024, 1, 1), 0.25, None])  # noqa: DTZ001 - Excel knows no zones
    prices.append(["Pro", 20.5, dt.datetime(2024, 1, 1, 8, 30), 1, "two\nlines | bar"])  # noqa: DTZ001 - likewise
    prices["D3"].number_format = BUILTIN_FORMATS[9]
    prices["D4"].number_format = BUILTIN_FORMATS[10]
    prices["A7"], prices["B7"] = "Open", True
    prices["A8"], prices["B8"] = "Error", "#N/A"
    book.create_sheet("Empty")
    hidden = book.create_sheet("Hidden")
    hidden["A1"] = "secret words"
    hidden.sheet_state = "hidden"
    document = await convert("prices.xlsx", saved(book))
    assert document.markdown == (
        "## Prices\n\nPrices of 2026\n\n| Plan | Price | Since | Share | Note |\n| --- | --- | --- | --- | --- |\n"
        "| Basic | 10 | 2024-01-01 | 25 % |  |\n| Pro | 20.5 | 2024-01-01 08:30 | 100 % | two lines \\| bar |\n\n"
        "| Open | yes |\n| --- | --- |\n| Error |  |\n"
    )
    assert (document.title, document.metadata["sheets"]) == ("Prices", "2")


async def test_a_workbook_of_one_unnamed_sheet_has_no_heading() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C5"] = "alone"
    assert (await convert("x.xlsx", saved(book))).markdown == "alone\n"


async def test_a_presentation_gives_each_slide_under_its_title_without_comments() -> None:
    source = pptx.Presentation()
    cover = source.slides.add_slide(source.slide_layouts[0])
    cover.shapes.title.text = "Onboarding"
    points = source.slides.add_slide(source.slide_layouts[1])
    points.shapes.title.text = "First week"
    frame = points.placeholders[1].text_frame
    frame.text = "Meet the team"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "and the dog", 1
    points.notes_slide.notes_text_frame.text = "Smile"
    figures = source.slides.add_slide(source.slide_layouts[6])
    chart: Any = CategoryChartData()  # type: ignore[no-untyped-call] # the library has no types
    chart.categories = ["May", "June"]
    chart.add_series("Tickets", (3, None))
    figures.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, Inches(3), Inches(3), chart)
    table = figures.shapes.add_table(2, 2, 0, Inches(4), Inches(3), Inches(1)).table
    for number, text in enumerate(("A", "B", "x|y", "2")):
        table.cell(number // 2, number % 2).text = text
    group = figures.shapes.add_group_shape()
    group.shapes.add_textbox(0, Inches(6), Inches(1), Inches(1)).text_frame.text = "In a group"
    skipped = source.slides.add_slide(source.slide_layouts[5])
    skipped.shapes.title.text = "Skipped"
    skipped.element.set("show", "0")
    document = await convert("onboarding.pptx", saved(source))
    assert document.title == "Onboarding"
    assert "<!--" not in document.markdown
    assert "Skipped" not in document.markdown
    assert document.markdown.startswith(
        "# Onboarding\n\n## First week\n\n- Meet the team\n  - and the dog\n\nNotes: Smile\n\n## Slide 3\n\n"
    )
    assert "|  | Tickets |\n| --- | --- |\n| May | 3 |\n| June |  |" in document.markdown
    assert "| A | B |\n| --- | --- |\n| x\\|y | 2 |" in document.markdown
    assert "In a group" in document.markdown


def handbook(pages: int = 4, *, title: str = "Acme Handbook", **options: Any) -> bytes:
    styles = getSampleStyleSheet()
    story: list[Any] = [Paragraph("Contents . . . . . . . . . 1", styles["BodyText"])]
    sentence = "The customer may return any product within thirty days, provided that it is whole. "
    for number in range(1, pages + 1):
        story += [
            Paragraph(f"{number}. Chapter of returns", styles["Heading1"]),
            Paragraph(f"{number}.1 Section of parcels", styles["Heading2"]),
            Paragraph(sentence * 12, styles["BodyText"]),
            Paragraph(sentence * 30, styles["BodyText"]),
            Paragraph("• first point", styles["BodyText"]),
            Paragraph("• second point", styles["BodyText"]),
            Table([["Plan", "Price", "Seats"], ["Basic", "10 EUR", "3"], ["Team", "on request", "20"]]),
        ]
    buffer = io.BytesIO()

    def frame(canvas: Canvas, _document: object) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 820, "Acme, for internal use")
        canvas.drawString(280, 20, f"Page {canvas.getPageNumber()} of 9")

    template = SimpleDocTemplate(buffer, pagesize=A4, title=title, author="Ada", **options)
    template.build(story, onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue()


async def test_a_pdf_gives_headings_paragraphs_lists_and_tables_without_running_heads() -> None:
    document = await convert("handbook.pdf", handbook())
    assert document.title == "Acme Handbook"
    assert document.metadata["author"] == "Ada"
    lines = document.markdown.split("\n")
    assert "# 1. Chapter of returns" in lines
    assert "## 4.1 Section of parcels" in lines
    assert "internal use" not in document.markdown
    assert "Page " not in document.markdown
    assert "Contents" not in document.markdown
    assert "- first point\n- second point\n" in document.markdown
    table = "| Plan | Price | Seats |\n| --- | --- | --- |\n| Basic | 10 EUR | 3 |\n| Team | on request | 20 |\n"
    assert document.markdown.count(table) == 4
    sentence = "The customer may return any product within thirty days, provided that it is whole."
    assert document.markdown.count(sentence) == 4 * 42


def drawn(*lines: tuple[float, float, str, str, float]) -> bytes:
    """A PDF of one page with text at places: from the left, from the bottom, the text, its font and size."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for left, bottom, text, font, size in lines:
        canvas.setFont(font, size)
        canvas.drawString(left, bottom, text)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


async def test_a_word_cut_by_a_hyphen_is_whole_again() -> None:
    full = "This long line fills the whole width of the page from left to right and ends in organi-"
    document = await convert(
        "x.pdf",
        drawn((60, 700, full, "Helvetica", 11), (60, 687, "sation, as lines do in print.", "Helvetica", 11)),
    )
    assert "ends in organisation, as lines do in print." in document.markdown


async def test_bold_and_numbered_short_lines_are_headings_and_the_largest_names_the_document() -> None:
    long = "Plain text that says something about returns and goes on until the end of the line it is on."
    document = await convert(
        "some_file.pdf",
        drawn(
            (60, 780, "Return policy", "Helvetica", 24),
            (60, 740, "Deadlines", "Helvetica-Bold", 11),
            *((60, 725 - 13 * row, long, "Helvetica", 11) for row in range(4)),
            (60, 640, "2.1 Exceptions to the rule", "Helvetica", 11),
            (60, 625, "None.", "Helvetica", 11),
            (60, 600, "1) first", "Helvetica", 11),
            (60, 587, "2) second", "Helvetica", 11),
        ),
    )
    assert document.title == "Return policy"
    assert "# Return policy\n\n## Deadlines\n\nPlain text" in document.markdown
    assert "## 2.1 Exceptions to the rule\n\nNone.\n\n1) first\n2) second\n" in document.markdown


async def test_gaps_that_make_no_table_are_text_and_a_heading_may_run_over_two_lines() -> None:
    document = await convert(
        "x.pdf",
        drawn(
            (60, 780, "A policy that has", "Helvetica", 24),
            (60, 752, "a long name", "Helvetica", 24),
            (60, 700, "Name:", "Helvetica", 11),
            (300, 700, "Ada", "Helvetica", 11),
            (60, 640, "Words that stand alone in the middle of the page and say something.", "Helvetica", 11),
            (60, 500, "left cell here", "Helvetica", 11),
            (200, 500, "right", "Helvetica", 11),
            (60, 487, "a line that is far longer and reaches over", "Helvetica", 11),
            (320, 487, "more", "Helvetica", 11),
        ),
    )
    assert document.markdown.startswith("# A policy that has a long name\n\nName: Ada\n\nWords that stand alone")
    assert "left cell here right" in document.markdown
    assert "|" not in document.markdown


async def test_a_pdf_behind_a_password_is_refused_and_one_that_only_forbids_printing_is_read() -> None:
    locked = handbook(1, encrypt=StandardEncryption("secret", ownerPassword="boss"))
    with pytest.raises(DocumentEncrypted, match="password"):
        await convert("x.pdf", locked)
    open_to_all = handbook(1, encrypt=StandardEncryption("", ownerPassword="boss", canPrint=0))
    assert "Chapter of returns" in (await convert("x.pdf", open_to_all)).markdown


async def test_a_pdf_cut_off_or_damaged_is_corrupt() -> None:
    with pytest.raises(DocumentCorrupt, match="cut off or damaged"):
        await convert("x.pdf", b"%PDF-1.7\n" + b"rubbish " * 50)
    with pytest.raises((DocumentCorrupt, NoTextFound)):
        await convert("x.pdf", handbook(1)[:700])


async def test_a_pdf_without_pages_or_with_empty_ones_has_no_text() -> None:
    writer = pypdf.PdfWriter()
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(DocumentCorrupt, match="no pages"):
        await convert("x.pdf", buffer.getvalue())
    with pytest.raises(NoTextFound, match="probably a scan"):
        await convert("x.pdf", drawn())


async def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(TooManyPages, match="at most 2"):
        await convert("x.pdf", handbook(4), DocumentLimits(max_pages=2))


async def test_a_pdf_whose_mark_comes_a_little_late_is_read() -> None:
    assert "Chapter" in (await convert("x.pdf", b"\n\n" + handbook(1))).markdown
