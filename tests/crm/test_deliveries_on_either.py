"""Messages and sequences on either database: what many processes do at once is done once."""

import asyncio
from pathlib import Path

from crm.posts import ADA, AGENT, CONTACT, a_message, an_enrolment, open_post
from deskhand.crm.delivery_eraser import DeliveryEraser
from deskhand.crm.delivery_model import DeliveryFilter, DeliveryStatus, EnrolmentStatus, Step
from deskhand.crm.model import Writing
from deskhand.crm.sequences import plan_of


async def test_what_many_do_at_once_is_done_once(tmp_path: Path, database_url: str) -> None:
    async with open_post(tmp_path, database_url) as post:
        await post.session()
        await post.template("tip", "Charge it warm.", names=())
        steps = (Step(after="PT0S", template="tip"), Step(after="PT1H", template="tip"))
        sequence = await post.sequence(*steps)
        keyed = Writing(by=AGENT, idempotency_key="k1")

        sent = await asyncio.gather(*(post.deliveries.send(post.scope, a_message(writing=keyed)) for _ in range(6)))
        assert len({each.id for each in sent}) == 1
        enrolled = await asyncio.gather(
            *(post.enrolments.enrol(post.scope, sequence, an_enrolment(values={})) for _ in range(6)),
            return_exceptions=True,
        )
        assert sum(not isinstance(each, Exception) for each in enrolled) == 1
        processes = [post.another_process() for _ in range(3)]
        await asyncio.gather(*(each.jobs.run_due() for each in processes))
        await post.background.settle()
        assert await post.said() == ["Your helmet is here.", "Charge it warm."]

        (enrolment,) = (await post.enrolments.page(post.scope)).items
        assert plan_of({"steps": [], "stop_on_reply": True, "quiet_hours": None}) != enrolment.plan
        post.clock.move(hours=1)
        await asyncio.gather(
            *(each.jobs.run_due() for each in processes),
            *(post.enrolments.cancel(post.scope, enrolment.id, ADA) for _ in range(2)),
            return_exceptions=True,
        )
        ended = await post.enrolments.enrolment(post.scope, enrolment.id)
        said = (await post.said()).count("Charge it warm.")
        assert (ended.status, said) in {(EnrolmentStatus.FINISHED, 2), (EnrolmentStatus.CANCELLED, 1)}


async def test_templates_and_sequences_of_one_name_are_made_once(tmp_path: Path, database_url: str) -> None:
    async with open_post(tmp_path, database_url) as post:
        made = await asyncio.gather(*(post.template("tip", "Tip", names=()) for _ in range(4)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in made) == ["TemplateExists"] * 3 + ["str"]
        step = Step(after="P1D", template="tip")
        made = await asyncio.gather(*(post.sequence(step) for _ in range(4)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in made) == ["SequenceExists"] * 3 + ["str"]
        (tip,) = (await post.templates.page(post.scope)).items
        changed = await asyncio.gather(
            *(post.templates.change(post.scope, tip.id, {"body": f"Tip {number}"}) for number in range(4))
        )
        assert sorted(each.version for each in changed) == [2, 3, 4, 5]


async def test_an_erased_contact_leaves_nothing_that_would_be_sent(tmp_path: Path, database_url: str) -> None:
    async with open_post(tmp_path, database_url) as post:
        await post.session()
        await post.session("con_bob")
        await post.template("tip", "Charge it warm.", names=())
        sequence = await post.sequence(Step(after="P1D", template="tip"))
        await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}))
        await post.enrolments.enrol(post.scope, sequence, an_enrolment(values={}, contact_id="con_bob"))
        async with post.store.write(post.scope) as db:
            assert await DeliveryEraser().erase(db, post.scope, CONTACT) == 2
        await post.until(days=1)
        assert (await post.said(), await post.said("con_bob")) == ([], ["Charge it warm."])
        left = await post.deliveries.page(post.scope, DeliveryFilter(status=DeliveryStatus.SENT), limit=9, offset=0)
        assert [each.contact_id for each in left.items] == ["con_bob"]
