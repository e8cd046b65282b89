"""Tickets over HTTP: opened once a session, taken, solved and closed in order, seen by nobody else."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deskhand.escalation.assessment import Category, EscalationPolicy, Priority
from deskhand.escalation.hours import OpenHours
from deskhand.escalation.model import STEPS, TicketStatus, TicketStep, new_ticket_id, steps_from
from escalation.desks import Company, Desk, open_company

MISSING = "/api/v1/tickets/ESC-00000000"


async def get(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_ticket_tells_the_operator_what_there_is_to_know(company: Company) -> None:
    ticket = await company.ticket()
    async with company.rig.client(company.viewer) as viewer:
        shown = await get(viewer, f"/api/v1/tickets/{ticket.id}")
    assert re.fullmatch(r"ESC-[0-9A-Z]{8}", shown["id"])
    assert (shown["status"], shown["category"], shown["priority"]) == ("pending", "complaint", "medium")
    assert shown["allowed"] == ["assign"]
    assert shown["handover"]["wants"] == "The helmet has not arrived."
    assert shown["handover"]["facts"][0] == {"kind": "order", "value": "A-1044"}
    assert shown["reasons"] == ["asked for a person"]
    assert shown["sla"]["first_response_due_at"] == "2026-03-02T10:00:00Z"
    assert shown["sla"]["resolution_due_at"] == "2026-03-02T17:00:00Z"
    assert [event["kind"] for event in shown["events"]] == ["opened"]
    assert [(notice["channel"], notice["status"]) for notice in shown["notices"]] == [("service-desk", "waiting")]


async def test_a_session_has_one_ticket_however_often_it_escalates(company: Company) -> None:
    assert await company.opened() is not None
    assert await company.opened() is None
    async with company.rig.client(company.ada) as ada:
        assert (await get(ada, "/api/v1/tickets"))["total"] == 1


async def test_escalations_of_one_session_at_once_open_one_ticket(company: Company) -> None:
    opened = await asyncio.gather(*(company.opened() for _ in range(8)))
    assert len([ticket for ticket in opened if ticket is not None]) == 1


async def test_a_ticket_goes_from_pending_to_closed_and_keeps_its_history(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.ada) as ada:
        assigned = (await ada.post(f"{path}/assign")).json()
        resolved = (await ada.post(f"{path}/resolve", json={"resolution": "  Sent again. "})).json()
        closed = (await ada.post(f"{path}/close")).json()
        reopened = (await ada.post(f"{path}/reopen")).json()
    assert (assigned["status"], assigned["assignee_id"]) == ("assigned", company.ada.user_id)
    assert (resolved["status"], resolved["resolution"]) == ("resolved", "Sent again.")
    assert (closed["status"], closed["allowed"]) == ("closed", ["reopen"])
    assert (reopened["status"], reopened["resolution"], reopened["closed_at"]) == ("assigned", None, None)
    history = [(event["kind"], event["actor"]) for event in reopened["events"]]
    acted = company.ada.user_id
    assert history == [
        ("opened", None),
        ("assigned", acted),
        ("resolved", acted),
        ("closed", acted),
        ("reopened", acted),
    ]


STEP_BODIES = {TicketStep.RESOLVE: {"resolution": "Done."}}


@pytest.mark.parametrize("status", TicketStatus)
async def test_every_step_that_a_status_does_not_allow_is_refused_with_those_it_does(
    company: Company, status: TicketStatus
) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    way = {
        TicketStatus.PENDING: [],
        TicketStatus.ASSIGNED: [TicketStep.ASSIGN],
        TicketStatus.RESOLVED: [TicketStep.ASSIGN, TicketStep.RESOLVE],
        TicketStatus.CLOSED: [TicketStep.ASSIGN, TicketStep.CLOSE],
    }[status]
    async with company.rig.client(company.ada) as ada:
        for step in way:
            assert (await ada.post(f"{path}/{step}", json=STEP_BODIES.get(step))).status_code == 200
        for step in set(TicketStep) - set(steps_from(status)):
            refused = await ada.post(f"{path}/{step}", json=STEP_BODIES.get(step))
            assert refused.status_code == 409
            assert refused.json()["code"] == "ticket_step_refused"
            assert f"is {status}" in refused.json()["detail"]
            assert all(allowed in refused.json()["detail"] for allowed in steps_from(status))
        assert (await get(ada, path))["status"] == status


def test_every_status_can_be_left() -> None:
    assert all(steps_from(status) for status in TicketStatus)
    assert {status for statuses in STEPS.values() for status in statuses} == set(TicketStatus)


async def test_of_two_who_resolve_at_once_one_is_told_that_it_is_done(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.ada) as ada, company.rig.client(company.ben) as ben:
        await ada.post(f"{path}/assign")
        answers = await asyncio.gather(
            ada.post(f"{path}/resolve", json={"resolution": "By Ada."}),
            ben.post(f"{path}/resolve", json={"resolution": "By Ben."}),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        events = (await get(ada, path))["events"]
    assert [event["kind"] for event in events].count("resolved") == 1


async def test_a_ticket_is_given_to_those_who_may_work_on_it(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}/assign"
    async with company.rig.client(company.ada) as ada:
        for user_id in ("usr_nobody", "usr_demo_gone", company.viewer.user_id):
            refused = await ada.post(path, json={"user_id": user_id})
            assert (refused.status_code, refused.json()["code"]) == (422, "unknown_assignee")
            assert repr(user_id) in refused.json()["detail"]
        given = await ada.post(path, json={"user_id": company.ben.user_id})
    assert given.json()["assignee_id"] == company.ben.user_id


async def test_a_patch_changes_all_it_names_or_nothing(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.ada) as ada:
        refused = await ada.patch(path, json={"priority": "high", "note": "Now.", "assignee_id": "usr_nobody"})
        assert refused.status_code == 422
        untouched = await get(ada, path)
        assert (untouched["priority"], len(untouched["events"])) == ("medium", 1)
        changed = await ada.patch(
            path, json={"priority": "high", "note": "Called.", "assignee_id": company.ben.user_id}
        )
    body = changed.json()
    assert (body["priority"], body["status"], body["assignee_id"]) == ("high", "assigned", company.ben.user_id)
    assert body["sla"]["first_response_due_at"] == "2026-03-02T09:15:00Z"
    assert [(event["kind"], event["detail"]) for event in body["events"][1:]] == [
        ("assigned", "to ben@demo.example.com"),
        ("priority", "from medium to high"),
        ("note", "Called."),
    ]


async def test_an_ended_ticket_takes_notes_and_nothing_else(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.ada) as ada:
        await ada.post(f"{path}/assign")
        await ada.post(f"{path}/close")
        assert (await ada.patch(path, json={"priority": "high"})).status_code == 409
        assert (await ada.patch(path, json={"note": "They wrote again."})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"note": " "},
        {"note": "a\x00b"},
        {"note": "x" * 4001},
        {"priority": "extreme"},
        {"assignee_id": "a b"},
        {"status": "closed"},
        [],
    ],
)
async def test_what_is_no_change_is_refused_by_name(company: Company, body: object) -> None:
    ticket = await company.ticket()
    async with company.rig.client(company.ada) as ada:
        response = await ada.patch(f"/api/v1/tickets/{ticket.id}", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith("body")


async def test_the_list_shows_the_gravest_and_most_due_first_and_ended_ones_last(company: Company) -> None:
    made = {}
    for name, priority in (("normal", Priority.NORMAL), ("ended", Priority.HIGH), ("high", Priority.HIGH)):
        opened = await company.opened(await company.another_session(), priority=priority)
        assert opened is not None
        made[name] = opened.id
    async with company.rig.client(company.ada) as ada:
        await ada.post(f"/api/v1/tickets/{made['ended']}/assign")
        await ada.post(f"/api/v1/tickets/{made['ended']}/close")
        page = await get(ada, "/api/v1/tickets")
        assert [item["id"] for item in page["items"]] == [made["high"], made["normal"], made["ended"]]
        second = await get(ada, "/api/v1/tickets?limit=1&offset=1")
        assert ([item["id"] for item in second["items"]], second["total"]) == ([made["normal"]], 3)
        found = {
            "status=closed": ["ended"],
            "priority=high": ["high", "ended"],
            "priority=high&status=pending": ["high"],
            "assignee=me": ["ended"],
            f"assignee={company.ben.user_id}": [],
            "category=legal": [],
            "overdue=true": [],
            "overdue=false": ["high", "normal", "ended"],
            f"session_id={company.session_id}": [],
            f"contact_id={page['items'][0]['contact_id']}": ["high"],
            "contact_id=con_nobody": [],
        }
        for query, names in found.items():
            items = (await get(ada, f"/api/v1/tickets?{query}"))["items"]
            assert [item["id"] for item in items] == [made[name] for name in names], query


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "status=done", "overdue=maybe", "assignee=a b"])
async def test_a_list_that_cannot_be_is_refused(company: Company, query: str) -> None:
    async with company.rig.client(company.ada) as ada:
        assert (await ada.get(f"/api/v1/tickets?{query}")).status_code == 422


async def test_an_id_that_is_none_is_not_found(company: Company) -> None:
    async with company.rig.client(company.ada) as ada:
        for step, body in (("assign", {}), ("resolve", {"resolution": "x"}), ("close", {}), ("reopen", {})):
            assert (await ada.post(f"{MISSING}/{step}", json=body)).json()["code"] == "unknown_ticket"
        assert (await ada.get(MISSING)).status_code == 404
        assert (await ada.patch(MISSING, json={"note": "x"})).status_code == 404
        assert (await ada.get("/api/v1/tickets/ESC-%F0%9F%98%80")).status_code == 422


async def test_another_tenants_ticket_is_not_there(company: Company, rig: Desk) -> None:
    ticket = await company.ticket()
    rival = await open_company(rig, "rival")
    async with rig.client(rival.ada) as stranger:
        assert (await get(stranger, "/api/v1/tickets"))["total"] == 0
        path = f"/api/v1/tickets/{ticket.id}"
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.patch(path, json={"note": "x"})).status_code == 404
        assert (await stranger.post(f"{path}/resolve", json={"resolution": "x"})).status_code == 404
        for step in ("assign", "close", "reopen"):
            assert (await stranger.post(f"{path}/{step}")).status_code == 404
    async with rig.client(company.ada) as ada:
        refused = await ada.post(f"{path}/assign", json={"user_id": rival.ada.user_id})
        assert refused.json()["code"] == "unknown_assignee"


async def test_customers_see_no_tickets_and_viewers_change_none(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.contact) as contact, company.rig.client(company.viewer) as viewer:
        for client, expected in ((contact, 403), (viewer, 200)):
            assert (await client.get("/api/v1/tickets")).status_code == expected
            assert (await client.get(path)).status_code == expected
            assert (await client.post(f"{path}/assign")).status_code == 403
            assert (await client.patch(path, json={"note": "x"})).status_code == 403


async def test_a_customer_who_asks_again_opens_a_solved_ticket_again(company: Company) -> None:
    ticket = await company.ticket()
    path = f"/api/v1/tickets/{ticket.id}"
    async with company.rig.client(company.ada) as ada:
        await ada.post(f"{path}/assign")
        await ada.post(f"{path}/resolve", json={"resolution": "Done."})
        company.rig.clock.move(timedelta(hours=3))
        assert await company.opened(explicit_request=False) is None
        again = await company.opened(reasons=("asked for a person", "is urgent"))
        assert again is not None
        shown = await get(ada, path)
    assert (again.id, shown["status"], shown["assignee_id"]) == (ticket.id, "assigned", company.ada.user_id)
    assert shown["reasons"] == ["asked for a person", "is urgent"]
    assert shown["sla"]["first_response_due_at"] == "2026-03-02T13:00:00Z"
    assert [notice["kind"] for notice in shown["notices"]] == ["opened", "reopened"]


async def test_times_count_the_hours_in_which_people_are_there(company: Company) -> None:
    days = {day: [("09:00", "17:00")] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    policy = EscalationPolicy(hours=OpenHours.of("Europe/London", days))
    company.rig.clock.move(timedelta(days=4, hours=7, minutes=30))  # Friday, 16:30
    ticket = await company.ticket(policy=policy)
    assert ticket.first_response_due_at.isoformat() == "2026-03-09T09:30:00+00:00"
    assert ticket.resolution_due_at.isoformat() == "2026-03-09T16:30:00+00:00"
    async with company.rig.client(company.ada) as ada:
        patched = await ada.patch(f"/api/v1/tickets/{ticket.id}", json={"priority": "high"})
    assert patched.json()["sla"]["first_response_due_at"] == "2026-03-06T16:45:00Z"


async def test_a_ticket_of_each_category_can_be_found(company: Company) -> None:
    for category in Category:
        opened = await company.opened(await company.another_session(), category=category)
        assert opened is not None
    async with company.rig.client(company.ada) as ada:
        for category in Category:
            assert (await get(ada, f"/api/v1/tickets?category={category}"))["total"] == 1


def test_ticket_numbers_are_short_and_free_of_letters_that_are_misread() -> None:
    numbers = {new_ticket_id() for _ in range(2000)}
    assert len(numbers) == 2000
    assert all(re.fullmatch(r"ESC-[0-9A-HJKMNP-TV-Z]{8}", number) for number in numbers)


async def test_a_number_that_is_taken_is_not_given_twice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(["ESC-AAAAAAAA", "ESC-AAAAAAAA", "ESC-BBBBBBBB"])
    monkeypatch.setattr("deskhand.escalation.desk.new_ticket_id", lambda: next(numbers))
    first = await company.opened(await company.another_session())
    second = await company.opened(await company.another_session())
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == ("ESC-AAAAAAAA", "ESC-BBBBBBBB")
    monkeypatch.setattr("deskhand.escalation.desk.new_ticket_id", lambda: "ESC-AAAAAAAA")
    with pytest.raises(Exception, match="No free ticket number"):
        await company.opened(await company.another_session())
