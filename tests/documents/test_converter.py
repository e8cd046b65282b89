"""Text formats through the public door: Markdown, pages with components, plain text, CSV, JSON, web pages."""

import asyncio
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.documents.converter import DocumentConverter
from deskhand.documents.formats import read_document
from deskhand.documents.markdown import clean_markdown
from deskhand.documents.model import Converted, Document, DocumentLimits, Job
from deskhand.documents.text import clean

LIMITS = DocumentLimits()


class Here:
    """Reads in this process: what is tested here is the reading."""

    async def run(self, job: Job) -> Converted:
        return read_document(job)

    async def close(self) -> None:
        return None


async def convert(name: str, content: str | bytes, limits: DocumentLimits = LIMITS) -> Document:
    raw = textwrap.dedent(content).encode() if isinstance(content, str) else content
    async with DocumentConverter(Here()) as converter:
        return await converter.convert(name, raw, limits=limits)


async def test_front_matter_gives_title_link_and_description_and_leaves_the_text() -> None:
    page = """\
        ---
        title: "Refunds: the rules"
        description: When money comes back
        url: https://help.example.com/refunds
        slug: refunds
        ---
        # Something else

        Within 30 days.
        """
    document = await convert("guides/refunds.md", page)
    assert document.title == "Refunds: the rules"
    assert document.link == "https://help.example.com/refunds"
    assert document.metadata["description"] == "When money comes back"
    assert document.metadata["slug"] == "refunds"
    assert document.markdown == "# Something else\n\nWithin 30 days.\n"
    assert document.media_type == "text/markdown"


async def test_broken_front_matter_stays_out_of_the_text_and_its_simple_lines_count() -> None:
    document = await convert("a.md", "---\ntitle: Plans\nbad: [unclosed\n  : x\n---\nBody.\n")
    assert document.title == "Plans"
    assert document.markdown == "Body.\n"


async def test_front_matter_with_anchors_is_not_unfolded() -> None:
    bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: Safe\n---\nBody.\n"
    assert (await convert("a.md", bomb)).title == "Safe"


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nA text between rules.\n\n---\n\nAnother.\n",
        "---\ntitle: never closed\n\nBody.\n",
        "Intro first.\n\n---\ntitle: no\n---\n",
    ],
)
async def test_rules_around_text_are_no_front_matter(text: str) -> None:
    assert (await convert("some-page.md", text)).markdown.strip() == text.strip()


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("x.md", "Intro\n\n# The *first* heading #\n\n# Second\n", "The first heading"),
        ("x.md", "The heading\n===========\n\nText\n", "The heading"),
        ("x.md", "```\n# no heading\n```\n\n# [Linked](https://a.example) heading\n", "Linked heading"),
        ("guides/reset_your-password.md", "## Only a second level\n", "Reset your password"),
        ("notes.txt", "Just text\n", "Notes"),
    ],
)
async def test_the_title_is_the_first_top_heading_or_the_readable_name(name: str, text: str, title: str) -> None:
    assert (await convert(name, text)).title == title


PAGE = """\
import { Card } from 'parts'
import Tabs from "tabs"

export const version = "1"

## Start

<Note>
Read this **first**.
</Note>

<CardGroup cols={2}>
  <Card title="Docker" icon="box" href="/docker">
    Run it in a container
  </Card>
  <Card title="Cloud" href="https://cloud.example.com">Let us run it</Card>
</CardGroup>

<Tabs>
  <Tab title="macOS">
    ```bash
    <Note>export A=1</Note>
      indented
    ```
  </Tab>
</Tabs>

{/* hidden */}<!-- hidden too -->
Use `<Note>` or `import x from "y"` in <b>code</b>. ![A diagram of parts](x.png)
Open <your-domain> and <API_KEY>, see [the guide](/guide) and [site](https://a.example/b).
"""

PAGE_AS_TEXT = """\
## Start

Read this **first**.

- **Docker**: Run it in a container

- [**Cloud**](https://cloud.example.com): Let us run it

**macOS**

```bash
<Note>export A=1</Note>
  indented
```

Use `<Note>` or `import x from "y"` in **code**. A diagram of parts
Open <your-domain> and <API_KEY>, see the guide and [site](https://a.example/b).
"""


async def test_components_leave_their_text_and_code_is_never_touched() -> None:
    assert (await convert("page.mdx", PAGE)).markdown == PAGE_AS_TEXT


async def test_an_accordion_becomes_a_heading_only_where_nothing_else_would_fall_under_it() -> None:
    page = """\
        ## Questions

        <AccordionGroup>
          <Accordion title="How do I pay?">
            By card.
          </Accordion>
          <Accordion title="When?">
            Monthly.
          </Accordion>
        </AccordionGroup>

        ## More

        <Accordion title="Is it safe?">Yes.</Accordion>

        This text belongs to the section.
        """
    markdown = (await convert("page.mdx", page)).markdown
    assert "### How do I pay?\n\nBy card.\n\n### When?\n\nMonthly.\n" in markdown
    assert "**Is it safe?**\n\nYes.\n\nThis text" in markdown


async def test_html_in_markdown_is_written_as_markdown() -> None:
    page = (
        '<h2>Plans</h2>\n<p align="center">Two <em>good</em> <a href="https://a.example">plans</a>.</p>\n\n'
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>x | y</td></tr></table>\n\n"
        "<ul><li>one</li><li>two</li></ul>\n\n<details><summary>More</summary>Hidden words.</details>\n\n"
        "<script>evil()</script><iframe src='x'>no</iframe>\n\n| a<br/>b | c |\n|---|---|\n| d | e |\n"
    )
    markdown = (await convert("page.md", page)).markdown
    assert "## Plans\n\nTwo *good* [plans](https://a.example).\n" in markdown
    assert "| A | B |\n| --- | --- |\n| 1 | x \\| y |" in markdown
    assert "- one\n" in markdown
    assert "**More**\n\nHidden words." in markdown
    assert "evil" not in markdown
    assert "| a b | c |" in markdown


async def test_fields_steps_frames_and_inline_components_keep_their_words() -> None:
    page = (
        '<Steps>\n<Step title="Open it">\nClick <Icon icon="x" /> <Button>Save</Button> now.\n</Step>\n</Steps>\n\n'
        '<ParamField path="limit" type="number">\n  How many.\n</ParamField>\n\n<Frame>![](shot.png)</Frame>\n\n'
        ":::note Mind this\nText of the note.\n:::\n\n> [!WARNING]\n> Careful.\n\n## Named {#custom-id}\n\n<Unclosed>\n"
    )
    markdown = (await convert("page.mdx", page)).markdown
    assert "**Open it**\n\nClick  Save now." in markdown
    assert "- `limit` (number): How many." in markdown
    assert "**Mind this**\n\nText of the note." in markdown
    assert "\n> Careful." in markdown
    assert "## Named\n" in markdown
    assert "<Unclosed>" in markdown


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("<Card {...props} icon={<Icon name='x' />} title='Single' wide cols=2>Words</Card>", "- **Single**: Words"),
        ('<Card title={"Braces"} href={`/x`}>\nOne.\n\nTwo.\n</Card>', "**Braces**\n\nOne.\n\nTwo."),
        ('<Card title="Alone" />', "**Alone**"),
        ('<Thing title="A title">\nWords\n</Thing>', "**A title**\n\nWords"),
        ('<ParamField path="limit">\nHow many.\n</ParamField>', "- `limit`: How many."),
        ("<my-widget>Words</my-widget></stray>", "Words</stray>"),
        ("<>Words</>", "Words"),
        ('a < b, <3, <a href="never closed', 'a < b, <3, <a href="never closed'),
        ("<a {never {closed <a b={never", "<a {never {closed <a b={never"),
        ("text <!-- never closed", "text <!-- never closed"),
        ("x <B>y</B> <b></b> <img alt='A parcel'> <a>no</a>", "x y  A parcel no"),
        ("<pre>\nkept\n  so\n</pre>", "```\nkept\n  so\n```"),
        ("<p>One.</p><p>Two.", "One.\n\nTwo."),
        ("<div>" * 60 + "deep" + "</div>" * 60, "deep"),
        ("# A\n\n<h3>B</h3>\n\n<Accordion title='C'>\nd\n</Accordion>", "# A\n\n### B\n\n#### C\n\nd"),
    ],
)
async def test_tags_of_every_shape_leave_what_they_say(tag: str, text: str) -> None:
    assert (await convert("a.mdx", tag.encode())).markdown.strip() == text


async def test_code_in_backticks_is_found_whatever_stands_around_it() -> None:
    page = "Odd ` tick.\n\nUse ``a ` <b>`` and \\`<b>x</b>\\` now.\n\n> ```\n> <b>kept</b>\n> ```\n\n~~~\n<i>open"
    markdown = (await convert("a.md", page.encode())).markdown
    assert "``a ` <b>``" in markdown
    assert "\\`**x**\\`" in markdown
    assert "> <b>kept</b>" in markdown
    assert markdown.endswith("~~~\n<i>open\n")


async def test_indented_code_is_kept_in_markdown_and_prose_that_says_import_in_pages() -> None:
    assert "    <div>code</div>" in (await convert("a.md", "Text:\n\n    <div>code</div>\n")).markdown
    prose = "import your contacts from the list.\n\nimport/export of data\n"
    assert (await convert("a.mdx", prose)).markdown == prose


@settings(deadline=None)
@given(st.text(alphabet="<>/{}\"'=`aB \n![](*-#|~", max_size=200))
def test_no_markdown_makes_the_cleaner_fail_or_lose_words_in_fences(text: str) -> None:
    fenced = f"````\n<Note>kept {text.replace('`', '')}</Note>\n````\n"
    assert "<Note>kept" in clean_markdown(fenced, mdx=True)
    clean_markdown(text, mdx=True)
    clean_markdown(text, mdx=False)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(letter) < 0x20 and letter not in "\t\n" for letter in once)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Grüße aus Köln".encode(), "utf-8"),
        ("Grüße aus Köln".encode("utf-8-sig"), "utf-8-sig"),
        ("Grüße aus Köln".encode("utf-16"), "utf-16"),
        ("Grüße aus Köln".encode("utf-32"), "utf-32"),
        (("Grüße aus Köln. Die Rückgabe ist kostenlos und möglich. " * 9).encode("cp1252"), None),
    ],
)
async def test_text_of_any_encoding_is_read(content: bytes, encoding: str | None) -> None:
    document = await convert("a.txt", content)
    assert document.markdown.startswith("Grüße aus Köln")
    assert encoding is None or document.metadata["encoding"] == encoding


async def test_text_is_normalised_and_rid_of_what_nobody_sees() -> None:
    hidden = "Cafe\u0301\r\nline\u2028two\u00a0words \u202eevil\u202c\u200b\U000e0041\x07 end   \r\n\r\n\r\n\r\nlast"
    assert (await convert("a.txt", hidden.encode())).markdown == "Café\nline\ntwo words evil end\n\nlast\n"


async def test_a_web_page_named_text_is_read_as_a_web_page() -> None:
    document = await convert("a.txt", "<!DOCTYPE html><html><body><h1>Hi</h1><p>Text</p></body></html>")
    assert (document.media_type, document.markdown) == ("text/html", "# Hi\n\nText\n")


@pytest.mark.parametrize(
    ("content", "table"),
    [
        ("name,price\nBasic,10\n", "| name | price |\n| --- | --- |\n| Basic | 10 |\n"),
        ('name;price\n"A; b";3,5\n', "| name | price |\n| --- | --- |\n| A; b | 3,5 |\n"),
        ('a\tb\n"two\nlines"\tx|y\n', "| a | b |\n| --- | --- |\n| two lines | x\\|y |\n"),
        ("sep=|\na|b\n1|2\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n"),
        ("1,2\n3,4\n", "| Column 1 | Column 2 |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n"),
        ("a,,b\n1,,2\n\n3,,\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |\n"),
    ],
)
async def test_csv_of_any_dialect_becomes_a_table(content: str, table: str) -> None:
    assert (await convert("plans.csv", content.encode())).markdown == table


async def test_a_quote_that_never_closes_does_not_swallow_a_csv() -> None:
    content = 'a,b\n"x,1\n' + "y,2\n" * 50_000
    assert (await convert("plans.csv", content.encode())).markdown.count("\n") > 50_000


async def test_json_records_become_headings_lists_and_tables() -> None:
    content = (
        '{"title": "Plans", "url": "https://a.example/p", "maxUsers": 3, "open": true, "none": null,'
        '"plans": [{"name": "Basic", "price": 10}, {"name": "Pro", "price": 20.5}],'
        '"contact": {"e_mail": "a@b.example", "tags": ["x", "y"]}, "about": "%s"}' % ("Long words. " * 20)
    )
    document = await convert("plans.json", content)
    assert (document.title, document.link) == ("Plans", "https://a.example/p")
    assert "- Max users: 3\n- Open: yes\n" in document.markdown
    assert "## Plans\n\n| Name | Price |\n| --- | --- |\n| Basic | 10 |\n| Pro | 20.5 |\n" in document.markdown
    assert "## Contact\n\n- E mail: a@b.example\n\n### Tags\n\n- x\n- y\n" in document.markdown
    assert "**About**\n\nLong words." in document.markdown


async def test_questions_and_answers_in_json_become_sections() -> None:
    content = '[{"question": "How?", "answer": "By card."}, {"question": "When?", "answer": "%s"}]' % ("Soon. " * 40)
    document = await convert("faq_list.json", content)
    assert document.title == "Faq list"
    assert "## How?\n\nBy card.\n\n## When?\n\nSoon. Soon." in document.markdown


async def test_json_lines_and_bare_values_are_read() -> None:
    lines = await convert("a.json", '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n')
    assert lines.markdown == "| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n"
    assert (await convert("a.json", '[["x", "y"], "z"]')).markdown == "- x\n- y\n\nz\n"


HTML = """\
<html lang="en"><head><title>Refunds | Acme</title><meta name="description" content="When money comes back">
<link rel="canonical" href="https://help.example.com/refunds"><style>p {color: red}</style></head>
<body><header><a href="/">Acme</a></header><nav><a href="/a">Menu words</a></nav>
<div class="cookie-banner">We use cookies</div>
<main><h1>Refunds <a href="#refunds">¶</a></h1><p>Within <b>30 days</b>,
see <a href="/terms">the terms</a> and <a href="https://a.example/x">this</a>.<script>evil()</script></p>
<img src="x.png" alt="A parcel on a table">
<table><tr><th>Plan</th><th>Days</th></tr><tr><td rowspan="2">Basic | Pro</td><td>30</td></tr>
<tr><td>60</td></tr></table>
<ul><li>one<ul><li>inner</li></ul></li></ul><pre><code>a_b  *c*</code></pre>
<table><tr><td><table><tr><td>x</td><td>y</td></tr></table></td></tr></table></main>
<aside>Related words</aside><footer>Imprint words</footer></body></html>"""


async def test_a_web_page_gives_its_article_and_nothing_around_it() -> None:
    document = await convert("refunds.html", HTML.encode())
    assert document.title == "Refunds"
    assert document.link == "https://help.example.com/refunds"
    assert document.metadata["description"] == "When money comes back"
    assert document.metadata["language"] == "en"
    for around in ("Menu", "cookies", "evil", "Related", "Imprint", "Acme", "red", "¶"):
        assert around not in document.markdown
    assert "Within **30 days**, see the terms and [this](https://a.example/x)." in document.markdown
    assert "A parcel on a table" in document.markdown
    assert "| Plan | Days |\n| --- | --- |\n| Basic \\| Pro | 30 |\n| Basic \\| Pro | 60 |" in document.markdown
    assert "- one\n  - inner" in document.markdown
    assert "```\na_b  *c*\n```" in document.markdown


async def test_a_web_page_without_an_article_element_or_heading_takes_its_title_element() -> None:
    page = "<title>The title</title><body><p>Only words.</p><table><tr><td>one column</td></tr></table></body>"
    document = await convert("x.htm", page)
    assert (document.title, document.markdown) == ("The title", "Only words.\n\none column\n")


async def test_a_web_page_in_the_encoding_that_it_declares() -> None:
    page = '<html><head><meta charset="koi8-r"></head><body><p>Привет</p></body></html>'
    assert (await convert("x.html", page.encode("koi8-r"))).markdown == "Привет\n"


async def test_a_web_page_nested_beyond_reason_still_gives_its_words() -> None:
    page = "<div>" * 1500 + "deep words" + "</div>" * 1500
    assert "deep words" in (await convert("x.html", f"<p>start</p>{page}".encode())).markdown


async def test_many_small_pages_are_converted_side_by_side() -> None:
    async with DocumentConverter(Here()) as converter:
        pages = [converter.convert(f"{n}.md", f"# Page {n}\n".encode(), limits=LIMITS) for n in range(50)]
        assert [page.title for page in await asyncio.gather(*pages)] == [f"Page {n}" for n in range(50)]
