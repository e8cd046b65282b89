"""What a message is written with, as numbers: its words, word pairs and pieces of words, hashed into a short vector.

Rare words that a sentence vector blurs ("chargeback", "IBAN") count here. Above: `routing`. Below: numpy.

Each feature gets the weight (1 + ln count) x idf, with idf = ln((1 + texts) / (1 + texts with it)) + 1; features that
no example has weigh nothing. Words with their pairs, and pieces of words, are each brought to length 1 and take half of
the vector's square each. A feature's place and sign in the vector come from its hash.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.uint32]
_Coded = tuple[Codes, NDArray[np.int64]]
"""Hashes of features, each once, and how often they come."""

SIZE = 1536
"""Numbers in the vector: larger ones measured no better."""
MAX_CHARS = 2_000
"""Characters of a message that are read."""
PIECES = (3, 4, 5)

_COUNTED = 1 << 16
_WORD = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = str.maketrans("", "", "'’`")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The weights of features among some examples."""

    idf: Floats

    @classmethod
    def learned(cls, texts: Sequence[str]) -> tuple[Self, Floats]:
        """The weights, and the vectors of these same texts."""
        coded = [_codes(text) for text in texts]
        counts = np.zeros(_COUNTED, dtype=np.float64)
        for parts in coded:
            for codes, _ in parts:
                counts[np.unique(codes % _COUNTED)] += 1
        idf = np.where(counts > 0, np.log((1 + len(texts)) / (1 + counts)) + 1, 0.0)
        wording = cls(idf=idf.astype(np.float32))
        rows = np.zeros((len(texts), SIZE), dtype=np.float32)
        for row, parts in zip(rows, coded, strict=True):
            np.add.at(row, *wording._placed(parts))
        return wording, rows

    def features(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Places in the vector, and what is added there; a place may come twice."""
        return self._placed(_codes(text))

    def _placed(self, parts: Sequence[_Coded]) -> tuple[NDArray[np.int64], Floats]:
        codes = np.concatenate([codes for codes, _ in parts])
        values = np.concatenate([self._weighted(*part) for part in parts])
        signs = np.where(codes >> np.uint32(31), 1.0, -1.0).astype(np.float32)
        return ((codes >> np.uint32(8)) % SIZE).astype(np.int64), values * signs

    def _weighted(self, codes: Codes, counts: NDArray[np.int64]) -> Floats:
        values: Floats = self.idf[codes % _COUNTED] * (1 + np.log(counts)).astype(np.float32)
        length = np.float32(np.sqrt(2 * np.dot(values, values)))
        return values / length if length else values


def words_of(text: str) -> list[str]:
    """Lower case, without punctuation; every number is the word "0"."""
    return ["0" if word.isdigit() else word for word in _WORD.findall(text[:MAX_CHARS].lower().translate(_APOSTROPHES))]


def _codes(text: str) -> tuple[_Coded, _Coded]:
    words = words_of(text)
    phrases = [*words, *(f"{first} {second}" for first, second in pairwise(words))]
    return _counted([_hash(f"w{phrase}") for phrase in phrases]), _counted(
        [code for word in words for code in _pieces(word)]
    )


def _counted(codes: list[int]) -> _Coded:
    counts = Counter(codes)
    return np.array(list(counts), dtype=np.uint32), np.array(list(counts.values()), dtype=np.int64)


@lru_cache(maxsize=16_384)
def _pieces(word: str) -> tuple[int, ...]:
    bounded = f"<{word[:40]}>"
    return tuple(
        _hash(f"c{bounded[at : at + size]}") for size in PIECES for at in range(max(len(bounded) - size + 1, 0))
    )


def _hash(feature: str) -> int:
    return zlib.crc32(feature.encode("utf-8", "surrogatepass"))
