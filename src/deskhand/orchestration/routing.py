"""Which of several agents a message is for: by their descriptions and examples, with calibrated confidence.

Above: the coordinator, `evaluation/routing`. Below: `routing_fit` (the mathematics), `routing_words`, the embedder as a
function. A fitted router is immutable, needs no database and no model, and takes about half a
millisecond a message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from deskhand.kit.errors import BadInput
from deskhand.llm.embedding import Vectors
from deskhand.orchestration.routing_fit import (
    Doubles,
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
from deskhand.orchestration.routing_words import Floats, Wording

RUNNERS_UP = 4
IN_SCOPE = 0.5
"""Below it a message belongs to none of the candidates."""

EmbedTexts = Callable[[Sequence[str]], Awaitable[Vectors]]

_USUAL_SCOPE: Doubles = np.array([6.0, 1.0, 3.0, -3.0])
"""What best score, lead and nearness weigh, and the intercept, before there are examples enough to learn it."""


class NothingToRoute(BadInput):
    """There is no candidate with a description or an example."""

    code = "nothing_to_route"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An agent that messages may go to. `category` is what its id begins with: `support` of `support-billing`."""

    agent_id: str
    category: str
    name: str
    description: str
    examples: tuple[str, ...]
    version: str

    @classmethod
    def of(
        cls, agent_id: str, *, name: str, description: str = "", examples: Sequence[str] = (), version: str = ""
    ) -> Self:
        category = agent_id.split("-", 1)[0] or agent_id
        return cls(
            agent_id=agent_id,
            category=category,
            name=name,
            description=description,
            examples=tuple(examples),
            version=version,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A candidate and how probably the message is for it, given that it is for one of them."""

    candidate: Candidate
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """What a message was found to be for.

    `confidence` is the probability that it is for the best candidate, `in_scope` that it is for any of them; `nearest`
    is the example (or description) of the best candidate that it is most like, with their cosine.
    """

    best: Candidate
    confidence: float
    in_scope: float
    runners_up: tuple[Ranked, ...]
    nearest: str
    similarity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Landmarks:
    """The examples that a message is compared with."""

    vectors: Floats
    labels: Labels
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SemanticRouter:
    """Fitted to some candidates; `fit` makes one."""

    candidates: tuple[Candidate, ...]
    _landmarks: _Landmarks
    _near: Floats
    _worded: Floats
    _wording: Wording
    _width: float
    _sharpness: float
    _scope: Doubles

    @classmethod
    async def fit(cls, candidates: Sequence[Candidate], embed: EmbedTexts) -> Self:
        """Learn from the candidates' texts, which `embed` turns into unit vectors; the rest leaves the event loop.

        Candidates that say nothing of themselves are left out.

        Raises:
            NothingToRoute: when none is left.
        """
        speaking = tuple(each for each in candidates if _texts_of(each))
        if not speaking:
            raise NothingToRoute("No agent has a routing description or an example: give them some.")
        texts = [text for each in speaking for text in _texts_of(each)]
        vectors = await embed(texts)
        return await asyncio.to_thread(cls._fitted, speaking, texts, vectors)

    @classmethod
    def _fitted(cls, candidates: tuple[Candidate, ...], texts: list[str], vectors: Vectors) -> Self:
        labels = np.array([label for label, each in enumerate(candidates) for _ in _texts_of(each)], dtype=np.int64)
        wording, worded = Wording.learned(texts)
        mix = Mix.for_examples(len(texts), len(candidates))
        fitted = fit_scores(vectors, worded, labels, landmarks_of(len(texts)), mix)
        chosen = fitted.landmarks
        landmarks = _Landmarks(
            vectors=np.ascontiguousarray(vectors[chosen]),
            labels=labels[chosen],
            texts=tuple(texts[at] for at in chosen),
        )
        return cls(
            candidates=candidates,
            _landmarks=landmarks,
            _near=fitted.near,
            _worded=fitted.wording,
            _wording=wording,
            _width=mix.width,
            _sharpness=sharpness_of(fitted.alone, labels[fitted.rows]),
            _scope=_scope_of(fitted, vectors, labels, chosen),
        )

    def route(self, text: str, vector: Vectors) -> Ranking:
        """The best candidate for a message with that vector, and how sure this is."""
        # einsum runs on this thread alone: the threads of a matrix product wait for each other on a busy machine.
        cosines: Floats = np.einsum("ij,j->i", self._landmarks.vectors, vector)
        places, values = self._wording.features(text)
        worded = np.einsum("i,ij->j", values, self._worded[places])
        scores: Floats = np.einsum("i,ij->j", kernel(cosines, self._width), self._near) + worded
        probabilities = softmax(scores, self._sharpness)
        in_scope = float(logistic(_signs(scores[None], cosines.max(keepdims=True)) @ self._scope)[0])
        order = np.argsort(-probabilities, kind="stable")[: RUNNERS_UP + 1]
        best = int(order[0])
        nearest = int(np.argmax(np.where(self._landmarks.labels == best, cosines, -2.0)))
        return Ranking(
            best=self.candidates[best],
            confidence=float(probabilities[best]) * in_scope,
            in_scope=in_scope,
            runners_up=tuple(
                Ranked(candidate=self.candidates[at], probability=float(probabilities[at])) for at in order[1:]
            ),
            nearest=self._landmarks.texts[nearest],
            similarity=float(np.clip(cosines[nearest], -1, 1)),
        )


def _texts_of(candidate: Candidate) -> list[str]:
    """Its description and examples, each once."""
    return list(dict.fromkeys(text for text in (candidate.description, *candidate.examples) if text.strip()))


def _scope_of(fitted: Fitted, vectors: Vectors, labels: Labels, chosen: Labels) -> Doubles:
    """How to tell from the signs of a message whether it is for any candidate, learned from held-out examples."""
    rows = fitted.rows
    cosines = vectors[rows] @ vectors[chosen].T
    others = np.where(labels[rows][:, None] == labels[chosen], -1.0, cosines).max(axis=1)
    cosines[rows[:, None] == chosen] = -1.0
    inside = _signs(fitted.alone, cosines.max(axis=1))
    outside = _signs(fitted.without_label, others)
    return scope_weights(inside, outside, _USUAL_SCOPE)


def _signs(scores: Floats, nearness: Floats) -> Doubles:
    """Best score, its lead over the next, and nearness to any landmark; a last 1 for the intercept."""
    if scores.shape[1] > 1:
        two = -np.partition(-scores, 1, axis=1)[:, :2]
        best, lead = two[:, 0], two[:, 0] - two[:, 1]
    else:
        best = lead = scores[:, 0]
    return np.stack([best, lead, nearness, np.ones(len(scores))], axis=1).astype(np.float64)
