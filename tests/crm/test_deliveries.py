"""Messages outside of a turn: sent once, on time, also when much happens at once or a process ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from crm.posts import ADA, AGENT, CONTACT, START, Post, a_message, open_post, scope_of
from deskhand.conversations.model import CloseReason
from deskhand.conversations.sessions import SessionRepository
from deskhand.conversations.tables import ChatSession, Thread
from deskhand.crm.delivering import MOST_WAITS, NO_CONVERSATION, WITH_HUMAN
from deskhand.crm.delivery_model import (
    DeliveryEnded,
    DeliveryFilter,
    DeliveryKind,
    DeliveryStatus,
    Media,
    MediaKind,
    NoConversation,
    UnknownDelivery,
    Wording,
)
from deskhand.crm.model import Writing
from deskhand.crm.planner import DELIVER
from deskhand.kit.errors import KeyReused
from deskhand.tenancy.scope import UnknownContact
from deskhand.tenancy.tables import Contact

IN_AN_HOUR = START + timedelta(hours=1)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with open_post(tmp_path) as opened:
        yield opened


async def status_of(post: Post, delivery_id: str) -> DeliveryStatus:
    return (await post.deliveries.delivery(post.scope, delivery_id)).status


async def test_a_message_for_now_is_there_when_the_call_returns_and_is_told_after_the_commit(post: Post) -> None:
    session_id = await post.session()

    sent = await post.deliveries.send(post.scope, a_message())

    assert sent.status is DeliveryStatus.SENT
    assert await post.said() == ["Your helmet is here."]
    ((told_in, message),) = post.told
    assert told_in == session_id
    assert message.id == sent.message_id
    assert message.details["delivery"] == {"id": sent.id, "kind": "message"}
    assert message.details["agent_id"] == "support"
    assert await post.jobs.run_due() == 0


async def test_a_message_for_later_is_sent_at_its_time_and_once(post: Post) -> None:
    await post.session()

    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    assert waiting.status is DeliveryStatus.SCHEDULED
    assert await post.until(minutes=59) == 0
    assert await post.said() == []

    assert await post.until(minutes=1) == 1
    assert await post.until(hours=5) == 0
    assert await post.said() == ["Your helmet is here."]
    sent = await post.deliveries.delivery(post.scope, waiting.id)
    assert (sent.status, sent.ended_at) == (DeliveryStatus.SENT, IN_AN_HOUR)
    assert len(post.told) == 1


async def test_it_is_sent_also_by_a_process_that_knows_nothing_of_it(post: Post) -> None:
    await post.session()
    await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    other = post.another_process()
    await post.background.settle()
    post.clock.move(days=3)

    done = await asyncio.gather(other.jobs.run_due(), post.jobs.run_due())

    assert sum(done) == 1
    assert await post.said() == ["Your helmet is here."]


async def test_the_same_key_gives_the_same_message_and_another_message_under_it_is_refused(post: Post) -> None:
    await post.session()
    keyed = Writing(by=AGENT, idempotency_key="k1")

    first = await post.deliveries.send(post.scope, a_message(writing=keyed))
    again = await post.deliveries.send(post.scope, a_message(writing=keyed))

    assert again == first
    assert await post.said() == ["Your helmet is here."]
    with pytest.raises(KeyReused, match="'k1'"):
        await post.deliveries.send(post.scope, a_message("Something else", writing=keyed))
    with pytest.raises(KeyReused):
        await post.deliveries.send(post.scope, a_message(writing=keyed, due_at=IN_AN_HOUR))
    assert len(await post.said()) == 1


async def test_of_many_calls_with_one_key_at_once_one_sends(post: Post) -> None:
    await post.session()
    keyed = Writing(by=AGENT, idempotency_key="k1")
    sent = await asyncio.gather(*(post.deliveries.send(post.scope, a_message(writing=keyed)) for _ in range(8)))
    assert len({each.id for each in sent}) == 1
    assert len(await post.said()) == 1


async def test_keys_of_one_tenant_say_nothing_to_another(post: Post) -> None:
    await post.session()
    keyed = Writing(by=AGENT, idempotency_key="k1")
    mine = await post.deliveries.send(post.scope, a_message(writing=keyed))
    eve = scope_of("ten_2")
    with pytest.raises(UnknownContact):
        await post.deliveries.send(eve, a_message(writing=keyed))
    with pytest.raises(UnknownDelivery):
        await post.deliveries.delivery(eve, mine.id)
    with pytest.raises(UnknownDelivery):
        await post.deliveries.cancel(eve, mine.id, ADA)
    assert (await post.deliveries.page(eve, DeliveryFilter(), limit=10, offset=0)).total == 0


async def test_who_never_wrote_cannot_be_written_to(post: Post) -> None:
    with pytest.raises(NoConversation, match="once there is one"):
        await post.deliveries.send(post.scope, a_message())


async def test_a_conversation_that_is_gone_by_then_fails_the_message_and_says_so(post: Post) -> None:
    session_id = await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    async with post.store.write(post.scope) as db:
        await db.execute(delete(ChatSession).where(ChatSession.id == session_id))
        await db.execute(delete(Thread))
    await post.until(hours=1)
    after = await post.deliveries.delivery(post.scope, waiting.id)
    assert (after.status, after.outcome) == (DeliveryStatus.FAILED, NO_CONVERSATION)


async def test_a_message_to_a_contact_that_is_gone_is_gone_too(post: Post) -> None:
    await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    async with post.store.write(post.scope) as db:
        await db.execute(delete(Contact).where(Contact.id == CONTACT))
    assert await post.until(hours=1) == 1
    with pytest.raises(UnknownDelivery):
        await post.deliveries.delivery(post.scope, waiting.id)


async def test_a_cancelled_message_is_never_sent(post: Post) -> None:
    await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))

    cancelled = await post.deliveries.cancel(post.scope, waiting.id, ADA)
    again = await post.deliveries.cancel(post.scope, waiting.id, ADA)

    assert cancelled.status is again.status is DeliveryStatus.CANCELLED
    assert cancelled.outcome == "Cancelled by user usr_ten_1_ada."
    assert await post.until(hours=2) == 0
    assert await post.said() == []


async def test_what_was_sent_cannot_be_cancelled(post: Post) -> None:
    await post.session()
    sent = await post.deliveries.send(post.scope, a_message())
    with pytest.raises(DeliveryEnded, match="sent already"):
        await post.deliveries.cancel(post.scope, sent.id, ADA)


async def test_sending_and_cancelling_at_once_does_one_of_both(post: Post) -> None:
    await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    post.clock.move(hours=1)
    await asyncio.gather(
        post.jobs.run_due(), post.deliveries.cancel(post.scope, waiting.id, ADA), return_exceptions=True
    )
    status = await status_of(post, waiting.id)
    assert (status is DeliveryStatus.SENT) == (len(await post.said()) == 1)
    assert status in {DeliveryStatus.SENT, DeliveryStatus.CANCELLED}


async def test_what_an_agent_set_up_waits_while_a_person_has_the_conversation(post: Post) -> None:
    session_id = await post.session()
    await post.set_owner(session_id, "usr_ten_1_ada")
    waiting = await post.deliveries.send(post.scope, a_message())
    assert (waiting.status, waiting.outcome) == (DeliveryStatus.SCHEDULED, WITH_HUMAN)
    assert await post.until(minutes=15) == 1
    assert await post.said() == []

    await post.set_owner(session_id, None)
    await post.until(minutes=30)

    assert await post.said() == ["Your helmet is here."]
    assert (await post.deliveries.delivery(post.scope, waiting.id)).put_off == 2


async def test_what_waits_too_long_for_a_person_is_skipped(post: Post) -> None:
    session_id = await post.session()
    await post.set_owner(session_id, "usr_ten_1_ada")
    waiting = await post.deliveries.send(post.scope, a_message())
    for _ in range(MOST_WAITS):
        await post.until(hours=6)
    assert await status_of(post, waiting.id) is DeliveryStatus.SKIPPED
    assert await post.said() == []


async def test_staff_may_write_while_a_colleague_has_the_conversation(post: Post) -> None:
    session_id = await post.session()
    await post.set_owner(session_id, "usr_ten_1_vic")
    sent = await post.deliveries.send(post.scope, a_message(writing=Writing(by=ADA)))
    assert sent.status is DeliveryStatus.SENT


async def test_a_message_that_was_put_off_can_be_cancelled(post: Post) -> None:
    session_id = await post.session()
    await post.set_owner(session_id, "usr_ten_1_ada")
    waiting = await post.deliveries.send(post.scope, a_message())
    await post.deliveries.cancel(post.scope, waiting.id, ADA)
    assert await post.until(hours=1) == 0


async def test_it_goes_to_the_newest_conversation(post: Post) -> None:
    await post.session()
    await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    async with post.store.write(post.scope) as db:
        sessions = SessionRepository(db, post.scope, post.clock)
        first = await sessions.newest(CONTACT, "web")
        assert first is not None
        await sessions.close(first.id, CloseReason.EXPLICIT)
    newest = await post.session()
    await post.until(hours=1)
    assert [session_id for session_id, _ in post.told] == [newest]


async def test_media_go_along_with_their_caption(post: Post) -> None:
    await post.session()
    media = Media(kind=MediaKind.IMAGE, url="https://files.shop.example/helmet.png")
    await post.deliveries.send(post.scope, a_message(wording=Wording(text="The helmet", media=media)))
    ((_, message),) = post.told
    assert message.details["media"] == [
        {"kind": "image", "url": "https://files.shop.example/helmet.png", "caption": "The helmet"}
    ]
    file = Media(kind=MediaKind.DOCUMENT, attachment_id="att_1")
    sent = await post.deliveries.send(post.scope, a_message(wording=Wording(text="The bill", media=file)))
    assert (await post.deliveries.delivery(post.scope, sent.id)).wording.media == file
    assert post.told[1][1].details["media"] == [{"kind": "document", "attachment_id": "att_1", "caption": "The bill"}]


async def test_a_failing_speaker_loses_nothing_and_is_tried_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    with monkeypatch.context() as broken:

        async def fails(*_: object, **__: object) -> str:
            raise OSError("disk full")

        broken.setattr(post.speaker, "say", fails)
        await post.until(hours=1)
        assert await status_of(post, waiting.id) is DeliveryStatus.SCHEDULED
    await post.until(minutes=1)
    assert await status_of(post, waiting.id) is DeliveryStatus.SENT
    assert await post.said() == ["Your helmet is here."]


async def test_a_message_that_fails_again_and_again_says_so(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    await post.session()
    waiting = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))

    async def fails(*_: object, **__: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(post.speaker, "say", fails)
    for _ in range(10):
        await post.until(hours=2)
    after = await post.deliveries.delivery(post.scope, waiting.id)
    assert (after.status, after.outcome) == (DeliveryStatus.FAILED, "Sending it failed again and again.")
    standing = await post.jobs.standing(post.scope, kind=DELIVER, key=f"{waiting.id}.0")
    assert standing is not None
    assert standing.state == "given_up"


async def test_the_contacts_history_says_what_became_of_each_message_without_its_words(post: Post) -> None:
    await post.session()
    await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    dropped = await post.deliveries.send(post.scope, a_message(due_at=IN_AN_HOUR))
    await post.deliveries.cancel(post.scope, dropped.id, ADA)
    await post.until(hours=1)

    history = await post.history()

    assert [entry.kind for entry in history] == [
        "message_scheduled",
        "message_scheduled",
        "message_not_sent",
        "message_sent",
    ]
    assert history[0].by == AGENT
    assert history[2].by == ADA
    assert "helmet" not in str([entry.detail for entry in history])


async def test_lists_are_narrowed_and_paged_latest_first(post: Post) -> None:
    await post.session()
    await post.session("con_bob")
    for hours in (1, 3, 2):
        await post.deliveries.send(post.scope, a_message(f"In {hours}", due_at=START + timedelta(hours=hours)))
    await post.deliveries.send(post.scope, replace(a_message(), contact_id="con_bob", kind=DeliveryKind.FOLLOW_UP))

    of_ana = await post.deliveries.of_contact(post.scope, CONTACT, limit=2, offset=0)
    assert [item.wording.text for item in of_ana.items] == ["In 3", "In 2"]
    assert of_ana.total == 3
    sent = await post.deliveries.page(
        post.scope, DeliveryFilter(status=DeliveryStatus.SENT, kind=DeliveryKind.FOLLOW_UP), limit=10, offset=0
    )
    assert [item.contact_id for item in sent.items] == ["con_bob"]
    with pytest.raises(UnknownContact):
        await post.deliveries.of_contact(post.scope, "con_eve", limit=2, offset=0)


async def test_a_message_of_a_turn_stays_in_its_session_while_that_is_open(post: Post) -> None:
    async with post.store.write(post.scope) as db:
        sessions = SessionRepository(db, post.scope, post.clock)
        of_turn = await sessions.create(CONTACT, "web", thread_id=None, agent_id=None)
        newer = await sessions.create(CONTACT, "mail", thread_id=None, agent_id=None)
    await post.deliveries.send(post.scope, a_message("Here", session_id=of_turn.id))
    await post.deliveries.send(post.scope, a_message("There"))
    async with post.store.write(post.scope) as db:
        await SessionRepository(db, post.scope, post.clock).close(of_turn.id, CloseReason.EXPLICIT)
    await post.deliveries.send(post.scope, a_message("There too", session_id=of_turn.id))
    assert [session_id for session_id, _ in post.told] == [of_turn.id, newer.id, newer.id]
