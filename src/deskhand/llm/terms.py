"""Words as sparse vectors: how lexical search reads a text, the same for passages, questions and every adapter.

Above it: the adapters and `fusion.py`. Below it: the BM25 model that comes with Qdrant Edge (Snowball stems, English
stop words, accents folded), which needs no store to be open.
"""

import math

from qdrant_edge import Bm25, Bm25Config, SparseVector

K1 = 1.2
"""How slowly a repeated word stops counting (Robertson and Zaragoza 2009 give 1.2 to 2 as the useful range)."""

B = 0.75
"""How far a long passage is held to be wordy rather than rich, 0 to 1; the value of the same survey."""

AVERAGE_WORDS = 60.0
"""The number of words, stop words aside, that counts as neither long nor short: a section of a help centre. Fixed, so
that adding a document changes no other document's weights."""

CEILING = K1 + 1.0
"""What a word's weight in a passage approaches when the passage repeats it and holds little else."""


class TermEncoder:
    """Turns texts into pairs of a word's number and its weight; BM25 is their dot product, times each word's rarity."""

    def __init__(self) -> None:
        self._model = Bm25(Bm25Config(language="english", ascii_folding=True, k=K1, b=B, avg_len=AVERAGE_WORDS))

    def passage(self, text: str) -> SparseVector:
        return self._model.embed_document(text)

    def question(self, text: str) -> list[int]:
        """The numbers of the distinct words, ascending."""
        return sorted(set(self._model.embed_query(text).indices))


def rarity(passages: int, holding: int) -> float:
    """The inverse document frequency of a word that `holding` of `passages` have; positive.

    ln(1 + (N - n + 0.5) / (n + 0.5)), the form of Lucene and Qdrant.
    """
    return math.log(1.0 + (passages - holding + 0.5) / (holding + 0.5))
