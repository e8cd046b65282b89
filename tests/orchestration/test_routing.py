"""The router: who a message is for among the agents that ship and others, and how sure that is."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.agents.contract_defaults import COORDINATOR_ID, SUPPORT_ID, default_contracts
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.embedding import Vectors
from deskhand.orchestration.coordinator import SURE
from deskhand.orchestration.routing import IN_SCOPE, Candidate, NothingToRoute, SemanticRouter
from deskhand.testing.hash_embedder import HashEmbedder

SENTENCES = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "routing.jsonl").read_text("utf-8").splitlines()
]
"""Ten for each agent, none of which is an example, and some for nobody."""
HASH = HashEmbedder()

CATS = Candidate.of("pets-cats", name="Cat", description="Cats and kittens", examples=["My cat purrs", "A kitten"])
DOGS = Candidate.of("pets-dogs", name="Dog", description="Dogs and puppies", examples=["My dog barks", "A puppy"])


def shipped() -> tuple[Candidate, ...]:
    contracts = {str(contract.id): contract for contract in default_contracts()}
    targets = [contracts[agent_id] for agent_id in contracts[COORDINATOR_ID].routing.handoff_targets]
    return tuple(
        Candidate.of(str(each.id), name=each.name, description=each.routing.description, examples=each.routing.examples)
        for each in targets
    )


async def embed(texts: Sequence[str]) -> Vectors:
    return await HASH.embed_queries(texts)


async def test_sentences_that_no_contract_holds_reach_their_agents_and_what_is_for_nobody_the_general_one(
    embedder: FastEmbedEmbedder,
) -> None:
    candidates = shipped()
    known = {text.casefold() for each in candidates for text in each.examples}
    assert not known & {row["text"].casefold() for row in SENTENCES}
    router = await SemanticRouter.fit(candidates, embedder.embed_queries)

    vectors = await embedder.embed_queries([row["text"] for row in SENTENCES])
    ranked = [
        (row["intent"], router.route(row["text"], vector)) for row, vector in zip(SENTENCES, vectors, strict=True)
    ]
    right = [each.best.agent_id == intent for intent, each in ranked if intent is not None]
    given_on = [each.best.agent_id == intent for intent, each in ranked if intent and each.confidence >= SURE]
    astray = [each for intent, each in ranked if intent is None and each.confidence >= SURE]

    assert len(right) == 10 * len(candidates)
    assert np.mean(right) >= 0.9
    assert np.mean(given_on) >= 0.97
    assert len(given_on) >= 0.6 * len(right)
    assert [each.best.agent_id for each in astray if each.best.agent_id != SUPPORT_ID] == []


async def test_a_ranking_names_the_nearest_example_and_who_comes_next() -> None:
    router = await SemanticRouter.fit([CATS, DOGS], embed)
    ranking = router.route("my cat purrs a lot", await HASH.embed_query("my cat purrs a lot"))

    assert (ranking.best, ranking.nearest) == (CATS, "My cat purrs")
    assert [each.candidate for each in ranking.runners_up] == [DOGS]
    assert 0 < ranking.runners_up[0].probability < 0.5
    assert ranking.confidence <= ranking.in_scope


async def test_what_shares_nothing_with_any_example_is_out_of_scope() -> None:
    router = await SemanticRouter.fit([CATS, DOGS], embed)
    near = router.route("My dog barks", await HASH.embed_query("My dog barks"))
    far = router.route("quarterly tax report", await HASH.embed_query("quarterly tax report"))
    assert far.in_scope < IN_SCOPE < near.in_scope


async def test_a_rare_word_decides_where_the_vectors_do_not() -> None:
    async def blind(texts: Sequence[str]) -> Vectors:
        return np.tile(np.eye(1, 8, dtype=np.float32), (len(texts), 1))

    router = await SemanticRouter.fit([CATS, DOGS], blind)
    assert router.route("about a puppy", (await blind(["x"]))[0]).best == DOGS
    assert router.route("some kittens", (await blind(["x"]))[0]).best == CATS


async def test_the_same_examples_give_the_same_router() -> None:
    vector = await HASH.embed_query("is this a dog or a cat?")
    one, other = [await SemanticRouter.fit([CATS, DOGS], embed) for _ in range(2)]
    assert one.route("is this a dog or a cat?", vector) == other.route("is this a dog or a cat?", vector)


async def test_one_candidate_is_enough_and_one_that_says_nothing_is_left_out() -> None:
    silent = Candidate.of("silent", name="Silent", description="  ")
    router = await SemanticRouter.fit([silent, CATS], embed)
    assert router.candidates == (CATS,)
    assert router.route("A kitten", await HASH.embed_query("A kitten")).runners_up == ()
    with pytest.raises(NothingToRoute, match="routing description"):
        await SemanticRouter.fit([silent], embed)


async def test_more_examples_than_landmarks_are_learned_from_too() -> None:
    many = [
        Candidate.of(f"a-{label}", name=str(label), examples=[f"topic{label} matter{at}" for at in range(150)])
        for label in range(14)
    ]
    router = await SemanticRouter.fit(many, embed)
    vectors = [await HASH.embed_query(f"topic{label} question") for label in range(14)]
    found = [router.route(f"topic{label} question", vector) for label, vector in enumerate(vectors)]
    assert [each.best for each in found] == many
    assert all(each.confidence > SURE for each in found)


def test_the_category_is_the_first_word_of_the_id() -> None:
    assert (CATS.category, Candidate.of("support", name="Robin").category) == ("pets", "support")


@settings(max_examples=20)
@given(text=st.text(max_size=60))
async def test_any_text_gets_a_ranking_of_probabilities(text: str) -> None:
    router = await SemanticRouter.fit([CATS, DOGS], embed)
    ranking = router.route(text, await HASH.embed_query(text or "x"))
    shares = [ranking.confidence, ranking.in_scope, *(each.probability for each in ranking.runners_up)]
    assert all(0 <= share <= 1 for share in shares)
    assert -1 <= ranking.similarity <= 1
