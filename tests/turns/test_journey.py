"""The journey's promises: nothing accepted is lost, nothing is answered twice, one turn at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from deskhand.commands.recovery import answer_interrupted_turns
from deskhand.conversations.model import TurnStatus
from deskhand.conversations.tables import TurnRow
from deskhand.kit.errors import TooManyRequests, Unavailable
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.turns.commit import AlreadyAnswered
from deskhand.turns.events import Completed, Failed
from deskhand.turns.runner import RunningTurn, TurnBroke
from deskhand.turns.state import Accepted, TurnRequest
from shops import OpenHouse, Shop, open_shop

QUESTION = "How long can I return a helmet?"


async def contact_scope(shop: Shop) -> TenantScope:
    contact_id, _ = await shop.house.directory.new_contact(shop.tenant.id)
    return TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)


async def request(shop: Shop, text: str = QUESTION, key: str | None = None) -> TurnRequest:
    scope = await contact_scope(shop)
    async with shop.client(
        shop.house.signer.for_contact(tenant_id=shop.tenant.id, contact_id=scope.contact_id or "").token
    ) as client:
        session_id = (await client.post("/api/v1/sessions", json={})).json()["id"]
    return TurnRequest(scope=scope, session_id=session_id, text=text, idempotency_key=key)


async def messages(shop: Shop, session_id: str) -> list[str]:
    async with shop.client(shop.owner_token()) as client:
        page = (await client.get(f"/api/v1/chat/sessions/{session_id}/messages")).json()
    return [message["role"] for message in page["items"]]


async def test_a_key_sent_many_times_at_once_is_one_turn(shop: Shop) -> None:
    asked = await request(shop, key="once")
    runner = shop.house.runner

    async def answer() -> dict[str, object]:
        begun = await runner.submit(asked)
        return await begun.answer() if isinstance(begun, RunningTurn) else begun.answer

    answers = await asyncio.gather(*(answer() for _ in range(8)))
    assert all(given == answers[0] for given in answers)
    assert await messages(shop, asked.session_id) == ["customer", "agent"]


async def test_turns_of_one_session_run_one_after_the_other(shop: Shop) -> None:
    asked = await request(shop)
    begun = [await shop.house.runner.submit(asked) for _ in range(4)]
    for running in begun:
        assert isinstance(running, RunningTurn)
        await running.answer()
    with shop.house.hub.subscribe(asked.session_id, stream=shop.house.hub.stream) as subscription:
        kinds = [type(event.event).__name__ for event in subscription.missed]
    searching = [kind for kind in kinds if kind in {"SourcesFound", "Completed"}]
    # The three that came while the first was answered are answered together.
    assert searching == ["SourcesFound", "Completed"] + ["SourcesFound"] * 3 + ["Completed"] * 3


async def test_a_turn_that_a_crash_interrupted_is_answered_at_the_next_start(
    settings: Settings, open_a_house: OpenHouse
) -> None:
    async with open_a_house(settings) as first:
        shop = await open_shop(first)
        asked = await request(shop)
        accepted = await first.runner._journey.admit(asked)
        assert isinstance(accepted, Accepted)
    async with open_a_house(settings) as second:
        assert await answer_interrupted_turns(second) == 1
        await second.runner.drain()
        assert await answer_interrupted_turns(second) == 0
        shop = await open_shop(second)
        assert await messages(shop, asked.session_id) == ["customer", "agent"]


async def test_a_second_commit_of_a_turn_is_refused_and_writes_nothing(shop: Shop) -> None:
    journey = shop.house.runner._journey
    asked = await request(shop)
    accepted = await journey.admit(asked)
    assert isinstance(accepted, Accepted)
    await journey.travel(accepted, lambda _: None)
    with pytest.raises(AlreadyAnswered):
        await journey.travel(accepted, lambda _: None)
    assert await messages(shop, asked.session_id) == ["customer", "agent"]


async def test_a_turn_that_breaks_keeps_the_message_and_can_be_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await request(shop, key="again")
    with monkeypatch.context() as broken:

        async def fail(*_: object, **__: object) -> None:
            raise RuntimeError("a part of ours is broken")

        broken.setattr(shop.house.library, "search", fail)
        begun = await shop.house.runner.submit(asked)
        assert isinstance(begun, RunningTurn)
        with pytest.raises(TurnBroke) as told:
            await begun.answer()
    assert "broken" not in told.value.detail
    assert isinstance(last_event(shop, asked), Failed)
    assert await messages(shop, asked.session_id) == ["customer"]
    async with shop.house.store.read(asked.scope) as db:
        assert await db.scalar(select(TurnRow.status)) == TurnStatus.FAILED
    again = await shop.house.runner.submit(asked)
    assert isinstance(again, RunningTurn)
    assert (await again.answer())["answered"] is True
    assert isinstance(last_event(shop, asked), Completed)
    assert await messages(shop, asked.session_id) == ["customer", "agent"]


def last_event(shop: Shop, asked: TurnRequest) -> object:
    with shop.house.hub.subscribe(asked.session_id, stream=shop.house.hub.stream) as subscription:
        return subscription.missed[-1].event


async def test_an_expected_failure_is_told_with_its_own_words(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise Unavailable("The search is resting.")

    monkeypatch.setattr(shop.house.library, "search", fail)
    asked = await request(shop)
    begun = await shop.house.runner.submit(asked)
    assert isinstance(begun, RunningTurn)
    with pytest.raises(Unavailable, match="resting"):
        await begun.answer()
    failed = last_event(shop, asked)
    assert isinstance(failed, Failed)
    assert failed.retryable


@pytest.fixture
async def strict_shop(tmp_path: Path, open_a_house: OpenHouse) -> AsyncIterator[Shop]:
    limits = {"requests": 2, "window_seconds": 60}
    async with open_a_house(load_settings(env_file=None, data_dir=tmp_path / "data", rate_limit=limits)) as house:
        yield await open_shop(house)


async def test_a_contact_that_sends_too_fast_is_told_when_to_come_back(strict_shop: Shop) -> None:
    asked = await request(strict_shop, text="Hello")
    for _ in range(2):
        begun = await strict_shop.house.runner.submit(asked)
        assert isinstance(begun, RunningTurn)
        await begun.answer()
    with pytest.raises(TooManyRequests) as refused:
        await strict_shop.house.runner.submit(asked)
    assert 0 < refused.value.retry_after <= 60
    other = await request(strict_shop, text="Hello")
    begun = await strict_shop.house.runner.submit(other)
    assert isinstance(begun, RunningTurn)
    await begun.answer()


async def test_the_message_is_embedded_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: list[str] = []
    embedder = shop.house.embedder
    inner = embedder.embed_queries

    async def counted(texts: list[str]) -> object:
        embedded.extend(texts)
        return await inner(texts)

    monkeypatch.setattr(embedder, "embed_queries", counted)
    found = await shop.house.library.search(shop.owner_scope, [QUESTION], k=3, vectors=await inner([QUESTION]))
    assert found
    assert embedded == []


async def test_a_house_that_closes_waits_for_its_turns(settings: Settings, open_a_house: OpenHouse) -> None:
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        asked = await request(shop)
        await house.runner.submit(asked)
    async with open_a_house(settings) as reopened:
        shop = await open_shop(reopened)
        assert await messages(shop, asked.session_id) == ["customer", "agent"]
