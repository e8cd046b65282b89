"""A learned recogniser of requests for a person: a logistic regression over meaning and wording.

It is fitted when it is first needed, on `examples.jsonl` (sentences written for it, none from a data set), and its
weights are kept in a file named by everything they depend on. Above: `detector.py`. Below: the embedder, `wording.py`.

The model: p = 1 / (1 + exp(-(w·x + b))), where x is the message's unit vector times `VECTOR_SCALE`, followed by the
features of its wording. A second one over the wording alone serves messages that nobody has embedded.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Self

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from deskhand.escalation.wording import MAX_CHARS, asks_abroad, features, is_negated, is_only_reported, names, unquoted
from deskhand.escalation.wording_patterns import patterns
from deskhand.kit.sentences import split_sentences
from deskhand.llm.embedding import Embedder, Vectors

log = structlog.get_logger(__name__)

Weights = NDArray[np.float64]

THRESHOLD = 0.6
"""From this probability on a message asks for a person: chosen on held-out examples for few false alarms."""
VECTOR_SCALE = 3.0
PENALTY = 2.0
PLAIN_ABROAD = 0.9
"""The probability of a request in words of another language; the examples are English."""
TURNED_DOWN = 0.3
"""What is left of the probability when the message turns a person down, or only quotes somebody who wants one."""
MAX_SENTENCES = 12
_STEPS = 50
_CONVERGED = 1e-7
_SAMPLED = 20


class Example(BaseModel):
    """A sentence, and whether it asks for a person."""

    text: str
    asks: bool


class _Kept(BaseModel):
    """The file of fitted weights."""

    with_vector: list[float]
    wording_only: list[float]


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedRequests:
    """Says how probably a message asks for a person. Immutable; `prepare` makes one."""

    with_vector: Weights | None
    wording_only: Weights

    @classmethod
    async def prepare(cls, embedder: Embedder, *, cache: Path | None = None) -> Self:
        """The fitted model for that embedder: from the folder `cache` in a moment, else fitted in some seconds.

        A folder that cannot be read or written costs the fitting anew, and nothing else.
        """
        examples = load_examples()
        file = None if cache is None else cache / f"escalation-{_fingerprint(examples, embedder)}.json"
        kept = None if file is None else await asyncio.to_thread(_read, file, embedder.dimensions)
        if kept is not None:
            return cls(with_vector=kept[0], wording_only=kept[1])
        vectors = await embedder.embed_queries([example.text for example in examples])
        fitted = await asyncio.to_thread(_fitted, examples, vectors)
        if file is not None:
            await asyncio.to_thread(_keep, file, fitted)
        return cls(with_vector=fitted[0], wording_only=fitted[1])

    @classmethod
    def of_wording(cls, examples: list[Example] | None = None) -> Self:
        """Without an embedder: judges by the wording alone."""
        _, wording_only = _fitted(examples or load_examples(), None)
        return cls(with_vector=None, wording_only=wording_only)

    def probability(self, text: str, vector: Vectors | None = None) -> float:
        """From 0 to 1. `vector` is the message's, embedded as a query; a few milliseconds for a long message."""
        if not text.strip():
            return 0.0
        found = self._of(text, vector)
        sentences = split_sentences(text[:MAX_CHARS])
        if len(sentences) > 1:
            # The request is often the last of many sentences, and drowns in the vector of them all.
            found = max(found, *(self._of(sentence, None) for sentence in sentences[-MAX_SENTENCES:]))
        if asks_abroad(unquoted(text)):
            found = max(found, PLAIN_ABROAD)
        if is_negated(text) or is_only_reported(text):
            found *= TURNED_DOWN
        return found

    def _of(self, text: str, vector: Vectors | None) -> float:
        worded = np.array(features(text))
        if vector is None or self.with_vector is None or vector.shape[0] + len(worded) + 1 != len(self.with_vector):
            return _probability(self.wording_only, worded)
        return _probability(self.with_vector, np.concatenate([vector.astype(np.float64) * VECTOR_SCALE, worded]))


def load_examples() -> list[Example]:
    """The examples that ship."""
    lines = resources.files("deskhand.escalation").joinpath("examples.jsonl").read_text(encoding="utf-8").splitlines()
    return [Example.model_validate_json(line) for line in lines if line]


def fit(inputs: NDArray[np.float64], asks: NDArray[np.float64], *, penalty: float = PENALTY) -> Weights:
    """Weights, the last one the intercept, that minimise the penalised log loss; by Newton's method, to convergence.

    `inputs` has a row an example, `asks` holds 1.0 or 0.0 for each. The intercept is not penalised.
    """
    rows = np.hstack([inputs, np.ones((len(inputs), 1))])
    weights = np.zeros(rows.shape[1])
    ridge = np.eye(rows.shape[1]) * penalty
    ridge[-1, -1] = 1e-6
    for _ in range(_STEPS):
        said = _logistic(rows @ weights)
        slope = rows.T @ (said - asks) + ridge @ weights
        bend = (rows * (said * (1 - said))[:, None]).T @ rows + ridge
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < _CONVERGED:
            break
    return weights


def _fitted(examples: list[Example], vectors: Vectors | None) -> tuple[Weights | None, Weights]:
    worded = np.array([features(example.text) for example in examples])
    asks = np.array([float(example.asks) for example in examples])
    wording_only = fit(worded, asks)
    if vectors is None:
        return None, wording_only
    return fit(np.hstack([vectors.astype(np.float64) * VECTOR_SCALE, worded]), asks), wording_only


def _probability(weights: Weights, inputs: NDArray[np.float64]) -> float:
    return float(_logistic(inputs @ weights[:-1] + weights[-1]))


def _logistic(score: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -500, 500))))


def _fingerprint(examples: list[Example], embedder: Embedder) -> str:
    """Changes with the examples, the patterns, the embedder and the model's own numbers."""
    # The recogniser of another floor counts too: a sample of what it says stands for it.
    sample = [features(example.text) for example in examples[::_SAMPLED]]
    sources = {name: pattern.pattern for name, pattern in patterns().items()}
    parts = [[example.model_dump() for example in examples], sample, sources, VECTOR_SCALE, PENALTY]
    text = json.dumps([*parts, embedder.fingerprint], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(file: Path, dimensions: int) -> tuple[Weights, Weights] | None:
    try:
        kept = _Kept.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
    with_vector, wording_only = np.array(kept.with_vector), np.array(kept.wording_only)
    size = len(names()) + 1
    whole = len(wording_only) == size and len(with_vector) == size + dimensions
    finite = bool(np.isfinite(with_vector).all() and np.isfinite(wording_only).all())
    return (with_vector, wording_only) if whole and finite else None


def _keep(file: Path, fitted: tuple[Weights | None, Weights]) -> None:
    with_vector, wording_only = fitted
    kept = _Kept(with_vector=[] if with_vector is None else with_vector.tolist(), wording_only=wording_only.tolist())
    fresh = file.with_name(f".{file.name}.{hashlib.sha256(str(id(kept)).encode()).hexdigest()[:8]}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(kept.model_dump_json(), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        log.info("escalation_weights_not_kept", folder=str(file.parent), reason=error.strerror)
