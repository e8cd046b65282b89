"""Plays a scenario step by step, and says at the first step that went otherwise what was otherwise."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from deskhand.tenancy.roles import Role
from deskhand.testing.scripted_provider import CallTool, CutStream, Refuse, Say
from deskhand.testing.scripted_provider import Step as Played
from scenarios.comparing import differences, missing_in_order
from scenarios.shapes import Expected, ModelSays, Scenario, Staff, Step, Way
from scenarios.stage import Stage

_LISTS = {
    "approvals": "approvals",
    "tickets": "tickets",
    "votes": "consensus",
    "money": "billing/entries",
    "deliveries": "crm/contacts/{contact_id}/messages",
    "plans": "plans",
    "notes": "crm/contacts/{contact_id}/notes",
    "crm_events": "crm/contacts/{contact_id}/events",
}
"""Under which path of the API each list of the house is found."""


class WentOtherwise(AssertionError):
    """A step did not go as the scenario says."""


async def play(scenario: Scenario, way: Way, stage: Stage) -> None:
    """Every step with its expectations.

    Raises:
        WentOtherwise: naming the step and each difference.
    """
    for number, step in enumerate(scenario.steps, start=1):
        answer = await _done(step, way, stage)
        await stage.settle()
        faults = [each async for each in _faults(step, way, stage, answer)]
        if faults:
            what = _title(step)
            listed = "\n  - ".join(faults)
            raise WentOtherwise(f"{scenario.name!r}, {way.value}, step {number} ({what}):\n  - {listed}")


async def _done(step: Step, way: Way, stage: Stage) -> dict[str, Any]:
    """The step itself; what came back of it."""
    if step.time_passes is not None:
        stage.time.move(step.time_passes)
    elif step.crm_answers is not None:
        stage.crm_answers(step.crm_answers)
    elif step.staff is not None:
        return await _by_staff(step.staff, stage)
    elif step.customer is not None:
        if way is Way.SCRIPTED:
            stage.provider.play(*(map(_played, step.model) if step.model else [Refuse(status=400)]))
        return await stage.write(step.customer)
    return {}


def _played(said: ModelSays) -> Played:
    if said.calls is not None:
        return CallTool(name=said.calls, arguments=json.dumps(said.given))
    if said.fails is not None:
        return Refuse(status=said.fails)
    if said.breaks_off_after is not None:
        return CutStream(text=said.breaks_off_after)
    return Say(text=said.says or "")


async def _by_staff(does: Staff, stage: Stage) -> dict[str, Any]:
    session = f"/api/v1/sessions/{stage.session_id}"
    async with stage.staff(Role.ADMIN if does.removes_base else Role.OPERATOR) as client:
        if does.decides is not None:
            waiting = [each for each in await stage.listed("approvals") if each["status"] in {"pending", "escalated"}]
            _require(len(waiting) == 1, f"staff decides on one request, and {len(waiting)} wait")
            decision = does.decides.model_dump(exclude={"answer"}, exclude_none=True)
            answer = await client.post(f"/api/v1/approvals/{waiting[0]['id']}/decide", json=decision)
            wanted = does.decides.answer
        else:
            path, body = _asked_by(does, session, stage)
            method = "DELETE" if does.removes_base is not None else "POST"
            answer = await client.request(method, path, json=body)
            wanted = answer.status_code if answer.is_success else 200
    _require(answer.status_code == wanted, f"staff was answered {answer.status_code}: {answer.text}")
    return dict(answer.json()) if answer.content else {}


def _asked_by(does: Staff, session: str, stage: Stage) -> tuple[str, dict[str, Any] | None]:
    if does.takes_over:
        return f"{session}/take-over", None
    if does.says is not None:
        return f"{session}/operator-messages", {"text": does.says}
    if does.hands_back is not None:
        return f"{session}/hand-back", {"resolution": does.hands_back}
    if does.starts_plan is not None:
        of_session = {"session_id": stage.session_id} if stage.session_id else {}
        return "/api/v1/plans", does.starts_plan | of_session
    if does.calls_a_vote is not None:
        return "/api/v1/consensus", does.calls_a_vote
    return f"/api/v1/knowledge/bases/{does.removes_base}", None


def _require(holds: bool, said: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise WentOtherwise(said)


def _title(step: Step) -> str:
    if step.customer is not None:
        return f"the customer writes {step.customer!r}"
    if step.staff is not None:
        return f"staff: {', '.join(step.staff.model_fields_set)}"
    return f"{step.time_passes} pass" if step.time_passes is not None else f"the CRM answers {step.crm_answers}"


async def _faults(step: Step, way: Way, stage: Stage, answer: dict[str, Any]) -> AsyncIterator[str]:
    if step.customer is not None and way is Way.SCRIPTED:
        asked, held = len(stage.provider.requests) - stage.provider.played_before, len(step.model)
        if asked != held:
            yield f"the model should be asked {held} times and was asked {asked} times"
    for expected in step.expected(way):
        if step.customer is not None:
            for fault in _of_answer(expected, answer, stage):
                yield fault
        async for fault in _of_house(expected, stage):
            yield fault


def _of_answer(expected: Expected, answer: dict[str, Any], stage: Stage) -> Iterator[str]:
    text = str(answer.get("answer", ""))
    metadata = (answer.get("message") or {}).get("metadata", {})
    silent = metadata.get("kind") == "with_human" or (answer.get("message") is None and not text)
    named = {
        "agent": answer.get("agent_used"),
        "routed": (answer.get("route") or {}).get("decided_by"),
        "fallback": bool((answer.get("route") or {}).get("fallback")) or bool(metadata.get("degraded")),
        "model": answer.get("model") or metadata.get("model"),
        "answered": answer.get("answered"),
        "tools": answer.get("tool_metadata"),
        "ticket": answer.get("ticket") is not None,
        "silent": silent,
    }
    for name, found in named.items():
        wanted = getattr(expected, name)
        if wanted is not None:
            yield from differences(wanted, found, name)
    yield from (f"the answer lacks {each!r}: {text!r}" for each in expected.words if each not in text)
    yield from (f"the answer says {each!r}: {text!r}" for each in expected.never if each in text)
    if expected.cites is not None:
        sources = sorted({each["source"] for each in answer.get("citations", [])})
        yield from differences(sorted(expected.cites), sources, "cites")
    yield from _of_events(expected, stage)
    yield from _of_requests(expected, stage)


def _of_events(expected: Expected, stage: Stage) -> Iterator[str]:
    came = [each["type"] for each in stage.frames]
    lost = missing_in_order(expected.events, came)
    if lost is not None:
        yield f"the event {lost!r} should come in this order: {expected.events}; there came {came}"


def _of_requests(expected: Expected, stage: Stage) -> Iterator[str]:
    requests = stage.provider.requests[stage.provider.played_before :]
    told = json.dumps([each["messages"] for each in requests], ensure_ascii=False)
    results = [each["content"] for request in requests for each in request["messages"] if each["role"] == "tool"]
    offered = set[str]().union(*map(_offered, requests))
    yield from (
        f"the model was not told {each!r}; tools returned {results}"
        for each in expected.model_was_told
        if each not in told
    )
    yield from (
        f"{each!r} was not offered: {sorted(offered)}" for each in expected.tools_offered if each not in offered
    )
    yield from (f"{each!r} was offered" for each in expected.tools_not_offered if each in offered)
    for tool, wanted in expected.offered.items():
        yield from differences(list(wanted), [tool in _offered(each) for each in requests], f"offered.{tool}")


def _offered(request: dict[str, Any]) -> set[str]:
    """The tools that the model could call."""
    return {each["function"]["name"] for each in request.get("tools", [])}


async def _of_house(expected: Expected, stage: Stage) -> AsyncIterator[str]:
    for name, path in _LISTS.items():
        wanted = getattr(expected, name)
        if wanted is not None:
            for fault in differences(wanted, await stage.listed(path.format(contact_id=stage.contact_id)), name):
                yield fault
    if expected.contact is not None:
        async with stage.staff() as client:
            found = (await client.get(f"/api/v1/crm/contacts/{stage.contact_id}")).json()
        for fault in differences(expected.contact, found, "contact"):
            yield fault
    if expected.last_messages is not None:
        last = (await stage.messages())[-len(expected.last_messages) :]
        for fault in differences(expected.last_messages, last, "last_messages"):
            yield fault
