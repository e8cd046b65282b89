"""Builds what a message travels through, and where it comes in. A part of the composition root.

Above: `wiring.py`. Below: `wiring_slices.py`, the stages of a turn.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from deskhand.agents.runtime import AgentRuntime
from deskhand.channels.agent_chat import AgentChatEndpoint
from deskhand.channels.chat import ChatEndpoints
from deskhand.channels.websocket import SocketEndpoint
from deskhand.conversations.closing import ClosingWriter
from deskhand.conversations.endpoints import ConversationEndpoints
from deskhand.conversations.lifecycle import SessionLifecycle
from deskhand.conversations.session_endpoints import SessionEndpoints
from deskhand.conversations.session_store import InMemorySessionStore
from deskhand.conversations.summaries import ThreadSummaries
from deskhand.conversations.summarising import ConversationSummariser, OfflineSummariser
from deskhand.conversations.summarising_model import ModelSummariser
from deskhand.conversations.thread_endpoints import ThreadEndpoints
from deskhand.jobs.endpoints import JobEndpoints
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.llm.providers import Providers
from deskhand.llm.sentiment import VaderSentiment
from deskhand.orchestration.approvals import Approvals
from deskhand.orchestration.ask_tool import Switchboard
from deskhand.orchestration.coordinator import Coordinator
from deskhand.orchestration.matters import MatterScales
from deskhand.orchestration.orders import Orders
from deskhand.orchestration.planner import Planner
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tools.breaker import InMemoryBreakers
from deskhand.tools.guard import Guard
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.admit import Admitter
from deskhand.turns.aftermath import Aftermath
from deskhand.turns.asking import AgentAsker
from deskhand.turns.budget import Budget
from deskhand.turns.burst import Bursts
from deskhand.turns.commit import Committer
from deskhand.turns.conclude import Concluder
from deskhand.turns.gather import Gatherer
from deskhand.turns.journey import Journey
from deskhand.turns.planning import TurnPlans
from deskhand.turns.relay import Relay
from deskhand.turns.replay import TurnReplayer
from deskhand.turns.respond import Responder
from deskhand.turns.routing import Router
from deskhand.turns.runner import TurnRunner
from deskhand.turns.sources import Sources
from deskhand.turns.toolbox import Toolboxes
from deskhand.wiring_customers import Customers, Talking, customers
from deskhand.wiring_erasing import erasing
from deskhand.wiring_orchestration import (
    LOOKUP_CUSTOMER,
    Decisions,
    Money,
    decisions,
    dependencies,
    money,
    orchestration_endpoints,
    planner,
)
from deskhand.wiring_slices import Ground, HasRouter, Slices, tool_dependencies

SUMMARY_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversations:
    """What sessions and their turns run on."""

    sessions: SessionLifecycle
    runner: TurnRunner
    replayer: TurnReplayer
    approvals: Approvals
    orders: Orders
    planner: Planner
    endpoints: tuple[HasRouter, ...]
    """Of the CRM and of orchestration."""
    close: tuple[Callable[[], Awaitable[None]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agents:
    """What is there of the agents before anybody talks to them."""

    library: KnowledgeLibrary
    runtime: AgentRuntime
    registry: ToolRegistry
    providers: Providers
    coordinator: Coordinator


def conversations(ground: Ground, slices: Slices, directory: Directory, agents: Agents) -> Conversations:
    """From the store of sessions to the runner of turns."""
    runtime, live, summariser = agents.runtime, InMemorySessionStore(), _summariser(agents.providers)
    sessions = _sessions(ground, slices, live, summariser)
    known = customers(ground, slices, directory, runtime, Talking(live=live, sessions=sessions))
    paid, board = money(ground, slices, known, runtime), Switchboard()
    toolboxes, decided = _toolboxes(ground, slices, directory, agents, known, paid, board)
    budget, sources = Budget(store=ground.store, clock=ground.clock), _sources(ground, slices, agents.library)
    responder = Responder(toolboxes=toolboxes, budget=budget, usage=slices.usage)
    asker = _asker(ground, slices, runtime, sources, responder, budget)
    board.connect(asker)
    plans = planner(ground, slices, runtime, asker, agents.coordinator)
    of_turns = TurnPlans(scales=MatterScales(agents.coordinator), planner=plans)
    router = _router(ground, runtime, agents.coordinator)
    journey = Journey(
        admitter=_admitter(ground, slices, runtime, sessions),
        bursts=Bursts(live, ground.clock),
        router=router,
        relay=Relay(gatherer=_gatherer(ground, slices, sources), responder=responder, router=router),
        plans=of_turns,
        concluder=_concluder(ground, slices),
        committer=_committer(ground, slices, of_turns),
        aftermath=_aftermath(ground, slices, summariser, of_turns),
    )
    replayer = TurnReplayer(runtime=runtime, responder=responder, clock=ground.clock)
    return Conversations(
        sessions=sessions,
        runner=TurnRunner(journey, ground.hub),
        replayer=replayer,
        approvals=decided.approvals,
        orders=paid.orders,
        planner=plans,
        endpoints=(*known.endpoints, *orchestration_endpoints(paid, decided, plans), *_upkeep(ground, slices, live)),
        close=(known.close, paid.close),
    )


def _upkeep(ground: Ground, slices: Slices, live: InMemorySessionStore) -> tuple[HasRouter, ...]:
    """What the keepers of an installation do."""
    return erasing(ground, slices, live), JobEndpoints(ground.jobs)


def _asker(
    ground: Ground, slices: Slices, runtime: AgentRuntime, sources: Sources, responder: Responder, budget: Budget
) -> AgentAsker:
    return AgentAsker(
        store=ground.store,
        clock=ground.clock,
        runtime=runtime,
        sources=sources,
        responder=responder,
        budget=budget,
        usage=slices.usage,
        reads=frozenset({LOOKUP_CUSTOMER}),
    )


def _aftermath(ground: Ground, slices: Slices, summariser: ConversationSummariser, plans: TurnPlans) -> Aftermath:
    return Aftermath(
        summaries=ThreadSummaries(
            store=ground.store, clock=ground.clock, summariser=summariser, background=ground.background
        ),
        recall=slices.memories.recall,
        keeper=slices.memories.keeper,
        desk=slices.escalations.desk,
        plans=plans,
    )


def counter(
    ground: Ground, directory: Directory, gate: Gate, runtime: AgentRuntime, talk: Conversations, slices: Slices
) -> tuple[HasRouter, ...]:
    """Where conversations are had."""
    store, clock, hub, sessions, runner = ground.store, ground.clock, ground.hub, talk.sessions, talk.runner
    return (
        SessionEndpoints(store=store, directory=directory, clock=clock, lifecycle=sessions, check_agent=runtime.check),
        ThreadEndpoints(store, clock),
        ConversationEndpoints(store, clock),
        ChatEndpoints(runner, hub, slices.attachments.shelf),
        AgentChatEndpoint(
            store=store, clock=clock, directory=directory, runtime=runtime, sessions=sessions, runner=runner
        ),
        SocketEndpoint(
            store=store,
            gate=gate,
            clock=clock,
            sessions=sessions,
            runner=runner,
            hub=hub,
            ownership=slices.escalations.ownership,
        ),
    )


def _summariser(providers: Providers) -> ConversationSummariser:
    """Sums up with the installation's own model; without one, offline."""
    offline = OfflineSummariser(VaderSentiment())
    model = providers.model(None, None, timeout_seconds=SUMMARY_SECONDS)
    return offline if model is None or model.is_offline else ModelSummariser(model, offline)


def _sessions(
    ground: Ground, slices: Slices, live: InMemorySessionStore, summariser: ConversationSummariser
) -> SessionLifecycle:
    writer = ClosingWriter(
        store=ground.store,
        clock=ground.clock,
        quick=OfflineSummariser(VaderSentiment()),
        better=summariser,
        observers=(slices.memories.keeper,),
    )
    return SessionLifecycle(
        store=ground.store,
        clock=ground.clock,
        live=live,
        writer=writer,
        background=ground.background,
        idle=timedelta(minutes=ground.settings.session_idle_minutes),
    )


def _admitter(ground: Ground, slices: Slices, runtime: AgentRuntime, sessions: SessionLifecycle) -> Admitter:
    return Admitter(
        ground.store,
        ground.clock,
        runtime,
        sessions,
        shelf=slices.attachments.shelf,
        max_chars=ground.settings.max_message_chars,
        rate=ground.settings.rate_limit,
    )


def _toolboxes(
    ground: Ground,
    slices: Slices,
    directory: Directory,
    agents: Agents,
    known: Customers,
    paid: Money,
    board: Switchboard,
) -> tuple[Toolboxes, Decisions]:
    """The tools of turns, and what people decide about them; both share the breakers."""
    breakers = InMemoryBreakers(ground.clock)
    works_with = {**tool_dependencies(ground, slices, agents.library), **dependencies(known, paid, board)}
    decided = decisions(ground, slices, directory, agents.registry, breakers, works_with, paid)
    guard = Guard(clock=ground.clock, breakers=breakers, gate=decided.gate)
    boxes = Toolboxes(registry=agents.registry, guard=guard, settings=ground.settings, dependencies=works_with)
    return boxes, decided


def _router(ground: Ground, runtime: AgentRuntime, coordinator: Coordinator) -> Router:
    return Router(
        store=ground.store,
        clock=ground.clock,
        runtime=runtime,
        embedder=ground.embedder,
        coordinator=coordinator,
    )


def _sources(ground: Ground, slices: Slices, library: KnowledgeLibrary) -> Sources:
    return Sources(
        library=library,
        embedder=ground.embedder,
        memory=slices.memories.recall,
        shelf=slices.attachments.shelf,
    )


def _gatherer(ground: Ground, slices: Slices, sources: Sources) -> Gatherer:
    return Gatherer(
        store=ground.store,
        clock=ground.clock,
        sources=sources,
        detector=slices.escalations.detector,
    )


def _concluder(ground: Ground, slices: Slices) -> Concluder:
    return Concluder(
        detector=slices.escalations.detector,
        sentiment=VaderSentiment(),
        requests=slices.escalations.requests,
        audit=slices.audit,
        clock=ground.clock,
    )


def _committer(ground: Ground, slices: Slices, plans: TurnPlans) -> Committer:
    return Committer(
        ground.store,
        ground.clock,
        keeper=slices.memories.keeper,
        desk=slices.escalations.desk,
        usage=slices.usage,
        audit=slices.audit,
        plans=plans,
    )
