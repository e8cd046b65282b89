"""The tools that write to the contact: files, templates, follow-ups, sequences, and what cannot be sent."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crm.posts import ADA, CONTACT, START, open_post
from crm.tool_bench import Bench, a_bench
from deskhand.crm.delivery_model import Condition, Step
from deskhand.crm.model import ProfileChange, Writing
from deskhand.crm.tools_base import MOST_MESSAGES


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_post(tmp_path) as post:
        yield await a_bench(post)


async def test_files_are_sent_from_known_hosts_and_from_the_contacts_own(bench: Bench) -> None:
    picture = await bench.call("send_message", type="image", text="The helmet", url="https://eu.cdn.example/helmet.png")
    assert picture["data"]["status"] == "sent"
    bill = await bench.call("send_message", type="document", text="Your bill", attachment_id="att_2")
    assert bill["success"]
    assert [said.details["media"][0] for _, said in bench.post.told] == [
        {"kind": "image", "url": "https://eu.cdn.example/helmet.png", "caption": "The helmet"},
        {"kind": "document", "attachment_id": "att_2", "caption": "Your bill"},
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"type": "image"}, "needs either url or attachment_id"),
        ({"type": "image", "url": "https://files.shop.example/a", "attachment_id": "att_1"}, "needs either"),
        ({"url": "https://files.shop.example/a"}, "A text has no file"),
        ({"type": "image", "url": "https://evil.example/p.png?d=secret"}, "only from: files.shop.example"),
        ({"type": "image", "url": "https://files.shop.example.evil.example/a"}, "only from"),
        ({"type": "image", "url": "https://evilcdn.example/a"}, "only from"),
        ({"type": "image", "url": "http://files.shop.example/a"}, "write https://"),
        ({"type": "image", "url": "https://u:p@files.shop.example/a"}, "without a password"),
        ({"type": "image", "url": "https://files.shop.example:x/a"}, "is no address"),
        ({"type": "image", "url": "https://files.shop.example\\@evil.example/"}, "is no address"),
        ({"type": "image", "url": "javascript:alert(1)"}, "is no address"),
        ({"type": "video", "attachment_id": "att_1"}, "send it as 'document'"),
        ({"type": "image", "attachment_id": "att_of_bob"}, "There is no file"),
        ({"type": "poem"}, "'type'"),
        ({"text": "a\x00b"}, "control characters"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_nothing_is_said(
    bench: Bench, arguments: dict[str, Any], says: str
) -> None:
    shown = await bench.call("send_message", **({"text": "Look"} | arguments))
    assert not shown["success"]
    assert says in shown["error"]
    assert await bench.post.said() == []


async def test_a_turn_sends_a_few_messages_and_no_more(bench: Bench) -> None:
    for number in range(MOST_MESSAGES):
        assert (await bench.call("send_message", text=f"Message {number}"))["success"]
    shown = await bench.call("send_message", text="One more")
    assert "say it in the answer" in shown["error"]
    assert (await bench.call("send_message", text="Message 0"))["error"] is not None
    assert len(await bench.post.said()) == MOST_MESSAGES


async def test_a_template_is_sent_in_the_contacts_language(bench: Bench) -> None:
    await bench.post.template()
    await bench.post.template(body="Hallo {{name}}!", language="de")
    await bench.post.records.change(
        bench.post.scope, CONTACT, ProfileChange(values={"language": "de-AT"}), Writing(by=ADA)
    )
    assert (await bench.call("send_template_message", template="hello", variables={"name": "**Ana**"}))["success"]
    assert (await bench.call("send_template_message", template="hello", variables={"name": "Ana"}, language="en"))[
        "success"
    ]
    later = await bench.call(
        "send_template_message", template="hello", variables={"name": "Ana"}, send_at="2026-03-03T10:00[Europe/Berlin]"
    )
    assert later["data"]["due_at"] == "2026-03-03T10:00+01:00[Europe/Berlin]"
    assert await bench.post.said() == ["Hallo \\*\\*Ana\\*\\*!", "Hello Ana!"]


async def test_a_template_that_is_not_there_or_not_filled_is_refused(bench: Bench) -> None:
    await bench.post.template()
    unknown = await bench.call("send_template_message", template="nothing")
    assert "There are: hello." in unknown["error"]
    missing = await bench.call("send_template_message", template="hello")
    assert "No value is given for name" in missing["error"]
    assert await bench.post.said() == []


async def test_a_follow_up_is_sent_at_its_time_in_its_zone(bench: Bench) -> None:
    shown = await bench.call(
        "schedule_follow_up",
        at="2026-10-25T02:30[Europe/Berlin]",
        message="Did the battery last?",
        reason="Promised on the phone.",
    )
    assert shown["data"]["due_at"] == "2026-10-25T02:30+02:00[Europe/Berlin]"
    assert "the first is taken" in shown["data"]["note"]
    await bench.post.background.settle()
    bench.post.clock.moment = START.replace(month=10, day=25, hour=0, minute=29)
    assert await bench.post.jobs.run_due() == 0
    assert await bench.post.until(minutes=1) == 1
    assert await bench.post.said() == ["Did the battery last?"]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-03-02T08:00Z", "is past"),
        ("2026-03-29T02:30[Europe/Berlin]", "write 2026-03-29T03:30[Europe/Berlin]"),
        ("2026-11-22T09:00", "has no time zone"),
        ("2028-01-01T09:00Z", "within the next year"),
        ("next Friday", "is no moment"),
    ],
)
async def test_a_moment_that_cannot_be_meant_is_refused_with_the_contacts_zone(
    bench: Bench, at: str, says: str
) -> None:
    shown = await bench.call("schedule_follow_up", at=at, message="Hello")
    assert says in shown["error"]
    values = {"time_zone": "Europe/Berlin"}
    await bench.post.records.change(bench.post.scope, CONTACT, ProfileChange(values=values), Writing(by=ADA))
    assert "time zone is Europe/Berlin" in (await bench.call("schedule_follow_up", at=at, message="Hello"))["error"]
    assert await bench.waiting() == []


async def test_a_sequence_begins_and_a_second_time_is_refused(bench: Bench) -> None:
    await bench.post.template()
    await bench.post.sequence(Step(after="P1D", template="hello", condition=Condition.STILL_OPEN))
    begun = await bench.call("trigger_sequence", sequence="welcome", variables={"name": "Ana"})
    assert begun["data"]["steps"] == 1
    again = await bench.call("trigger_sequence", turn_id="trn_2", sequence="welcome", variables={"name": "Ana"})
    assert "already" in again["error"]
    unknown = await bench.call("trigger_sequence", sequence="farewell")
    assert "There are: welcome." in unknown["error"]
