"""Refunds and votes on either database: what many ask for at once is given within the order and the year."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import delete

from deskhand.orchestration.order_repository import OrderFilter
from deskhand.orchestration.refund_records import DiscountWish, RefundRefused
from deskhand.orchestration.refund_voters import REFUND_VOTERS
from deskhand.tenancy.tables import Contact
from orchestration.refund_parts import Firm, open_bank, open_firm


async def refunds(firm: Firm, *keys: str, amount: str = "40.00") -> list[bool]:
    """Whether each was given, all asked for at once."""
    wishes = [firm.wish(amount, key=key) for key in keys]
    given = await asyncio.gather(
        *(firm.bank.ledger.refund(firm.contact, wish) for wish in wishes), return_exceptions=True
    )
    assert all(not isinstance(each, BaseException) or isinstance(each, RefundRefused) for each in given), given
    return sorted(not isinstance(each, BaseException) for each in given)


async def test_what_many_ask_for_at_once_is_given_once(tmp_path: Path, database_url: str) -> None:
    async with open_bank(tmp_path, url=database_url) as bank:
        firm = await open_firm(bank)
        await firm.bought(items=(("Helmet", 1),))

        assert await refunds(firm, *["same"] * 6) == [True] * 6
        assert len(await firm.entries()) == 1
        assert await refunds(firm, *map(str, range(6))) == [False] * 5 + [True]
        assert sum(entry.units or 0 for entry in await firm.entries()) == 8000

        place = firm.wish().place
        discounts = [DiscountWish(place=place, key=f"d{at}", reason="x", valid_days=3, percent=5.0) for at in range(5)]
        given = await asyncio.gather(
            *(bank.ledger.discount(firm.contact, wish) for wish in discounts), return_exceptions=True
        )
        assert sum(isinstance(each, RefundRefused) for each in given) == 4
        await bank.queue.run_due()
        assert len(bank.crm.events) == 3

        second = await open_firm(bank, "second")
        await second.bought()
        advice = await bank.advisor.advise(second.contact, second.wish())
        assert advice.consensus is not None
        assert [vote.agent for vote in advice.consensus.votes] == list(REFUND_VOTERS)
        assert await bank.voting.consensus(second.owner, advice.consensus.id) == advice.consensus


async def test_a_deleted_contact_takes_its_votes_along_and_leaves_what_was_paid(
    tmp_path: Path, database_url: str
) -> None:
    async with open_bank(tmp_path, url=database_url) as bank:
        firm = await open_firm(bank)
        order = await firm.bought()
        advice = await bank.advisor.advise(firm.contact, firm.wish())
        assert advice.consensus is not None
        await bank.ledger.refund(firm.contact, firm.wish())
        async with bank.store.write(firm.owner) as db:
            await db.execute(delete(Contact).where(Contact.id == firm.contact_id))

        await bank.queue.run_due()
        assert bank.crm.events == {}
        (entry,) = await firm.entries()
        assert (entry.contact_id, entry.order_id, entry.worth) == (None, order.id, "20.00 GBP")
        (kept,) = (await bank.orders.page(firm.owner, OrderFilter(), limit=9, offset=0)).items
        assert (kept.contact_id, kept.amount) == (None, order.amount)
        assert (await bank.voting.page(firm.owner, session_id=None, limit=9, offset=0)).total == 0
        other = await open_firm(bank, "other")
        with pytest.raises(RefundRefused, match="no order"):
            await bank.ledger.refund(other.contact, other.wish())
