"""From cosines and BM25 to one relevance."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deskhand.llm.embedding import Vectors
from deskhand.llm.fusion import CURVES, SearchMode, evidence, pool, relevance, word_shares
from deskhand.llm.terms import CEILING

modes = st.sampled_from(list(SearchMode))
numbers = st.floats(-1.0, 2.0, width=32)
tables = arrays(np.float32, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=numbers)


def test_a_share_is_read_against_the_rarest_words_of_its_own_question() -> None:
    bm25 = np.array([[2.2, 2.2], [0.0, 4.4]], dtype=np.float32)
    shares = word_shares(bm25, [(1.0,), (1.0, 1.0)])
    np.testing.assert_allclose(shares, [[1.0, 0.5], [0.0, 1.0]])


def test_words_beyond_the_rarest_are_not_asked_for() -> None:
    bm25 = np.array([[CEILING * 8.0]], dtype=np.float32)
    wordy = [(2.0, 2.0, 2.0, 2.0, 0.1, 0.1, 0.1)]
    assert word_shares(bm25, wordy)[0, 0] == pytest.approx(1.0)


def test_a_question_without_words_has_no_share() -> None:
    shares = word_shares(np.zeros((3, 1), dtype=np.float32), [()])
    assert shares.tolist() == [[0.0], [0.0], [0.0]]


@given(scale=st.floats(0.5, 20.0), bm25=arrays(np.float32, (4, 1), elements=st.floats(0, 50, width=32)))
def test_a_share_does_not_depend_on_the_size_of_the_base(scale: float, bm25: Vectors) -> None:
    rarities = (3.0, 1.0)
    grown = word_shares((bm25 * np.float32(scale)), [tuple(rarity * scale for rarity in rarities)])
    np.testing.assert_allclose(grown, word_shares(bm25, [rarities]), rtol=1e-4, atol=1e-6)


def test_each_mode_uses_its_own_evidence() -> None:
    cosines, shares = np.full((1, 1), 0.6, dtype=np.float32), np.full((1, 1), 0.4, dtype=np.float32)
    assert evidence(cosines, shares, SearchMode.DENSE)[0, 0] == pytest.approx(0.6)
    assert evidence(cosines, shares, SearchMode.LEXICAL)[0, 0] == pytest.approx(0.4)
    assert evidence(cosines, shares, SearchMode.HYBRID)[0, 0] == pytest.approx(0.8)


@given(modes, st.lists(numbers, min_size=2, max_size=20, unique=True))
def test_relevance_is_a_probability_that_grows_with_the_evidence(mode: SearchMode, values: list[float]) -> None:
    found = relevance(np.sort(np.array(values, dtype=np.float32)), mode)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("mode", SearchMode)
def test_relevance_is_one_half_where_the_curve_says(mode: SearchMode) -> None:
    assert relevance(np.array([CURVES[mode].midpoint]), mode)[0] == pytest.approx(0.5, abs=1e-6)


@given(tables)
def test_pooling_keeps_the_evidence_of_the_best_part_of_the_best_chunk(parts: Vectors) -> None:
    assert pool(parts).max() == pytest.approx(parts.max(), abs=1e-4)


@given(arrays(np.float32, st.tuples(st.integers(1, 8), st.just(1)), elements=numbers))
def test_pooling_one_part_changes_nothing(parts: Vectors) -> None:
    np.testing.assert_allclose(pool(parts), parts[:, 0], atol=1e-4)


@given(tables, st.randoms(use_true_random=False))
def test_pooling_does_not_depend_on_the_order_of_parts_or_chunks(parts: Vectors, random: Random) -> None:
    columns = list(range(parts.shape[1]))
    rows = list(range(parts.shape[0]))
    random.shuffle(columns)
    random.shuffle(rows)
    np.testing.assert_allclose(pool(parts[rows][:, columns]), pool(parts)[rows], atol=1e-4)


@given(tables, st.data())
def test_more_evidence_for_a_part_never_lowers_a_chunk_below_another(parts: Vectors, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, parts.shape[0] - 1))
    raised = parts.copy()
    raised[row, data.draw(st.integers(0, parts.shape[1] - 1))] += np.float32(0.5)
    ahead_before = pool(parts)[row] - pool(parts)
    ahead_after = pool(raised)[row] - pool(raised)
    assert (ahead_after >= ahead_before - 1e-4).all()


def test_small_talk_changes_the_level_not_at_all_and_the_order_little() -> None:
    parts = np.array([[0.9] + [0.2] * 10, [0.4] + [0.3] * 10], dtype=np.float32)
    pooled = pool(parts)
    assert pooled[0] == pytest.approx(0.9, abs=1e-6)
    assert pooled[1] < 0.75


def test_pooling_nothing_gives_nothing() -> None:
    assert pool(np.zeros((0, 3), dtype=np.float32)).shape == (0,)
