"""Passages cut into pieces: what is a piece, what leads it in, and that each quote stands in its passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.offline_pieces import Piece, PieceKind, clean, pieces_of
from deskhand.llm.passages import Passage


def cut(text: str, *, title: str = "Help", heading: str | None = None) -> list[Piece]:
    return pieces_of(
        Passage(
            number=1,
            chunk_id="chk_1",
            source_id="src_1",
            source="help.md",
            title=title,
            heading=heading,
            link=None,
            text=text,
            relevance=0.5,
        )
    )


def texts(text: str) -> list[str]:
    return [piece.text for piece in cut(text)]


def test_a_paragraph_gives_its_sentences_without_markdown() -> None:
    assert texts("Select **My orders**. See [Returns](https://x.example/r) and `E17`.\nIt is _free_.") == [
        "Select My orders.",
        "See Returns and `E17`.",
        "It is _free_.",
    ]


def test_headings_are_the_context_of_what_follows_and_no_pieces() -> None:
    (piece,) = cut("## Stores\n\n### Leeds\n\n#### Opening hours\n\nMonday: 9:00 to 18:00", title="Where we are")
    assert piece.section == "Stores > Leeds > Opening hours"
    assert piece.context == "Where we are > Stores > Leeds > Opening hours"


def test_a_sibling_heading_ends_the_one_before() -> None:
    assert [piece.section for piece in cut("### Leeds\n\nOpen daily.\n\n### Cardiff\n\nClosed today.")] == [
        "Leeds",
        "Cardiff",
    ]


@pytest.mark.parametrize("line", ["WHEN IS MY ORDER READY?", "**When is my order ready?**"])
def test_a_line_in_capitals_or_in_bold_is_a_heading(line: str) -> None:
    (piece,) = cut(f"{line}\n\nWithin 2 hours.")
    assert piece.section == "When is my order ready?"


def test_a_list_is_led_in_by_the_sentence_with_the_colon() -> None:
    lead, first, second = cut("You need:\n\n- a photo ID\n- the code from the e-mail")
    assert (lead.kind, first.kind, second.kind) == (PieceKind.SENTENCE, PieceKind.ITEM, PieceKind.ITEM)
    assert first.lead == second.lead == lead.order
    assert first.group == second.group


def test_nested_items_are_led_in_by_their_parent_and_steps_keep_their_numbers() -> None:
    one, nested, two = cut("1. Scan the code with one of:\n   - Authy\n2. Save the backup codes.")
    assert (one.marker, nested.marker, two.marker) == ("1.", "-", "2.")
    assert nested.lead == one.order
    assert nested.depth == 1
    assert one.group == nested.group == two.group


def test_code_stays_whole_and_belongs_to_the_step_above_it() -> None:
    step, code = cut("1. Run the upgrade:\n   ```bash\n   helm repo update\n\n   helm upgrade\n   ```")
    assert code.kind is PieceKind.CODE
    assert "helm repo update\n\n" in code.text
    assert code.lead == step.order


def test_a_table_row_is_told_with_its_headers() -> None:
    (row,) = cut("| Zone | Standard | Express |\n| --- | :---: | --- |\n| Zone 2 | £8.90 | |")
    assert row.text == "Zone: Zone 2, Standard: £8.90"
    assert row.quote == "| Zone 2 | £8.90 | |"


def test_front_matter_tags_rules_bare_links_and_captions_are_left_out() -> None:
    text = (
        "---\ntitle: X\n---\n<Note>\nIt is free.\n</Note>\n\n---\n\nhttps://help.example/returns\n\n"
        "![shot](a.png)\n\nSuper Admin Portal\n"
    )
    assert texts(text) == ["It is free."]


def test_a_quotation_is_told_without_its_marks() -> None:
    assert texts("> **Tip:** It is free.\n> Ask in a store.") == ["Tip: It is free.", "Ask in a store."]


_MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# Head", "## Sub", "A sentence. Another one!", "- item", "  - nested", "1. step", "2) step", "| a | b |",
            "| --- | --- |", "```", "code()", "> quoted", "", "---", "**Bold**", "LOUD LINE HERE", "text:", "\t- tab",
            "[link](http://x)", "<br/>", "Ends with 5 €.", "|||", "1.", "- ", "ü – “quoted” …",
        ]
    ),
    max_size=30,
).map("\n".join)  # fmt: skip


@given(st.one_of(st.text(max_size=300), _MARKDOWN))
def test_every_quote_stands_in_its_passage_and_orders_count_through(text: str) -> None:
    pieces = cut(text)
    assert [piece.order for piece in pieces] == list(range(len(pieces)))
    for piece in pieces:
        assert piece.quote in text
        assert piece.text.strip()
        assert piece.lead is None or piece.lead < piece.order


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more_and_gives_one_line(text: str) -> None:
    once = clean(text)
    assert "\n" not in once
    assert once == once.strip()
