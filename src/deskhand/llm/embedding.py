"""The port through which everything above gets vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors. Questions and documents may be embedded differently."""

    @property
    def dimensions(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Names the exact weights: vectors of different fingerprints must not be compared."""
        ...

    async def embed_query(self, text: str) -> Vectors:
        """Shape `(dimensions,)`, length 1."""
        ...

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Shape `(len(texts), dimensions)`, each row of length 1."""
        ...

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape `(len(texts), dimensions)`, each row of length 1."""
        ...
