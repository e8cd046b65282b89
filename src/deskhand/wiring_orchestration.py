"""Builds how agents share work and what people are asked to allow: approvals, votes, refunds, plans, asking each other.

A part of the composition root. Above: `wiring_turns.py`. Below: `wiring_customers.py`, `orchestration/`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deskhand.agents.runtime import AgentRuntime
from deskhand.crm.lookup import CRMLookups
from deskhand.crm.tool import make_crm_lookup
from deskhand.crm.tools_all import register_crm_tools
from deskhand.crm.tools_base import CrmToolParts
from deskhand.escalation.channels import AppriseChannels
from deskhand.llm.sentiment import VaderSentiment
from deskhand.orchestration.approval_actions import Actions
from deskhand.orchestration.approval_course import ApprovalCourse
from deskhand.orchestration.approval_endpoints import ApprovalEndpoints
from deskhand.orchestration.approval_gate import ApprovalGate
from deskhand.orchestration.approval_model import Approval
from deskhand.orchestration.approval_notices import ApprovalNotices
from deskhand.orchestration.approval_tickets import ApprovalTickets
from deskhand.orchestration.approvals import Approvals
from deskhand.orchestration.ask_tool import ASK_AGENT, AskAgentTool, Switchboard
from deskhand.orchestration.billing_client import HttpBilling
from deskhand.orchestration.billing_endpoints import BillingEndpoints
from deskhand.orchestration.consensus_endpoints import ConsensusEndpoints
from deskhand.orchestration.consensus_voting import ConsensusVoting
from deskhand.orchestration.coordinator import Coordinator
from deskhand.orchestration.order_endpoints import OrderEndpoints
from deskhand.orchestration.orders import Orders
from deskhand.orchestration.plan_agents import ContractAgents
from deskhand.orchestration.plan_consulting import PlanModel
from deskhand.orchestration.plan_endpoints import PlanEndpoints
from deskhand.orchestration.plan_reply import PlanReply
from deskhand.orchestration.plan_routes import CoordinatorRoutes
from deskhand.orchestration.plan_runner import PlanRunner
from deskhand.orchestration.plan_synthesis import OfflineSynthesiser
from deskhand.orchestration.plan_synthesis_model import ModelSynthesiser
from deskhand.orchestration.plan_work import SubtaskWork
from deskhand.orchestration.planner import Planner
from deskhand.orchestration.planning import OfflinePlanner
from deskhand.orchestration.planning_model import ModelPlanner
from deskhand.orchestration.refund_advice import RefundAdvisor
from deskhand.orchestration.refund_gate import RefundGate
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.orchestration.refund_records import terms_for
from deskhand.orchestration.refund_tools import GRANT_DISCOUNT, ISSUE_REFUND, GrantDiscount, IssueRefund
from deskhand.tenancy.directory import Directory
from deskhand.tools.breaker import Breakers
from deskhand.tools.contract import ToolSlice
from deskhand.tools.guard import ActionGate, Guard
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.asking import AgentAsker
from deskhand.turns.events import ApprovalChanged, PlanChanged
from deskhand.turns.hub import EventHub
from deskhand.turns.promises import promises_nothing
from deskhand.wiring_customers import Customers
from deskhand.wiring_slices import Ground, HasRouter, Slices

LOOKUP_CUSTOMER = "lookup_customer"
BILLING_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """Refunds and discounts, and those who vote on them."""

    ledger: RefundLedger
    voting: ConsensusVoting
    advisor: RefundAdvisor
    orders: Orders
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """What people allow. `gate` is asked before each call of a tool in a turn."""

    approvals: Approvals
    gate: ActionGate


def register_tools(registry: ToolRegistry) -> None:
    """The tools of the CRM and of orchestration."""
    register_crm_tools(registry)
    registry.register(LOOKUP_CUSTOMER, make_crm_lookup, slice_=ToolSlice.CRM)
    registry.register(ISSUE_REFUND, IssueRefund, slice_=ToolSlice.BILLING)
    registry.register(GRANT_DISCOUNT, GrantDiscount, slice_=ToolSlice.BILLING)
    registry.register(ASK_AGENT, AskAgentTool)


def dependencies(customers: Customers, money: Money, board: Switchboard) -> Mapping[type, object]:
    """What those tools work with."""
    return {
        CrmToolParts: customers.tools,
        CRMLookups: customers.lookups,
        RefundLedger: money.ledger,
        Switchboard: board,
    }


def money(ground: Ground, slices: Slices, customers: Customers, runtime: AgentRuntime) -> Money:
    """From the votes to the ledger."""
    store, clock, settings = ground.store, ground.clock, ground.settings
    terms = terms_for(settings.currency)
    billing = _billing(ground)
    ledger = RefundLedger(
        store=store, clock=clock, outbox=ground.jobs, crm=customers.records, billing=billing, terms=terms
    )
    ledger.register(ground.jobs)
    voting = ConsensusVoting(store=store, clock=clock, agents=runtime, usage=slices.usage)
    advisor = RefundAdvisor(
        store=store,
        clock=clock,
        voting=voting,
        profiles=customers.records,
        sentiment=VaderSentiment(),
        terms=terms,
    )
    close = _nothing if billing is None else billing.close
    return Money(ledger=ledger, voting=voting, advisor=advisor, orders=Orders(store=store, clock=clock), close=close)


def decisions(
    ground: Ground,
    slices: Slices,
    directory: Directory,
    registry: ToolRegistry,
    breakers: Breakers,
    works_with: Mapping[type, object],
    paid: Money,
) -> Decisions:
    """Approvals, from the gate to the carrying out. What was allowed is not asked about again."""
    store, clock, jobs, settings = ground.store, ground.clock, ground.jobs, ground.settings
    announce = _announcing(ground.hub)
    actions = Actions(
        registry=registry,
        guard=Guard(clock=clock, breakers=breakers),
        settings=settings,
        dependencies=works_with,
    )
    approvals = Approvals(
        store=store, clock=clock, jobs=jobs, actions=actions, announce=announce, name_of=directory.name_of
    )
    ApprovalCourse(
        store=store,
        clock=clock,
        jobs=jobs,
        approvals=approvals,
        actions=actions,
        speaker=slices.speaker,
        tickets=ApprovalTickets(desk=slices.escalations.desk, clock=clock, sentiment=VaderSentiment()),
        announce=announce,
    )
    console = f"{settings.public_url.rstrip('/')}/console" if settings.public_url else None
    ApprovalNotices(
        store=store, clock=clock, jobs=jobs, channels=AppriseChannels(settings.notifications), console_url=console
    )
    gate = ApprovalGate(store=store, clock=clock, approvals=approvals, currency=settings.currency)
    return Decisions(approvals=approvals, gate=RefundGate(advisor=paid.advisor, voting=paid.voting, inner=gate))


def planner(
    ground: Ground, slices: Slices, runtime: AgentRuntime, asker: AgentAsker, coordinator: Coordinator
) -> Planner:
    """Plans, from their making to their synthesis."""
    store, clock, jobs = ground.store, ground.clock, ground.jobs
    agents = ContractAgents(store=store, clock=clock, runtime=runtime)
    work = SubtaskWork(asker=asker, agents=agents)
    model = PlanModel(asker)
    routes = CoordinatorRoutes(coordinator=coordinator, runtime=runtime, embedder=ground.embedder)
    runner = PlanRunner(
        store=store,
        clock=clock,
        jobs=jobs,
        work=work,
        maker=ModelPlanner(model=model, agents=agents, otherwise=OfflinePlanner(routes)),
        synthesiser=ModelSynthesiser(model=model, otherwise=OfflineSynthesiser()),
        events=_PlanTold(ground.hub),
        reply=PlanReply(clock=clock, speaker=slices.speaker, may_be_said=promises_nothing),
    )
    runner.register()
    return Planner(store=store, clock=clock, jobs=jobs, agents=agents, runner=runner, work=work)


def orchestration_endpoints(paid: Money, decided: Decisions, plans: Planner) -> tuple[HasRouter, ...]:
    """Where plans, votes, approvals and money are reached over HTTP."""
    return (
        ApprovalEndpoints(decided.approvals),
        ConsensusEndpoints(paid.voting),
        OrderEndpoints(paid.orders),
        BillingEndpoints(paid.ledger),
        PlanEndpoints(plans),
    )


def _billing(ground: Ground) -> HttpBilling | None:
    billing = ground.settings.tools.billing
    if billing.endpoint is None:
        return None
    seconds = billing.timeout_seconds or BILLING_SECONDS
    return HttpBilling(endpoint=billing.endpoint, token=billing.token, seconds=seconds)


def _announcing(hub: EventHub) -> Callable[[Approval], None]:
    def announce(approval: Approval) -> None:
        if approval.session_id is not None:
            event = ApprovalChanged(approval_id=approval.id, status=approval.status.value, summary=approval.summary)
            hub.publish(approval.session_id, None, event)

    return announce


async def _nothing() -> None:
    """There is nothing to close."""


class _PlanTold:
    """Tells whoever listens to the session how far its plan is."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub

    def tell(self, session_id: str, status: Mapping[str, Any]) -> None:
        self._hub.publish(session_id, None, PlanChanged(plan=dict(status["plan"])))
