"""Words as sparse vectors: how lexical search reads a text, the same for documents, questions and every adapter.

Above it: the adapters and `retrieval.py`. Below it: the BM25 model that comes with Qdrant Edge (Snowball stems,
English stop words, accents folded), which needs no store to be open.
"""

import math

from qdrant_edge import Bm25, Bm25Config, SparseVector

K1 = 1.2
"""How slowly a repeated word stops counting (Robertson and Zaragoza 2009 give 1.2 to 2 as the useful range)."""

B = 0.75
"""How much a long passage is held to be wordy rather than rich; 0 to 1."""

AVERAGE_WORDS = 120.0
"""The length that counts as neither long nor short, after stop words are gone. Fixed, so that adding a document
changes no other document's weights."""

CEILING = K1 + 1.0
"""What a word's weight in a passage approaches when the passage holds little else."""


class TermEncoder:
    """Turns texts into (word number, weight) pairs; BM25 is then their dot product, times each word's rarity."""

    def __init__(self) -> None:
        self._model = Bm25(Bm25Config(language="english", ascii_folding=True, k=K1, b=B, avg_len=AVERAGE_WORDS))

    def document(self, text: str) -> SparseVector:
        return self._model.embed_document(text)

    def question(self, text: str) -> SparseVector:
        """Every distinct word of the question, with weight 1."""
        return self._model.embed_query(text)


def rarity(documents: int, holding: int) -> float:
    """The inverse document frequency of a word that `holding` of `documents` passages have; positive.

    The form that BM25 has in Lucene and Qdrant: ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    return math.log(1.0 + (documents - holding + 0.5) / (holding + 0.5))
