"""What an external CRM says of contacts, from a real server that fails in every way."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from crm.desks import SUPPORT, open_company
from crm.far_sides import KEY, Scene
from deskhand.crm.external_http import CRMConnection, CRMRefusesKey, UnusableAnswer
from deskhand.crm.model import NewNote, Source
from deskhand.tenancy.scope import UnknownContact
from deskhand.testing.failing_server import Answer, Cut, Endless, FailingServer, Hang, Raw, Step
from deskhand.tools.contract import TransientError


async def test_a_profile_comes_with_its_source_and_moment(scene: Scene) -> None:
    place = {"id": "p1", "name": "Sales", "stage": "Won"}
    whole = {
        "email": "ada@example.com",
        "phone": "+442079460958",
        "company": "Lark\u0007spoke",
        "language": "en",
        "time_zone": "Europe/London",
        "assigned_agent": "sales",
        "tags": ["VIP", "vip", "a,b", " "],
        "custom_fields": {"seats": 12, "paid": True, "list": [1], "inner": {"a": 1}, "text": "x" * 3_000},
        "pipelines": [place],
        "created_at": "2025-01-31T12:00:00+01:00",
        "something_else": {"kept": False},
    }
    scene.plays(scene.contact(**whole))
    found = await scene.looked_up()
    assert (found.id, found.name, found.account_status) == (scene.company.contact_id, "Ada", "trial")
    assert (found.source, found.fetched_at) == (Source.EXTERNAL, scene.company.desk.clock.now())
    assert (found.email, found.phone, found.company) == ("ada@example.com", "+442079460958", "Lark spoke")
    assert (found.tags, found.custom_fields) == (("vip",), {"seats": 12, "paid": True})
    assert [(each.name, each.stage, each.stage_id) for each in found.pipelines] == [("Sales", "Won", "Won")]
    assert found.created_at == datetime(2025, 1, 31, 11, tzinfo=UTC)
    (request,) = scene.server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-tenant"] == scene.company.tenant_id
    assert request.headers["accept-encoding"] == "identity"


async def test_a_contact_that_the_crm_does_not_know_is_cleanly_not_found(scene: Scene) -> None:
    scene.plays(Answer(status=404, body={"error": "no such contact"}))
    assert await scene.looked_up() is None
    assert scene.asked == 1


async def test_only_contacts_of_the_own_tenant_are_ever_asked_for(scene: Scene) -> None:
    other = await open_company(scene.company.desk, "other")
    for contact_id in (other.contact_id, "con_nobody", "../users/1", "a/b", "", "x" * 100):
        assert await scene.records.lookup(scene.company.ada, contact_id) is None
        with pytest.raises(UnknownContact):
            await scene.records.add_note(scene.company.ada, contact_id, NewNote(text="x"), SUPPORT)
    assert scene.server.requests == []


async def test_a_profile_is_kept_for_a_minute_for_its_tenant_and_contact_alone(scene: Scene) -> None:
    second = await scene.company.another()
    scene.plays(scene.contact(name="One"), scene.contact(name="Two"))
    scene.server.script(f"/base/api/v1/contacts/{second}", Answer(body={"id": second, "account_status": "closed"}))
    assert [(await scene.looked_up()).name for _ in range(3)] == ["One"] * 3
    kept = await scene.records.lookup(scene.company.contact, second)
    assert kept is not None
    assert kept.account_status == "closed"
    other = await open_company(scene.company.desk, "other")
    assert await scene.records.lookup(other.ada, scene.company.contact_id) is None
    scene.company.desk.clock.move(seconds=59)
    assert (await scene.looked_up()).name == "One"
    scene.company.desk.clock.move(seconds=2)
    assert (await scene.looked_up()).name == "Two"
    assert scene.asked == 2


async def test_not_found_is_kept_for_a_minute_too_and_a_failure_is_not(scene: Scene) -> None:
    scene.plays(Answer(status=503), Answer(status=404), scene.contact())
    with pytest.raises(TransientError):
        await scene.looked_up()
    assert await scene.looked_up() is None
    assert await scene.looked_up() is None
    scene.company.desk.clock.move(seconds=61)
    assert (await scene.looked_up()).name == "Ada"
    assert scene.asked == 3


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599, 429])
async def test_what_may_pass_is_transient(status: int, scene: Scene) -> None:
    scene.plays(Answer(status=status, body={"secret": "stack trace"}))
    with pytest.raises(TransientError) as failed:
        await scene.looked_up()
    assert failed.value.retry_after is None
    assert "stack trace" not in str(failed.value)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("Mon, 02 Mar 2026 09:00:30 GMT", 30.0), ("soon", None)])
async def test_the_pause_that_is_asked_for_is_given_on(header: str, seconds: float | None, scene: Scene) -> None:
    scene.plays(Answer(status=429, headers={"retry-after": header}))
    with pytest.raises(TransientError) as failed:
        await scene.looked_up()
    assert failed.value.retry_after == seconds


async def test_a_connection_that_breaks_off_or_finds_nobody_is_transient(scene: Scene) -> None:
    scene.plays(Cut())
    with pytest.raises(TransientError):
        await scene.looked_up()
    nobody = CRMConnection(endpoint="http://127.0.0.1:1", key=SecretStr(KEY), clock=scene.company.desk.clock)
    with pytest.raises(TransientError, match="ConnectError"):
        await nobody.get("/api/v1/contacts/con_1", tenant_id="ten_1")
    await nobody.close()


@pytest.mark.parametrize(
    "slow", [Hang(), Endless(chunk=b" ", seconds=0.02), Endless(chunk=b'{"id": "', seconds=0.05)], ids=str
)
async def test_an_answer_that_drips_or_never_comes_is_cut_off(slow: Step, scene: Scene) -> None:
    hasty = CRMConnection(
        endpoint=f"{scene.url}/base", key=SecretStr(KEY), clock=scene.company.desk.clock, timeout_seconds=0.3
    )
    scene.plays(slow)
    with pytest.raises(TransientError, match=r"took longer than 0\.3 s"):
        await hasty.get(f"/api/v1/contacts/{scene.company.contact_id}", tenant_id="ten_1")
    await hasty.close()


async def test_an_answer_without_end_is_cut_off_while_it_is_read(scene: Scene) -> None:
    scene.plays(Endless(chunk=b" " * 60_000))
    with pytest.raises(UnusableAnswer, match="larger than 1,000,000 bytes"):
        await scene.looked_up()


async def test_an_answer_may_be_as_large_as_the_bound(scene: Scene) -> None:
    body = json.dumps(scene.contact(padding="").body)
    padding = "x" * (1_000_000 - len(body))
    scene.plays(scene.contact(padding=padding), scene.contact(padding=padding + "x"))
    assert (await scene.looked_up()).name == "Ada"
    scene.company.desk.clock.move(seconds=61)
    with pytest.raises(UnusableAnswer):
        await scene.looked_up()


@pytest.mark.parametrize(
    "odd",
    [
        Raw(),
        Raw(content=b"", media_type="application/json"),
        Raw(content=b"[1, 2]", media_type="application/json"),
        Raw(content=b'{"id": NaN}', media_type="application/json"),
        Raw(content=b"\xff\xfe", media_type="application/json"),
        Raw(content=b"[" * 100_000, media_type="application/json"),
        Answer(body=None),
        Answer(body="con_1"),
        Answer(status=204),
        Answer(status=304),
        Answer(body={"name": "Ada"}, headers={"content-encoding": "gzip"}),
    ],
    ids=str,
)
async def test_what_is_no_json_object_is_no_answer(odd: Step, scene: Scene) -> None:
    scene.plays(odd)
    with pytest.raises(UnusableAnswer) as failed:
        await scene.looked_up()
    assert failed.value.status == 503
    assert "Bad gateway" not in failed.value.detail


@pytest.mark.parametrize(
    "fields",
    [
        {"account_status": "platinum"},
        {"account_status": None},
        {"name": 7},
        {"name": "x" * 501},
        {"email": ["ada@example.com"]},
        {"tags": "vip"},
        {"tags": [1]},
        {"custom_fields": []},
        {"pipelines": [{"id": "p1"}]},
        {"created_at": "yesterday"},
        {"created_at": "2025-01-31T12:00:00"},
    ],
    ids=str,
)
async def test_values_of_the_wrong_kind_make_the_answer_unusable(
    fields: dict[str, Any], scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.plays(scene.contact(phone="+442079460958", **fields))
    with pytest.raises(UnusableAnswer, match="wrong kind"):
        await scene.looked_up()
    logged = capsys.readouterr().out
    assert next(iter(fields)) in logged
    assert "442079460958" not in logged


@pytest.mark.parametrize("given_id", ["con_another", "", None, 7])
async def test_another_customers_record_is_refused(
    given_id: object, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.plays(scene.contact(id=given_id, name="Somebody Else"))
    with pytest.raises(UnusableAnswer) as refused:
        await scene.looked_up()
    assert "Somebody Else" not in refused.value.detail + capsys.readouterr().out
    scene.plays(scene.contact())
    assert (await scene.looked_up()).name == "Ada"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_logged_without_the_key_and_not_tried_for_a_minute(
    status: int, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.plays(Answer(status=status, body={"key": KEY}), scene.contact())
    for _ in range(3):
        with pytest.raises(CRMRefusesKey, match="DESKHAND_TOOLS__CRM__KEY"):
            await scene.looked_up()
    logged = capsys.readouterr().out
    assert ("crm_refuses_key" in logged, KEY in logged, scene.company.contact_id in logged) == (True, False, False)
    assert scene.asked == 1
    scene.company.desk.clock.move(seconds=61)
    assert (await scene.looked_up()).name == "Ada"


async def test_redirects_are_followed_within_the_crm_alone(scene: Scene) -> None:
    async with FailingServer({"/": [Answer(body={})]}).serving() as elsewhere:
        scene.plays(Answer(status=302, headers={"location": f"{elsewhere}/"}))
        with pytest.raises(UnusableAnswer, match="sends us elsewhere"):
            await scene.looked_up()
    scene.plays(Answer(status=307, headers={"location": "/base/moved?v=2"}))
    scene.server.script("/base/moved", scene.contact())
    assert (await scene.looked_up()).name == "Ada"
    assert scene.server.requests[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_nothing_of_ours_reaches_another_host(scene: Scene) -> None:
    elsewhere = FailingServer({"/": [Answer(body={})]})
    async with elsewhere.serving() as url:
        for location in (f"{url}/", f"{url}/".replace("127.0.0.1", "localhost")):
            scene.plays(Answer(status=308, headers={"location": location}))
            with pytest.raises(UnusableAnswer):
                await scene.looked_up()
    assert elsewhere.requests == []


@pytest.mark.parametrize("location", ["", "http://", "http://[::1", "ftp://127.0.0.1/"])
async def test_a_redirect_to_nowhere_is_no_answer(location: str, scene: Scene) -> None:
    scene.plays(Answer(status=302, headers={"location": location}))
    with pytest.raises((UnusableAnswer, TransientError)):
        await scene.looked_up()


async def test_redirects_that_go_in_circles_end(scene: Scene) -> None:
    scene.plays(Answer(status=302, headers={"location": scene.path}))
    with pytest.raises(UnusableAnswer, match="round in circles"):
        await scene.looked_up()
    assert scene.asked == 4
