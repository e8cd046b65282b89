"""The offline model with the real embedder, on questions in other words than the passages and on near misses."""

import pytest
from agent_framework import Agent, Message

from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.offline import OfflineChatClient
from deskhand.llm.passages import NO_ANSWER, PASSAGES_KEY, Passage

pytestmark = pytest.mark.model

PAGES = {
    ("Passwords", "Reset your password"): (
        "The link in the password e-mail works for 60 minutes. "
        "After five wrong attempts the account is locked for 30 minutes."
    ),
    ("Gift cards", "Buying"): (
        "Gift cards are available for any amount from £25 to £500. "
        "A gift card is valid for 24 months from the purchase."
    ),
    ("Deliveries", "A parcel is damaged"): (
        "Damage to a parcel must be reported within 7 days of delivery.\n\n"
        "1. Take photos of the box and the item.\n2. Open **My orders** and choose **Report a problem**.\n"
        "3. Upload the photos."
    ),
    (
        "Stores",
        "Leeds",
    ): "The Leeds store is open from Monday to Saturday between 9:30 and 18:00 and is closed on Sunday.",
}
PASSAGES = tuple(
    Passage(
        number=number,
        chunk_id=f"chk_{number}",
        source_id="src_1",
        source="help.md",
        title=title,
        heading=heading,
        link=None,
        text=text,
        relevance=0.5,
    )
    for number, ((title, heading), text) in enumerate(PAGES.items(), start=1)
)


async def told(embedder: FastEmbedEmbedder, question: str) -> str:
    agent = Agent(client=OfflineChatClient(embedder), instructions="You help.")
    return (await agent.run([Message("user", [question], additional_properties={PASSAGES_KEY: PASSAGES})])).text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How long is the password reset link good for?", "60 minutes. [1]"),
        ("I typed the wrong password too often, how long is my account blocked?", "30 minutes. [1]"),
        ("When does a gift voucher expire?", "24 months from the purchase. [2]"),
        ("By when do I have to tell you that my package arrived broken?", "within 7 days of delivery. [3]"),
        ("How do I report a damaged parcel?", "3. Upload the photos. [3]"),
        ("What time does the shop in Leeds open?", "9:30"),
    ],
)
async def test_a_question_in_other_words_is_answered(embedder: FastEmbedEmbedder, question: str, expected: str) -> None:
    assert expected in await told(embedder, question)


@pytest.mark.parametrize(
    "question",
    [
        "What time does the store in Madrid open?",
        "How long is the trial period of the premium plan?",
        "How many parking spaces does the Leeds store have?",
        "What colour are the gift cards?",
        "Who is the chief executive?",
    ],
)
async def test_a_near_miss_is_refused(embedder: FastEmbedEmbedder, question: str) -> None:
    assert await told(embedder, question) == NO_ANSWER
