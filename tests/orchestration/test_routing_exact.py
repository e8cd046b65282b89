"""All examples as landmarks: the iterative solution is the direct one, whatever the order, and for odd examples too."""

import numpy as np
import pytest

from deskhand.orchestration.routing import Candidate, SemanticRouter
from deskhand.orchestration.routing_exact import BLOCK, WholeKernel, solved_exactly
from deskhand.orchestration.routing_fit import ALL_UP_TO, LANDMARKS, Labels, Mix, fit_scores, kernel
from deskhand.orchestration.routing_words import Floats
from deskhand.testing.hash_embedder import HashEmbedder

MIX = Mix(ridge=0.2, wording=0.5, of_all=True)
LABELS = 5


def some_examples(count: int) -> tuple[Floats, Floats, Labels]:
    chance = np.random.default_rng(7)
    vectors = chance.standard_normal((count, 12)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    wording = chance.standard_normal((count, 6)).astype(np.float32) * 0.3
    return vectors, wording, np.arange(count) % LABELS


def directly(vectors: Floats, wording: Floats, labels: Labels, asked: Floats, asked_wording: Floats) -> Floats:
    """Scores of kernel ridge regression by its definition, in double precision."""
    whole = np.exp(MIX.width * (vectors.astype(float) @ vectors.T - 1)) + MIX.wording * wording @ wording.T
    weights = np.linalg.solve(whole + MIX.ridge * np.eye(len(labels)), np.eye(LABELS)[labels])
    nearness = np.exp(MIX.width * (asked.astype(float) @ vectors.T - 1)) + MIX.wording * asked_wording @ wording.T
    return np.asarray(nearness @ weights, dtype=np.float32)


@pytest.mark.parametrize("landmarks", [4, 60], ids=["few landmarks at first", "many landmarks at first"])
@pytest.mark.parametrize("count", [40, BLOCK + 88], ids=["one block", "more than a block"])
def test_scores_of_all_examples_are_those_of_the_direct_solution(landmarks: int, count: int) -> None:
    vectors, wording, labels = some_examples(count + 50)
    known, asked = slice(0, count), slice(count, None)
    chosen = np.arange(min(landmarks, count))
    fitted = fit_scores(vectors[known], wording[known], labels[known], chosen, MIX)

    found = kernel(vectors[asked] @ vectors[known].T, MIX.width) @ fitted.near + wording[asked] @ fitted.wording
    expected = directly(vectors[known], wording[known], labels[known], vectors[asked], wording[asked])
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert fitted.landmarks.tolist() == list(range(count))


def test_a_rough_first_guess_is_made_good() -> None:
    vectors, wording, labels = some_examples(200)
    targets = np.eye(LABELS, dtype=np.float32)[labels]
    whole = WholeKernel.of(vectors, wording, 0.2, kernel)
    weights = solved_exactly(whole, targets, lambda columns: columns * np.float32(0.1))
    np.testing.assert_allclose(whole.times(weights), targets, atol=0.02)


def test_the_order_of_the_examples_does_not_matter() -> None:
    vectors, wording, labels = some_examples(300)
    turned = np.random.default_rng(1).permutation(300)
    one = fit_scores(vectors, wording, labels, np.arange(30), MIX)
    other = fit_scores(vectors[turned], wording[turned], labels[turned], np.arange(30), MIX)
    np.testing.assert_allclose(one.near[turned], other.near, atol=0.02)
    np.testing.assert_allclose(one.wording, other.wording, atol=0.02)


def test_examples_that_come_many_times_or_under_two_labels_are_no_trouble() -> None:
    vectors, wording, labels = some_examples(60)
    same = np.tile(np.arange(60), 5)
    fitted = fit_scores(vectors[same], wording[same], labels[same], np.arange(10), MIX)
    scores = kernel(vectors @ vectors[same].T, MIX.width) @ fitted.near + wording @ fitted.wording
    assert (scores.argmax(axis=1) == labels).mean() > 0.95

    torn = fit_scores(vectors[same], wording[same], np.arange(300) // 60, np.arange(10), MIX)
    assert np.isfinite(torn.near).all()


def test_all_of_many_examples_are_looked_at_and_of_too_many_some() -> None:
    taken = [Mix.for_examples(count, 77).of_all for count in (LANDMARKS, LANDMARKS + 1, ALL_UP_TO, ALL_UP_TO + 1)]
    assert taken == [False, True, True, False]


@pytest.mark.parametrize(("agents", "examples"), [(1000, 1), (300, 7)], ids=["a thousand agents", "many examples"])
async def test_agents_are_told_apart_however_many_there_are(agents: int, examples: int) -> None:
    embedder = HashEmbedder()
    words = ("price", "delay", "fault", "refund", "colour", "size", "weight")[:examples]
    many = [
        Candidate.of(f"a-{at}", name=str(at), examples=[f"topic{at} {word}" for word in words]) for at in range(agents)
    ]
    router = await SemanticRouter.fit(many, embedder.embed_queries)
    asked = [f"question about topic{at}" for at in range(0, agents, 50)]
    found = [router.route(text, await embedder.embed_query(text)).best for text in asked]
    assert found == many[::50]
