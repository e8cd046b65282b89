"""What tests of the refund tools share: a firm, the guard its agents' calls go through, a billing system that fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from deskhand.orchestration.billing_client import HttpBilling
from deskhand.orchestration.refund_tools import GrantDiscount, IssueRefund
from deskhand.testing.failing_server import FailingServer, Step
from deskhand.tools.bound import BoundTool
from deskhand.tools.contract import BaseTool
from deskhand.tools.failures import Outcome
from orchestration.refund_parts import Firm, open_bank, open_firm
from tools.calls import Workshop, a_workshop

REFUND = {"order_number": "#a-1", "amount": "20.00", "currency": "gbp", "reason": "It does not fit."}
DISCOUNT = {"percent": "10", "reason": "Late delivery."}
TOKEN = "t0ken-of-the-billing-system"


class Counter:
    """A firm, and the guard that its agents' calls go through."""

    def __init__(self, firm: Firm, server: FailingServer | None = None) -> None:
        self.firm = firm
        self.server = server
        self.workshop: Workshop = a_workshop()

    def bound(self, tool: type[BaseTool[Any]], turn_id: str = "trn_1") -> BoundTool:
        turn = self.firm.turn(turn_id)
        return self.workshop.bind(tool(self.firm.bank.ledger, turn), turn=turn)  # type: ignore[call-arg]  # both take them

    async def refund(self, turn_id: str = "trn_1", **changes: Any) -> dict[str, Any]:
        """What the model is shown."""
        return await self.workshop.call(self.bound(IssueRefund, turn_id), **REFUND | changes)

    async def discount(self, turn_id: str = "trn_1", **given: Any) -> dict[str, Any]:
        return await self.workshop.call(self.bound(GrantDiscount, turn_id), **(given or DISCOUNT))

    @property
    def outcome(self) -> Outcome:
        return self.workshop.last.outcome

    def plays(self, *steps: Step) -> None:
        assert self.server is not None
        self.server.requests.clear()
        for path in ("/v1/refunds", "/v1/discounts"):
            self.server.script(path, *steps)


@asynccontextmanager
async def with_billing(folder: Path, *steps: Step, url: str | None = None) -> AsyncIterator[Counter]:
    """A counter whose billing system plays the steps, on a real port."""
    server = FailingServer({"/v1/refunds": list(steps), "/v1/discounts": list(steps)})
    async with server.serving() as address:
        billing = HttpBilling(endpoint=f"{address}/v1/", token=SecretStr(TOKEN), seconds=5)
        async with open_bank(folder, url=url, billing=billing) as bank:
            yield Counter(await open_firm(bank), server)
        await billing.close()
