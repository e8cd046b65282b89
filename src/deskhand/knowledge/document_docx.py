"""Word documents, through MarkItDown. Above: `document_formats`; below: MarkItDown, and our writer of HTML.

MarkItDown reads the document (headings, lists, tables, equations) into HTML; that is written as Markdown by
`document_html`, since its own writer leaves the bars in table cells unescaped and the tables without a header.
"""

import io

from bs4 import BeautifulSoup
from markitdown import DocumentConverterResult, StreamInfo
from markitdown.converters import DocxConverter, HtmlConverter

from deskhand.knowledge.document_html import markdown_of
from deskhand.knowledge.document_model import Converted, Job
from deskhand.knowledge.document_office import core_properties
from deskhand.knowledge.document_text import clean

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name^='toc '] => !
p[style-name^='TOC'] => !
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
"""


def read(job: Job) -> Converted:
    """Headings, lists, tables and equations kept; pictures, headers, footers and comments left out."""
    result = _WordConverter().convert(io.BytesIO(job.content), StreamInfo(extension=".docx"), style_map=_STYLES)
    properties = dict(core_properties(job.content))
    title = properties.pop("title", None)
    return Converted(markdown=result.markdown, title=title, metadata=properties)


class _WordConverter(DocxConverter):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library has no types here
        self._html_converter = _HtmlWriter()


class _HtmlWriter(HtmlConverter):
    def convert_string(
        self, html_content: str, *, url: str | None = None, **_options: object
    ) -> DocumentConverterResult:
        del url
        return DocumentConverterResult(markdown=markdown_of(BeautifulSoup(clean(html_content), "lxml")))
