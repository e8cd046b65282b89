"""Build the binary documents of the demo help centre.

The text lives in TOML files in ``scripts/demo_documents/``; this script turns it
into DOCX, XLSX, PPTX and PDF files under ``src/deskhand/demo/help_centre/``.
The output is deterministic: every timestamp is fixed, so a second run with the
same library versions changes nothing. ``--check`` compares and writes nothing.

    pip install python-docx openpyxl python-pptx reportlab
    python scripts/build_demo_documents.py [--check]
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
import pptx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pptx.presentation import Presentation
from pptx.slide import Slide as SlidePage
from pptx.util import Inches, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "demo_documents"
TARGET = ROOT / "src" / "deskhand" / "demo" / "help_centre"

AUTHOR = "Larkspoke Ltd"
FIXED_TIME = datetime(2025, 1, 6, 9, 0, 0, tzinfo=UTC)
BRAND_HEX = "1F5F5B"
PALE_HEX = "E4EFEE"

Rows = list[list[str]]


@dataclass(frozen=True)
class Section:
    """A headed part of a document, in the order in which its fields are printed."""

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    table: Rows = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    bullets: list[str] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Article:
    """A text document: a title, its address in the help centre and its sections."""

    title: str
    url: str
    sections: list[Section]


@dataclass(frozen=True)
class Sheet:
    name: str
    header: list[str]
    rows: Rows


@dataclass(frozen=True)
class Slide:
    title: str
    bullets: list[str]
    notes: str
    table: Rows = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One document: where its text is, where it goes and what builds it."""

    source: str
    target: str
    build: Callable[[dict[str, Any]], bytes]


def read_article(data: dict[str, Any]) -> Article:
    sections = [Section(**part) for part in data["section"]]
    return Article(title=data["title"], url=data["url"], sections=sections)


def read_sheets(data: dict[str, Any]) -> list[Sheet]:
    sheets = [Sheet(**part) for part in data["sheet"]]
    for sheet in sheets:
        for row in sheet.rows:
            if len(row) != len(sheet.header):
                raise ValueError(f"sheet {sheet.name}: row {row[0]!r} has the wrong length")
    return sheets


def read_slides(data: dict[str, Any]) -> list[Slide]:
    return [Slide(**part) for part in data["slide"]]


# --- Office files: fixed timestamps -------------------------------------------------


def freeze_zip(content: bytes) -> bytes:
    """Rewrite an Office file so that nothing in it depends on the time of the run."""
    stamp = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    pattern = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            payload = source.read(name)
            if name == "docProps/core.xml":
                payload = pattern.sub(rb"\g<1>" + stamp + rb"\g<3>", payload)
            info = zipfile.ZipInfo(name, date_time=FIXED_TIME.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            target.writestr(info, payload)
    return output.getvalue()


def set_properties(document: Document | Presentation, title: str) -> None:
    properties = document.core_properties
    properties.title = title
    properties.author = AUTHOR
    properties.last_modified_by = AUTHOR
    properties.comments = ""
    properties.created = FIXED_TIME
    properties.modified = FIXED_TIME


# --- DOCX ---------------------------------------------------------------------------


def add_docx_table(document: Document, rows: Rows) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Light Grid Accent 1"
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    header = document.element.body.findall(qn("w:tbl"))[-1].find(qn("w:tr"))
    header.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


def add_docx_section(document: Document, section: Section) -> None:
    document.add_heading(section.heading, level=2)
    for text in section.paragraphs:
        document.add_paragraph(text)
    if section.table:
        add_docx_table(document, section.table)
    for text in section.closing:
        document.add_paragraph(text)
    for text in section.bullets:
        document.add_paragraph(text, style="List Bullet")
    for text in section.numbered:
        document.add_paragraph(text, style="List Number")
    if section.note:
        paragraph = document.add_paragraph()
        paragraph.add_run("Note: ").bold = True
        paragraph.add_run(section.note)


def build_docx(data: dict[str, Any]) -> bytes:
    article = read_article(data)
    document = docx.Document()
    set_properties(document, article.title)
    document.add_heading(article.title, level=1)
    document.add_paragraph(article.url)
    for section in article.sections:
        add_docx_section(document, section)
    output = io.BytesIO()
    document.save(output)
    return freeze_zip(output.getvalue())


# --- XLSX ---------------------------------------------------------------------------


def fill_sheet(worksheet: Worksheet, sheet: Sheet) -> None:
    worksheet.append(sheet.header)
    for row in sheet.rows:
        worksheet.append(row)
    for cell in worksheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color=BRAND_HEX)
    for number, cells in enumerate(worksheet.columns, start=1):
        width = max(len(str(cell.value)) for cell in cells)
        worksheet.column_dimensions[get_column_letter(number)].width = min(width + 2, 60)
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    worksheet.freeze_panes = "A2"


def build_xlsx(data: dict[str, Any]) -> bytes:
    workbook = Workbook()
    first = workbook.active
    if first is not None:
        workbook.remove(first)
    for sheet in read_sheets(data):
        fill_sheet(workbook.create_sheet(sheet.name), sheet)
    workbook.properties.title = data["title"]
    workbook.properties.creator = AUTHOR
    workbook.properties.identifier = data["url"]
    output = io.BytesIO()
    workbook.save(output)
    return freeze_zip(output.getvalue())


# --- PPTX ---------------------------------------------------------------------------


def add_slide_table(page: SlidePage, rows: Rows) -> None:
    shape = page.shapes.add_table(
        len(rows), len(rows[0]), Inches(0.7), Inches(4.6), Inches(8.6), Inches(0.4 * len(rows))
    )
    for row_index, row in enumerate(rows):
        for column_index, text in enumerate(row):
            shape.table.cell(row_index, column_index).text = text


def add_slide(presentation: Presentation, slide: Slide) -> None:
    page = presentation.slides.add_slide(presentation.slide_layouts[1])
    page.shapes.title.text = slide.title
    body = page.placeholders[1]
    if slide.table:
        body.left, body.top = Inches(0.5), Inches(1.6)
        body.width, body.height = Inches(9), Inches(2.8)
    frame = body.text_frame
    for index, text in enumerate(slide.bullets):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text = text
        paragraph.font.size = Pt(24)
    if slide.table:
        add_slide_table(page, slide.table)
    page.notes_slide.notes_text_frame.text = slide.notes


def build_pptx(data: dict[str, Any]) -> bytes:
    presentation = pptx.Presentation()
    set_properties(presentation, data["title"])
    cover = presentation.slides.add_slide(presentation.slide_layouts[0])
    cover.shapes.title.text = data["title"]
    cover.placeholders[1].text = data["subtitle"]
    for slide in read_slides(data):
        add_slide(presentation, slide)
    output = io.BytesIO()
    presentation.save(output)
    return freeze_zip(output.getvalue())


# --- PDF ----------------------------------------------------------------------------


def pdf_styles() -> dict[str, ParagraphStyle]:
    sample = getSampleStyleSheet()
    brand = colors.HexColor(f"#{BRAND_HEX}")
    body = ParagraphStyle("body", parent=sample["BodyText"], fontSize=10.5, leading=15)
    return {
        "body": body,
        "item": ParagraphStyle("item", parent=body, leftIndent=10),
        "cell": ParagraphStyle("cell", parent=body, leading=13),
        "title": ParagraphStyle("title", parent=sample["Title"], textColor=brand, alignment=0),
        "heading": ParagraphStyle("heading", parent=sample["Heading2"], textColor=brand),
    }


def pdf_table(rows: Rows, style: ParagraphStyle) -> Table:
    """Return a box with one line per row: cells side by side are torn apart when the text is read back."""
    cells = [[Paragraph(escape(": ".join(row)), style)] for row in rows]
    table = Table(cells, hAlign="LEFT", colWidths=[120 * mm])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor(f"#{PALE_HEX}")),
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ]
        )
    )
    return table


def pdf_section(section: Section, styles: dict[str, ParagraphStyle]) -> KeepTogether:
    body = styles["body"]
    parts: list[Flowable] = [Paragraph(escape(section.heading), styles["heading"])]
    parts += [Paragraph(escape(text), body) for text in section.paragraphs]
    if section.table:
        parts += [Spacer(1, 2 * mm), pdf_table(section.table, styles["cell"]), Spacer(1, 3 * mm)]
    parts += [Paragraph(escape(text), body) for text in section.closing]
    parts += [Paragraph(f"- {escape(text)}", styles["item"]) for text in section.bullets]
    parts += [
        Paragraph(f"{number}. {escape(text)}", styles["item"]) for number, text in enumerate(section.numbered, start=1)
    ]
    if section.note:
        parts.append(Paragraph(f"<b>Note:</b> {escape(section.note)}", body))
    return KeepTogether(parts)


def print_page_number(canvas: Canvas, _template: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, f"Page {canvas.getPageNumber()}")


def build_pdf(data: dict[str, Any]) -> bytes:
    article = read_article(data)
    styles = pdf_styles()
    output = io.BytesIO()
    template = SimpleDocTemplate(
        output,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=article.title,
        author=AUTHOR,
        subject=article.url,
        invariant=1,
    )
    story: list[Flowable] = [
        Paragraph(escape(article.title), styles["title"]),
        Paragraph(escape(article.url), styles["body"]),
    ]
    story += [pdf_section(section, styles) for section in article.sections]
    template.build(story, onFirstPage=print_page_number, onLaterPages=print_page_number)
    return output.getvalue()


# --- Command line -------------------------------------------------------------------

JOBS = [
    Job("warranty_terms.toml", "warranty/warranty-terms.pdf", build_pdf),
    Job("maintenance_schedule.toml", "repairs/maintenance-schedule.docx", build_docx),
    Job("end_of_your_lease.toml", "leasing/end-of-your-lease.docx", build_docx),
    Job("price_list.toml", "prices/price-list.xlsx", build_xlsx),
    Job("quick_start.toml", "bikes/quick-start.pptx", build_pptx),
]


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the binary demo documents.")
    parser.add_argument("--output", type=Path, default=TARGET, help="help centre folder")
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    stale = 0
    for job in JOBS:
        data = tomllib.loads((SOURCES / job.source).read_text(encoding="utf-8"))
        content = job.build(data)
        path = options.output / job.target
        if options.check:
            current = path.is_file() and path.read_bytes() == content
            stale += not current
            print(f"{'ok   ' if current else 'STALE'} {job.target}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{job.target}: {len(content):,} bytes")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
