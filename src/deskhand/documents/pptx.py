"""PowerPoint presentations: every slide under its title. Above: `formats`; below: python-pptx."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from deskhand.documents.model import Converted, Job
from deskhand.documents.office import core_properties
from deskhand.documents.tables import markdown_table
from deskhand.documents.tags import alternative_text

_FURNITURE = frozenset({"date", "footer", "slide_number", "header"})
_MAX_DEPTH = 20


def read(job: Job) -> Converted:
    """Titles as headings, points as lists, tables, the figures of charts, the words of pictures, notes."""
    presentation = Presentation(io.BytesIO(job.content))
    slides = list(presentation.slides)
    parts = [part for number, slide in enumerate(slides, 1) for part in _slide(slide, number)]
    properties = dict(core_properties(job.content))
    title = properties.pop("title", None)
    return Converted(markdown="\n\n".join(parts), title=title, metadata={**properties, "slides": str(len(slides))})


def _slide(slide: Any, number: int) -> Iterator[str]:
    if slide.element.get("show") == "0":
        return
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    parts = [text for shape in _in_reading_order(slide.shapes) if shape != title and (text := _shape(shape, 0))]
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        parts.append(f"Notes: {' '.join(notes.text.split())}")
    if heading or parts:
        yield f"{'#' if number == 1 and heading else '##'} {heading or f'Slide {number}'}"
        yield from parts


def _in_reading_order(shapes: Iterable[Any]) -> list[Any]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape(shape: Any, depth: int) -> str:
    if _is_furniture(shape):
        return ""
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _MAX_DEPTH:
        inside = (_shape(part, depth + 1) for part in _in_reading_order(shape.shapes))
        return "\n\n".join(text for text in inside if text)
    if getattr(shape, "has_table", False):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        return markdown_table(rows, header=bool(shape.table.first_row))
    if getattr(shape, "has_chart", False):
        return _chart(shape.chart)
    if shape.has_text_frame:
        return _paragraphs(shape.text_frame.paragraphs)
    return alternative_text(str(shape._element._nvXxPr.cNvPr.get("descr") or ""))  # noqa: SLF001


def _is_furniture(shape: Any) -> bool:
    """The date, number and foot that stand on every slide."""
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    return kind is not None and kind.name.lower() in _FURNITURE


def _paragraphs(paragraphs: Iterable[Any]) -> str:
    """Several paragraphs of one shape are the points of a slide; a single one is a text."""
    points = [(" ".join(item.text.split()), item.level) for item in paragraphs]
    points = [(text, level) for text, level in points if text]
    if len(points) == 1:
        return points[0][0]
    return "\n".join(f"{'  ' * level}- {text}" for text, level in points)


def _chart(chart: Any) -> str:
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    plots = list(chart.plots)
    if not plots:
        return title
    names = [str(category) for category in plots[0].categories]
    series = [(str(one.name), list(one.values)) for one in plots[0].series]
    rows = [
        [name, *(_figure(values[place]) if place < len(values) else "" for _, values in series)]
        for place, name in enumerate(names)
    ]
    table = markdown_table([["", *(name for name, _ in series)], *rows], header=True)
    return "\n\n".join(part for part in (title, table) if part)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
