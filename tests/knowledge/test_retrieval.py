"""Which chunks are found for a message, in which order, and how sure of it the retriever is."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from deskhand.kit.ids import new_id
from deskhand.knowledge.index import Passage
from deskhand.knowledge.retrieval import Retriever, ScoredChunk
from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import SearchMode
from deskhand.llm.search_texts import index_texts
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex

TENANT, BASE = "ten_ours", "kb_help"
PAGES = {
    "refunds": "A refund takes five working days after we inspected the parcel.",
    "norway": "Shipping to Norway costs 24 pounds and takes two weeks.",
    "battery": "Charge the battery for five hours before the first ride.",
    "code": "Error E42 means that the motor is too hot.",
    "contact": "Write to us or call the support line on working days.",
}
SMALL_TALK = (
    "Hello and good morning to everybody. We spent a lovely summer in the mountains. My sister sends her love. "
    "The dog was ill but is well again. It rained all through the night. I painted the kitchen yellow."
)


class CountingEmbedder(HashEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return await super().embed_queries(texts)


class Shelf:
    """A filled index and a retriever over it; pages are known by their name."""

    def __init__(self) -> None:
        self.index = MemoryIndex()
        self.embedder = CountingEmbedder()
        self.retriever = Retriever(self.index, self.embedder)
        self.names: dict[str, str] = {}

    async def fill(self, pages: dict[str, str]) -> "Shelf":
        for name, text in pages.items():
            texts = index_texts("", None, text)
            chunk_id = new_id("chk")
            self.names[chunk_id] = name
            vectors = await self.embedder.embed_documents(texts.dense)
            passage = Passage(chunk_id=chunk_id, kb_id=BASE, source_id=name, words=texts.lexical, vectors=vectors)
            await self.index.upsert(TENANT, [passage])
        return self

    async def search(
        self,
        *queries: str,
        k: int = 5,
        mode: SearchMode = SearchMode.HYBRID,
        vectors: Vectors | None = None,
    ) -> list[ScoredChunk]:
        return await self.retriever.search(TENANT, [BASE], queries, k=k, mode=mode, query_vectors=vectors)


@pytest.fixture
async def shelf() -> Shelf:
    return await Shelf().fill(PAGES)


@pytest.mark.parametrize("mode", SearchMode)
async def test_the_page_that_answers_comes_first(shelf: Shelf, mode: SearchMode) -> None:
    for question, page in [
        ("when does my refund arrive after the parcel", "refunds"),
        ("shipping to norway", "norway"),
        ("what does error e42 mean", "code"),
    ]:
        assert (await shelf.search(question, mode=mode))[0].source_id == page


async def test_chunks_come_in_the_order_of_their_relevance(shelf: Shelf) -> None:
    found = await shelf.search("how many working days does the support line need")
    scores = [chunk.relevance for chunk in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({chunk.chunk_id for chunk in found}) == len(found)


async def test_a_question_about_nothing_there_is_recognised(shelf: Shelf) -> None:
    answered = await shelf.search("refund takes how many working days after you inspected the parcel")
    foreign = await shelf.search("which wine goes with roast lamb")
    assert answered[0].relevance > 0.5
    assert max(chunk.relevance for chunk in foreign) < 0.5


async def test_no_more_than_k_are_returned(shelf: Shelf) -> None:
    assert len(await shelf.search("working days", k=2)) == 2
    assert await shelf.search("working days", k=0) == []


async def test_nothing_is_asked_of_no_base_or_for_no_question(shelf: Shelf) -> None:
    assert await shelf.retriever.search(TENANT, [], ["refund"]) == []
    assert await shelf.search() == []
    assert shelf.embedder.asked == []


async def test_another_tenant_finds_nothing(shelf: Shelf) -> None:
    assert await shelf.retriever.search("ten_theirs", [BASE], ["refund"]) == []


async def test_the_pages_for_each_of_several_questions_are_found(shelf: Shelf) -> None:
    found = await shelf.search("shipping to norway", "charge the battery", k=2)
    assert {chunk.source_id for chunk in found} == {"norway", "battery"}


async def test_a_second_question_does_not_lower_what_answers_the_first(shelf: Shelf) -> None:
    alone = (await shelf.search("shipping to norway"))[0]
    together = await shelf.search("shipping to norway", "which wine goes with roast lamb")
    assert together[0].chunk_id == alone.chunk_id
    assert together[0].relevance == pytest.approx(alone.relevance, abs=1e-5)


async def test_small_talk_around_a_question_does_not_drown_it(shelf: Shelf) -> None:
    alone = (await shelf.search("How long does a refund take?"))[0]
    found = await shelf.search(f"{SMALL_TALK} How long does a refund take? {SMALL_TALK}")
    assert found[0].source_id == "refunds"
    assert found[0].relevance > 0.6 * alone.relevance


async def test_given_vectors_are_not_embedded_again(shelf: Shelf) -> None:
    vectors = await HashEmbedder().embed_queries(["shipping to norway"])
    given = await shelf.search("shipping to norway", vectors=vectors)
    assert shelf.embedder.asked == []
    assert given == await shelf.search("shipping to norway")


async def test_of_given_vectors_only_those_of_short_questions_are_used(shelf: Shelf) -> None:
    long = "I bought a bike. Its battery is empty. How do I charge it?"
    vectors = await HashEmbedder().embed_queries(["shipping to norway", long])
    given = await shelf.search("shipping to norway", long, vectors=vectors)
    assert shelf.embedder.asked == [
        "I bought a bike. Its battery is empty.",
        "Its battery is empty. How do I charge it?",
    ]
    assert given == await shelf.search("shipping to norway", long)


async def test_lexical_search_embeds_nothing(shelf: Shelf) -> None:
    found = await shelf.search("shipping to norway", mode=SearchMode.LEXICAL)
    assert shelf.embedder.asked == []
    assert [(chunk.source_id, chunk.cosine) for chunk in found] == [("norway", 0.0)]


async def test_the_evidence_is_told_with_the_relevance(shelf: Shelf) -> None:
    best = (await shelf.search("shipping to norway"))[0]
    vector = await HashEmbedder().embed_query("shipping to norway")
    page = await HashEmbedder().embed_query(PAGES["norway"])
    assert best.cosine == pytest.approx(float(vector @ page), abs=1e-5)
    assert 0.4 < best.word_share < 1.0


async def test_the_order_does_not_depend_on_the_order_of_ingestion() -> None:
    names = [f"page {number}" for number in range(12)]
    found = []
    for seed in (1, 2):
        shelf = Shelf()
        random.Random(seed).shuffle(names)  # noqa: S311 - no secret
        for name in names:
            texts = index_texts("", None, "A refund takes five days." if "1" in name else "Refunds: see elsewhere.")
            chunk_id = f"chk_{int(name.split()[1]):032x}"
            vectors = await shelf.embedder.embed_documents(texts.dense)
            passage = Passage(chunk_id=chunk_id, kb_id=BASE, source_id=name, words=texts.lexical, vectors=vectors)
            await shelf.index.upsert(TENANT, [passage])
        found.append([chunk.source_id for chunk in await shelf.search("how many days does a refund take", k=12)])
    assert found[0] == found[1]


@pytest.mark.parametrize("question", ["", "   ", "?", "the of and", "退款", "a" * 10_000, "refund. " * 2000])
async def test_odd_questions_are_answered_not_refused(shelf: Shelf, question: str) -> None:
    found = await shelf.search(question)
    assert all(np.isfinite(chunk.relevance) for chunk in found)
