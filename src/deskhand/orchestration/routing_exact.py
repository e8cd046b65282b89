"""Kernel ridge regression on all examples, where `routing_fit` alone would look at some of them, the landmarks only.

For n examples with the kernel K and the ridge r it solves (K + rI) a = y for every label at once, by conjugate
gradients (Hestenes and Stiefel, 1952), with the landmarks' solution as preconditioner and start: that is a Nyström
approximation, close to K, so that few steps do (Rudi, Carratino and Rosasco, "FALKON", 2017). K is kept in half
precision and read in blocks: two bytes a pair of examples, for as long as a router is being fitted.
Above: `routing_fit`. Below: numpy. Deterministic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.orchestration.routing_words import Floats

CLOSE_ENOUGH = 2e-3
"""Of the residual's length beside the targets': smaller ones changed no more than 1 in 1,000 decisions."""
MAX_STEPS = 40
BLOCK = 512

Solve = Callable[[Floats], Floats]
Nearness = Callable[[Floats], Floats]
"""From cosines to the kernel's values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeKernel:
    """K + rI as something to multiply with: nearness of vectors, and the product of wordings (already weighed)."""

    near: NDArray[np.float16]
    wording: Floats
    ridge: float

    @classmethod
    def of(cls, vectors: Floats, wording: Floats, ridge: float, nearness: Nearness) -> Self:
        near = np.empty((len(vectors), len(vectors)), dtype=np.float16)
        for rows in _blocks(len(vectors)):
            near[rows] = nearness(vectors[rows] @ vectors.T)
        return cls(near=near, wording=wording, ridge=ridge)

    def times(self, columns: Floats) -> Floats:
        product = self.wording @ (self.wording.T @ columns) + np.float32(self.ridge) * columns
        for rows in _blocks(len(columns)):
            product[rows] += self.near[rows].astype(np.float32) @ columns
        return np.asarray(product, dtype=np.float32)


def solved_exactly(whole: WholeKernel, targets: Floats, nearly: Solve) -> Floats:
    """The weights of all examples, a column a label. `nearly` solves the same equations approximately."""
    weights = nearly(targets)
    rest = targets - whole.times(weights)
    stepped = nearly(rest)
    along, size = stepped, _products(rest, stepped)
    enough = CLOSE_ENOUGH * float(np.linalg.norm(targets))
    for _ in range(MAX_STEPS):
        if float(np.linalg.norm(rest)) <= enough:
            break
        turned = whole.times(along)
        length = size / np.maximum(_products(along, turned), _TINY)
        weights = _single(weights + length * along)
        rest = _single(rest - length * turned)
        stepped = nearly(rest)
        before, size = size, _products(rest, stepped)
        along = _single(stepped + size / np.maximum(before, _TINY) * along)
    return weights


_TINY = np.float32(1e-20)


def _products(one: Floats, other: Floats) -> Floats:
    """Of each column of one with that of the other."""
    return np.asarray(np.einsum("ij,ij->j", one, other), dtype=np.float32)


def _single(numbers: NDArray[Any]) -> Floats:
    return np.asarray(numbers, dtype=np.float32)


def _blocks(count: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, count, BLOCK)]
