"""With the real model: a relevance of one half tells what a help centre answers from what it does not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deskhand.kit.ids import new_id
from deskhand.knowledge.index import Passage
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.knowledge.retrieval import Retriever
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.fusion import SearchMode
from deskhand.llm.search_texts import index_texts

TENANT, BASE = "ten_garden", "kb_garden"
PAGES = {
    "Deliveries": "We deliver plants on weekdays between 8:00 and 17:00. Pots above 40 kg come on a pallet.",
    "Dead on arrival": "Did a plant arrive dead or damaged? Send a photo within three days, and we replace it.",
    "Opening hours": "The nursery is open from Tuesday to Sunday, 9:00 to 18:00, and closed in January.",
    "Watering roses": "Water roses twice a week, deeply, and never on the leaves. In pots they need it daily.",
    "Gift vouchers": "Vouchers are sold for 20 to 200 euros, do not expire, and can be used more than once.",
    "Paying": "We take cards, bank transfer and cash in the nursery. Companies may pay by invoice in 14 days.",
    "Pruning fruit trees": "Prune apple and pear trees in February, cherries right after the harvest.",
    "Cancelling an order": "An order can be cancelled free of charge until it is packed. Error code N77: call us.",
}
ANSWERED = {
    "my plant came broken, what now": "Dead on arrival",
    "when are you open on sunday": "Opening hours",
    "how often do I have to water my roses": "Watering roses",
    "does a voucher run out at some point": "Gift vouchers",
    "can my company pay by invoice": "Paying",
    "when should I cut back my apple tree": "Pruning fruit trees",
    "N77": "Cancelling an order",
    "I don't want my order any more": "Cancelling an order",
}
UNANSWERED = [
    "how do I reset my password",
    "what is the capital of france",
    "my card was stolen abroad",
    "is there a student discount on bicycles",
    "which laptop should I buy",
    "tell me a joke about lawyers",
    "how do I get a mortgage",
    "what is the battery range in winter",
]


@pytest.fixture
async def retriever(tmp_path: Path, embedder: FastEmbedEmbedder) -> AsyncIterator[Retriever]:
    made_by = {"fingerprint": embedder.fingerprint, "dimensions": embedder.dimensions}
    index = await QdrantEdgeIndex.open(tmp_path / "index", **made_by)  # type: ignore[arg-type]
    for title, text in PAGES.items():
        texts = index_texts(title, None, text)
        vectors = await embedder.embed_documents(texts.dense)
        page = Passage(chunk_id=new_id("chk"), kb_id=BASE, source_id=title, words=texts.lexical, vectors=vectors)
        await index.upsert(TENANT, [page])
    yield Retriever(index, embedder)
    await index.close()


async def relevances(retriever: Retriever, questions: list[str]) -> list[float]:
    found = [await retriever.search(TENANT, [BASE], [question], k=1) for question in questions]
    return [best.relevance for (best,) in found]


async def test_the_right_page_comes_first(retriever: Retriever) -> None:
    for question, page in ANSWERED.items():
        assert (await retriever.search(TENANT, [BASE], [question], k=1))[0].source_id == page


async def test_one_half_separates_answerable_from_foreign_questions(retriever: Retriever) -> None:
    answered = await relevances(retriever, list(ANSWERED))
    foreign = await relevances(retriever, UNANSWERED)
    assert sum(relevance >= 0.5 for relevance in answered) >= len(answered) - 1
    assert max(foreign) < 0.5


async def test_a_code_is_found_by_its_letters_where_meaning_is_at_a_loss(retriever: Retriever) -> None:
    (found,) = await retriever.search(TENANT, [BASE], ["N77"], k=1, mode=SearchMode.LEXICAL)
    assert found.source_id == "Cancelling an order"


async def test_a_long_story_finds_what_its_question_alone_finds(retriever: Retriever) -> None:
    story = (
        "Hello to all of you. My sister and I have bought our trees from you for years. Last week we were on holiday. "
        "The weather was awful and the train was late. When should we cut back our apple tree? "
        "We would be glad about a quick reply. Have a wonderful week and greet the dog. Best regards, Anna."
    )
    (found,) = await retriever.search(TENANT, [BASE], [story], k=1)
    assert found.source_id == "Pruning fruit trees"
    assert found.relevance > 0.5
