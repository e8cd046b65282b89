"""Refunds and discounts at a billing system: asked once under a key, whatever it answers, and settled in the end."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from deskhand.orchestration.billing_client import MAX_BYTES, NOT_LET_IN, Done, HttpBilling
from deskhand.orchestration.billing_repository import EntryStatus
from deskhand.orchestration.refund_ledger import RefundLedger
from deskhand.orchestration.refund_records import terms_for
from deskhand.testing.failing_server import Answer, Cut, Raw, Step
from deskhand.tools.failures import Outcome
from orchestration.refund_counter import TOKEN, Counter, with_billing
from orchestration.refund_parts import Firm
from tools.calls import a_workshop

DONE = Answer(body={"id": "re_77", "status": "succeeded"})
DOWN = Answer(status=503)


async def test_the_billing_system_is_asked_under_the_entrys_key_with_its_token(tmp_path: Path) -> None:
    async with with_billing(tmp_path, DONE) as counter:
        await counter.firm.bought()
        shown = await counter.refund()
        assert (shown["data"]["status"], shown["data"]["reference"]) == ("issued", "re_77")
        (entry,) = await counter.firm.entries()
        assert counter.server is not None
        (request,) = counter.server.requests
        assert (request.method, request.path) == ("POST", "/v1/refunds")
        assert request.headers["idempotency-key"] == entry.id
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert json.loads(request.body) == {
            "refund_id": entry.id,
            "customer_id": counter.firm.contact_id,
            "order_number": "A-1",
            "amount": "20.00",
            "currency": "GBP",
            "reason": "It does not fit.",
        }
        # The job that would ask again finds it settled; the other one tells the CRM.
        counter.firm.bank.clock.move(timedelta(minutes=2))
        await counter.firm.bank.queue.run_due()
        assert len(counter.server.requests) == 1
        assert list(counter.firm.bank.crm.events) == [entry.id]


async def test_a_clear_no_is_passed_on_and_leaves_the_money_free(tmp_path: Path) -> None:
    noes: tuple[tuple[Step, str], ...] = (
        (Answer(status=422, body={"detail": "The card\nhas expired."}), "The card has expired."),
        (Answer(status=409, body={"error": {"code": 3}}), "The billing system said no (status 409)."),
        (Answer(status=404, body=["no"]), "The billing system said no (status 404)."),
        (Answer(status=400, body={"message": "x" * 9000}), "x" * 200),
        (Answer(body={"status": "Declined", "reason": "Too late."}), "Too late."),
        (Answer(body={"status": "failed"}), "The billing system said no."),
        (Answer(status=401), NOT_LET_IN),
        (Answer(status=403, body={"detail": TOKEN}), NOT_LET_IN),
    )
    async with with_billing(tmp_path, DONE) as counter:
        await counter.firm.bought()
        for at, (step, told) in enumerate(noes):
            counter.plays(step)
            shown = await counter.refund(f"trn_no_{at}", amount="100.00")
            assert counter.outcome is Outcome.DECLINED
            assert shown["error"] == f"It was not given: {told}"
            again = await counter.refund(f"trn_no_{at}", amount="100.00")
            assert again["error"] == shown["error"]
        assert {entry.status for entry in await counter.firm.entries()} == {EntryStatus.DECLINED}
        counter.plays(DONE)
        assert (await counter.refund("trn_yes", amount="100.00"))["ok"]


UNCLEAR: tuple[Step, ...] = (
    DOWN,
    Answer(status=500),
    Answer(status=429),
    Cut(),
    Raw(),
    Raw(content=b"", media_type="application/json"),
    Raw(content=b"[1, 2]", media_type="application/json"),
    Raw(content=b'{"id": "' + b"x" * 10 * 1024 * 1024 + b'"}', media_type="application/json"),
    Raw(content=b"[" * MAX_BYTES, media_type="application/json"),
    Answer(status=302, headers={"location": "/elsewhere"}),
)


async def test_whatever_leaves_it_open_is_never_said_to_be_done_nor_done_again(tmp_path: Path) -> None:
    async with with_billing(tmp_path, DONE) as counter:
        bank = counter.firm.bank
        for at, step in enumerate(UNCLEAR):
            counter.workshop = a_workshop()  # a breaker of its own
            bank.clock.move(timedelta(days=400))
            number = f"U-{at}"
            await counter.firm.bought(number, days=1)
            counter.plays(step)
            shown = await counter.refund(f"trn_{at}", order_number=number, amount="100.00")
            assert not shown["ok"], step
            assert counter.outcome is Outcome.FAR_SIDE
            assert "do not say that it was done" in shown["error"]
            assert counter.server is not None
            assert counter.server.count("/v1/refunds") == 1
            # Meanwhile nobody gets the same money by another way.
            other = await counter.refund(f"trn_other_{at}", order_number=number, amount="100.00")
            assert "refunded already" in other["error"]

            counter.plays(DONE)
            bank.clock.move(timedelta(minutes=2))
            await bank.queue.run_due()
            entry = (await counter.firm.entries())[-1]
            assert (entry.status, entry.reference) == (EntryStatus.ISSUED, "re_77")
            assert [request.headers["idempotency-key"] for request in counter.server.requests] == [entry.id]
            assert entry.id in bank.crm.events


async def test_a_call_with_a_key_is_tried_again_at_once_under_one_key(tmp_path: Path) -> None:
    async with with_billing(tmp_path, DOWN, Cut(), DONE) as counter:
        await counter.firm.bought()
        shown = await counter.refund(idempotency_key="apv_1")
        assert shown["data"]["status"] == "issued"
        assert counter.workshop.last.attempts == 3
        assert counter.server is not None
        assert len({request.headers["idempotency-key"] for request in counter.server.requests}) == 1
        assert len(await counter.firm.entries()) == 1


async def test_when_the_billing_system_never_answers_staff_is_to_look_and_the_money_stays_held(tmp_path: Path) -> None:
    async with with_billing(tmp_path, DOWN) as counter:
        bank = counter.firm.bank
        await counter.firm.bought()
        await counter.refund(amount="100.00")
        for _ in range(9):
            bank.clock.move(timedelta(hours=3))
            await bank.queue.run_due()
        (entry,) = await counter.firm.entries()
        assert entry.status is EntryStatus.UNCLEAR
        assert "refunded already" in (await counter.refund("trn_2", amount="100.00"))["error"]
        again = await counter.refund(amount="100.00")
        assert again["error"].startswith("It is being checked by our staff.")
        assert bank.crm.events == {}

        client = bank.client(counter.firm.owner)
        found = {"outcome": "declined", "reason": "Never reached the bank."}
        assert (await client.post(f"/api/v1/billing/entries/{entry.id}/settle", json=found)).status_code == 200
        counter.plays(DONE)
        counter.workshop = a_workshop()
        assert (await counter.refund("trn_3", amount="100.00"))["ok"]


async def test_what_was_noted_before_a_kill_is_settled_afterwards(tmp_path: Path) -> None:
    async with with_billing(tmp_path, DONE) as counter:
        bank = counter.firm.bank
        await counter.firm.bought()
        billing = NeverAsked()
        outbox, terms = bank.queue, terms_for("GBP")
        dying = RefundLedger(
            store=bank.store, clock=bank.clock, outbox=outbox, crm=bank.crm, billing=billing, terms=terms
        )
        with pytest.raises(asyncio.CancelledError):
            await dying.refund(counter.firm.contact, counter.firm.wish())
        (entry,) = await counter.firm.entries()
        assert entry.status is EntryStatus.PENDING
        bank.clock.move(timedelta(minutes=2))
        await bank.queue.run_due()
        assert (await counter.firm.entries())[0].status is EntryStatus.ISSUED


async def test_what_was_open_when_the_billing_system_was_taken_away_comes_to_staff(firm: Firm) -> None:
    """The ledger of this process has no billing system; the one that noted the entry had."""
    bank, counter = firm.bank, Counter(firm)
    await counter.firm.bought()
    before = RefundLedger(
        store=bank.store,
        clock=bank.clock,
        outbox=bank.queue,
        crm=bank.crm,
        billing=NeverAsked(),
        terms=terms_for("GBP"),
    )
    with pytest.raises(asyncio.CancelledError):
        await before.refund(counter.firm.contact, counter.firm.wish())
    for _ in range(9):
        bank.clock.move(timedelta(hours=3))
        await bank.queue.run_due()
    (entry,) = await counter.firm.entries()
    assert entry.status is EntryStatus.UNCLEAR
    paid = {"outcome": "issued", "reference": "transfer 4711"}
    settled = await bank.client(counter.firm.owner).post(f"/api/v1/billing/entries/{entry.id}/settle", json=paid)
    assert (settled.status_code, settled.json()["status"]) == (200, "issued")


class NeverAsked:
    """The process ends before it can ask."""

    async def ask(self, path: str, body: Any, *, key: str) -> Any:
        raise asyncio.CancelledError(path, body, key)


async def test_each_request_comes_over_a_connection_of_its_own() -> None:
    """One that is kept may end just as it is used again, and then nobody knows whether money was moved."""
    connections = 0
    ended = asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b"{}"))
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"id": 7}')
        writer.close()
        await writer.wait_closed()
        ended.release()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        billing = HttpBilling(endpoint=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for key in ("one", "two", "three"):
            assert await billing.ask("refunds", {}, key=key) == Done(reference="7")
        await billing.close()
        for _ in range(connections):
            await ended.acquire()
    assert connections == 3


async def test_nothing_of_it_is_in_the_log(tmp_path: Path) -> None:
    with capture_logs() as lines:
        async with with_billing(tmp_path, Answer(status=401), DOWN) as counter:
            await counter.firm.bought()
            await counter.refund(reason="My name is Ada Rowe.")
            await counter.refund("trn_2", reason="My name is Ada Rowe.")
    text = repr(lines)
    assert "billing_not_let_in" in text
    assert "Ada" not in text
    assert TOKEN not in text


async def test_a_discount_is_granted_at_the_billing_system_too(tmp_path: Path) -> None:
    async with with_billing(tmp_path, Answer(body={"ok": True})) as counter:
        shown = await counter.discount()
        assert shown["data"]["status"] == "issued"
        assert counter.server is not None
        (request,) = counter.server.requests
        sent = json.loads(request.body)
        assert (request.path, sent["percent"], sent["code"]) == ("/v1/discounts", 10.0, shown["data"]["code"])
