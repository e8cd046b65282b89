"""The mathematics of routing: kernel ridge regression, with held-out scores in closed form, and their calibration.

A message has two parts of features: how near its vector is to each of some examples, the landmarks (a Gaussian kernel),
and its wording (`routing_words`). On these a ridge regression learns 1 for the example's own label, 0 for the others.
Its residuals and leverages give, without fitting anew, what each example would score had it been left out (Allen's
PRESS), and what it would score had its whole label been left out: the same formula for a block of rows. The former say
how sure a score may be taken to be, the latter how messages score that belong to no label.
Above: `routing`. Below: `routing_words`, numpy. Deterministic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.orchestration.routing_words import Floats

Doubles = NDArray[np.float64]
Labels = NDArray[np.int64]

WIDTH = 2.4
"""Of the kernel exp(-WIDTH x (1 - cosine)); this and the next three numbers were chosen on training parts."""
RIDGE_FEW, RIDGE_MANY = 0.1, 0.2
WORDING_FEW, WORDING_MANY = 0.2, 0.8
"""How much wording weighs beside the vector with ten examples a label, and with a hundred."""
FEW, MANY = 10, 100
LANDMARKS = 2048
HELD_OUT_ROWS = 3000
"""So many examples are enough to calibrate on."""
USUALLY_IN_SCOPE = 0.75
"""The share of messages that are taken to belong to some label, before one is read."""

_JITTER = 1e-5
_DOUBLE_UP_TO = 1024
_STEPS = 60
_CONVERGED = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """How the two parts are weighed."""

    ridge: float
    wording: float

    @classmethod
    def for_examples(cls, a_label: float) -> "Mix":
        """Wording tells more, the more examples there are of it."""
        share = float(np.clip(np.log(max(a_label, 1.0) / FEW) / np.log(MANY / FEW), 0, 1))
        return cls(
            ridge=RIDGE_FEW + share * (RIDGE_MANY - RIDGE_FEW),
            wording=WORDING_FEW + share * (WORDING_MANY - WORDING_FEW),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """Weights from nearness to the landmarks, and from wording, to a score a label; and scores of held-out examples.

    `rows` are the examples whose scores stand in `alone` (left out by themselves) and `without_label`.
    """

    near: Floats
    wording: Floats
    rows: Labels
    alone: Floats
    without_label: Floats


def kernel(cosines: Floats) -> Floats:
    return np.asarray(np.exp(WIDTH * (cosines - 1)), dtype=np.float32)


def landmarks_of(count: int) -> Labels:
    """Which of so many examples are landmarks: all, or `LANDMARKS` of them evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, LANDMARKS)).round().astype(np.int64))


def fit_scores(vectors: Floats, wording: Floats, labels: Labels, landmarks: Labels, mix: Mix) -> Fitted:
    """Learn from examples: a row of `vectors` (unit length) and of `wording` each, labels from 0 up without a gap."""
    whitening = _whitening(kernel(vectors[landmarks] @ vectors[landmarks].T))
    near = kernel(vectors @ vectors[landmarks].T) @ whitening
    rows = np.hstack([near, wording * np.float32(np.sqrt(mix.wording))])
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    kept = _held_out_rows(labels)
    weights, scores, leverage = _solved(rows, targets, mix.ridge, kept)
    alone, without_label = _held_out(scores, leverage, targets[kept], labels[kept])
    return Fitted(
        near=np.ascontiguousarray(whitening @ weights[: near.shape[1]]),
        wording=np.ascontiguousarray(weights[near.shape[1] :] * np.float32(np.sqrt(mix.wording))),
        rows=kept,
        alone=alone,
        without_label=without_label,
    )


def _whitening(between: Floats) -> Floats:
    """Turns nearness to landmarks into features whose products are the kernel (Nyström)."""
    is_small = len(between) <= _DOUBLE_UP_TO
    precise: NDArray[np.float32] | NDArray[np.float64]
    precise = between.astype(np.float64) if is_small else between.astype(np.float32)
    precise[np.diag_indices_from(precise)] += _JITTER if is_small else 1e-3
    return np.asarray(np.linalg.inv(np.linalg.cholesky(precise)).T, dtype=np.float32)


def _solved(rows: Floats, targets: Floats, ridge: float, kept: Labels) -> tuple[Floats, Floats, Floats]:
    """Weights, scores of the kept rows, and the hat matrix among these; in whichever space is the smaller one."""
    if len(rows) <= rows.shape[1]:
        inverse = _inverse(rows @ rows.T, ridge)
        dual = inverse @ targets
        hat = np.eye(len(kept), dtype=np.float32) - np.float32(ridge) * inverse[np.ix_(kept, kept)]
        weights = rows.T @ dual
    else:
        inverse = _inverse(rows.T @ rows, ridge)
        weights = inverse @ (rows.T @ targets)
        some = rows[kept]
        hat = (some @ inverse) @ some.T
    return weights, rows[kept] @ weights, hat


def _inverse(matrix: Floats, ridge: float) -> Floats:
    precise = matrix.astype(np.float64) if len(matrix) <= _DOUBLE_UP_TO else matrix
    precise[np.diag_indices_from(precise)] += ridge
    return np.asarray(np.linalg.inv(precise), dtype=np.float32)


def _held_out_rows(labels: Labels) -> Labels:
    """All examples of as many labels as fit into `HELD_OUT_ROWS`, evenly spread."""
    count = int(labels.max()) + 1
    wanted = max(1, min(count, int(count * HELD_OUT_ROWS / len(labels))))
    chosen = np.unique(np.linspace(0, count - 1, wanted).round().astype(np.int64))
    return np.flatnonzero(np.isin(labels, chosen))


def _held_out(scores: Floats, hat: Floats, targets: Floats, labels: Labels) -> tuple[Floats, Floats]:
    misses = targets - scores
    alone = targets - misses / np.maximum(1 - np.diag(hat), 1e-6)[:, None]
    without = np.zeros_like(scores)
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        block = np.eye(len(of_label), dtype=np.float32) - hat[np.ix_(of_label, of_label)]
        block[np.diag_indices_from(block)] += 1e-6
        without[of_label] = targets[of_label] - np.linalg.solve(block, misses[of_label])
    without[np.arange(len(labels)), labels] = 0.0  # nobody would have learned that label
    return alone.astype(np.float32), without


def softmax(scores: Floats, sharpness: float) -> Floats:
    shifted = (scores - scores.max(axis=-1, keepdims=True)) * np.float32(sharpness)
    shares = np.exp(shifted)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float32)


def sharpness_of(scores: Floats, labels: Labels) -> float:
    """The factor by which scores become probabilities: of those tried, the likeliest for held-out examples."""
    tried = np.geomspace(1.0, 40.0, 60)
    own = np.arange(len(labels))
    losses = [float(-np.log(softmax(scores, float(each))[own, labels] + 1e-7).mean()) for each in tried]
    return float(tried[int(np.argmin(losses))])


def scope_weights(inside: Doubles, outside: Doubles, usual: Doubles) -> Doubles:
    """Weights of a logistic regression that tells messages of some label from those of none.

    A row holds a message's signs and a last 1. Both sides count by `USUALLY_IN_SCOPE`, however many they are. The
    weights stay near `usual` where there are few examples. By Newton's method.
    """
    rows, said = np.vstack([inside, outside]), np.repeat([1.0, 0.0], [len(inside), len(outside)])
    share = np.where(said > 0, USUALLY_IN_SCOPE / len(inside), (1 - USUALLY_IN_SCOPE) / len(outside)) * len(rows)
    weights = usual.copy()
    for _ in range(_STEPS):
        found = logistic(rows @ weights)
        slope = rows.T @ (share * (found - said)) + (weights - usual)
        bend = (rows * (share * found * (1 - found))[:, None]).T @ rows + np.eye(rows.shape[1])
        step = np.linalg.solve(bend, slope)
        weights = weights - step / max(1.0, float(np.abs(step).max()))  # a longer step may overshoot for good
        if np.abs(step).max() < _CONVERGED:
            break
    return np.asarray(weights)


def logistic(score: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -60, 60))))
