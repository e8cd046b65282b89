"""Traits act without a model too: what the offline model says at their low and high ends."""

import asyncio
import re
from typing import Any

import pytest
from agent_framework import Agent, Message

from agents.contracts import a_draft
from deskhand.agents.traits import behaviour_of
from deskhand.kit.sentences import sentence_spans
from deskhand.llm.offline import KIND_KEY, OfflineChatClient
from deskhand.llm.offline_style import (
    CASUAL_CLOSING,
    CLOSINGS,
    FORMAL_CLOSING,
    HEDGE,
    SORRY,
    STYLE_KEY,
    WARM_CLOSING,
)
from deskhand.llm.passages import NO_ANSWER, PASSAGES_KEY, Passage
from deskhand.testing.hash_embedder import HashEmbedder

STORES = "The Leeds store is open from Monday to Saturday between 9:30 and 18:00. It is closed on Sunday."
BIKE = "The Wren City weighs 21 kg. The Wren City costs £1,899. The Wren City has a range of 70 km."
FEES = """\
An e-bike can be returned within 14 days of delivery. The home trial does not apply to custom-painted e-bikes.

| Item | Fee |
| --- | --- |
| Collection of a Swift Fold | £59 |

Larkspoke charges a cleaning fee of £35 if a returned e-bike is damaged.
"""

SURE = "Is the Leeds store closed on Sunday?"
UNSURE = "Do you collect a Swift Fold?"
WEAK = "Can I come on Saturday?"
ABOUT_ALL = "Tell me about the Wren City"
TROUBLED = "How much is the cleaning fee for a damaged e-bike?"


def passage(number: int, text: str, *, title: str, heading: str | None = None) -> Passage:
    return Passage(
        number=number,
        chunk_id=f"chk_{number}",
        source_id="src_1",
        source="help.md",
        title=title,
        heading=heading,
        link=None,
        text=text,
        relevance=0.8,
    )


SHELF = (
    passage(1, STORES, title="Stores", heading="Leeds"),
    passage(2, BIKE, title="Help"),
    passage(3, FEES, title="Return an e-bike", heading="Costs"),
)


async def reply_to(question: str, **traits: int) -> tuple[str, str]:
    """What the offline model says with these traits, and what kind of reply it is."""
    style = behaviour_of(a_draft(traits=traits), company="Larkspoke").style
    carried: dict[str, Any] = {PASSAGES_KEY: SHELF, STYLE_KEY: style}
    agent = Agent(client=OfflineChatClient(HashEmbedder()), instructions="You help.")
    reply = await agent.run([Message("user", [question], additional_properties=carried)])
    return reply.text, reply.additional_properties[KIND_KEY]


def said(question: str, **traits: int) -> str:
    return asyncio.run(reply_to(question, **traits))[0]


def test_verbosity_sets_the_number_of_sentences() -> None:
    assert said(ABOUT_ALL, verbosity=0).count("[2]") == 1
    assert said(ABOUT_ALL, verbosity=30).count("[2]") == 2
    assert said(ABOUT_ALL, verbosity=100).count("[2]") == 3


def test_formality_sets_the_closing_and_the_words_of_a_greeting() -> None:
    assert said(SURE, formality=0).endswith(CASUAL_CLOSING)
    assert said(SURE, formality=50).endswith("[1]")
    assert said(SURE, formality=100).endswith(FORMAL_CLOSING)
    assert len({said("Hello!", formality=formality) for formality in (0, 50, 100)}) == 3


def test_empathy_is_sorry_for_trouble_and_closes_warmly() -> None:
    assert said(TROUBLED, empathy=100).startswith(f"{SORRY}\n\n")
    assert said(SURE, empathy=100).endswith(WARM_CLOSING)
    for question in (TROUBLED, SURE):
        told = said(question, empathy=0)
        assert SORRY not in told
        assert told.endswith("]")


def test_empathy_is_not_sorry_where_there_is_no_trouble() -> None:
    assert SORRY not in said(SURE, empathy=100)


def test_humor_has_a_light_word_for_small_talk_and_none_for_answers() -> None:
    for talk in ("Hello!", "Thanks!", "Goodbye!", "Are you a bot?", "Who are you?"):
        serious, light = said(talk, humor=0), said(talk, humor=100)
        assert light.startswith(serious)
        assert light.removeprefix(serious).strip() in CLOSINGS
    assert said(SURE, humor=0) == said(SURE, humor=100)


def test_humor_makes_no_joke_when_somebody_asks_for_a_person() -> None:
    assert said("Can I talk to a person please?", humor=0) == said("Can I talk to a person please?", humor=100)


def test_little_confidence_introduces_an_unsure_answer() -> None:
    assert said(UNSURE, confidence=0).startswith(f"{HEDGE}\n\n")
    assert HEDGE not in said(UNSURE, confidence=100)
    assert HEDGE not in said(SURE, confidence=0)


def test_safety_refuses_a_weak_answer_that_little_safety_gives() -> None:
    assert "Saturday" in said(WEAK, safety=0)
    assert said(WEAK, safety=100) == NO_ANSWER
    assert said(SURE, safety=0) == said(SURE, safety=100)


@pytest.mark.parametrize("question", [SURE, UNSURE, TROUBLED, ABOUT_ALL])
@pytest.mark.parametrize("end", [0, 100])
async def test_every_sentence_is_cited_or_known_to_stand_around_an_answer(question: str, end: int) -> None:
    traits = dict.fromkeys(("formality", "empathy", "humor", "verbosity"), end)
    text, kind = await reply_to(question, confidence=100 - end, **traits)
    assert kind == "answer"
    around = re.sub(r"[^\n]*\[\d\]", "", text).strip()
    assert around
    assert {around[start:stop].strip() for start, stop in sentence_spans(around)} <= CLOSINGS


def test_what_stands_around_answers_cites_nothing() -> None:
    assert all("[" not in sentence for sentence in CLOSINGS)
