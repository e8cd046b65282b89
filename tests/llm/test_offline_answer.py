"""Finding answers: what is told stands in the passages, what decides moves the decision the right way."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.llm.embedding import Vectors
from deskhand.llm.offline_answer import ACCEPT_FROM, Found, find_answer
from deskhand.llm.offline_signs import Signs, confidence_of
from deskhand.llm.offline_style import AnswerStyle, style_of
from deskhand.llm.offline_text import answer_chunks
from deskhand.llm.offline_vectors import TextVectors
from deskhand.llm.passages import Passage
from deskhand.testing.hash_embedder import HashEmbedder

SURE = Signs(
    meaning=0.7,
    heading=0.5,
    words=1.0,
    weakest=1.0,
    figure=True,
    focus=1.0,
    names=1.0,
    exact=True,
    relevance=0.9,
    lead=0.9,
)


def passage(number: int, text: str) -> Passage:
    return Passage(
        number=number,
        chunk_id=f"chk_{number}",
        source_id="src_1",
        source="help.md",
        title="Returns",
        heading="Fees",
        link=None,
        text=text,
        relevance=0.9,
    )


def found(question: str, texts: Sequence[str], style: AnswerStyle | None = None) -> Found:
    passages = [passage(number, text) for number, text in enumerate(texts, start=1)]
    return asyncio.run(find_answer(TextVectors(HashEmbedder()), question, passages, style=style or AnswerStyle()))


_BLOCKS = st.lists(
    st.sampled_from(
        [
            "A helmet can be returned within 30 days.", "It costs £3.90.", "## Fees", "You need:", "- the label",
            "- a box", "1. Print the label.", "2. Pack the helmet.", "| Item | Fee |\n| --- | --- |\n| Helmet | £3 |",
            "```\nreturn --helmet\n```", "> **Tip:** It is free.", "", "However, gloves are free.",
        ]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip
_QUESTIONS = st.sampled_from(
    [
        "How do I return a helmet?",
        "What does returning a helmet cost?",
        "Is it free?",
        "helmet",
        "What do I need?",
        "why",
    ]
)


@settings(max_examples=60, deadline=None)
@given(_QUESTIONS, st.lists(_BLOCKS, min_size=1, max_size=3))
def test_everything_told_stands_word_for_word_in_the_passage_it_cites(question: str, texts: list[str]) -> None:
    answer = found(question, texts)
    for piece in answer.pieces:
        text = texts[piece.number - 1]
        assert piece.quote in text
        assert set(re.findall(r"\w+", piece.text)) <= set(re.findall(r"\w+", text))
    assert answer == found(question, texts)
    assert bool(answer.pieces) == (answer.confidence >= ACCEPT_FROM)


@settings(max_examples=60, deadline=None)
@given(_QUESTIONS, st.lists(_BLOCKS, min_size=1, max_size=3))
def test_every_step_of_the_told_text_ends_with_its_citation(question: str, texts: list[str]) -> None:
    answer = found(question, texts)
    chunks = answer_chunks([answer]) if answer.pieces else ()
    assert len(chunks) == len(answer.pieces)
    for chunk, piece in zip(chunks, answer.pieces, strict=True):
        assert chunk.endswith(f"[{piece.number}]")
        assert piece.text in chunk


def test_a_sentence_is_preferred_to_the_table_row_that_says_the_same() -> None:
    table = "| Item | Fee |\n| --- | --- |\n| Cleaning of a dirty e-bike | £35 |"
    (piece,) = found(
        "How much is the cleaning of a dirty e-bike?", [f"{table}\n\nCleaning a dirty e-bike costs £35."]
    ).pieces
    assert piece.text == "Cleaning a dirty e-bike costs £35."


def test_of_a_wide_table_only_the_column_asked_for_is_told() -> None:
    table = "| Zone | Standard | Express |\n| --- | --- | --- |\n| Zone 2 | £8.90 | £19.50 |"
    (piece,) = found("What does express to Zone 2 cost?", [table]).pieces
    assert piece.text == "Zone: Zone 2, Express: £19.50"
    assert piece.quote == "| Zone 2 | £8.90 | £19.50 |"


def test_a_command_is_given_with_the_line_above_it() -> None:
    answer = found("How do I restart the server?", ["Restart the server with:\n\n```\nsudo ctl --restart\n```"])
    assert [piece.text for piece in answer.pieces] == ["Restart the server with:", "```\nsudo ctl --restart\n```"]


def test_an_item_that_stands_alone_loses_its_bullet() -> None:
    answer = found("How many days do I have to return a helmet?", ["- A helmet can be returned within 30 days."])
    assert answer_chunks([answer]) == ("A helmet can be returned within 30 days. [1]",)


def test_sure_signs_are_accepted_and_bad_ones_are_not() -> None:
    assert confidence_of(SURE) > 0.95
    assert (
        confidence_of(replace(SURE, meaning=0.2, heading=0.1, words=0.1, weakest=0.2, lead=0.1, relevance=0.1)) < 0.05
    )


@pytest.mark.parametrize(
    "worse",
    [
        {"meaning": 0.3}, {"heading": 0.0}, {"words": 0.2}, {"weakest": 0.3}, {"figure": False}, {"focus": 0.4},
        {"names": 0.3}, {"exact": False}, {"relevance": 0.1}, {"lead": 0.1},
    ],
)  # fmt: skip
def test_every_sign_moves_the_confidence_the_way_it_points(worse: dict[str, float]) -> None:
    assert confidence_of(replace(SURE, **worse)) < confidence_of(SURE)  # type: ignore[arg-type] # one field each


def test_the_name_of_the_company_does_not_make_a_piece_an_answer() -> None:
    texts = ["Larkspoke was founded in Bristol.", "Larkspoke has six stores."]
    plain = found("Who is the boss of Larkspoke?", texts)
    told = found("Who is the boss of Larkspoke?", texts, AnswerStyle(company="Larkspoke"))
    assert told.confidence < plain.confidence


@pytest.mark.parametrize(("verbosity", "sentences"), [(0, 1), (20, 1), (21, 2), (50, 3), (80, 4), (100, 6)])
def test_verbosity_is_read_in_bands(verbosity: int, sentences: int) -> None:
    assert style_of(verbosity=verbosity, formality=50).max_sentences == sentences


class CountingEmbedder(HashEmbedder):
    """Counts the documents it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: list[str] = []

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents.extend(texts)
        return await super().embed_documents(texts)


async def test_a_sentence_is_embedded_once_however_often_it_is_asked_about() -> None:
    embedder = CountingEmbedder()
    vectors = TextVectors(embedder)
    for question in ("How do I return a helmet?", "Is a helmet free?"):
        await find_answer(vectors, question, [passage(1, "A helmet can be returned. It is free.")], style=AnswerStyle())
    assert sorted(embedder.documents) == sorted(set(embedder.documents))
