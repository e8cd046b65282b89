"""The mathematics of routing: kernel ridge regression, with held-out scores in closed form, and their calibration.

A message has two parts of features: how near its vector is to each of some examples, the landmarks (a Gaussian kernel),
and its wording (`routing_words`). On these a ridge regression learns 1 for the example's own label, 0 for the others.
Its residuals and leverages give, without fitting anew, what each example would score had it been left out (Allen's
PRESS), and what it would score had its whole label been left out: the same formula for a block of rows. The former say
how sure a score may be taken to be, the latter how messages score that belong to no label.
Between `LANDMARKS` and `ALL_UP_TO` examples, all of them become landmarks in a second step (`routing_exact`), with a
narrower kernel; what is held out is then still judged by the first step, which is a little less sure of itself.
Above: `routing`. Below: `routing_exact`, `routing_words`, numpy. Deterministic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.orchestration.routing_exact import Solve, WholeKernel, solved_exactly
from deskhand.orchestration.routing_words import Floats

Doubles = NDArray[np.float64]
Labels = NDArray[np.int64]

WIDTH, WIDTH_OF_ALL = 2.4, 4.0
"""Of the kernel exp(-WIDTH x (1 - cosine)), and where all of many examples are landmarks; these and the next numbers
were chosen on training parts."""
RIDGE_FEW, RIDGE_MANY = 0.1, 0.2
WORDING_FEW, WORDING_MANY = 0.2, 0.8
"""How much wording weighs beside the vector with ten examples a label, and with a hundred."""
FEW, MANY = 10, 100
LANDMARKS = 2048
ALL_UP_TO = 10_240
"""So many examples can all be landmarks: a message is compared with them in about a millisecond."""
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
    """How the two parts are weighed, and what the first of them looks at."""

    ridge: float
    wording: float
    of_all: bool = False
    """Whether all examples become landmarks."""

    @property
    def width(self) -> float:
        return WIDTH_OF_ALL if self.of_all else WIDTH

    @classmethod
    def for_examples(cls, count: int, labels: int) -> "Mix":
        """Wording tells more, the more examples a label has."""
        a_label = count / labels
        share = float(np.clip(np.log(max(a_label, 1.0) / FEW) / np.log(MANY / FEW), 0, 1))
        return cls(
            ridge=RIDGE_FEW + share * (RIDGE_MANY - RIDGE_FEW),
            wording=WORDING_FEW + share * (WORDING_MANY - WORDING_FEW),
            of_all=LANDMARKS < count <= ALL_UP_TO,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """Weights from nearness to the landmarks, and from wording, to a score a label; and scores of held-out examples.

    `landmarks` are the examples whose nearness counts, `rows` those whose scores stand in `alone` (left out by
    themselves) and `without_label`.
    """

    near: Floats
    wording: Floats
    landmarks: Labels
    rows: Labels
    alone: Floats
    without_label: Floats


def kernel(cosines: Floats, width: float = WIDTH) -> Floats:
    return np.asarray(np.exp(np.float32(width) * (cosines - 1)), dtype=np.float32)


def landmarks_of(count: int) -> Labels:
    """Which of so many examples are landmarks at first: all, or `LANDMARKS` of them evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, LANDMARKS)).round().astype(np.int64))


def fit_scores(vectors: Floats, wording: Floats, labels: Labels, landmarks: Labels, mix: Mix) -> Fitted:
    """Learn from examples: a row of `vectors` (unit length) and of `wording` each, labels from 0 up without a gap."""
    weighed = wording * np.float32(np.sqrt(mix.wording))
    whitening = _whitening(kernel(vectors[landmarks] @ vectors[landmarks].T, mix.width))
    rows = np.hstack([kernel(vectors @ vectors[landmarks].T, mix.width) @ whitening, weighed])
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    kept = _held_out_rows(labels)
    weights, leverage, nearly = _solved(rows, targets, mix.ridge, kept)
    alone, without_label = _held_out(rows[kept] @ weights, leverage, targets[kept], labels[kept])
    if mix.of_all:
        whole = WholeKernel.of(vectors, weighed, mix.ridge, lambda cosines: kernel(cosines, mix.width))
        near = solved_exactly(whole, targets, nearly)
        worded, landmarks = np.asarray(weighed.T @ near, dtype=np.float32), np.arange(len(labels))
    else:
        near, worded = whitening @ weights[: len(landmarks)], weights[len(landmarks) :]
    return Fitted(
        near=np.ascontiguousarray(near),
        wording=np.ascontiguousarray(worded * np.float32(np.sqrt(mix.wording))),
        landmarks=landmarks,
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


def _solved(rows: Floats, targets: Floats, ridge: float, kept: Labels) -> tuple[Floats, Floats, Solve]:
    """Weights, the hat matrix among the kept rows, and how to solve for examples; in the smaller of the two spaces."""
    if len(rows) <= rows.shape[1]:
        inverse = _inverse(rows @ rows.T, ridge)
        hat = np.eye(len(kept), dtype=np.float32) - np.float32(ridge) * inverse[np.ix_(kept, kept)]
        return rows.T @ (inverse @ targets), np.asarray(hat, dtype=np.float32), lambda columns: inverse @ columns
    inverse = _inverse(rows.T @ rows, ridge)
    some = rows[kept]

    def of_examples(columns: Floats) -> Floats:
        """Woodbury: (XX' + rI)^-1 = (I - X (X'X + rI)^-1 X') / r."""
        return np.asarray((columns - rows @ (inverse @ (rows.T @ columns))) / np.float32(ridge), dtype=np.float32)

    return inverse @ (rows.T @ targets), np.asarray(some @ inverse @ some.T, dtype=np.float32), of_examples


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
