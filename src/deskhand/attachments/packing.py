"""How an excerpt's words and vectors lie in the database: little-endian numbers, one after the other.

Above: the excerpts. Vectors are kept with half precision: a cosine then is off by less than a thousandth.
"""

from collections.abc import Mapping

import numpy as np

from deskhand.llm.embedding import Vectors

_HALF, _WORD, _WEIGHT = np.dtype("<f2"), np.dtype("<u4"), np.dtype("<f4")


def pack_vectors(vectors: Vectors) -> bytes:
    """`vectors` of shape (windows, dimensions)."""
    return vectors.astype(_HALF).tobytes()


def unpack_vectors(packed: bytes, dimensions: int) -> Vectors:
    """Of shape (windows, dimensions)."""
    return np.frombuffer(packed, dtype=_HALF).astype(np.float32).reshape(-1, dimensions)


def pack_terms(weights: Mapping[int, float]) -> bytes:
    """First all numbers of words, then all weights."""
    words = np.fromiter(weights.keys(), dtype=_WORD, count=len(weights))
    return words.tobytes() + np.fromiter(weights.values(), dtype=_WEIGHT, count=len(weights)).tobytes()


def unpack_terms(packed: bytes) -> dict[int, float]:
    half = len(packed) // 2
    words, weights = np.frombuffer(packed[:half], dtype=_WORD), np.frombuffer(packed[half:], dtype=_WEIGHT)
    return dict(zip(words.tolist(), weights.tolist(), strict=True))
