"""From a contract to its running agent: what a turn pays for it, and what the first turn of a version pays.

Above: `__main__.py`. Below: `deskhand.agents.runtime`, through the house.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, latencies
from bench.plan import Plan, say
from deskhand.agents.contract_defaults import SUPPORT_ID, default_contracts
from deskhand.agents.runtime import AgentRuntime
from deskhand.kit.clock import SystemClock
from deskhand.kit.telemetry import configure_logging
from deskhand.llm.providers import Providers
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import open_house

TIMES, QUICK_TIMES = 2_000, 100
COLD = 50


def measure(plan: Plan) -> list[Figure]:
    """Cached, and after a change."""
    say("contracts")
    configure_logging("ERROR", as_json=False)
    return list(asyncio.run(_measure(QUICK_TIMES if plan.quick else TIMES)))


async def _measure(times: int) -> Iterator[Figure]:
    embedder = HashEmbedder()
    with TemporaryDirectory() as folder:
        settings = load_settings(env_file=None, data_dir=Path(folder))
        async with open_house(settings, embedder=embedder, index=MemoryIndex(embedder.fingerprint)) as house:
            tenant = await house.directory.ensure_tenant("bench", company="Bench", agent_name="Bench")
            scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
            for draft in default_contracts():
                await house.agents.create(scope, draft)
            cold: list[float] = []
            runtime = AgentRuntime(store=house.store, clock=SystemClock(), providers=Providers(settings, embedder))
            await runtime.agent_for(scope, SUPPORT_ID)
            warm = [await _timed(runtime, scope) for _ in range(times)]
            for _ in range(COLD):
                fresh = AgentRuntime(store=house.store, clock=SystemClock(), providers=Providers(settings, embedder))
                cold.append(await _timed(fresh, scope))
    return iter(
        [
            latencies("an agent whose version is cached", warm, p50_at_most=1),
            latencies("an agent read and compiled", cold),
        ]
    )


async def _timed(runtime: AgentRuntime, scope: TenantScope) -> float:
    began = time.perf_counter()
    await runtime.agent_for(scope, SUPPORT_ID)
    return time.perf_counter() - began
