"""Word documents, through MarkItDown. Above: `formats`; below: MarkItDown, and our writer of HTML.

MarkItDown reads the document (headings, lists, tables, equations) into HTML; that is written as Markdown by
`html_files`, since its own writer leaves the bars in table cells unescaped and the tables without a header.
"""

import io

from bs4 import BeautifulSoup
from markitdown import DocumentConverterResult, StreamInfo
from markitdown.converters import DocxConverter, HtmlConverter

from deskhand.documents.html_files import markdown_of
from deskhand.documents.model import Converted, Job
from deskhand.documents.office import core_properties
from deskhand.documents.text import clean

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
