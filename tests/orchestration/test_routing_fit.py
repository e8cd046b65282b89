"""The mathematics of routing: held-out scores in closed form are those of fitting anew, and calibration keeps order."""

import numpy as np
import pytest

from deskhand.orchestration.routing_fit import (
    LANDMARKS,
    Fitted,
    Labels,
    Mix,
    fit_scores,
    kernel,
    landmarks_of,
    logistic,
    scope_weights,
    sharpness_of,
    softmax,
)
from deskhand.orchestration.routing_words import Floats

MIX = Mix(ridge=0.2, wording=0.5)


def some_examples(count: int = 24, labels: int = 3, size: int = 5) -> tuple[Floats, Floats, Labels]:
    chance = np.random.default_rng(3)
    vectors = chance.standard_normal((count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    wording = chance.standard_normal((count, size)).astype(np.float32) * 0.3
    return vectors, wording, np.arange(count) % labels


def scores(fitted: Fitted, landmarks: Floats, vectors: Floats, wording: Floats) -> Floats:
    return np.asarray(kernel(vectors @ landmarks.T) @ fitted.near + wording @ fitted.wording)


@pytest.mark.parametrize("size", [5, 60], ids=["fewer features than examples", "more features than examples"])
def test_left_out_scores_are_those_of_fitting_without_the_example(size: int) -> None:
    vectors, wording, labels = some_examples(size=size)
    landmarks = np.array([0, 1, 2, 3])
    whole = fit_scores(vectors, wording, labels, landmarks, MIX)
    for left_out in (5, 17):
        rest = np.delete(np.arange(len(labels)), left_out)
        anew = fit_scores(vectors[rest], wording[rest], labels[rest], landmarks, MIX)
        expected = scores(anew, vectors[landmarks], vectors[[left_out]], wording[[left_out]])[0]
        np.testing.assert_allclose(whole.alone[left_out], expected, atol=2e-3)


def test_scores_without_a_label_are_those_of_fitting_without_its_examples() -> None:
    vectors, wording, labels = some_examples()
    landmarks = np.array([0, 1, 3, 4])  # none of the label that is left out
    whole = fit_scores(vectors, wording, labels, landmarks, MIX)
    rest = np.flatnonzero(labels != 2)
    anew = fit_scores(vectors[rest], wording[rest], labels[rest], np.searchsorted(rest, landmarks), MIX)
    gone = np.flatnonzero(labels == 2)
    expected = scores(anew, vectors[landmarks], vectors[gone], wording[gone])
    np.testing.assert_allclose(whole.without_label[gone][:, :2], expected, atol=2e-3)
    assert (whole.without_label[gone][:, 2] == 0).all()


def test_wording_weighs_more_the_more_examples_there_are() -> None:
    few, some, many, more = (Mix.for_examples(count, 1) for count in (1, 30, 100, 1000))
    assert few.wording < some.wording < many.wording == more.wording


def test_landmarks_are_all_examples_or_evenly_spread_among_them() -> None:
    assert landmarks_of(5).tolist() == [0, 1, 2, 3, 4]
    many = landmarks_of(10 * LANDMARKS)
    assert (len(many), many[0], many[-1]) == (LANDMARKS, 0, 10 * LANDMARKS - 1)


def test_scores_are_made_as_sharp_as_they_are_right() -> None:
    labels = np.arange(400) % 4
    plain = np.eye(4, dtype=np.float32)[labels]
    doubtful = plain.copy()
    doubtful[::3] = np.eye(4, dtype=np.float32)[(labels[::3] + 1) % 4]
    assert sharpness_of(plain, labels) > sharpness_of(doubtful, labels)
    share = softmax(doubtful, sharpness_of(doubtful, labels)).max(axis=1).mean()
    assert share == pytest.approx(2 / 3, abs=0.03)  # as often as it is right


def test_probabilities_do_not_overflow() -> None:
    found = softmax(np.array([1e4, 0.0, -1e4], dtype=np.float32), 40.0)
    assert found.tolist() == [1.0, 0.0, 0.0]


def test_scope_is_learned_from_both_sides_and_stays_finite_where_they_part_cleanly() -> None:
    usual = np.array([1.0, 0.0, 0.0, 0.0])
    inside = np.array([[0.9, 0.5, 0.9, 1.0]] * 2000)
    outside = np.array([[0.1, 0.05, 0.2, 1.0]] * 2000)
    weights = scope_weights(inside, outside, usual)
    assert np.abs(weights).max() < 100
    assert logistic(inside @ weights)[0] > 0.95
    assert logistic(outside @ weights)[0] < 0.05


def test_with_few_examples_scope_stays_near_what_is_usual() -> None:
    usual = np.array([6.0, 1.0, 3.0, -3.0])
    few = scope_weights(np.array([[0.5, 0.2, 0.6, 1.0]]), np.array([[0.4, 0.2, 0.5, 1.0]]), usual)
    assert np.abs(few - usual).max() < 1
