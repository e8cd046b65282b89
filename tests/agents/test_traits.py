"""Traits act: each one's low and high end behave differently, in what a model is told and in figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contracts import a_draft
from deskhand.agents.contract_parts import AgentTraits
from deskhand.agents.prompt import instructions_of
from deskhand.agents.traits import (
    SENTENCES,
    BehaviourProfile,
    behaviour_of,
    escalation_threshold,
    grounding_bar,
    sentences_of,
    temperature_of,
)

TRAITS = sorted(AgentTraits.model_fields)
MIDDLE = dict.fromkeys(TRAITS, 50)
percent = st.integers(0, 100)


def profile(**traits: int) -> BehaviourProfile:
    return behaviour_of(a_draft(traits={**MIDDLE, **traits}))


def test_every_trait_has_its_sentences() -> None:
    assert sorted(SENTENCES) == TRAITS
    assert list(SENTENCES) == list(AgentTraits.model_fields)


@pytest.mark.parametrize("trait", TRAITS)
def test_each_band_says_something_of_its_own_and_the_middle_nothing(trait: str) -> None:
    lowest, low, middle, high, highest = SENTENCES[trait]
    assert middle == ""
    assert len({lowest, low, high, highest}) == 4
    assert all(sentence.endswith(".") and len(sentence) < 120 for sentence in (lowest, low, high, highest))


@pytest.mark.parametrize(
    ("value", "band"),
    [(0, 0), (20, 0), (21, 1), (40, 1), (41, 2), (60, 2), (61, 3), (80, 3), (81, 4), (100, 4)],
)
@pytest.mark.parametrize("trait", TRAITS)
def test_the_bands_begin_and_end_where_they_are_documented(trait: str, value: int, band: int) -> None:
    told = sentences_of(AgentTraits.model_validate({**MIDDLE, trait: value}))
    assert told == [sentence for sentence in [SENTENCES[trait][band]] if sentence]


@pytest.mark.parametrize("trait", TRAITS)
def test_the_low_and_the_high_end_give_different_instructions(trait: str) -> None:
    low, middle, high = (
        instructions_of(a_draft(traits={**MIDDLE, trait: value}), company="Larkspoke") for value in (0, 50, 100)
    )
    assert len({low, middle, high}) == 3
    assert SENTENCES[trait][0] in low
    assert SENTENCES[trait][4] in high


def test_creativity_becomes_the_temperature() -> None:
    assert [temperature_of(creativity) for creativity in (0, 25, 50, 75, 100)] == [0.0, 0.35, 0.7, 1.05, 1.4]
    assert profile(creativity=0).temperature < profile(creativity=100).temperature


def test_a_temperature_that_is_set_wins_over_creativity() -> None:
    for temperature in (0.0, 1.9):
        draft = a_draft(traits={"creativity": 100}, configuration={"temperature": temperature})
        assert behaviour_of(draft).temperature == temperature


def test_verbosity_becomes_the_most_sentences() -> None:
    assert [profile(verbosity=value).max_sentences for value in (0, 21, 41, 61, 81)] == [1, 2, 3, 4, 6]
    assert "at most one sentence," in instructions_of(a_draft(traits={"verbosity": 0}), company="L")
    assert "at most six sentences," in instructions_of(a_draft(traits={"verbosity": 100}), company="L")


def test_safety_lowers_the_escalation_threshold() -> None:
    assert [escalation_threshold(0.7, safety) for safety in (0, 40, 80, 90, 100)] == [0.9, 0.8, 0.7, 0.65, 0.6]
    draft = a_draft(traits={"safety": 100}, escalation={"threshold": 0.5})
    assert behaviour_of(draft).escalation_threshold == 0.4


def test_safety_raises_the_grounding_bar() -> None:
    assert [grounding_bar(safety) for safety in (0, 40, 80, 100)] == [-0.15, -0.075, 0.0, 0.15]
    assert profile(safety=0).grounding_bar < 0 < profile(safety=100).grounding_bar


def test_the_defaults_shift_nothing() -> None:
    usual = behaviour_of(a_draft())
    assert (usual.temperature, usual.max_sentences) == (0.7, 3)
    assert (usual.escalation_threshold, usual.grounding_bar) == (0.7, 0.0)


@given(percent, percent)
def test_more_creativity_never_lowers_the_temperature(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= temperature_of(low) <= temperature_of(high) <= 1.4


@given(percent, percent, st.floats(0, 1))
def test_more_safety_never_raises_the_threshold_nor_lowers_the_bar(one: int, other: int, threshold: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= escalation_threshold(threshold, high) <= escalation_threshold(threshold, low) <= 1
    assert grounding_bar(low) <= grounding_bar(high)


@given(st.fixed_dictionaries(dict.fromkeys(TRAITS, percent)))
def test_any_traits_come_to_a_profile(traits: dict[str, int]) -> None:
    found = profile(**traits)
    assert 0 <= found.temperature <= 2
    assert found.max_sentences == found.style.max_sentences
    assert found.style.caution == found.grounding_bar
    assert len(sentences_of(AgentTraits(**traits))) <= len(TRAITS)


def test_the_style_carries_name_and_company() -> None:
    style = behaviour_of(a_draft(name="Robin"), company="Larkspoke").style
    assert (style.name, style.company) == ("Robin", "Larkspoke")
