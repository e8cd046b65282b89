"""Chunks of Markdown: what stays together, what is said again, that nothing is lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.documents.chunking import Chunk, chunk_markdown
from deskhand.documents.chunking_blocks import count_words

SENTENCE = "The customer may return any product within thirty days of purchase. "  # eleven words
LETTERS = re.compile(r"[\u2e80-\u9fff]|[^\W\u2e80-\u9fff]+")  # a script without blanks may part anywhere


def chunks_of(
    markdown: str, *, title: str = "Doc", max_words: int = 60, overlap_words: int = 0, min_words: int = 0
) -> list[Chunk]:
    return chunk_markdown(markdown, title=title, max_words=max_words, overlap_words=overlap_words, min_words=min_words)


def test_each_section_is_a_chunk_under_the_path_of_its_headings() -> None:
    text = "# Doc\n\nIntro.\n\n## A\n\nText a.\n\n### *B* `c`\n\nText b.\n\nSecond\n------\n\nText d.\n"
    assert [(chunk.heading, chunk.text, chunk.start_line, chunk.end_line) for chunk in chunks_of(text)] == [
        (None, "Intro.", 3, 3),
        ("A", "Text a.", 7, 7),
        ("A › B c", "Text b.", 11, 11),
        ("Second", "Text d.", 16, 16),
    ]
    assert [chunk.position for chunk in chunks_of(text)] == [0, 1, 2, 3]


def test_a_top_heading_that_is_not_the_title_is_part_of_the_path() -> None:
    assert [chunk.heading for chunk in chunks_of("# Other\n\nText.\n\n## A\n\nMore.\n")] == ["Other", "Other › A"]


def test_a_heading_with_nothing_below_it_is_kept_as_text() -> None:
    (only,) = chunks_of("# Doc\n\n## Coming soon\n")
    assert (only.heading, only.text) == ("Coming soon", "## Coming soon")
    assert [chunk.text for chunk in chunks_of("## A\n\n### B\n\n## A\n\nText.\n")] == ["### B", "Text."]


def test_nothing_gives_no_chunks_and_words_of_overlap_must_fit() -> None:
    assert chunks_of(" \n\n") == []
    assert chunks_of("# Doc\n") == []
    for max_words, overlap in ((0, 0), (10, 10), (10, -1)):
        with pytest.raises(ValueError, match="do not fit"):
            chunk_markdown("x", title="", max_words=max_words, overlap_words=overlap)


def test_short_sections_join_their_siblings_with_their_headings_in_the_text() -> None:
    text = "## Questions\n\n### How?\n\nBy card.\n\n### When?\n\nMonthly.\n\n## Other\n\n" + SENTENCE * 4
    first, other = chunks_of(text, min_words=20)
    assert first.heading == "Questions"
    assert first.text == "### How?\n\nBy card.\n\n### When?\n\nMonthly."
    assert other.heading == "Other"


def test_a_short_introduction_joins_the_first_section_below_it() -> None:
    text = "## Plans\n\nThere are two.\n\n### Basic\n\n" + SENTENCE * 3 + "\n\n### Team\n\n" + SENTENCE * 3
    first, second = chunks_of(text, min_words=20)
    assert first.heading == "Plans"
    assert first.text.startswith("There are two.\n\n### Basic\n\nThe customer")
    assert second.heading == "Plans › Team"


def test_a_short_last_section_joins_the_one_before_it_only_under_the_same_heading() -> None:
    text = f"## A\n\n### B\n\n{SENTENCE * 3}\n\n### C\n\nShort.\n\n## D\n\nAlso short.\n"
    first, second = chunks_of(text, min_words=20)
    assert (first.heading, first.text.endswith("### C\n\nShort.")) == ("A", True)
    assert (second.heading, second.text) == ("D", "Also short.")


def test_short_sections_that_do_not_fit_together_stay_apart() -> None:
    text = f"## A\n\n{SENTENCE * 3}\n\n## B\n\n{SENTENCE * 3}\n"
    assert [chunk.heading for chunk in chunks_of(text, min_words=50)] == ["A", "B"]


def test_a_long_section_parts_evenly_between_blocks_and_says_its_last_sentences_again() -> None:
    text = "## A\n\n" + "\n\n".join(f"Number {n}. {SENTENCE * 2}" for n in range(6))
    chunks = chunks_of(text, max_words=60, overlap_words=12)
    assert {chunk.heading for chunk in chunks} == {"A"}
    assert all(count_words(chunk.text) <= 60 for chunk in chunks)
    for before, after in pairwise(chunks):
        again = after.text.split("\n\n")[0]
        assert again == SENTENCE.strip()
        assert before.text.endswith(again)


def test_there_is_no_overlap_between_sections() -> None:
    first, second = chunks_of(f"## A\n\n{SENTENCE * 4}\n\n## B\n\n{SENTENCE * 4}", overlap_words=20)
    assert second.text == (SENTENCE * 4).strip()
    assert first.text == (SENTENCE * 4).strip()


def test_a_paragraph_too_long_parts_between_sentences() -> None:
    chunks = chunks_of(SENTENCE * 20, max_words=50)
    assert len(chunks) > 3
    assert all(chunk.text.endswith("purchase.") for chunk in chunks)


def test_a_sentence_too_long_parts_between_words() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    chunks = chunks_of(words, max_words=50)
    assert " ".join(chunk.text for chunk in chunks) == words
    assert max(count_words(chunk.text) for chunk in chunks) <= 50


def test_text_without_blanks_is_bounded_too() -> None:
    assert max(count_words(chunk.text) for chunk in chunks_of("x" * 5000, max_words=20)) <= 20
    assert max(count_words(chunk.text) for chunk in chunks_of("汉字" * 500, max_words=20)) <= 20
    chunks = chunks_of("汉字是文字。" * 100, max_words=20)
    assert max(len(chunk.text) for chunk in chunks) <= 40
    assert "".join(chunk.text for chunk in chunks) == "汉字是文字。" * 100


def test_a_table_that_fits_is_never_cut() -> None:
    table = "| A | B |\n| --- | --- |\n" + "| x | y |\n" * 5
    chunks = chunks_of(f"{SENTENCE * 4}\n\n{table}\n{SENTENCE * 4}", max_words=60)
    assert sum(table.strip() in chunk.text for chunk in chunks) == 1


def test_a_huge_table_parts_between_rows_under_the_same_head() -> None:
    head = "| Plan | Price |\n| --- | --- |"
    rows = [f"| plan {n} | {n} EUR |" for n in range(100)]
    chunks = chunks_of("## Prices\n\n" + head + "\n" + "\n".join(rows), max_words=60)
    assert len(chunks) > 5
    for chunk in chunks:
        assert chunk.text.startswith(head + "\n| plan")
        assert count_words(chunk.text) <= 60
    assert [row for chunk in chunks for row in chunk.text.split("\n")[2:]] == rows


def test_a_row_longer_than_a_chunk_stays_whole() -> None:
    row = "| " + "word " * 100 + "| x |"
    chunks = chunks_of(f"| A | B |\n| --- | --- |\n| a | b |\n{row}\n| c | d |", max_words=30)
    assert sum(row in chunk.text for chunk in chunks) == 1


def test_code_that_fits_is_never_cut_and_huge_code_is_fenced_anew_between_lines() -> None:
    small = "```bash\nrun me\n\nand me\n```"
    assert any(small in chunk.text for chunk in chunks_of(f"{SENTENCE * 4}\n\n{small}\n\n{SENTENCE * 4}"))
    lines = [f"step {n} --with option" for n in range(80)]
    chunks = chunks_of("~~~~sh\n" + "\n".join(lines) + "\n~~~~", max_words=60)
    assert len(chunks) > 3
    for chunk in chunks:
        assert chunk.text.startswith("~~~~sh\nstep ")
        assert chunk.text.endswith("\n~~~~")
    assert [line for chunk in chunks for line in chunk.text.split("\n")[1:-1]] == lines


def test_code_that_never_closes_is_closed_in_every_part() -> None:
    chunks = chunks_of("```\n" + "run it now\n" * 60, max_words=60)
    assert all(chunk.text.startswith("```\nrun") and chunk.text.endswith("now\n```") for chunk in chunks)


def test_a_list_stays_with_the_sentence_that_announces_it() -> None:
    items = "\n".join(f"- item {n} of the list" for n in range(6))
    chunks = chunks_of(f"{SENTENCE * 3}\n\nYou need the following things:\n\n{items}\n\n{SENTENCE}", max_words=45)
    (holding,) = [chunk for chunk in chunks if "item 0" in chunk.text]
    assert "You need the following things:\n\n- item 0" in holding.text


def test_a_huge_list_parts_between_items_and_nested_parts_stay_in_place() -> None:
    items = [f"- item {n} says something of use\n  - and has a nested point" for n in range(40)]
    chunks = chunks_of("\n".join(items), max_words=60)
    assert "\n".join(chunk.text for chunk in chunks) == "\n".join(items)
    assert all(chunk.text.startswith("- item") for chunk in chunks)
    loose = chunks_of("\n\n".join(f"{n}. point {SENTENCE}" for n in range(1, 20)), max_words=60)
    assert all(re.match(r"\d+\. point", chunk.text) for chunk in loose)


def test_an_item_longer_than_a_chunk_parts_within_itself() -> None:
    code = "\n".join(f"  line {n} of code" for n in range(60))
    text = f"- {SENTENCE * 8}\n\n  ```sh\n{code}\n  ```\n- last\n"
    chunks = chunks_of(text, max_words=50)
    assert all("```sh" in chunk.text for chunk in chunks if "of code" in chunk.text)
    assert chunks[-1].text.endswith("- last")


def test_definitions_of_links_and_html_are_kept_as_text() -> None:
    text = "See [it][a].\n\n[a]: https://a.example/page\n\n<div>\nwords\n</div>\n\n> quoted\n"
    assert "[a]: https://a.example/page\n\n<div>\nwords\n</div>\n\n> quoted" in chunks_of(text)[0].text


def test_the_hash_tells_passages_apart_and_survives_changes_elsewhere() -> None:
    before = chunks_of("## A\n\nText.\n\n## B\n\nMore.\n")
    after = chunks_of("## New\n\nWords.\n\n## A\n\nText.\n\n## B\n\nOther.\n")
    assert before[0].content_hash == after[1].content_hash
    assert before[1].content_hash != after[2].content_hash
    assert chunks_of("## C\n\nText.\n")[0].content_hash != before[0].content_hash
    assert re.fullmatch("[0-9a-f]{64}", before[0].content_hash)


def test_a_passage_said_twice_has_two_hashes() -> None:
    first, second = chunks_of("## A\n\nText.\n\n## A\n\nText.\n")
    assert first.text == second.text
    assert first.content_hash != second.content_hash


VOCABULARY = ["alpha", "beta", "gamma.", "delta!", "Epsilon", "zeta,", "e.g.", "eta:", "3.5", "Ω", "汉字。"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1)
LINES = WORDS.map(" ".join)
BLOCKS = st.one_of(
    LINES,
    st.tuples(st.integers(1, 4), LINES).map(lambda pair: f"{'#' * pair[0]} {pair[1]}"),
    st.lists(LINES, min_size=1).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(LINES, min_size=1).map(lambda items: "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))),
    st.lists(LINES, min_size=1).map(
        lambda rows: "| A | B |\n|---|---|\n" + "\n".join(f"| {row} | x |" for row in rows)
    ),
    st.lists(LINES, min_size=1).map(lambda code: "```py\n" + "\n".join(code) + "\n```"),
    LINES.map(lambda line: f"> {line}"),
    LINES.map(lambda line: f"{line}\n==="),
    st.sampled_from(["---", "<b>", "[a]: b", "    indented code", "- a\n\n      code\n\n  > quote", "```\nopen"]),
)
DOCUMENTS = st.lists(BLOCKS, max_size=12).map("\n\n".join)
SIZES = st.tuples(st.integers(4, 60), st.integers(0, 10), st.integers(0, 40)).filter(lambda size: size[1] < size[0])


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS, SIZES)
def test_every_word_is_in_some_chunk_in_order_and_the_same_each_time(text: str, sizes: tuple[int, int, int]) -> None:
    max_words, overlap_words, min_words = sizes
    chunks = chunk_markdown(text, title="Doc", max_words=max_words, overlap_words=overlap_words, min_words=min_words)
    said = "\n".join(f"{chunk.heading or ''}\n{chunk.text}" for chunk in chunks)
    assert set(LETTERS.findall(text)) <= set(LETTERS.findall(said))
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))
    assert len({chunk.content_hash for chunk in chunks}) == len(chunks)
    starts = [chunk.start_line for chunk in chunks]
    assert starts == sorted(starts)
    assert all(1 <= chunk.start_line <= chunk.end_line <= text.count("\n") + 1 for chunk in chunks)
    again = chunk_markdown(text, title="Doc", max_words=max_words, overlap_words=overlap_words, min_words=min_words)
    assert chunks == again


@settings(deadline=None, max_examples=60)
@given(st.lists(LINES, min_size=1, max_size=8).map("\n\n".join), SIZES)
def test_prose_is_bounded_and_complete_to_the_last_word(text: str, sizes: tuple[int, int, int]) -> None:
    max_words, _, _ = sizes
    chunks = chunk_markdown(text, title="Doc", max_words=max_words, overlap_words=0)
    assert all(count_words(chunk.text) <= max_words for chunk in chunks)
    assert LETTERS.findall(" ".join(chunk.text for chunk in chunks)) == LETTERS.findall(text)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    for chunk in chunk_markdown(text, title="Doc", max_words=8, overlap_words=3):
        assert chunk.text.strip()
