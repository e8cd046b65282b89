"""Disagreements between subtasks: found where two say different things of the same, and nowhere else."""

import pytest

from deskhand.orchestration.plan_conflicts import MAX_CONFLICTS, conflicts_in, denies
from deskhand.orchestration.plan_figures import figures_of
from deskhand.orchestration.plan_model import Subtask, SubtaskStatus
from growth import grows_in_proportion

ASKED = "Is it possible to return a worn helmet?"


def said(name: str, text: str, asked: str = ASKED, *, answered: bool = True) -> Subtask:
    return Subtask(
        key=name,
        id=name,
        description=asked,
        agent="support",
        status=SubtaskStatus.DONE,
        output=text,
        answered=answered,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You can return a helmet within 30 days of delivery. [1]", "Helmets can be returned within 14 days."),
        ("A refund takes 5 working days.", "Refunds take up to 10 working days."),
        ("Express delivery costs £9.90.", "Express delivery costs 12 pounds."),
        ("The warranty lasts two years.", "The warranty is 12 months long."),
        ("Yes, you can.", "No."),
        ("Worn helmets cannot be returned.", "You can return worn helmets."),
        ("Battery damage is included in the warranty.", "Battery damage is excluded from the warranty."),
        ("The discount on batteries is 10 %.", "There is a 15 percent discount on batteries."),
        ("Gift cards are refundable.", "Gift cards are not refundable."),
        ("The store in Leeds is open on Sunday.", "The Leeds store is closed on Sunday."),
        ("The Kestrel weighs 14 kg.", "The Kestrel weighs 15.5 kg."),
        ("The workshop opens at 9 am.", "Opening hours: the workshop opens at 10 am."),
        ("The deposit for a rental bike is 1,500 pounds.", "For a rental bike the deposit is £150."),
        ("Customs fees are paid by the customer.", "Customs fees are not paid by the customer."),
        ("An invoice is optional for a warranty claim.", "An invoice is required for a warranty claim."),
    ],
)
def test_what_differs_about_the_same_thing_is_named(one: str, other: str) -> None:
    (conflict,) = conflicts_in([said("a", one), said("b", other)])
    assert conflict.between == ("a", "b")
    assert conflict.about
    assert conflict.statements == (one.removesuffix(" [1]"), other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Standard delivery takes three working days.", "Express delivery takes one working day."),
        ("You can return a helmet within 30 days.", "You can return a helmet within one month."),
        ("The warranty lasts two years.", "The warranty lasts 24 months."),
        ("You can return an unworn helmet.", "You cannot return a worn helmet."),
        ("Express delivery costs £9.90.", "Standard delivery is free from 60 pounds."),
        ("The Kestrel weighs 14 kg.", "The Osprey weighs 12 kg."),
        ("Returns cost 3.90 pounds.", "Returns must be made within 30 days."),
        ("Returns take 5 days.", "Returns are possible within 30 days."),
        ("You can return a helmet within 30 days. It must not be worn.", "Returned helmets must be unworn."),
        ("Order LS-100234 was shipped on 2 May.", "Order LS-100987 was shipped on 4 May."),
        ("The refund is paid within 14 days.", "The refund is paid within two weeks."),
        ("Batteries are not excluded from the warranty.", "Batteries are included in the warranty."),
        ("A parcel arrives no later than Friday.", "A parcel arrives by Friday at the latest."),
        ("Does the warranty cover batteries?", "The warranty does not cover batteries."),
        ("The voucher is worth 1,000 pounds.", "The voucher is worth £1000."),
    ],
)
def test_what_goes_together_is_no_conflict(one: str, other: str) -> None:
    assert conflicts_in([said("a", one), said("b", other)]) == ()


def test_who_found_nothing_contradicts_nobody() -> None:
    found = said("a", "Worn helmets can be returned.")
    assert conflicts_in([found, said("b", "Worn helmets cannot be returned.", answered=False)]) == ()


def test_nobody_contradicts_himself() -> None:
    assert conflicts_in([said("a", "The bike weighs 14 kg. The bike weighs 15 kg.")]) == ()


def test_time_grows_with_what_was_found_and_no_faster() -> None:
    def compared(count: int) -> None:
        conflicts_in([said(f"s{number}", "A rental bike costs 5 pounds a day. " * count) for number in range(5)])

    assert grows_in_proportion(compared, 50, 200)


def test_conflicts_are_named_once_and_not_without_end() -> None:
    assert len(conflicts_in([said("a", "Rent costs 5 pounds. Rent costs 5 pounds."), said("b", "Rent costs £9.")])) == 1
    many = [said(f"s{number}", f"The rental fee is {number} pounds.") for number in range(1, 12)]
    assert len(conflicts_in(many)) == MAX_CONFLICTS


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("two weeks", [(336.0, "time")]),
        ("a 30-day trial", [(720.0, "time")]),
        ("£1,234.50 and 3,90 euros", [(1234.5, "gbp"), (3.9, "eur")]),
        ("10 per cent, 5%", [(10.0, "percent"), (5.0, "percent")]),
        ("3 business days", [(72.0, "working time")]),
        ("1.5 kg at 20 km", [(1.5, "mass"), (20_000.0, "length")]),
        ("error E17 of version 4.1.2", []),
        ("7 parcels", [(7.0, "parcel")]),
    ],
)
def test_figures_are_read_with_what_they_measure(text: str, figures: list[tuple[float, str]]) -> None:
    assert [(figure.value, figure.measure) for figure in figures_of(text)] == figures


@pytest.mark.parametrize(
    ("text", "says_no"),
    [
        ("You can't return it.", True),
        ("It is not only cheap but light.", False),
        ("That is impossible.", True),
        ("That is not impossible.", False),
        ("No problem, it fits.", False),
        ("It fits.", False),
    ],
)
def test_a_denial_is_told_from_its_words(text: str, says_no: bool) -> None:  # noqa: FBT001 - a table's column
    assert denies(text) is says_no
