"""Sequences and enrolments that cannot be: refused at once, and another tenant's are not there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm.posts import ADA, Post, an_enrolment, open_post, scope_of
from deskhand.crm.delivery_model import (
    NoConversation,
    Plan,
    SequenceExists,
    Step,
    UnknownEnrolment,
    UnknownSequence,
    tag_of,
)
from deskhand.crm.pauses import WrongPause, WrongQuietHours
from deskhand.crm.sequence_library import SequenceChanged
from deskhand.crm.sequences import MAX_STEPS, WrongSequence
from deskhand.crm.templates import UnknownTemplate, WrongVariables
from deskhand.crm.when import WrongMoment
from deskhand.tenancy.scope import UnknownContact


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with open_post(tmp_path) as opened:
        yield opened


@pytest.fixture
async def welcome(post: Post) -> str:
    """A hello at once, a tip after a day, a goodbye after a week."""
    await post.template("hello", "Hello {{name}}!")
    await post.template("tip", "Charge it warm.", names=())
    await post.template("bye", "Goodbye {{name}}.")
    return await post.sequence(
        Step(after="PT0S", template="hello"), Step(after="P1D", template="tip"), Step(after="P1W", template="bye")
    )


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"values": {}}, WrongVariables),
        ({"values": {"name": "Ana", "colour": "red"}}, WrongVariables),
        ({"zone": "Mars/Olympus"}, WrongMoment),
        ({"contact_id": "con_nobody"}, UnknownContact),
        ({"contact_id": "con_eve"}, UnknownContact),
        ({"contact_id": "con_bob"}, NoConversation),
    ],
)
async def test_what_could_fail_later_fails_at_once(
    post: Post, welcome: str, fields: dict[str, object], refusal: type[Exception]
) -> None:
    await post.session()
    with pytest.raises(refusal):
        await post.enrolments.enrol(post.scope, welcome, an_enrolment(**fields))
    assert (await post.enrolments.page(post.scope)).total == 0
    assert await post.until(days=1) == 0


async def test_an_archived_sequence_takes_nobody_new_and_an_archived_template_no_enrolment(
    post: Post, welcome: str
) -> None:
    await post.session()
    (bye,) = (await post.templates.page(post.scope, name="bye")).items
    await post.templates.change(post.scope, bye.id, {"archived": True})
    with pytest.raises(UnknownTemplate, match=r"'bye' in use\. There are: hello, tip"):
        await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    await post.sequences.change(post.scope, welcome, {"archived": True})
    with pytest.raises(UnknownSequence, match="There are none yet"):
        await post.enrolments.enrol(post.scope, welcome, an_enrolment())


async def test_another_tenant_sees_none_of_it(post: Post, welcome: str) -> None:
    await post.session()
    enrolment = await post.enrolments.enrol(post.scope, welcome, an_enrolment())
    eve = scope_of("ten_2")
    with pytest.raises(UnknownSequence):
        await post.sequences.sequence(eve, welcome)
    with pytest.raises(UnknownSequence):
        await post.enrolments.enrol(eve, welcome, an_enrolment(contact_id="con_eve"))
    with pytest.raises(UnknownEnrolment):
        await post.enrolments.cancel(eve, enrolment.id, ADA)
    assert (await post.sequences.page(eve)).total == (await post.enrolments.page(eve)).total == 0


@pytest.mark.parametrize(
    ("plan", "refusal", "says"),
    [
        (Plan(steps=()), WrongSequence, "1 to 20 steps"),
        (Plan(steps=(Step(after="PT1H", template="tip"),) * (MAX_STEPS + 1)), WrongSequence, "this one 21"),
        (Plan(steps=(Step(after="soon", template="tip"),)), WrongPause, "no duration"),
        (Plan(steps=(Step(after="PT0S", template="tip"), Step(after="PT59S", template="tip"))), WrongSequence, "PT1M"),
        (Plan(steps=(Step(after="PT1H", template="nothing"),)), WrongSequence, "'nothing'"),
        (Plan(steps=(Step(after="PT1H", template="tip"),), quiet_hours=("8", "9")), WrongQuietHours, "'8'"),
    ],
)
async def test_a_plan_that_cannot_be_followed_is_refused(
    post: Post, welcome: str, plan: Plan, refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        await post.sequence(*plan.steps, name="other", quiet_hours=plan.quiet_hours)
    with pytest.raises(refusal, match=says):
        await post.sequences.change(post.scope, welcome, {"steps": plan.steps, "quiet_hours": plan.quiet_hours})


async def test_names_are_taken_once_and_changes_count(post: Post, welcome: str) -> None:
    with pytest.raises(SequenceExists):
        await post.sequence(Step(after="P1D", template="tip"))
    other = await post.sequence(Step(after="P1D", template="tip"), name="other")
    with pytest.raises(SequenceExists):
        await post.sequences.change(post.scope, other, {"name": "welcome"})
    before = await post.sequences.sequence(post.scope, welcome)
    after = await post.sequences.change(post.scope, welcome, {"stop_on_reply": False}, expected=tag_of(before))
    assert (before.version, after.version) == (1, 2)
    with pytest.raises(SequenceChanged):
        await post.sequences.change(post.scope, welcome, {"name": "new"}, expected=tag_of(before))
    assert [each.draft.name for each in (await post.sequences.page(post.scope, archived=False)).items] == [
        "other",
        "welcome",
    ]
