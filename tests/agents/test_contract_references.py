"""What a contract names must be there, and handoffs run in no circle."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contracts import a_draft
from deskhand.agents.contract_references import check_references

KNOWN: dict[str, Any] = {
    "agents": {"support": [], "billing": ["support"], "sales": ["billing"]},
    "tools": {"search_knowledge", "get_contact_profile"},
    "bases": {"help-centre", "faq"},
    "providers": {"openai", "anthropic"},
}


def complaints(**parts: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in check_references(a_draft(**parts), **KNOWN)]


def test_what_is_there_is_not_complained_of() -> None:
    assert (
        complaints(
            id="technical",
            configuration={"llm_provider": "openai", "fallbacks": [{"provider": "anthropic"}, {"provider": "offline"}]},
            knowledge={"bases": ["faq"]},
            tools=["search_knowledge"],
            routing={"handoff_targets": ["support", "sales"]},
        )
        == []
    )


def test_the_offline_provider_is_always_there_and_none_named_is_fine() -> None:
    assert check_references(a_draft(), agents={}, tools=(), bases=(), providers=()) == []


@pytest.mark.parametrize(
    ("parts", "field", "message"),
    [
        (
            {"configuration": {"llm_provider": "opnai"}},
            "configuration.llm_provider",
            "'opnai' is no provider here: did you mean 'openai'?",
        ),
        (
            {"configuration": {"fallbacks": [{"provider": "mistral"}, {"provider": "offline"}]}},
            "configuration.fallbacks.0.provider",
            "'mistral' is no provider here: there is 'anthropic', 'offline', 'openai'.",
        ),
        (
            {"knowledge": {"bases": ["faq", "handbook"]}},
            "knowledge.bases.1",
            "'handbook' is no knowledge base here: there is 'faq', 'help-centre'.",
        ),
        (
            {"tools": ["search_knowlege"]},
            "tools.0",
            "'search_knowlege' is no tool here: did you mean 'search_knowledge'?",
        ),
        (
            {"routing": {"handoff_targets": ["billing", "legal"]}},
            "routing.handoff_targets.1",
            "'legal' is no agent here: there is 'billing', 'sales', 'support'.",
        ),
    ],
)
def test_what_is_not_there_is_named_with_what_is(parts: dict[str, Any], field: str, message: str) -> None:
    assert complaints(**parts) == [(field, message)]


def test_everything_unknown_is_told_at_once() -> None:
    unknown = complaints(tools=["a", "b"], knowledge={"bases": ["c"]}, configuration={"llm_provider": "d"})
    assert [field for field, _ in unknown] == ["configuration.llm_provider", "knowledge.bases.0", "tools.0", "tools.1"]


def test_handoffs_in_a_circle_are_refused_and_the_circle_is_named() -> None:
    assert complaints(id="support", routing={"handoff_targets": ["sales"]}) == [
        (
            "routing.handoff_targets.0",
            "'sales' closes a circle of handoffs, support → sales → billing → support: take one of them out.",
        )
    ]


def test_two_agents_that_hand_over_to_each_other_are_a_circle() -> None:
    [(field, message)] = complaints(id="support", routing={"handoff_targets": ["billing"]})
    assert field == "routing.handoff_targets.0"
    assert "support → billing → support" in message


def test_what_the_agent_handed_over_to_before_does_not_count() -> None:
    agents = {"support": ["billing"], "billing": []}
    draft = a_draft(id="support", routing={"handoff_targets": []})
    assert check_references(draft, agents=agents, tools=(), bases=(), providers=()) == []


def test_a_new_agent_cannot_close_a_circle_before_it_has_an_id() -> None:
    assert complaints(routing={"handoff_targets": ["billing"]}) == []


def test_a_circle_among_others_does_not_hold_the_check_up() -> None:
    agents = {"a": ["b"], "b": ["a"], "c": []}
    draft = a_draft(id="c", routing={"handoff_targets": ["a"]})
    assert check_references(draft, agents=agents, tools=(), bases=(), providers=()) == []


agent_ids = st.sampled_from("abcdef")
others = st.sampled_from("bcdef")


@given(
    st.dictionaries(agent_ids, st.sets(agent_ids, max_size=4)),
    st.sets(others, max_size=4),
)
def test_a_circle_is_found_exactly_when_the_agent_can_be_reached_again(
    agents: dict[str, set[str]], targets: set[str]
) -> None:
    draft = a_draft(id="a", routing={"handoff_targets": sorted(targets)})
    problems = check_references(draft, agents=agents, tools=(), bases=(), providers=())
    reached = set(targets)
    for _ in range(6):
        reached |= {after for each in reached - {"a"} for after in agents.get(each, ())}
    assert any("circle" in problem.message for problem in problems) == ("a" in reached)
