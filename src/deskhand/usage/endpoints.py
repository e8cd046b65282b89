"""Usage over HTTP: what models were used and what they cost, and what is left of the caps."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from deskhand.kit.clock import Clock
from deskhand.kit.errors import InvalidValue
from deskhand.kit.problems import responses
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore
from deskhand.usage.model import AgentCap
from deskhand.usage.repository import UsageRepository
from deskhand.usage.schemas import CapOut, UsagePage, day_out, sums_out

Reader = Annotated[TenantScope, allowed(Permission.USAGE_READ)]
Caps = Callable[[TenantScope], Awaitable[Sequence[AgentCap]]]
"""The caps that the contracts of a tenant set."""

DEFAULT_DAYS = 30
MOST_DAYS = 366
_AGENT_ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"

From = Annotated[date | None, Query(alias="from", description="The first day (UTC); by default 30 days back.")]
To = Annotated[date | None, Query(alias="to", description="The last day (UTC); by default today.")]
AgentFilter = Annotated[str | None, Query(pattern=_AGENT_ID, description="Only this agent's.")]


class UsageEndpoints:
    """Routes of the usage slice."""

    def __init__(self, *, store: TenantStore, clock: Clock, caps: Caps) -> None:
        self._store = store
        self._clock = clock
        self._caps = caps
        self.router = APIRouter(prefix="/api/v1", tags=["usage"])
        self.router.add_api_route("/usage", self.list_usage, methods=["GET"], responses=responses(401, 403, 422))

    async def list_usage(
        self,
        scope: Reader,
        first: From = None,
        last: To = None,
        agent_id: AgentFilter = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> UsagePage:
        """Tokens and costs by day and model, the newest day first, with totals and what is left of today's caps."""
        first, last = self._days(first, last)
        caps = [cap for cap in await self._caps(scope) if agent_id in {None, cap.agent_id}]
        async with self._store.read(scope) as db:
            usage = UsageRepository(db, scope, self._clock)
            items, total = await usage.by_day_and_model(first, last, agent_id, limit=limit, offset=offset)
            totals = await usage.totals(first, last, agent_id)
            spent = await usage.spent_by_agent(usage.today) if caps else {}
        return UsagePage(
            first=first,
            last=last,
            items=[day_out(each) for each in items],
            totals=[sums_out(each) for each in totals],
            caps=_left(caps, spent),
            total=total,
            limit=limit,
            offset=offset,
        )

    def _days(self, first: date | None, last: date | None) -> tuple[date, date]:
        """From which day to which.

        Raises:
            InvalidValue: when they are the wrong way round or too far apart.
        """
        today = self._clock.now().date()
        last = last or (today if first is None or first <= today else first)
        first = first or _days_before(last, DEFAULT_DAYS)
        if first > last:
            raise InvalidValue(f"from is {first.isoformat()!r}, after to, {last.isoformat()!r}: exchange them.")
        if (last - first).days >= MOST_DAYS:
            raise InvalidValue(
                f"From {first.isoformat()!r} to {last.isoformat()!r} is more than {MOST_DAYS} days: ask for less."
            )
        return first, last


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - timedelta(days=days).days))


def _left(caps: Sequence[AgentCap], spent: dict[str, int]) -> list[CapOut]:
    found = []
    for cap in caps:
        if cap.tokens_per_day is not None:
            used = spent.get(cap.agent_id, 0)
            left = max(0, cap.tokens_per_day - used)
            found.append(CapOut(agent_id=cap.agent_id, tokens_per_day=cap.tokens_per_day, used=used, left=left))
    return found
