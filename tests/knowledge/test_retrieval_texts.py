"""Which texts of a chunk are embedded and counted, and which parts of a message are asked for."""

from hypothesis import given
from hypothesis import strategies as st

from deskhand.llm.question_parts import MAX_PARTS, MAX_SENTENCE_WORDS, PART_SENTENCES, parts_of
from deskhand.llm.search_texts import NAME_WORDS, TAIL_WORDS, WINDOW_WORDS, index_texts, windows

SENTENCE = "The bicycle has a bell."
texts = st.text(st.sampled_from("abc é退.!?\n|-# `0"), max_size=2000)


def words_of(text: str) -> list[str]:
    return text.split()


def test_title_and_headings_stand_before_every_window() -> None:
    texts = index_texts("Refunds", "Bikes › Leased", " ".join([SENTENCE] * 40))
    assert len(texts.dense) > 2
    assert all(window.startswith("Refunds › Bikes › Leased\n") for window in texts.dense)
    assert texts.lexical.startswith("Refunds › Bikes › Leased\n")


def test_a_chunk_without_a_heading_or_a_text_has_one_window() -> None:
    assert index_texts("Refunds", None, "") == index_texts("Refunds ", "", "  ")
    assert index_texts("Refunds", None, "").dense == ("Refunds",)
    assert index_texts("", None, "").dense == ("",)
    assert index_texts("", None, "Five days.").dense == ("Five days.",)


def test_an_endless_title_leaves_room_for_the_text() -> None:
    texts = index_texts("very " * 500, "long " * 500, SENTENCE)
    assert len(words_of(texts.dense[0])) == NAME_WORDS + len(words_of(SENTENCE))


def test_windows_end_where_sentences_end() -> None:
    cut = windows(" ".join([SENTENCE] * 40))
    assert all(window.endswith("bell.") for window in cut)
    assert max(len(words_of(window)) for window in cut) <= WINDOW_WORDS + TAIL_WORDS


def test_a_block_of_code_is_cut_between_words() -> None:
    code = "```\n" + "do this && " * 200 + "\n```"
    assert max(len(words_of(window)) for window in windows(code)) <= WINDOW_WORDS + TAIL_WORDS


def test_a_scrap_at_the_end_joins_the_window_before() -> None:
    filling = " ".join([SENTENCE] * (WINDOW_WORDS // 5))
    assert len(windows(f"{filling} Bye now.")) == 1
    assert len(windows(f"{filling} {filling}")) == 2


@given(texts)
def test_no_word_is_lost_between_windows(text: str) -> None:
    letters = [character for character in text if character.isalnum()]
    assert [character for window in windows(text) for character in window if character.isalnum()] == letters


@given(texts)
def test_windows_are_small_and_at_least_one(text: str) -> None:
    sizes = [len(words_of(window)) for window in windows(text)]
    assert sizes
    assert max(sizes) <= WINDOW_WORDS + TAIL_WORDS


def test_a_short_message_is_one_question() -> None:
    message = "Hi there! Where is my parcel?"
    assert parts_of(message) == [message]
    assert parts_of("") == [""]


def test_a_longer_message_is_read_two_sentences_at_a_time() -> None:
    assert parts_of("I bought a bike. Its chain came off. Is that covered?") == [
        "I bought a bike. Its chain came off.",
        "Its chain came off. Is that covered?",
    ]


def test_a_message_without_stops_is_cut_too() -> None:
    parts = parts_of("word " * 1000)
    assert len(parts) > PART_SENTENCES
    assert max(len(words_of(part)) for part in parts) <= 4 * MAX_SENTENCE_WORDS


@given(texts | st.integers(1, 400).map(lambda count: f"{SENTENCE} " * count))
def test_parts_are_few_and_hold_the_whole_message(message: str) -> None:
    parts = parts_of(message)
    assert 1 <= len(parts) <= MAX_PARTS
    said = {word for part in parts for word in words_of(part)}
    assert {word for word in words_of(message) if any(letter.isalnum() for letter in word)} <= said
