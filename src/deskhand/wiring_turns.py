"""Builds what a message travels through, and where it comes in. A part of the composition root.

Above: `wiring.py`. Below: `wiring_slices.py`, the stages of a turn.
"""

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
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.llm.providers import Providers
from deskhand.llm.sentiment import VaderSentiment
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.gate import Gate
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.admit import Admitter
from deskhand.turns.aftermath import Aftermath
from deskhand.turns.budget import Budget
from deskhand.turns.burst import Bursts
from deskhand.turns.commit import Committer
from deskhand.turns.conclude import Concluder
from deskhand.turns.gather import Gatherer
from deskhand.turns.journey import Journey
from deskhand.turns.replay import TurnReplayer
from deskhand.turns.respond import Responder
from deskhand.turns.runner import TurnRunner
from deskhand.turns.sources import Sources
from deskhand.wiring_slices import Ground, HasRouter, Slices, toolboxes

SUMMARY_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversations:
    """What sessions and their turns run on."""

    sessions: SessionLifecycle
    runner: TurnRunner
    replayer: TurnReplayer


def conversations(
    ground: Ground,
    slices: Slices,
    library: KnowledgeLibrary,
    runtime: AgentRuntime,
    registry: ToolRegistry,
    providers: Providers,
) -> Conversations:
    """From the store of sessions to the runner of turns."""
    live, summariser = InMemorySessionStore(), _summariser(providers)
    sessions = _sessions(ground, slices, live, summariser)
    summaries = ThreadSummaries(
        store=ground.store, clock=ground.clock, summariser=summariser, background=ground.background
    )
    responder = Responder(
        toolboxes=toolboxes(ground, slices, library, registry),
        budget=Budget(store=ground.store, clock=ground.clock),
        usage=slices.usage,
    )
    journey = Journey(
        admitter=_admitter(ground, slices, runtime, sessions),
        bursts=Bursts(live, ground.clock),
        gatherer=_gatherer(ground, slices, library, runtime),
        responder=responder,
        concluder=_concluder(ground, slices),
        committer=_committer(ground, slices),
        aftermath=Aftermath(
            summaries=summaries,
            recall=slices.memories.recall,
            keeper=slices.memories.keeper,
            desk=slices.escalations.desk,
        ),
    )
    replayer = TurnReplayer(runtime=runtime, responder=responder, clock=ground.clock)
    return Conversations(sessions=sessions, runner=TurnRunner(journey, ground.hub), replayer=replayer)


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


def _gatherer(ground: Ground, slices: Slices, library: KnowledgeLibrary, runtime: AgentRuntime) -> Gatherer:
    sources = Sources(
        library=library,
        embedder=ground.embedder,
        memory=slices.memories.recall,
        shelf=slices.attachments.shelf,
    )
    return Gatherer(
        store=ground.store,
        clock=ground.clock,
        runtime=runtime,
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


def _committer(ground: Ground, slices: Slices) -> Committer:
    return Committer(
        ground.store,
        ground.clock,
        keeper=slices.memories.keeper,
        desk=slices.escalations.desk,
        usage=slices.usage,
        audit=slices.audit,
    )
