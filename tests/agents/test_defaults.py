"""The contracts that ship."""

from itertools import combinations

import pytest

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_defaults import COORDINATOR_ID, SUPPORT_ID, default_contracts
from deskhand.agents.contract_parts import AgentType
from deskhand.agents.contract_references import check_references
from deskhand.agents.prompt import MONEY_TOOLS, instructions_of
from deskhand.orchestration.ask_tool import ASK_AGENT
from deskhand.orchestration.asking import RESEARCH_AGENT
from deskhand.orchestration.refund_tools import GRANT_DISCOUNT, ISSUE_REFUND
from deskhand.orchestration.refund_voters import POLICY_VOTER, RISK_VOTER, SATISFACTION_VOTER
from deskhand.turns.handoff import HAND_OFF
from deskhand.wiring_orchestration import LOOKUP_CUSTOMER, register_tools
from deskhand.wiring_slices import tool_registry

SPECIALISTS = {
    "sales": {"prospecting", "negotiation", "closing"},
    "support": {"technical", "billing", "onboarding"},
    "retention": {"churn", "upsell", "winback"},
    "operations": {"schedule", "follow-up", "quality"},
    "marketing": {"campaign", "content", "event"},
}
SPECIALIST_IDS = {f"{category}-{skill}" for category, skills in SPECIALISTS.items() for skill in skills}
VOTER_IDS = {RISK_VOTER, SATISFACTION_VOTER, POLICY_VOTER}
ASKED_BY_AGENTS = {RESEARCH_AGENT, *VOTER_IDS}
"""No customer's message is routed to them."""
CONTRACTS = default_contracts()
BY_ID = {str(contract.id): contract for contract in CONTRACTS}

each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)


def test_a_support_agent_a_coordinator_fifteen_specialists_two_voices_and_those_that_agents_ask_ship() -> None:
    assert set(BY_ID) == {SUPPORT_ID, COORDINATOR_ID, "intake", "guide", *SPECIALIST_IDS, *ASKED_BY_AGENTS}
    assert len(CONTRACTS) == 19 + len(ASKED_BY_AGENTS)
    assert {agent_id for agent_id, each in BY_ID.items() if each.type is AgentType.VOICE} == {"intake", "guide"}


@each_contract
def test_each_says_who_it_is(contract: ContractDraft) -> None:
    assert all(contract.identity.model_dump().values())
    assert contract.metadata.tags
    assert contract.name in instructions_of(contract, company="Larkspoke")


@each_contract
def test_each_is_recognised_by_a_description_and_a_dozen_utterances(contract: ContractDraft) -> None:
    assert len(contract.routing.description) > 40
    assert len(contract.routing.examples) >= 12 or contract.id in VOTER_IDS
    assert all(8 <= len(example) <= 120 for example in contract.routing.examples)


def test_no_utterance_is_claimed_by_two() -> None:
    claimed = [example.casefold() for contract in CONTRACTS for example in contract.routing.examples]
    assert len(set(claimed)) == len(claimed)


def test_each_has_a_character_of_its_own() -> None:
    alike = [(one.id, other.id) for one, other in combinations(CONTRACTS, 2) if one.traits == other.traits]
    assert alike == []
    assert len({contract.name for contract in CONTRACTS}) == len(CONTRACTS)


def test_they_can_be_created_in_their_order() -> None:
    there: dict[str, tuple[str, ...]] = {}
    registry = tool_registry()
    register_tools(registry)
    for contract in CONTRACTS:
        assert check_references(contract, agents=there, tools=registry.names, bases=(), providers=()) == []
        there[str(contract.id)] = contract.routing.handoff_targets


def test_the_coordinator_reaches_everybody_who_writes_and_specialists_hand_to_support() -> None:
    assert set(BY_ID[COORDINATOR_ID].routing.handoff_targets) == {SUPPORT_ID, *SPECIALIST_IDS}
    assert all(BY_ID[agent_id].routing.handoff_targets == (SUPPORT_ID,) for agent_id in SPECIALIST_IDS)
    assert BY_ID[SUPPORT_ID].routing.handoff_targets == ()
    assert BY_ID["intake"].routing.handoff_targets == (COORDINATOR_ID,)


def test_nobody_hands_a_customer_to_those_that_only_agents_ask() -> None:
    assert all(not ASKED_BY_AGENTS & set(each.routing.handoff_targets) for each in CONTRACTS)
    assert all(BY_ID[agent_id].routing.handoff_targets == () for agent_id in ASKED_BY_AGENTS)


def test_whoever_talks_about_money_asks_a_person_first() -> None:
    guarded = {agent_id for agent_id, each in BY_ID.items() if each.approval.rules}
    assert guarded == {"sales-negotiation", "support-billing", "retention-churn", "retention-winback"}


def test_only_those_who_talk_about_money_may_give_it_and_the_larger_sums_wait_for_a_person() -> None:
    assert {ISSUE_REFUND, GRANT_DISCOUNT} == MONEY_TOOLS
    assert {agent_id for agent_id, each in BY_ID.items() if ISSUE_REFUND in each.tools} == {"support-billing"}
    givers = {agent_id for agent_id, each in BY_ID.items() if MONEY_TOOLS & set(each.tools)}
    assert givers == {"sales-negotiation", "support-billing", "retention-churn", "retention-winback"}
    for agent_id in givers:
        assert "discount" in {rule.action for rule in BY_ID[agent_id].approval.rules}
        assert BY_ID[agent_id].approval.on_timeout == "escalate"


def test_specialists_know_their_customer_ask_colleagues_and_give_messages_on() -> None:
    for agent_id in SPECIALIST_IDS | {COORDINATOR_ID}:
        assert {LOOKUP_CUSTOMER, ASK_AGENT, HAND_OFF} <= set(BY_ID[agent_id].tools)
    assert HAND_OFF not in BY_ID[SUPPORT_ID].tools
    assert {LOOKUP_CUSTOMER, ASK_AGENT} <= set(BY_ID[SUPPORT_ID].tools)


def test_those_that_only_agents_ask_act_on_nothing() -> None:
    assert {agent_id: BY_ID[agent_id].tools for agent_id in ASKED_BY_AGENTS} == {
        RESEARCH_AGENT: ("search_knowledge",),
        **dict.fromkeys(VOTER_IDS, ()),
    }


def test_they_run_without_any_key_and_read_every_knowledge_base() -> None:
    for contract in CONTRACTS:
        assert contract.configuration.llm_provider is None
        assert contract.configuration.fallbacks[-1].provider == "offline"
        assert contract.knowledge.bases == ()
