"""What a contract says of approvals reaches the turn's tools as it was written."""

from decimal import Decimal

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_parts import AgentIdentity
from deskhand.agents.contract_people import ApprovalRule, ApprovalRules, EscalationRules, WhenUnanswered
from deskhand.agents.runtime import _approval_of
from deskhand.tools.contract import ApprovalBound, ApprovalPolicy, Unanswered


def draft(**parts: object) -> ContractDraft:
    identity = AgentIdentity(short_description="Answers customers' questions.")
    return ContractDraft(name="Lark", identity=identity, **parts)  # type: ignore[arg-type]  # a test's own parts


def test_a_contract_that_says_nothing_adds_nothing() -> None:
    assert _approval_of(draft()) == ApprovalPolicy()


def test_rules_time_out_and_channels_are_those_of_the_contract() -> None:
    rules = ApprovalRules(
        rules=(
            ApprovalRule(action="refund", above_amount=200.1, currency="EUR", confidence_below=0.8),
            ApprovalRule(action="grant_discount", above_percent=15),
        ),
        timeout_seconds=900,
        on_timeout=WhenUnanswered.ESCALATE,
    )
    policy = _approval_of(draft(approval=rules, escalation=EscalationRules(channels=("service-desk",))))

    assert policy == ApprovalPolicy(
        bounds=(
            ApprovalBound(action="refund", above_amount=Decimal("200.1"), currency="EUR", confidence_below=0.8),
            ApprovalBound(action="grant_discount", above_percent=15.0),
        ),
        timeout_seconds=900,
        on_timeout=Unanswered.ESCALATE,
        channels=("service-desk",),
    )


def test_every_way_a_contract_knows_is_one_that_approvals_know() -> None:
    assert [way.value for way in WhenUnanswered] == [way.value for way in Unanswered]
