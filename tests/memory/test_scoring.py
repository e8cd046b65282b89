"""The parts of a memory's score: arithmetic, for whatever numbers come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deskhand.llm.terms import CEILING
from deskhand.memory.scoring import (
    LASTING,
    confidence,
    recency,
    reinforcement,
    score,
    semantic,
    shares,
    support,
    without,
)

PARTS = arrays(np.float64, st.integers(1, 12), elements=st.floats(0, 1))
ANY = st.floats(-50, 50)


def test_recency_fades_by_half_of_what_fades_in_a_half_life() -> None:
    ages = np.array([-5.0, 0.0, 100.0, 200.0, 1e12])
    expected = [1.0, 1.0, LASTING + (1 - LASTING) / 2, LASTING + (1 - LASTING) / 4, LASTING]
    assert recency(ages, 100.0) == pytest.approx(expected)


@given(arrays(np.float64, 8, elements=ANY))
def test_the_semantic_part_grows_with_the_support_and_stays_within_its_bounds(supports: np.ndarray) -> None:
    fitting = semantic(np.sort(supports))
    assert ((fitting >= 0) & (fitting <= 1)).all()
    assert (np.diff(fitting) >= 0).all()
    assert semantic(np.array([1.0]))[0] == 0.5


@given(st.floats(0, 1), st.integers(0, 10_000))
def test_uses_raise_a_memory_but_never_above_its_importance(weight: float, times: int) -> None:
    now, later = (float(reinforcement(np.array([weight]), np.array([count]))[0]) for count in (times, times + 1))
    assert weight / 2 <= now <= later <= weight


@given(PARTS)
def test_a_score_of_parts_within_0_and_1_is_within_0_and_1(parts: np.ndarray) -> None:
    assert ((score(parts, parts, parts) >= -1e-9) & (score(parts, parts, parts) <= 1 + 1e-9)).all()
    assert score(parts, parts, parts) == pytest.approx(parts)


def test_a_share_is_of_what_the_rarest_words_could_give() -> None:
    rarities = [5.0, 1.0, 4.0, 3.0, 2.0]
    most = CEILING * (5 + 4 + 3 + 2)
    assert shares(np.array([most, most / 2, 0.0]), rarities) == pytest.approx([1.0, 0.5, 0.0])
    assert shares(np.array([3.0]), []).tolist() == [0.0]


def test_support_comes_from_two_on_either_side_within_a_run() -> None:
    alone = np.array([1.0, 0, 0, 0, 0, 0])
    run = np.array([False, True, True, True, False, True])
    assert support(alone, run).tolist() == [1.0, 0.5, 0.25, 0, 0, 0]
    assert support(alone[::-1].copy(), run).tolist() == [0, 0, 0, 0, 0.5, 1.0]
    assert support(alone, np.zeros(6, dtype=bool)).tolist() == alone.tolist()


@given(st.data(), st.integers(0, 9))
def test_support_is_the_sum_over_the_neighbours(data: st.DataObject, size: int) -> None:
    evidence = data.draw(arrays(np.float64, size, elements=st.floats(-1, 2)))
    follows = data.draw(arrays(np.bool_, size))
    follows[:1] = False
    expected = []
    for one in range(size):
        total = evidence[one]
        for other in range(max(0, one - 2), min(size, one + 3)):
            low, high = min(one, other), max(one, other)
            if high > low and follows[low + 1 : high + 1].all():
                total += (0.5 if high - low == 1 else 0.25) * evidence[other]
        expected.append(total)
    assert support(evidence, follows) == pytest.approx(np.array(expected))


def test_words_are_taken_out_of_a_vector_unless_nothing_else_is_in_it() -> None:
    name, meaning = np.eye(3, dtype=np.float32)[:2]
    both = (name + meaning) / np.sqrt(2, dtype=np.float32)
    assert without(both, name[None]) == pytest.approx(meaning, abs=1e-6)
    assert without(name, name[None]).tolist() == name.tolist()
    assert without(both, np.zeros((0, 3), dtype=np.float32)) is both


def test_confidence_is_a_mean() -> None:
    assert confidence([0.2, 0.4]) == pytest.approx(0.3)
    assert confidence([]) == 0.0
