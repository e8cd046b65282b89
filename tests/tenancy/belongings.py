"""One of everything that a tenant can have, made over HTTP, for the walk through all routes as somebody else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from deskhand.crm.records import BuiltInRecords
from deskhand.jobs.tables import JobRow
from deskhand.orchestration.approval_model import ProposedAction
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.orchestration.refund_records import DiscountWish, Place
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from shops import Send, Shop
from tenancy.walk import VERSION

QUESTION = "How long can I return a helmet?"
AGENT = {
    "id": "agent-of-the-first",
    "name": "Agent of the first",
    "type": "conversational",
    "version": VERSION,
    "identity": {"short_description": "Answers for the first tenant."},
}
VOTER = {**AGENT, "id": "voter-of-the-first", "name": "Voter of the first"}
EMAIL = "ada@first.example"
CUSTOMER_EMAIL = "customer@first.example"
SUMMARY = "Discount that only the first may see"
NOT_SECRET = {"help-centre", VERSION, "first_field"}


@dataclass(frozen=True)
class Belongings:
    """What the first tenant has: an id for each parameter of a path, and everything that must not be seen."""

    ids: dict[str, str]
    secrets: frozenset[str]


async def make_belongings(shop: Shop, session_id: str, send: Send) -> Belongings:
    """One of everything, by an owner and a contact of the shop."""
    answer = (await send(QUESTION)).json()
    await send("My name is Ada Rowe, and I want to talk to a person.")
    async with shop.client(shop.owner_token()) as owner:
        made = Maker(owner, shop, session_id, answer["thread_id"])
        ids = {
            "session_id": session_id,
            "thread_id": answer["thread_id"],
            "message_id": answer["message"]["id"],
            "source_id": answer["citations"][0]["source_id"],
            "base": "help-centre",
            **await made.of_the_house(),
            **await made.of_conversations(),
        }
        ids |= await made.of_customers(ids["contact_id"])
        ids |= await made.of_agents_at_work(ids["contact_id"])
        key = (await owner.get("/api/v1/api-keys")).json()["items"][0]
    words = {EMAIL, CUSTOMER_EMAIL, SUMMARY, key["begins"], shop.tenant.id, shop.base_id}
    return Belongings(ids=ids, secrets=frozenset((words | set(ids.values())) - NOT_SECRET))


class Maker:
    """Makes things as the owner of a shop, and gives the id of each."""

    def __init__(self, owner: httpx.AsyncClient, shop: Shop, session_id: str, thread_id: str) -> None:
        self._owner = owner
        self._shop = shop
        self._session_id = session_id
        self._thread_id = thread_id

    async def of_the_house(self) -> dict[str, str]:
        """Staff, keys, agents."""
        user = await self._made("/users", {"email": EMAIL, "name": "A", "role": "viewer"})
        agent = await self._made("/agents", AGENT)
        await self._made("/agents", VOTER)
        key = await self._made("/api-keys", {"name": "K", "permissions": ["chat"]})
        return {"user_id": user["id"], "agent_id": agent["id"], "version": agent["version"], "key_id": key["id"]}

    async def of_conversations(self) -> dict[str, str]:
        """What came of the contact's messages."""
        attached = await self._owner.post(
            f"/api/v1/sessions/{self._session_id}/attachments", files={"file": ("n.md", b"# N")}
        )
        ticket, memory, record = [
            (await self._owner.get(f"/api/v1/{path}")).json()["items"][0] for path in ("tickets", "memories", "audit")
        ]
        return {
            "attachment_id": attached.json()["id"],
            "ticket_id": ticket["id"],
            "contact_id": ticket["contact_id"],
            "memory_id": memory["id"],
            "record_id": record["id"],
        }

    async def of_customers(self, contact_id: str) -> dict[str, str]:
        """The CRM, with a message and a sequence that wait."""
        of_contact = f"/crm/contacts/{contact_id}"
        note = await self._made(f"{of_contact}/notes", {"text": "Only for the first.", "idempotency_key": "first"})
        await self._made(f"{of_contact}/events", {"title": "Bought a helmet", "category": "purchase"})
        field = await self._made("/crm/fields", {"key": "first_field", "type": "text"})
        pipeline = await self._made("/crm/pipelines", {"name": "First", "stages": [{"name": "Lead"}]})
        changes = {"email": CUSTOMER_EMAIL, "custom_fields": {"first_field": "yes"}, "tags": ["first"]}
        for method, path, body in (
            ("PATCH", of_contact, changes),
            ("PUT", f"{of_contact}/pipeline", {"pipeline": "First", "stage": "Lead"}),
        ):
            changed = await self._owner.request(method, f"/api/v1{path}", json=body)
            assert changed.status_code == 200, changed.text
        template = await self._made("/crm/templates", {"name": "first-words", "body": "Hello."})
        sequence = await self._made(
            "/crm/sequences", {"name": "first-steps", "steps": [{"after": "P30D", "template": "first-words"}]}
        )
        enrolment = await self._made(f"/crm/sequences/{sequence['id']}/enrol", {"contact_id": contact_id})
        later = self._shop.house.clock.now() + timedelta(days=30)
        message = {"text": "Only for the first.", "at": later.isoformat()}
        delivery = await self._made(f"{of_contact}/messages", message)
        return {
            "note_id": note["id"],
            "key": field["key"],
            "pipeline_id": pipeline["id"],
            "template_id": template["id"],
            "sequence_id": sequence["id"],
            "enrolment_id": enrolment["id"],
            "delivery_id": delivery["id"],
        }

    async def of_agents_at_work(self, contact_id: str) -> dict[str, str]:
        """A vote, a plan that was called off, an order, a discount, and a request to a person."""
        vote = {"subject": "For the first", "facts": {}, "voters": [AGENT["id"], VOTER["id"]]}
        consensus = await self._made("/consensus", vote)
        subtask = {"id": "one", "description": "Of the first", "agent": AGENT["id"]}
        plan = await self._made("/plans", {"task": "Of the first", "subtasks": [subtask]})
        await self._owner.post(f"/api/v1/plans/{plan['id']}/cancel")
        bought = {"number": "F-1", "placed_at": "2026-02-20T09:30:00Z", "amount": "59.90", "currency": "GBP"}
        order = await self._made("/orders", {**bought, "contact_id": contact_id})
        entry = await self._discount(contact_id)
        approval = await self._request(contact_id)
        await self._shop.house.jobs.run_due()
        return {
            "consensus_id": consensus["id"],
            "plan_id": plan["id"],
            "order_id": order["id"],
            "entry_id": entry,
            "approval_id": approval,
            "job_id": await self._job(contact_id),
        }

    async def _discount(self, contact_id: str) -> str:
        """The id of one that the house's own tables and jobs know of."""
        house, place = self._shop.house, Place(contact_id=contact_id)
        crm = BuiltInRecords(store=house.store, clock=house.clock, agents=_NoAgents())
        ledger = RefundLedger(store=house.store, clock=house.clock, outbox=house.jobs, crm=crm)
        wish = DiscountWish(place=place, key="first", reason="Waited long.", valid_days=30, percent=5.0)
        return (await ledger.discount(self._of(contact_id), wish)).id

    async def _request(self, contact_id: str) -> str:
        """The id of one that was turned down by nobody yet."""
        house, scope = self._shop.house, self._of(contact_id)
        action = ProposedAction(
            kind="discount",
            tool="grant_discount",
            arguments={"percent": "40", "reason": "Waited long."},
            summary=SUMMARY,
            contact_id=contact_id,
            session_id=self._session_id,
            thread_id=self._thread_id,
            timeout_seconds=86_400,
        )
        async with house.store.write(scope) as db:
            approval = await house.approvals.request(db, scope, action)
        house.approvals.requested(approval)
        return approval.id

    async def _job(self, contact_id: str) -> str:
        """The id of one that what was made so far has caused."""
        async with self._shop.house.store.read(self._of(contact_id)) as db:
            return str(await db.scalar(select(JobRow.id).limit(1)))

    def _of(self, contact_id: str) -> TenantScope:
        return TenantScope(tenant_id=self._shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)

    async def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        made = await self._owner.post(f"/api/v1{path}", json=body)
        assert made.status_code in {201, 202}, f"{path}: {made.status_code} {made.text}"
        found: dict[str, Any] = made.json()
        return found


class _NoAgents:
    """What the ledger does not ask about."""

    async def has_agent(self, *_: object) -> bool:
        return False
