"""From a tenant to its running agent: the profile, the models in the order they are tried, the tools it is granted.

Above: the turn. Below: the models and the tenant's directory.
"""

import asyncio
from dataclasses import dataclass

from cachetools import TTLCache
from sqlalchemy import select

from deskhand.agents.prompt import instructions
from deskhand.kit.db import Database
from deskhand.kit.errors import NotFound
from deskhand.llm.model import ChatModel
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.tables import Tenant

PROFILE_SECONDS = 30.0
HISTORY_MESSAGES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningAgent:
    """What answers for a tenant. `models` are tried in turn; the last one is the offline model."""

    name: str
    company: str
    instructions: str
    models: tuple[ChatModel, ...]
    k: int
    history_messages: int
    temperature: float
    max_tokens: int


class AgentRuntime:
    """Gives the agent of a scope. Profiles are kept for half a minute."""

    def __init__(
        self,
        database: Database,
        models: tuple[ChatModel, ...],
        *,
        k: int,
        temperature: float,
        max_tokens: int,
    ) -> None:
        self._database = database
        self._models = models
        self._k = k
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._agents: TTLCache[str, RunningAgent] = TTLCache(maxsize=10_000, ttl=PROFILE_SECONDS)
        self._loading = asyncio.Lock()

    async def agent_for(self, scope: TenantScope) -> RunningAgent:
        """The agent that answers in this scope.

        Raises:
            NotFound: when the tenant is gone.
        """
        agent = self._agents.get(scope.tenant_id)
        if agent is None:
            async with self._loading:
                agent = self._agents[scope.tenant_id] = await self._load(scope.tenant_id)
        return agent

    async def _load(self, tenant_id: str) -> RunningAgent:
        async with self._database.read() as session:
            tenant = await session.scalar(select(Tenant).where(Tenant.id == tenant_id))
        if tenant is None:
            raise NotFound("This organisation is not here any more.")
        return RunningAgent(
            name=tenant.agent_name,
            company=tenant.company,
            instructions=instructions(agent_name=tenant.agent_name, company=tenant.company),
            models=self._models,
            k=self._k,
            history_messages=HISTORY_MESSAGES,
            temperature=self._temperature,
            max_tokens=self._max_tokens,
        )
