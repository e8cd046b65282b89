"""From a contract to its running agent: instructions, models in the order they are tried, what it may use.

Above: the turn. Below: contracts, providers, the tenant's profile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

import structlog
from cachetools import LRUCache, TTLCache
from sqlalchemy import select

from deskhand.agents.contract import AgentContract, ContractDraft
from deskhand.agents.contract_limits import KnowledgeMode, Reflection, Unsupported
from deskhand.agents.contract_parts import AgentIdentity, AgentStatus, AgentType
from deskhand.agents.contract_people import ApprovalRule, EscalationHours
from deskhand.agents.model import AgentNotActive, StoredAgent, UnknownAgent
from deskhand.agents.prompt import instructions_of
from deskhand.agents.repository import AgentRepository
from deskhand.agents.traits import BehaviourProfile, behaviour_of
from deskhand.escalation.assessment import EscalationPolicy
from deskhand.escalation.hours import DAYS, OpenHours
from deskhand.kit.clock import Clock
from deskhand.kit.errors import NotFound
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE
from deskhand.llm.model import ChatModel
from deskhand.llm.providers import Providers
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tables import Tenant
from deskhand.tools.contract import ApprovalBound, ApprovalPolicy, Unanswered

log = structlog.get_logger(__name__)

DEFAULT_AGENT = "support"
"""The general agent: it answers when a session names none and nobody coordinates, or nobody fits better."""
COORDINATOR = "coordinator"
"""The agent that, where a tenant has it, finds who answers in the sessions that name none."""
BUILT_IN_VERSION = "0.0.0"
CURRENT_SECONDS = 5.0
"""How long another process may go on with the version before. In this one a change counts at once."""
KEPT_AGENTS = 10_000

_Place: TypeAlias = tuple[str, str]
"""A tenant, and an agent's handle in it."""
_UNNAMED = ""
"""In the place of a handle: whoever has the sessions that name nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningAgent:
    """One version of a contract, ready to answer. `models` are tried in turn; the last one is the offline model."""

    key: str | None
    """The stored agent's inner id; None for the built-in one of a tenant that has made none."""
    id: str
    version: str
    name: str
    company: str
    instructions: str
    behaviour: BehaviourProfile
    models: tuple[ChatModel, ...]
    bases: tuple[str, ...]
    k: int
    least_relevance: float
    prefetches: bool
    tools: frozenset[str]
    """Names of the tools it is granted."""
    history_messages: int
    input_tokens: int
    max_tokens: int
    output_tokens: int = 4_000
    """The most that one turn may have written, tool calls included."""
    tokens_per_day: int | None = None
    unsupported: Unsupported = Unsupported.DROP
    memory_k: int = 0
    """How many memories come with a message; none when the agent is not to remember."""
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    purpose: str = ""
    """What it is there for, in one sentence."""
    coordinates: bool = False
    """Whether it has others answer, chosen message by message."""
    handoff_targets: tuple[str, ...] = ()
    """Ids of those that it may have answer."""
    reflection: Reflection | None = None
    """How an answer is criticised and revised before it is told; None: it is not."""

    @property
    def category(self) -> str:
        """What kind of matter it is there for: the first word of its id."""
        return self.id.split("-", maxsplit=1)[0]

    @property
    def temperature(self) -> float:
        return self.behaviour.temperature


class AgentRuntime:
    """Gives the agents of a scope, compiled once a version."""

    def __init__(self, *, store: TenantStore, clock: Clock, providers: Providers) -> None:
        self._store = store
        self._clock = clock
        self._providers = providers
        self._current: TTLCache[_Place, RunningAgent] = TTLCache(maxsize=KEPT_AGENTS, ttl=CURRENT_SECONDS)
        self._compiled: LRUCache[tuple[str, str, str, str], RunningAgent] = LRUCache(maxsize=KEPT_AGENTS)
        self._changes = 0

    async def agent_for(self, scope: TenantScope, agent_id: str | None) -> RunningAgent:
        """The agent of that handle in its present version; without one, who coordinates, else the general agent.

        Raises:
            UnknownAgent: when there is none.
            AgentNotActive: when it is archived or inactive.
        """
        place = _place(scope.tenant_id, agent_id)
        agent = self._current.get(place)
        if agent is None:
            changes = self._changes
            agent = await self._load(scope, agent_id)
            if changes == self._changes:  # else it may be the version from before a change
                self._current[place] = agent
        return agent

    def has_at_hand(self, scope: TenantScope, agent_id: str | None) -> bool:
        """Whether `agent_for` needs no database right now: whoever holds a connection must not wait for another."""
        return _place(scope.tenant_id, agent_id) in self._current

    async def check(self, scope: TenantScope, agent_id: str) -> None:
        """That the agent would answer; raises as `agent_for` does."""
        await self.agent_for(scope, agent_id)

    async def in_version(self, scope: TenantScope, agent_id: str, version: str) -> RunningAgent:
        """The agent as it was in that version, whatever has become of it.

        Raises:
            UnknownAgent, UnknownVersion: when there is none.
        """
        if version == BUILT_IN_VERSION:
            return await self.agent_for(scope, DEFAULT_AGENT)
        async with self._store.read(scope) as db:
            tenant = await db.scalar(select(Tenant).where(Tenant.id == scope.tenant_id))
            agents = AgentRepository(db, scope, self._clock)
            stored = await agents.agent(agent_id)
            found = await agents.version(stored, version)
        return self._compile(stored.key, found.contract, tenant.company if tenant is not None else "")

    def forget(self, tenant_id: str, agent_id: str) -> None:
        """The agent was changed: the next turn begins with what it is now."""
        self._changes += 1
        self._current.pop(_place(tenant_id, agent_id), None)
        self._current.pop(_place(tenant_id, None), None)

    async def _load(self, scope: TenantScope, agent_id: str | None) -> RunningAgent:
        async with self._store.read(scope) as db:
            tenant = await db.scalar(select(Tenant).where(Tenant.id == scope.tenant_id))
            agents = AgentRepository(db, scope, self._clock)
            stored = await _entrance(agents) if agent_id is None else await agents.find(agent_id)
        if tenant is None:
            raise NotFound("This organisation is not here any more.")
        if stored is not None:
            return self._compiled_agent(scope, stored.key, stored.contract, tenant.company)
        if agent_id not in {None, DEFAULT_AGENT}:
            raise UnknownAgent(f"There is no agent {agent_id!r}: GET /api/v1/agents lists those there are.")
        return self._compile(None, _built_in(tenant.agent_name), tenant.company)

    def _compiled_agent(self, scope: TenantScope, key: str, contract: AgentContract, company: str) -> RunningAgent:
        if contract.metadata.status is not AgentStatus.ACTIVE:
            status = contract.metadata.status.value
            raise AgentNotActive(f"The agent {contract.id!r} is {status}: restore it, or choose another.")
        at = (scope.tenant_id, key, contract.version, company)
        if at not in self._compiled:
            self._compiled[at] = self._compile(key, contract, company)
        return self._compiled[at]

    def _compile(self, key: str | None, contract: ContractDraft, company: str) -> RunningAgent:
        behaviour = behaviour_of(contract, company=company)
        configuration, knowledge = contract.configuration, contract.knowledge
        tools = contract.tools if configuration.tools_enabled else ()
        return RunningAgent(
            key=key,
            id=contract.id or DEFAULT_AGENT,
            version=contract.version or BUILT_IN_VERSION,
            name=contract.name,
            company=company,
            instructions=instructions_of(contract, company=company),
            behaviour=behaviour,
            models=self._models(contract),
            bases=knowledge.bases,
            k=knowledge.k,
            least_relevance=_least_relevance(knowledge.min_score, behaviour.grounding_bar),
            prefetches=knowledge.mode is not KnowledgeMode.TOOL,
            tools=frozenset(tools) | _search_tools(knowledge.mode, enabled=configuration.tools_enabled),
            history_messages=configuration.thread_window,
            input_tokens=configuration.input_tokens_per_turn,
            max_tokens=configuration.max_tokens,
            output_tokens=configuration.output_tokens_per_turn,
            tokens_per_day=configuration.tokens_per_day,
            unsupported=knowledge.unsupported,
            memory_k=configuration.memory_k if configuration.memory_enabled else 0,
            escalation=_policy_of(contract, behaviour),
            approval=_approval_of(contract),
            purpose=contract.identity.short_description,
            coordinates=_coordinates(contract),
            handoff_targets=contract.routing.handoff_targets,
            reflection=configuration.reflection if configuration.reflection.enabled else None,
        )

    def _models(self, contract: ContractDraft) -> tuple[ChatModel, ...]:
        """The contract's own model and its fallbacks, without those whose provider has no key here."""
        configuration = contract.configuration
        wanted: list[tuple[str | None, str | None]] = [(configuration.llm_provider, configuration.llm_model)]
        wanted += [(fallback.provider, fallback.model) for fallback in configuration.fallbacks]
        models: dict[str, ChatModel] = {}
        for provider, name in wanted:
            model = self._providers.model(provider, name, timeout_seconds=configuration.timeout_seconds)
            if model is None:
                log.warning("provider_not_ready", provider=provider, agent=contract.id)
            else:
                models.setdefault(f"{provider}/{model.name}", model)
        return _until_offline(models.values())


def _place(tenant_id: str, agent_id: str | None) -> _Place:
    return (tenant_id, agent_id or _UNNAMED)


async def _entrance(agents: AgentRepository) -> StoredAgent | None:
    """Who has the sessions that name nobody: who coordinates, where there is one at work, else the general agent."""
    found = await agents.find(COORDINATOR)
    if found is not None and _coordinates(found.contract) and found.contract.metadata.status is AgentStatus.ACTIVE:
        return found
    return await agents.find(DEFAULT_AGENT)


def _coordinates(contract: ContractDraft) -> bool:
    return contract.type is AgentType.WORKFLOW and bool(contract.routing.handoff_targets)


def _built_in(name: str) -> ContractDraft:
    """The agent of a tenant that has made none."""
    return ContractDraft(name=name, identity=AgentIdentity(short_description="Answers customers' questions."))


def _until_offline(models: Iterable[ChatModel]) -> tuple[ChatModel, ...]:
    """What comes after the offline model would never be asked."""
    kept: list[ChatModel] = []
    for model in models:
        kept.append(model)
        if model.is_offline:
            break
    return tuple(kept)


def _least_relevance(min_score: float | None, grounding_bar: float) -> float:
    """Below it a passage is left out. Without a score of its own, only a contract of high safety leaves any out."""
    return max(grounding_bar, 0.0) if min_score is None else min_score


def _policy_of(contract: ContractDraft, behaviour: BehaviourProfile) -> EscalationPolicy:
    """When a person comes in: the contract's rules, its threshold shifted by the trait safety."""
    rules = contract.escalation
    return EscalationPolicy(
        threshold=behaviour.escalation_threshold,
        keywords=tuple((keyword.phrase, keyword.weight) for keyword in rules.keywords),
        channels=rules.channels,
        hours=None if rules.hours is None else _open_hours(rules.hours),
    )


def _approval_of(contract: ContractDraft) -> ApprovalPolicy:
    """What a person must allow. Requests are told to the channels that escalations are told to."""
    rules = contract.approval
    return ApprovalPolicy(
        bounds=tuple(map(_bound_of, rules.rules)),
        timeout_seconds=rules.timeout_seconds,
        on_timeout=Unanswered(rules.on_timeout.value),
        channels=contract.escalation.channels,
    )


def _bound_of(rule: ApprovalRule) -> ApprovalBound:
    return ApprovalBound(
        action=rule.action,
        above_amount=None if rule.above_amount is None else Decimal(str(rule.above_amount)),
        currency=rule.currency,
        above_percent=rule.above_percent,
        confidence_below=rule.confidence_below,
    )


def _open_hours(hours: EscalationHours) -> OpenHours:
    days = {day: [(each.open, each.close) for each in getattr(hours.days, day)] for day in DAYS}
    return OpenHours.of(hours.timezone, days)


def _search_tools(mode: KnowledgeMode, *, enabled: bool) -> frozenset[str]:
    """Whoever may search by itself needs the tool for it, also where the contract does not name it."""
    wanted = mode is KnowledgeMode.TOOL or (mode is KnowledgeMode.BOTH and enabled)
    return frozenset({SEARCH_KNOWLEDGE}) if wanted else frozenset()
