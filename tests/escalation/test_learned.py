"""The learned recogniser: right about sentences it never saw, deaf to negation and quotation, kept in a file."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.escalation.learned import THRESHOLD, Example, LearnedRequests, fit, load_examples
from deskhand.escalation.wording import MAX_CHARS, features, is_negated, is_only_reported, names, unquoted
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.testing.hash_embedder import HashEmbedder
from growth import grows_in_proportion

HELD_OUT = Path(__file__).parent / "held_out.jsonl"

ASKS = [
    "I'd like to talk to a real person, please.",
    "put me through to the workshop",
    "agent",
    "Can one of your colleagues ring me back?",
    "I don't need a bot, I need a human",
    "I don't want a refund. Get me your supervisor.",
    "No, that is not it, let me speak to somebody else",
    'It says "order lost". Can I talk to a person about that?',
    "Hi. I ordered a helmet three weeks ago. It never came. I wrote twice. Please put me through to someone.",
    "Ich möchte mit einem Mitarbeiter sprechen",
    "Je voudrais parler à un conseiller",
    "Quiero hablar con una persona",
    "Ik wil een medewerker spreken",
    "Vorrei parlare con un operatore",
    "Quero falar com um atendente",
]
ASKS_NOT = [
    "I don't need a human",
    "I do not want to talk to anyone, just tell me the price",
    "no human needed, thanks",
    "please don't transfer me",
    "no need to call a lawyer",
    "my manager said thanks",
    'the sign said "speak to a manager"',
    "the button reads 'talk to an agent', what does it do?",
    "How do I add a person to my account?",
    "Can I transfer money to a friend?",
    "a table for four people",
    "Your service is terrible",
    "Can someone tell me when you open?",
    "Ich möchte nicht mit einem Mitarbeiter sprechen",
    "",
    "   ",
    "?!",
]


@pytest.mark.parametrize("text", ASKS)
def test_requests_for_a_person_are_recognised_by_their_wording(worded: LearnedRequests, text: str) -> None:
    assert worded.probability(text) >= THRESHOLD


@pytest.mark.parametrize("text", ASKS_NOT)
def test_what_asks_for_no_person_is_left_alone(worded: LearnedRequests, text: str) -> None:
    assert worded.probability(text) < THRESHOLD


@pytest.mark.model
async def test_with_meaning_it_is_right_about_the_same_sentences(
    learned: LearnedRequests, embedder: FastEmbedEmbedder
) -> None:
    wrong = [
        text
        for texts, asks in ((ASKS, True), (ASKS_NOT, False))
        for text in texts
        if (learned.probability(text, await embedder.embed_query(text)) >= THRESHOLD) is not asks
    ]
    assert wrong == []


@pytest.mark.model
async def test_it_is_right_about_examples_that_were_held_out(
    learned: LearnedRequests, embedder: FastEmbedEmbedder
) -> None:
    rows = [Example.model_validate_json(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    vectors = await embedder.embed_queries([row.text for row in rows])
    scored = [(learned.probability(row.text, vector), row.asks) for row, vector in zip(rows, vectors, strict=True)]
    decided = [asks for score, asks in scored if score >= THRESHOLD]
    assert len(rows) > 200
    assert sum(decided) / len(decided) >= 0.9
    assert sum(decided) / sum(asks for _, asks in scored) >= 0.85


def test_no_example_was_held_out_and_shipped() -> None:
    held = {json.loads(line)["text"].casefold() for line in HELD_OUT.read_text(encoding="utf-8").splitlines()}
    shipped = [example.text for example in load_examples()]
    assert not held & {text.casefold() for text in shipped}
    assert len(shipped) == len(set(shipped)) > 1000


def kept_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the examples, which is fitted faster."""
    some = load_examples()[::6]
    monkeypatch.setattr("deskhand.escalation.learned.load_examples", lambda: some)


@pytest.mark.usefixtures("few")
async def test_weights_are_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models"
    fitted = await LearnedRequests.prepare(HashEmbedder(8), cache=folder)

    def not_again(*_: object) -> None:
        raise AssertionError("fitted again")

    with monkeypatch.context() as patch:
        patch.setattr("deskhand.escalation.learned._fitted", not_again)
        read = await LearnedRequests.prepare(HashEmbedder(8), cache=folder)
    assert read.with_vector is not None
    assert fitted.with_vector is not None
    assert np.allclose(read.with_vector, fitted.with_vector)
    assert np.allclose(read.wording_only, fitted.wording_only)
    await LearnedRequests.prepare(HashEmbedder(16), cache=folder)
    assert len(kept_in(folder)) == 2, "another embedder has weights of its own"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("broken", ["", "{}", '{"with_vector": [1.0], "wording_only": [1.0]}', "\x00"])
async def test_a_broken_file_of_weights_is_replaced(tmp_path: Path, broken: str) -> None:
    fitted = await LearnedRequests.prepare(HashEmbedder(8), cache=tmp_path)
    (kept,) = kept_in(tmp_path)
    kept.write_text(broken)
    again = await LearnedRequests.prepare(HashEmbedder(8), cache=tmp_path)
    assert np.allclose(again.wording_only, fitted.wording_only)
    assert len(kept.read_text()) > 1000


@pytest.mark.usefixtures("few")
async def test_a_folder_that_cannot_be_written_costs_only_the_fitting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    fitted = await LearnedRequests.prepare(HashEmbedder(8), cache=tmp_path / "file")
    assert fitted.probability("can I talk to a human") >= THRESHOLD


def test_a_vector_of_another_model_is_not_used(worded: LearnedRequests) -> None:
    strange = np.ones(7, dtype=np.float32)
    assert worded.probability("agent please", strange) == worded.probability("agent please")


def test_fitting_finds_what_separates_two_groups() -> None:
    inputs = np.array([[0.0], [0.2], [0.8], [1.0]])
    weights = fit(inputs, np.array([0.0, 0.0, 1.0, 1.0]), penalty=0.01)
    assert weights[0] > 0
    assert -weights[1] / weights[0] == pytest.approx(0.5, abs=0.01)


@given(st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_every_text_has_a_probability_and_the_same_features_each_time(text: str) -> None:
    recogniser = LearnedRequests(with_vector=None, wording_only=np.zeros(len(names()) + 1))
    assert 0 <= recogniser.probability(text) <= 1
    assert features(text) == features(text)
    assert len(features(text)) == len(names())
    assert isinstance(is_negated(text), bool)
    assert isinstance(is_only_reported(text), bool)
    assert len(unquoted(text)) <= 2 * MAX_CHARS


@pytest.mark.parametrize(
    "piece", ["i want to ", "can i speak to the ", '"a ', "please " * 3, "not ", "aaaa", "no bot "]
)
def test_a_long_message_takes_time_in_proportion(worded: LearnedRequests, piece: str) -> None:
    assert grows_in_proportion(worded.probability, piece * 100, piece * 400)
