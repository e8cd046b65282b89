"""What every store of passages promises, whichever it is."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from deskhand.kit.ids import new_id
from deskhand.knowledge.chroma import ChromaIndex
from deskhand.knowledge.index import Candidates, Passage, PassageIndex, PassageQuery
from deskhand.knowledge.qdrant_edge import QdrantEdgeIndex
from deskhand.llm.fusion import SearchMode
from deskhand.llm.search_texts import index_texts
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex

EMBEDDER = HashEmbedder()
OURS, THEIRS = "ten_ours", "ten_theirs"
BASE, OTHER_BASE = "kb_help", "kb_shop"
ADAPTERS = [
    "memory",
    "qdrant-edge",
    pytest.param("chroma", marks=pytest.mark.skipif(find_spec("chromadb") is None, reason="needs the extra")),
]


async def open_adapter(name: str, folder: Path) -> PassageIndex:
    fingerprint, dimensions = EMBEDDER.fingerprint, EMBEDDER.dimensions
    match name:
        case "memory":
            return MemoryIndex(fingerprint)
        case "chroma":
            return await ChromaIndex.open(folder, fingerprint=fingerprint, dimensions=dimensions)
        case _:
            return await QdrantEdgeIndex.open(folder, fingerprint=fingerprint, dimensions=dimensions)


@pytest.fixture(params=ADAPTERS)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PassageIndex]:
    opened = await open_adapter(request.param, tmp_path / "index")
    yield opened
    await opened.close()


async def passage(text: str, *, base: str = BASE, source: str = "src_1", chunk_id: str | None = None) -> Passage:
    texts = index_texts("Help", None, text)
    return Passage(
        chunk_id=chunk_id or new_id("chk"),
        kb_id=base,
        source_id=source,
        words=texts.lexical,
        vectors=await EMBEDDER.embed_documents(texts.dense),
    )


async def ask(
    index: PassageIndex,
    *questions: str,
    tenant: str = OURS,
    bases: tuple[str, ...] = (BASE,),
    mode: SearchMode = SearchMode.HYBRID,
    limit: int = 10,
) -> Candidates:
    vectors = await EMBEDDER.embed_queries(questions)
    return await index.search(tenant, bases, PassageQuery(vectors=vectors, texts=questions, limit=limit, mode=mode))


async def test_an_empty_index_finds_nothing(index: PassageIndex) -> None:
    for mode in SearchMode:
        found = await ask(index, "refund", mode=mode)
        assert found.chunk_ids == ()
        assert found.cosines.shape == (0, 1)
        assert found.bm25.shape == (0, 1)
    assert await index.count(OURS, BASE) == 0
    assert await index.chunk_ids(OURS, BASE) == frozenset()


async def test_it_says_which_model_filled_it(index: PassageIndex) -> None:
    assert index.fingerprint == EMBEDDER.fingerprint


async def test_a_passage_is_found_by_its_words_and_by_its_meaning(index: PassageIndex) -> None:
    refund, norway = await passage("Refunds take five days"), await passage("Shipping to Norway")
    await index.upsert(OURS, [refund, norway])
    for mode in SearchMode:
        found = await ask(index, "norway shipping", mode=mode)
        best = int(np.argmax(found.cosines[:, 0] + found.bm25[:, 0]))
        assert found.chunk_ids[best] == norway.chunk_id


async def test_each_mode_uses_its_own_kind_of_search_alone(index: PassageIndex) -> None:
    shared, other = await passage("refund"), await passage("bicycle")
    await index.upsert(OURS, [shared, other])
    lexical = await ask(index, "refund", mode=SearchMode.LEXICAL)
    assert lexical.chunk_ids == (shared.chunk_id,)
    assert not lexical.cosines.any()
    dense = await ask(index, "refund", mode=SearchMode.DENSE)
    assert set(dense.chunk_ids) == {shared.chunk_id, other.chunk_id}
    assert not dense.bm25.any()


async def test_cosines_and_bm25_are_what_the_definitions_say(index: PassageIndex) -> None:
    written = await passage("Refunds take five days")
    await index.upsert(OURS, [written, await passage("Shipping to Norway"), await passage("Days off")])
    found = await ask(index, "refund days", "norway")
    row = found.chunk_ids.index(written.chunk_id)
    vectors = await EMBEDDER.embed_queries(["refund days", "norway"])
    np.testing.assert_allclose(found.cosines[row], (written.vectors @ vectors.T).max(axis=0), atol=1e-3)
    # Three passages, one holds "refund", two hold "day": ln(1 + 2.5/1.5) and ln(1 + 1.5/2.5).
    assert sorted(found.rarities[0]) == pytest.approx([0.4700, 0.9808], abs=1e-3)
    exact = MemoryIndex()
    await exact.upsert(OURS, [written, await passage("Shipping to Norway"), await passage("Days off")])
    expected = await ask(exact, "refund days", "norway")
    np.testing.assert_allclose(found.bm25[row], expected.bm25[expected.chunk_ids.index(written.chunk_id)], rtol=1e-3)


async def test_every_candidate_has_both_scores_whichever_search_found_it(index: PassageIndex) -> None:
    crowd = [await passage(f"refund of parcel number {number}") for number in range(30)]
    await index.upsert(OURS, crowd)
    found = await ask(index, "refund of parcel number 7", "parcel 21", limit=3)
    assert 3 <= len(found.chunk_ids) <= 12
    assert len(set(found.chunk_ids)) == len(found.chunk_ids)
    assert (found.bm25 > 0).all()
    assert (found.cosines > 0).all()


async def test_a_chunk_is_as_near_as_its_nearest_window(index: PassageIndex) -> None:
    filler = " ".join(f"Sentence {number} is about nothing at all." for number in range(40))
    long = await passage(f"{filler} The gearbox needs oil. {filler}")
    assert len(long.vectors) > 3
    await index.upsert(OURS, [long])
    found = await ask(index, "gearbox oil", mode=SearchMode.DENSE)
    question = await EMBEDDER.embed_query("gearbox oil")
    assert found.chunk_ids == (long.chunk_id,)
    assert found.cosines[0, 0] == pytest.approx(float((long.vectors @ question).max()), abs=1e-3)


async def test_another_tenant_finds_counts_and_lists_nothing(index: PassageIndex) -> None:
    await index.upsert(OURS, [await passage("Refunds take five days")])
    for mode in SearchMode:
        assert (await ask(index, "refunds five days", tenant=THEIRS, mode=mode)).chunk_ids == ()
    assert await index.count(THEIRS, BASE) == 0
    assert await index.chunk_ids(THEIRS, BASE) == frozenset()


async def test_another_tenants_words_do_not_change_the_rarities(index: PassageIndex) -> None:
    await index.upsert(OURS, [await passage("refund"), await passage("norway")])
    before = (await ask(index, "refund")).rarities
    await index.upsert(THEIRS, [await passage("refund refund") for _ in range(20)])
    await index.upsert(OURS, [await passage("refund", base=OTHER_BASE) for _ in range(20)])
    assert (await ask(index, "refund")).rarities[0] == pytest.approx(before[0], rel=1e-4)


async def test_a_word_that_nobody_wrote_is_the_rarest(index: PassageIndex) -> None:
    await index.upsert(OURS, [await passage("refund"), await passage("refund again")])
    (known,), (unknown,) = (await ask(index, "refund", "zzyzx")).rarities
    assert unknown > known > 0


async def test_the_same_source_of_two_tenants_is_deleted_for_one(index: PassageIndex) -> None:
    await index.upsert(OURS, [await passage("Refunds take five days", source="src_same")])
    await index.upsert(THEIRS, [await passage("Refunds take five days", source="src_same")])
    await index.delete_source(OURS, BASE, "src_same")
    assert await index.count(OURS, BASE) == 0
    assert len((await ask(index, "refunds", tenant=THEIRS)).chunk_ids) == 1


async def test_nobody_overwrites_or_deletes_another_tenants_chunk(index: PassageIndex) -> None:
    theirs = await passage("Refunds take five days")
    await index.upsert(THEIRS, [theirs])
    await index.upsert(OURS, [await passage("Stolen", chunk_id=theirs.chunk_id)])
    await index.delete_chunks(OURS, [theirs.chunk_id])
    found = await ask(index, "refunds five days", tenant=THEIRS)
    assert found.chunk_ids == (theirs.chunk_id,)
    assert found.bm25[0, 0] > 0


async def test_only_the_bases_asked_for_are_searched(index: PassageIndex) -> None:
    help_page = await passage("Refunds take five days")
    shop_page = await passage("Refunds take five days", base=OTHER_BASE)
    await index.upsert(OURS, [help_page, shop_page])
    assert (await ask(index, "refunds", bases=(BASE,))).chunk_ids == (help_page.chunk_id,)
    assert set((await ask(index, "refunds", bases=(BASE, OTHER_BASE))).chunk_ids) == {
        help_page.chunk_id,
        shop_page.chunk_id,
    }
    assert (await ask(index, "refunds", bases=())).chunk_ids == ()
    assert await index.count(OURS, BASE) == 1


async def test_a_second_upsert_replaces_the_first(index: PassageIndex) -> None:
    many = " ".join(f"Sentence {number} is about refunds." for number in range(40))
    first = await passage(many)
    await index.upsert(OURS, [first])
    await index.upsert(OURS, [await passage("Shipping to Norway", chunk_id=first.chunk_id)])
    assert await index.count(OURS, BASE) == 1
    assert (await ask(index, "refunds", mode=SearchMode.LEXICAL)).chunk_ids == ()
    found = await ask(index, "shipping to norway", mode=SearchMode.DENSE)
    assert found.cosines[0, 0] == pytest.approx(1.0, abs=0.35)
    refunds = await ask(index, "sentence 7 is about refunds", mode=SearchMode.DENSE)
    assert refunds.cosines[0, 0] < 0.5


async def test_a_deleted_source_leaves_no_trace(index: PassageIndex) -> None:
    kept = await passage("Refunds take five days", source="src_kept")
    await index.upsert(OURS, [kept, *[await passage(f"Secret {word}", source="src_gone") for word in "abc"]])
    await index.delete_source(OURS, BASE, "src_gone")
    assert await index.chunk_ids(OURS, BASE) == {kept.chunk_id}
    for mode in SearchMode:
        assert set((await ask(index, "secret", mode=mode)).chunk_ids) <= {kept.chunk_id}
    unheard = (await ask(index, "secret", "zzyzx")).rarities
    assert unheard[0] == pytest.approx(unheard[1])


async def test_deleting_a_base_spares_the_others(index: PassageIndex) -> None:
    other = await passage("Refunds take five days", base=OTHER_BASE)
    await index.upsert(OURS, [await passage("Refunds take five days"), other])
    await index.delete_base(OURS, BASE)
    assert await index.count(OURS, BASE) == 0
    assert await index.chunk_ids(OURS, OTHER_BASE) == {other.chunk_id}


async def test_deleting_chunks_passes_over_those_that_are_not_there(index: PassageIndex) -> None:
    gone, kept = await passage("refund"), await passage("norway")
    await index.upsert(OURS, [gone, kept])
    await index.delete_chunks(OURS, [gone.chunk_id, new_id("chk")])
    await index.delete_chunks(OURS, [])
    assert await index.chunk_ids(OURS, BASE) == {kept.chunk_id}


async def test_the_rarities_follow_every_change(index: PassageIndex) -> None:
    refund = await passage("refund")
    await index.upsert(OURS, [refund, await passage("norway")])
    alone = (await ask(index, "refund")).rarities[0][0]
    await index.upsert(OURS, [await passage("refund") for _ in range(8)])
    common = (await ask(index, "refund")).rarities[0][0]
    await index.delete_source(OURS, BASE, "src_1")
    await index.upsert(OURS, [refund, await passage("norway")])
    assert common < alone
    assert (await ask(index, "refund")).rarities[0][0] == pytest.approx(alone, rel=1e-4)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        " ",
        "the of and",
        "?!…",
        "\x00\x07",
        "退款 需要 多久",
        "café CAFÉ",
        "' OR 1=1 --",
        "a" * 5000,
        "refund " * 5000,
    ],
)
async def test_odd_questions_are_answered_not_refused(index: PassageIndex, odd: str) -> None:
    await index.upsert(OURS, [await passage("Refunds at the cafe take five days")])
    for mode in SearchMode:
        assert len((await ask(index, odd, mode=mode)).chunk_ids) <= 1


async def test_words_are_found_in_every_form_and_with_their_numbers(index: PassageIndex) -> None:
    page = await passage("The café refunded order LS-40091 after error E42.")
    await index.upsert(OURS, [page, await passage("Nothing of the kind")])
    for question in ("refunds", "CAFE", "ls-40091", "E42?"):
        assert (await ask(index, question, mode=SearchMode.LEXICAL)).chunk_ids == (page.chunk_id,)


async def test_odd_texts_and_ids_are_kept_as_they_are(index: PassageIndex) -> None:
    odd = await passage("退款需要五天 🚲 “quoted” \x00", base="kb 'odd' 🚲", source='src "odd"')
    await index.upsert(OURS, [odd])
    assert await index.chunk_ids(OURS, "kb 'odd' 🚲") == {odd.chunk_id}
    found = await ask(index, "退款需要五天", bases=("kb 'odd' 🚲",), mode=SearchMode.DENSE)
    assert found.source_ids == ('src "odd"',)


async def test_the_limit_bounds_what_each_search_contributes(index: PassageIndex) -> None:
    await index.upsert(OURS, [await passage(f"refund number {number}") for number in range(40)])
    assert len((await ask(index, "refund", mode=SearchMode.DENSE, limit=5)).chunk_ids) == 5
    assert len((await ask(index, "refund", mode=SearchMode.LEXICAL, limit=5)).chunk_ids) == 5
    assert 5 <= len((await ask(index, "refund", limit=5)).chunk_ids) <= 10


async def test_nothing_is_lost_by_rearranging(index: PassageIndex) -> None:
    pages = [await passage(f"refund number {number}") for number in range(30)]
    await index.upsert(OURS, pages)
    await index.optimize()
    assert await index.chunk_ids(OURS, BASE) == {page.chunk_id for page in pages}
    assert (await ask(index, "refund number 17")).chunk_ids != ()


async def test_no_passages_are_no_trouble(index: PassageIndex) -> None:
    await index.upsert(OURS, [])
    assert await index.count(OURS, BASE) == 0


def test_a_query_without_a_text_for_each_vector_is_refused() -> None:
    with pytest.raises(ValueError, match="1 texts"):
        PassageQuery(vectors=np.zeros((2, 64), dtype=np.float32), texts=("one",), limit=5)
    with pytest.raises(ValueError, match="limit of 0"):
        PassageQuery(vectors=np.zeros((1, 64), dtype=np.float32), texts=("one",), limit=0)
