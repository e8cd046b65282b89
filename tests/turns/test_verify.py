"""Markers and quotes: every number names a passage, every quote stands in it word for word."""

from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.passages import Passage
from deskhand.turns.markers import MarkerFilter, cited_numbers
from deskhand.turns.state import Draft
from deskhand.turns.verify import GAP, MAX_QUOTE_CHARS, quote_for, supported_by, verify
from turns.agents import running_agent

TEXT = (
    "You can return a helmet within 30 days of delivery. Sale items can be returned within 14 days. "
    "Gloves must be unworn. A refund takes five working days."
)


def passage(number: int, text: str = TEXT, relevance: float = 0.5) -> Passage:
    return Passage(
        number=number,
        chunk_id=f"chk_{number}",
        source_id="src_1",
        source="returns.md",
        title="Returns",
        heading=None,
        link=None,
        text=text,
        relevance=relevance,
    )


def filtered(pieces: list[str], numbers: set[int]) -> str:
    markers = MarkerFilter(lambda: numbers)
    return "".join([*(markers.feed(piece) for piece in pieces), markers.rest()])


def test_markers_that_name_a_passage_stay_and_others_go() -> None:
    assert filtered(["Yes. [1] No. [9] Both. [1, 9; 2]"], {1, 2}) == "Yes. [1] No. Both. [1][2]"


def test_a_marker_cut_in_two_by_the_stream_is_checked_whole() -> None:
    assert filtered(["Yes. ", "[", "1", "]", " No. [", "9", "]"], {1}) == "Yes. [1] No."


def test_brackets_that_are_no_markers_stay() -> None:
    assert filtered(["Press [Save] and see [a](b) [", "12"], set()) == "Press [Save] and see [a](b) [12"


@given(st.lists(st.text(alphabet="ab [],;129\n", max_size=12), max_size=12), st.sets(st.integers(1, 9)))
def test_how_the_stream_is_cut_makes_no_difference(pieces: list[str], numbers: set[int]) -> None:
    whole = filtered(["".join(pieces)], numbers)
    assert filtered(pieces, numbers) == whole
    assert set(cited_numbers(whole)) <= numbers


def test_a_quote_is_the_sentence_that_the_answer_rests_on() -> None:
    assert quote_for(TEXT, ["Sale items go back within 14 days"]) == "Sale items can be returned within 14 days."


def test_neighbouring_sentences_are_quoted_together_and_others_apart() -> None:
    quote = quote_for(
        TEXT, ["return a helmet within 30 days", "sale items returned within 14", "refund takes five days"]
    )
    first, second = quote.split(GAP)
    assert first.endswith("within 14 days.")
    assert second == "A refund takes five working days."


@given(st.text(max_size=400), st.lists(st.text(max_size=60), max_size=4))
def test_a_quote_always_stands_in_its_passage(text: str, sentences: list[str]) -> None:
    quote = quote_for(text, sentences)
    assert len(quote) <= MAX_QUOTE_CHARS
    assert all(part in text for part in quote.split(GAP)) or GAP in text


def test_each_sentence_supports_the_numbers_behind_it() -> None:
    answer = "Thirty days. [1] Unworn only. [1][2]\nFive days. [2]"
    assert supported_by(answer, 1) == ["Thirty days.", "Unworn only."]
    assert supported_by(answer, 2) == ["Unworn only.", "Five days."]


def test_an_answers_confidence_is_that_of_its_best_cited_passage() -> None:
    passages = [passage(1, relevance=0.4), passage(2, relevance=0.9)]
    draft = Draft(agent=running_agent(), passages=passages, text="A helmet: 30 days. [1]")
    assert verify(draft).confidence == 0.4
    assert [citation.number for citation in verify(draft).citations] == [1]
