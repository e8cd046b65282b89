"""The demo's customers: profiles, notes, templates, a sequence, and what agents have asked staff for.

They come in through the API, as anybody's would, under keys by which a start that was cut short goes on where it was;
what staff changes afterwards stays. Above: the seeds. Below: the house, the shapes of the files.
"""

from datetime import timedelta
from typing import Any

import httpx

from deskhand.conversations.model import MessageRole
from deskhand.conversations.repository import ConversationRepository
from deskhand.demo.orders import seed_orders
from deskhand.demo.shapes import Conversation, Customer, Customers
from deskhand.kit.errors import DeskhandError
from deskhand.orchestration.approval_model import Approval, ApprovalFilter, ProposedAction, WantedDecision
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.contract import Unanswered
from deskhand.wiring import House

KEY = "demo-{}"
WAITS = timedelta(days=30)
"""How long the demo's request waits before it becomes a ticket."""
CONFLICT = 409


class DemoRefused(DeskhandError):
    """The house does not take what the demo wants to put into it: a fault of the demo's files."""

    code = "demo_refused"


class CustomerSeeds:
    """Puts one company's customers into the house."""

    def __init__(self, house: House, scope: TenantScope) -> None:
        """`scope` is that of the member of staff in whose name it is done."""
        self._house = house
        self._scope = scope

    async def sow(self, customers: Customers) -> None:
        """Make what is not there yet. The sequences come last: where they are, everything is."""
        staff = self._house.signer.for_user(
            tenant_id=self._scope.tenant_id, user_id=self._scope.user_id or "", role=self._scope.role
        )
        async with self._client(staff.token) as client:
            if await self._is_sown(client, customers):
                return
            for path in ("fields", "pipelines", "templates"):
                for body in getattr(customers, path):
                    await _made(client, f"crm/{path}", body)
            for customer in customers.contacts:
                await self._sow_one(client, customer)
            for body in customers.sequences:
                await _made(client, "crm/sequences", body)
        await self._house.jobs.run_due()

    async def _is_sown(self, client: httpx.AsyncClient, customers: Customers) -> bool:
        there = (await _asked(client, "GET", "crm/sequences?limit=100"))["items"]
        return {body["name"] for body in customers.sequences} <= {each["name"] for each in there}

    async def _sow_one(self, client: httpx.AsyncClient, customer: Customer) -> None:
        key = KEY.format(customer.key)
        contact = await _asked(client, "POST", "crm/contacts", customer.profile, key)
        path = f"crm/contacts/{contact['id']}"
        if customer.pipeline is not None:
            await _asked(client, "PUT", f"{path}/pipeline", customer.pipeline, f"{key}-pipeline")
        for what, bodies in (("notes", customer.notes), ("events", customer.events)):
            for number, body in enumerate(bodies):
                await _asked(client, "POST", f"{path}/{what}", body, f"{key}-{what}-{number}")
        if customer.has_orders:
            await seed_orders(self._house.orders, self._scope, contact["id"], self._house.clock.now())
        if customer.conversation is not None:
            await self._converse(contact["id"], customer.conversation)

    async def _converse(self, contact_id: str, said: Conversation) -> None:
        """One conversation with one request. Its messages and the request are there together, or not at all."""
        approvals = self._house.approvals
        there = await approvals.list(self._scope, ApprovalFilter(contact_id=contact_id), limit=1, offset=0)
        approval = there.items[0] if there.items else await self._requested(contact_id, said)
        decision = said.approval.decision
        if decision is not None:
            wanted = WantedDecision(verdict=decision.verdict, notes=decision.notes, arguments=None)
            await approvals.decide(self._scope, approval.id, wanted)

    async def _requested(self, contact_id: str, said: Conversation) -> Approval:
        token = self._house.signer.for_contact(tenant_id=self._scope.tenant_id, contact_id=contact_id).token
        async with self._client(token) as client:
            opened = await _asked(client, "POST", "sessions", {})
        agent = await self._house.runtime.agent_for(self._scope, said.agent)
        action = _action(opened, contact_id, said, agent.version)
        async with self._house.store.write(self._scope) as db:
            conversations = ConversationRepository(db, self._scope, self._house.clock)
            session = await conversations.session(opened["id"])
            for role, text in ((MessageRole.CUSTOMER, said.says), (MessageRole.AGENT, said.answer)):
                await conversations.add_message(session, turn_id=None, role=role, content=text)
            approval = await self._house.approvals.request(db, self._scope, action)
        self._house.approvals.requested(approval)
        return approval

    def _client(self, token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._house.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=transport, base_url="http://deskhand/api/v1/", headers=headers)


async def _made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """What is there by that name already stays as it is."""
    response = await client.post(path, json=body)
    if response.status_code != CONFLICT:
        _require(response)


async def _asked(
    client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    response = await client.request(method, path, json=body, headers=headers)
    _require(response)
    answer: dict[str, Any] = response.json()
    return answer


def _require(response: httpx.Response) -> None:
    if not response.is_success:
        where = f"{response.request.method} {response.request.url.path}"
        raise DemoRefused(f"The demo's data were refused by {where}: {response.json()['detail']}")


def _action(opened: dict[str, Any], contact_id: str, said: Conversation, version: str) -> ProposedAction:
    wish = said.approval
    return ProposedAction(
        kind=wish.kind,
        tool=wish.tool,
        arguments=wish.arguments,
        summary=wish.summary,
        contact_id=contact_id,
        thread_id=opened["thread_id"],
        session_id=opened["id"],
        agent_id=said.agent,
        agent_version=version,
        message=said.says,
        amount=wish.amount,
        currency=wish.currency,
        percent=wish.percent,
        confidence=wish.confidence,
        reasoning=wish.reasoning,
        reasons=wish.reasons,
        timeout_seconds=int(WAITS.total_seconds()),
        on_timeout=Unanswered.ESCALATE,
    )
