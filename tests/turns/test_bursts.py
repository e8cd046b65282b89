"""Messages sent in a burst: one turn at a time in a session, answered together, each of them once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from deskhand.commands.recovery import answer_interrupted_turns
from deskhand.conversations.model import Session, SessionStatus, Turn, TurnStatus
from deskhand.kit.clock import SystemClock
from deskhand.settings import Settings, load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.testing.scripted_provider import Refuse, Say, ScriptedProvider, Step
from deskhand.turns.burst import BETWEEN, MAX_CHARS, MAX_MESSAGES, Place, joined, together
from deskhand.turns.runner import RunningTurn
from deskhand.turns.state import Accepted, TurnRequest
from shops import OpenHouse, Shop, open_shop, serving

QUESTION = "How long can I return a helmet?"


@dataclass
class Gate:
    """Holds requests to the model until it is opened, and counts how many are there at once."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0


class GatedProvider(ScriptedProvider):
    """A provider whose answers wait at a gate."""

    def __init__(self, gate: Gate, *script: Step) -> None:
        super().__init__(*script)
        self._gate = gate

    async def _complete(self, request: Request) -> Response:
        gate = self._gate
        gate.now += 1
        gate.most = max(gate.most, gate.now)
        gate.arrived.set()
        try:
            await gate.opened.wait()
            return await super()._complete(request)
        finally:
            gate.now -= 1


@dataclass(frozen=True)
class Desk:
    """A shop whose model waits at a gate."""

    shop: Shop
    gate: Gate
    provider: GatedProvider

    async def visitor(self) -> tuple[httpx.AsyncClient, str]:
        client = self.shop.client(await self.shop.contact_token())
        return client, (await client.post("/api/v1/sessions")).json()["id"]

    async def until(self, reached: Callable[[], bool]) -> None:
        """Let everything run on until it is so."""
        async with asyncio.timeout(30):
            while not reached():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0)

    def waiting(self, session_id: str) -> int:
        bursts = self.shop.house.runner._journey._bursts
        return len(bursts._waiting.get(session_id, ()))


Opening = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(tmp_path: Path, open_a_house: OpenHouse) -> Opening:
    @asynccontextmanager
    async def opened(*script: Step) -> AsyncIterator[Desk]:
        gate = Gate()
        provider = GatedProvider(gate, *(script or (Say(text="Within 30 days. [1]"),)))
        async with serving(provider.app) as url:
            settings = load_settings(
                env_file=None,
                data_dir=tmp_path / "data",
                openai_api_key="test-key",
                openai_base_url=f"{url}/v1",
                llm={"provider": "openai", "model": "scripted", "max_retries": 0},
            )
            async with open_a_house(settings) as house:
                try:
                    yield Desk(shop=await open_shop(house), gate=gate, provider=provider)
                finally:
                    gate.opened.set()

    return opened


async def say(client: httpx.AsyncClient, session_id: str, text: str, **fields: Any) -> dict[str, Any]:
    path = f"/api/v1/chat/sessions/{session_id}/messages"
    response = await client.post(path, json={"message": text, **fields})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def history(client: httpx.AsyncClient, session_id: str) -> list[dict[str, Any]]:
    page = await client.get(f"/api/v1/chat/sessions/{session_id}/messages", params={"limit": 100})
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def test_twenty_messages_at_once_get_few_answers_and_each_of_them_one(desk: Opening) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        texts = [f"Question {number}: {QUESTION}" for number in range(20)]
        sent = [asyncio.create_task(say(client, session_id, text)) for text in texts]
        await it.until(lambda: it.waiting(session_id) == 20)
        it.gate.opened.set()
        answers = await asyncio.gather(*sent)
        said = await history(client, session_id)
        asked = [request["messages"][-1]["content"].split(BETWEEN) for request in it.provider.requests]
        executions = await run_log(it, session_id)
        await client.aclose()

    replies = [message for message in said if message["role"] == "agent"]
    assert it.gate.most == 1
    assert len(it.provider.requests) == len(replies) == 2
    # Every message was put to the model, once, in the order in which it was stored.
    stored = [message["content"] for message in said if message["role"] == "customer"]
    assert sorted(stored) == sorted(texts)
    assert [text for burst in asked for text in burst] == stored
    assert len({answer["turn_id"] for answer in answers}) == 20
    assert {answer["message"]["id"] for answer in answers} == {reply["id"] for reply in replies}
    assert [run["input"].split(BETWEEN) for run in executions] == asked


async def run_log(it: Desk, session_id: str) -> list[dict[str, Any]]:
    async with it.shop.client(it.shop.owner_token()) as owner:
        page = await owner.get(f"/api/v1/sessions/{session_id}/executions")
    runs: list[dict[str, Any]] = page.json()["items"]
    return runs


async def test_sessions_do_not_wait_for_each_other(desk: Opening) -> None:
    async with desk() as it:
        visitors = [await it.visitor() for _ in range(4)]
        sent = [asyncio.create_task(say(client, session_id, QUESTION)) for client, session_id in visitors]
        await it.until(lambda: it.gate.now == 4)
        it.gate.opened.set()
        await asyncio.gather(*sent)
        for client, _ in visitors:
            await client.aclose()
    assert it.gate.most == 4


async def test_each_turn_of_a_burst_is_told_to_its_end_and_keeps_its_key(desk: Opening) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        path = f"/api/v1/chat/sessions/{session_id}/messages"

        async def stream(key: str) -> list[dict[str, Any]]:
            body = {"message": f"{key}: {QUESTION}", "idempotency_key": key}
            told = await client.post(path, json=body, headers={"Accept": "text/event-stream"})
            return [json.loads(line[6:]) for line in told.text.splitlines() if line.startswith("data: ")]

        first = asyncio.create_task(stream("one"))
        await it.gate.arrived.wait()
        later = [asyncio.create_task(stream(key)) for key in ("two", "three")]
        await it.until(lambda: it.waiting(session_id) == 3)
        it.gate.opened.set()
        events = [await task for task in (first, *later)]
        again = [
            await say(client, session_id, f"{key}: {QUESTION}", idempotency_key=key) for key in ("one", "two", "three")
        ]
        said = await history(client, session_id)
        await client.aclose()

    for told in events:
        assert [told[0]["type"], told[-1]["type"]] == ["start", "complete"]
        assert len({event["turn_id"] for event in told}) == 1
        assert told[-1]["data"]["turn_id"] == told[0]["turn_id"]
        deltas = "".join(event["data"]["delta"] for event in told if event["type"] == "text")
        assert deltas == told[-1]["data"]["answer"]
    ends = [told[-1]["data"] for told in events]
    assert ends == again
    assert ends[1]["message"] == ends[2]["message"] != ends[0]["message"]
    assert [message["role"] for message in said] == ["customer"] * 3 + ["agent"] * 2


async def test_a_burst_knows_the_answer_that_was_being_given_when_it_came(desk: Opening) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        first = asyncio.create_task(say(client, session_id, QUESTION))
        await it.gate.arrived.wait()
        second = asyncio.create_task(say(client, session_id, "What does returning it by post cost?"))
        await it.until(lambda: it.waiting(session_id) == 2)
        it.gate.opened.set()
        await asyncio.gather(first, second)
        spoken = [message["content"] for message in it.provider.requests[1]["messages"]]
        await client.aclose()
    assert spoken[1:3] == [QUESTION, "Within 30 days. [1]"]
    assert spoken.count("What does returning it by post cost?") == 1


async def test_a_request_for_a_person_among_several_messages_is_heard(desk: Opening) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        first = asyncio.create_task(say(client, session_id, QUESTION))
        await it.gate.arrived.wait()
        texts = ("What does express delivery cost?", "I want to talk to a person")
        later = [asyncio.create_task(say(client, session_id, text)) for text in texts]
        await it.until(lambda: it.waiting(session_id) == 3)
        it.gate.opened.set()
        answers = await asyncio.gather(first, *later)
        await client.aclose()
    assert [answer["requires_escalation"] for answer in answers] == [False, True, True]


async def test_when_an_answer_breaks_every_message_of_its_burst_can_be_sent_again(
    desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        path = f"/api/v1/chat/sessions/{session_id}/messages"
        first = asyncio.create_task(say(client, session_id, QUESTION))
        await it.gate.arrived.wait()
        bodies = [{"message": f"{key}: {QUESTION}", "idempotency_key": key} for key in ("two", "three")]
        later = [asyncio.create_task(client.post(path, json=body)) for body in bodies]
        await it.until(lambda: it.waiting(session_id) == 3)
        with monkeypatch.context() as broken:

            async def fail(*_: object, **__: object) -> None:
                raise RuntimeError("a part of ours is broken")

            broken.setattr(it.shop.house.library, "search", fail)
            it.gate.opened.set()
            await first
            refused = await asyncio.gather(*later)
        answers = [
            await say(client, session_id, body["message"], idempotency_key=body["idempotency_key"]) for body in bodies
        ]
        said = await history(client, session_id)
        await client.aclose()
    assert [response.status_code for response in refused] == [503, 503]
    assert all(answer["answered"] for answer in answers)
    assert [message["role"] for message in said].count("customer") == 3
    assert [message["role"] for message in said].count("agent") == 3


async def test_when_the_model_is_down_a_burst_is_answered_offline(desk: Opening) -> None:
    async with desk(Refuse(status=500)) as it:
        client, session_id = await it.visitor()
        first = asyncio.create_task(say(client, session_id, QUESTION))
        await it.gate.arrived.wait()
        texts = (QUESTION, "What does express delivery cost?")
        later = [asyncio.create_task(say(client, session_id, text)) for text in texts]
        await it.until(lambda: it.waiting(session_id) == 3)
        it.gate.opened.set()
        answers = await asyncio.gather(first, *later)
        await client.aclose()
    assert all(answer["model"] == "offline" for answer in answers)
    assert "30 days" in answers[2]["answer"]
    assert "9.90" in answers[2]["answer"]


async def test_what_a_crash_left_of_a_burst_is_answered_once_at_the_next_start(
    settings: Settings, open_a_house: OpenHouse
) -> None:
    async with open_a_house(settings) as first:
        shop = await open_shop(first)
        contact_id, issued = await first.directory.new_contact(shop.tenant.id)
        scope = TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)
        async with shop.client(issued.token) as client:
            session_id = (await client.post("/api/v1/sessions")).json()["id"]
        for number in range(5):
            request = TurnRequest(
                scope=scope, session_id=session_id, text=f"{QUESTION} {number}", idempotency_key=f"k{number}"
            )
            assert isinstance(await first.runner._journey.admit(request), Accepted)
    async with open_a_house(settings) as second:
        assert await answer_interrupted_turns(second) == 5
        await second.runner.drain()
        assert await answer_interrupted_turns(second) == 0
        shop = await open_shop(second)
        async with shop.client(issued.token) as client:
            said = await history(client, session_id)
            answers = [
                await say(client, session_id, f"{QUESTION} {number}", idempotency_key=f"k{number}")
                for number in range(5)
            ]
            assert await history(client, session_id) == said
    assert [message["role"] for message in said].count("customer") == 5
    assert {answer["message"]["id"] for answer in answers} == {
        message["id"] for message in said if message["role"] == "agent"
    }


async def test_a_turn_that_is_cut_off_leaves_the_others_to_the_next(desk: Opening) -> None:
    async with desk() as it:
        client, session_id = await it.visitor()
        running = [await it.shop.house.runner.submit(await request_of(it, client, session_id, text)) for text in "abc"]
        assert all(isinstance(each, RunningTurn) for each in running)
        await it.gate.arrived.wait()
        cut = running[0]
        assert isinstance(cut, RunningTurn)
        cut._task.cancel()
        it.gate.opened.set()
        answers = [await each.answer() for each in running[1:] if isinstance(each, RunningTurn)]
        await client.aclose()
    assert len({answer["message"]["id"] for answer in answers}) == 1


async def request_of(it: Desk, client: httpx.AsyncClient, session_id: str, text: str) -> TurnRequest:
    contact_id = (await client.get(f"/api/v1/sessions/{session_id}")).json()["contact_id"]
    scope = TenantScope(tenant_id=it.shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)
    return TurnRequest(scope=scope, session_id=session_id, text=f"{QUESTION} {text}")


_NOW = SystemClock().now()
_SCOPE = TenantScope(tenant_id="ten_1", role=Role.CONTACT, contact_id="con_1")
_SESSION = Session(
    id="ses_1",
    thread_id="thr_1",
    contact_id="con_1",
    channel="web",
    status=SessionStatus.ACTIVE,
    started_at=_NOW,
    last_activity_at=_NOW,
)


def place(number: int, text: str, bases: tuple[str, ...] = ()) -> Place:
    turn = Turn(
        id=f"trn_{number}",
        tenant_id="ten_1",
        session_id="ses_1",
        thread_id="thr_1",
        contact_id="con_1",
        status=TurnStatus.ACCEPTED,
        idempotency_key=None,
        message_id=f"msg_{number}",
        text=text,
        answer=None,
        error=None,
    )
    accepted = Accepted(scope=_SCOPE, session=_SESSION, turn=turn, knowledge_bases=bases)
    return Place(accepted=accepted, tell=lambda _: None, began=0.0)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=6_000), st.sampled_from([(), ("faq",)])), min_size=1, max_size=70)
)
def test_a_burst_is_an_unbroken_beginning_that_one_answer_can_serve(wants: list[tuple[str, tuple[str, ...]]]) -> None:
    waiting = [place(number, text, bases) for number, (text, bases) in enumerate(wants)]
    burst = together(waiting[0], waiting)
    assert list(burst) == waiting[: len(burst)]
    assert 1 <= len(burst) <= MAX_MESSAGES
    assert len({each.accepted.knowledge_bases for each in burst}) == 1
    one = joined(burst)
    assert one.turn.id == waiting[0].accepted.turn.id
    assert one.turn.text == BETWEEN.join(text for text, _ in wants[: len(burst)])
    assert len(burst) == 1 or len(one.turn.text) <= MAX_CHARS


def test_messages_of_another_sender_are_answered_apart() -> None:
    mine, theirs = place(1, "a"), place(2, "b")
    theirs.accepted = replace(theirs.accepted, scope=replace(_SCOPE, role=Role.OWNER))
    assert together(mine, [mine, theirs]) == (mine,)


def test_what_has_its_answer_is_not_answered_again() -> None:
    done, failed, waits = place(1, "a"), place(2, "b"), place(3, "c")
    done.answer, failed.error = {}, RuntimeError("no")
    assert together(waits, [done, failed, waits]) == (waits,)
