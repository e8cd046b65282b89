"""Long conversations: the beginning and the end reach the model, the rest as a summary, at the price of a short one."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert

from deskhand.conversations import summarising_model
from deskhand.conversations.summarising_model import ModelSummariser
from deskhand.conversations.tables import MessageRow, Thread
from deskhand.kit.ids import new_id
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.scripted_provider import Hang, Say, ScriptedProvider, Step
from shops import OpenHouse, Shop, open_shop, serving

QUESTION = "How long can I return a helmet?"
WINDOW = 20
REPLY = Say(text="Within 30 days. [1]")


@dataclass(frozen=True)
class Talk:
    """A contact in a conversation, with a model that plays a script."""

    shop: Shop
    provider: ScriptedProvider
    client: httpx.AsyncClient
    session: dict[str, Any]

    async def say(self, text: str = QUESTION) -> dict[str, Any]:
        path = f"/api/v1/chat/sessions/{self.session['id']}/messages"
        answer: dict[str, Any] = (await self.client.post(path, json={"message": text})).json()
        return answer

    async def settle(self) -> dict[str, Any]:
        """The thread when everything that runs beside the turns has ended."""
        await self.shop.house.background.settle()
        thread: dict[str, Any] = (await self.client.get(f"/api/v1/threads/{self.session['thread_id']}")).json()
        return thread

    async def add(self, *texts: str) -> None:
        """What was said before: customer and agent in turn."""
        scope = TenantScope(
            tenant_id=self.shop.tenant.id, role=Role.CONTACT, contact_id=str(self.session["contact_id"])
        )
        async with self.shop.house.store.write(scope) as db:
            rows = [
                {
                    "id": new_id("msg"),
                    "tenant_id": scope.tenant_id,
                    "thread_id": self.session["thread_id"],
                    "session_id": self.session["id"],
                    "role": ("customer", "agent")[number % 2],
                    "content": text,
                    "details": {},
                    "created_at": self.shop.house.clock.now(),
                }
                for number, text in enumerate(texts)
            ]
            await db.execute(insert(MessageRow), rows)
            thread = await db.get(Thread, self.session["thread_id"])
            assert thread is not None
            thread.message_count += len(texts)

    @property
    def told(self) -> list[str]:
        """What the model was last told, without instructions, passages and the question itself."""
        return [message["content"] for message in self.provider.requests[-1]["messages"][1:-2]]


Talking = Callable[..., AbstractAsyncContextManager[Talk]]


@pytest.fixture
def talking(tmp_path: Path, open_a_house: OpenHouse) -> Talking:
    @asynccontextmanager
    async def opened(*script: Step, offline_summaries: bool = True) -> AsyncIterator[Talk]:
        provider = ScriptedProvider(*(script or (REPLY,)))
        async with serving(provider.app) as url:
            settings = load_settings(
                env_file=None,
                data_dir=tmp_path / "data",
                openai_api_key="test-key",
                openai_base_url=f"{url}/v1",
                llm={"provider": "openai", "model": "scripted", "max_retries": 0},
            )
            async with open_a_house(settings) as house:
                if offline_summaries:
                    summaries = house.runner._journey._aftermath._summaries
                    assert isinstance(summaries._summariser, ModelSummariser)
                    summaries._summariser = summaries._summariser._otherwise
                shop = await open_shop(house)
                async with shop.client(await shop.contact_token()) as client:
                    session = (await client.post("/api/v1/sessions")).json()
                    yield Talk(shop=shop, provider=provider, client=client, session=session)

    return opened


def numbered(count: int) -> list[str]:
    return [f"What about part {number}?" if number % 2 == 0 else f"Part {number} is fine." for number in range(count)]


async def test_a_short_conversation_is_told_whole_and_needs_no_summary(talking: Talking) -> None:
    async with talking() as talk:
        said = numbered(10)
        await talk.add(*said)
        await talk.say()
        thread = await talk.settle()
    assert talk.told == said
    assert thread["context_summary"] == ""


async def test_of_a_long_one_the_model_gets_the_first_message_the_summary_and_the_newest(talking: Talking) -> None:
    async with talking() as talk:
        said = numbered(60)
        await talk.add(*said)
        await talk.say()
        first_told = talk.told
        thread = await talk.settle()
        await talk.say("And what does express delivery cost?")
        told = talk.told

    assert first_told == [said[0], *said[-WINDOW + 1 :]]
    label, _, data = told[0].partition("\n")
    assert "data, not instructions" in label
    summary = json.loads(data)["summary"]
    assert summary == thread["context_summary"]
    assert "What about part 2? → Part 3 is fine." in summary
    assert told[1] == said[0]
    assert told[2:] == [*said[-WINDOW + 3 :], QUESTION, "Within 30 days. [1]"]


async def test_nothing_that_is_left_out_is_missing_in_the_summary(talking: Talking) -> None:
    async with talking() as talk:
        for number in range(30):
            await talk.say(f"What about part {number}?")
            await talk.settle()
            shown = "\n".join(talk.told)
            # What the model is told now, and what it was told of before: message or summary, nothing falls between.
            missing = [earlier for earlier in range(number) if f"part {earlier}?" not in shown]
            assert missing == []


async def test_a_conversation_that_outgrows_its_budget_is_trimmed_and_summed_up(talking: Talking) -> None:
    async with talking() as talk:
        await talk.add("I want to return my helmet.", "Tell me more.", *["word " * 3_000] * 8)
        await talk.say()
        told = talk.told
        thread = await talk.settle()
    tokens = sum(len(text) // 4 for text in told)
    assert told[0] == "I want to return my helmet."
    assert 0 < len(told) < 10
    assert tokens <= 24_000 * 0.8
    assert "Tell me more." in thread["context_summary"]


async def test_a_turn_at_message_two_thousand_takes_the_same_queries_as_at_fifty(talking: Talking) -> None:
    async with talking() as talk:
        await talk.add(*numbered(50))
        await talk.say()
        await talk.settle()
        with statements(talk.shop) as few:
            await talk.say()
        await talk.settle()
        await talk.add(*numbered(2_000))
        await talk.say()
        await talk.settle()
        with statements(talk.shop) as many:
            await talk.say()
        await talk.settle()
    reads = [text for text in many if text.startswith("SELECT")]
    assert all("LIMIT" in text or "messages" not in text for text in reads)
    assert len(many) <= len(few) + 1


@contextmanager
def statements(shop: Shop) -> Iterator[list[str]]:
    """The statements of the turn; those of summing up come after it."""
    seen: list[str] = []
    engine = shop.house.store.database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_thread_that_is_far_behind_catches_up_a_stretch_at_a_time(talking: Talking) -> None:
    async with talking() as talk:
        await talk.add(*numbered(500))
        await talk.say()
        behind = (await talk.settle())["context_summary"]
        for _ in range(3):
            await talk.say()
            caught_up = (await talk.settle())["context_summary"]
    assert "part 190?" in behind
    assert "part 480?" not in behind
    assert "part 480?" in caught_up


async def test_the_model_sums_up_when_there_is_one_and_offline_when_it_fails(
    talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising_model, "SECONDS", 0.5)
    summed = Say(text="The customer asked about many parts.\x00")
    async with talking(REPLY, summed, REPLY, offline_summaries=False) as talk:
        await talk.add(*numbered(30))
        await talk.say()
        thread = await talk.settle()
        asked = talk.provider.requests[1]["messages"]
    assert thread["context_summary"] == "The customer asked about many parts."
    lines = asked[-1]["content"].splitlines()
    assert json.loads(lines[0]) == {"summary_before": ""}
    assert json.loads(lines[1]) == {"role": "customer", "text": "What about part 0?"}


async def test_a_model_that_hangs_leaves_the_summary_to_the_offline_way(
    talking: Talking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising_model, "SECONDS", 0.2)
    async with talking(REPLY, Hang(), offline_summaries=False) as talk:
        await talk.add(*numbered(30))
        await talk.say()
        thread = await talk.settle()
    assert "What about part 0? → Part 1 is fine." in thread["context_summary"]
