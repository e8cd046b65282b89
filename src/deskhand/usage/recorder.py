"""Writes a turn's usage into the turn's own transaction. Above: the turn. Below: the repository."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.kit.clock import Clock
from deskhand.settings import Settings
from deskhand.tenancy.scope import TenantScope
from deskhand.usage.model import ModelCall, Price, PriceList, Usage, summed
from deskhand.usage.repository import UsageRepository

MAX_MODEL_CHARS = 200


class UsageRecorder:
    """Knows the prices, and what a turn's calls add to the day."""

    def __init__(self, *, clock: Clock, prices: PriceList) -> None:
        self._clock = clock
        self._prices = prices

    def priced(self, calls: Sequence[ModelCall]) -> Usage:
        """What these calls used and cost together."""
        return summed(calls, self._prices)

    async def add(self, db: AsyncSession, scope: TenantScope, agent_id: str, calls: Sequence[ModelCall]) -> None:
        """Count the calls, one statement a model; in the order of the names, so that two turns never wait in a ring."""
        usage = UsageRepository(db, scope, self._clock)
        for model in sorted({call.model for call in calls}):
            of_model = [call for call in calls if call.model == model]
            await usage.add(agent_id, model[:MAX_MODEL_CHARS], self.priced(of_model))


def prices_of(settings: Settings) -> PriceList:
    """The prices that the settings name."""
    prices = {name: Price(input=price.input, output=price.output) for name, price in settings.prices.items()}
    return PriceList(currency=settings.currency, prices=prices)
