"""Summing up without a model: only what was said and cited, in two or three sentences, never longer than allowed."""

import json

from hypothesis import given
from hypothesis import strategies as st

from deskhand.conversations.model import MessageRole
from deskhand.conversations.summarising import MAX_CONTEXT_CHARS, MAX_SUMMARY_CHARS, MAX_TOPICS, condensed, gist_of
from deskhand.conversations.transcript import MAX_LINES, Line, Transcript, as_data, clipped
from deskhand.kit.sentences import split_sentences
from deskhand.llm.sentiment import VaderSentiment

SENTIMENT = VaderSentiment()


def customer(text: str) -> Line:
    return Line(role=MessageRole.CUSTOMER, text=text, answered=True, sources=())


def agent(text: str, *sources: str, answered: bool = True) -> Line:
    return Line(role=MessageRole.AGENT, text=text, answered=answered, sources=sources)


def summary(*lines: Line, resolution: str | None = None, human: bool = False) -> str:
    transcript = Transcript(lines=lines, resolution=resolution, human_requested=human)
    return gist_of(transcript, SENTIMENT).summary


ASKED = customer("How long can I return a helmet?")
ANSWERED = agent("You can return a helmet within 30 days. [1]", "Return an item")
UNANSWERED = agent("I did not find that.", answered=False)


def test_an_answered_question_leaves_nothing_open() -> None:
    text = summary(customer("Hello!"), agent("Hi!"), ASKED, ANSWERED, customer("Thanks"), agent("You are welcome."))
    assert "“How long can I return a helmet?”" in text
    assert "answered from “Return an item”" in text
    assert text.endswith("No next step is open.")
    assert 2 <= len(split_sentences(text)) <= 4


def test_an_unanswered_question_is_the_next_step() -> None:
    text = summary(ASKED, ANSWERED, customer("Do you sell boats?"), UNANSWERED)
    assert "1 of 2 replies had an answer." in text
    assert text.endswith("Next step: somebody who knows answers the last question.")
    assert "There was no answer to it." in summary(customer("Do you sell boats?"), UNANSWERED)


def test_a_request_for_a_person_is_the_outcome_and_the_next_step() -> None:
    text = summary(ASKED, ANSWERED, customer("I want to talk to a person"), agent("Marked."), human=True)
    assert "The customer asked for a person. Next step: a person gets back to the customer." in text


def test_what_was_noted_at_the_close_is_the_outcome() -> None:
    assert summary(ASKED, ANSWERED, resolution="Refund sent by hand.").endswith("Outcome: Refund sent by hand.")


def test_a_last_message_without_an_answer_is_told() -> None:
    assert "still to be answered" in summary(ASKED)
    assert summary() == "The customer wrote nothing."
    assert summary(customer("Hello"), agent("Hi")).startswith("The customer wrote, but asked nothing.")


def test_topics_are_the_documents_cited_then_the_words_that_matter() -> None:
    lines = (ASKED, ANSWERED, customer("What does the Kestrel warranty cover?"), agent("Two years. [1]", "Warranty"))
    topics = gist_of(Transcript(lines=lines), SENTIMENT).topics
    assert topics[:2] == ("Return an item", "Warranty")
    assert "Kestrel" in topics
    assert "helmet" in topics


_LINES = st.lists(
    st.builds(
        Line,
        role=st.sampled_from(list(MessageRole)),
        text=st.text(max_size=400),
        answered=st.booleans(),
        sources=st.lists(st.text(min_size=1, max_size=30), max_size=3).map(tuple),
    ),
    max_size=80,
).map(tuple)


@given(_LINES, st.booleans(), st.none() | st.text(max_size=300))
def test_whatever_was_said_the_record_keeps_its_limits(
    lines: tuple[Line, ...],
    human: bool,  # noqa: FBT001 - hypothesis gives it
    resolution: str | None,
) -> None:
    gist = gist_of(Transcript(lines=lines, human_requested=human, resolution=resolution), SENTIMENT)
    assert gist.summary
    assert len(gist.summary) <= MAX_SUMMARY_CHARS
    assert len(gist.topics) <= MAX_TOPICS
    assert -1 <= gist.sentiment_score <= 1


@given(st.lists(_LINES, max_size=4))
def test_a_rolling_summary_never_outgrows_its_limit(stretches: list[tuple[Line, ...]]) -> None:
    so_far = ""
    for lines in stretches:
        so_far = condensed(so_far, lines)
        assert len(so_far) <= MAX_CONTEXT_CHARS


def test_a_rolling_summary_keeps_the_beginning_and_the_newest() -> None:
    so_far = ""
    for number in range(100):
        so_far = condensed(so_far, [customer(f"Question number {number}?"), agent(f"Reply {number}")])
    assert so_far.splitlines()[0] == "- Customer: Question number 0? → Reply 0"
    assert so_far.splitlines()[-1] == "- Customer: Question number 99? → Reply 99"
    assert "Question number 50?" not in so_far


@given(_LINES)
def test_no_line_ends_its_own_frame(lines: tuple[Line, ...]) -> None:
    rendered = as_data(lines).split("\n") if lines else []
    assert len(rendered) == min(len(lines), MAX_LINES)
    for text in rendered:
        assert set(json.loads(text)) == {"role", "text"}


@given(st.text(max_size=200), st.integers(2, 50))
def test_a_clipped_text_is_short_and_on_one_line(text: str, limit: int) -> None:
    cut = clipped(text, limit)
    assert len(cut) <= limit
    assert "\n" not in cut
