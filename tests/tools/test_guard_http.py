"""The guard around tools whose far side is a real HTTP server that fails in every way."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

import httpx
import pytest

from deskhand.testing.failing_server import Answer, Cut, FailingServer, Hang, Raw, Step
from deskhand.tools.breaker import BreakerPolicy, BreakerState, Circuit
from deskhand.tools.contract import BaseTool, ToolResult
from deskhand.tools.failures import Outcome
from tools.calls import Order, Workshop, a_turn, a_workshop

PATH = "/orders/7"
SENT = Answer(body={"state": "sent"})
DOWN = Answer(status=503, body={"secret": "stack trace of the far side"})


class OrderLookUp(BaseTool[Order]):
    """Asks an HTTP service for an order."""

    name: ClassVar[str] = "look_up_order"
    description: ClassVar[str] = "Looks an order up."
    parameters = Order

    def __init__(self, url: str) -> None:
        self._url = url

    async def execute(self, parameters: Order) -> ToolResult:
        async with httpx.AsyncClient(base_url=self._url) as client:
            response = await client.get(f"/orders/{parameters.order_id}")
        response.raise_for_status()
        return ToolResult(success=True, data=response.json())


class OrderRefund(OrderLookUp):
    """Must not be called twice, unless the call has a key."""

    name: ClassVar[str] = "refund_order"
    idempotent: ClassVar[bool] = False


class Scene:
    """A far side with a script, and a tool that asks it."""

    def __init__(self, server: FailingServer, url: str) -> None:
        self.server = server
        self.tool = OrderLookUp(url)
        self.refund = OrderRefund(url)

    def plays(self, *steps: Step) -> None:
        self.server.script(PATH, *steps)

    @property
    def asked(self) -> int:
        return self.server.count(PATH)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    server = FailingServer({PATH: [SENT]})
    async with server.serving() as url:
        yield Scene(server, url)


@pytest.mark.parametrize(
    "failures",
    [
        [DOWN],
        [Answer(status=500)],
        [Answer(status=502), Answer(status=504)],
        [Answer(status=429)],
        [Cut()],
        [DOWN, Cut()],
    ],
    ids=str,
)
async def test_what_may_pass_is_tried_again_with_growing_pauses(
    failures: Sequence[Step], scene: Scene, workshop: Workshop
) -> None:
    scene.plays(*failures, SENT)
    assert await workshop.call(workshop.bind(scene.tool)) == {"ok": True, "data": {"state": "sent"}}
    assert scene.asked == len(failures) + 1
    assert workshop.time.pauses == [0.25, 0.5][: len(failures)]
    assert workshop.last.attempts == len(failures) + 1
    assert workshop.last.outcome is Outcome.DONE


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
async def test_what_will_not_pass_is_asked_once(status: int, scene: Scene, workshop: Workshop) -> None:
    scene.plays(Answer(status=status), SENT)
    shown = await workshop.call(workshop.bind(scene.tool))
    assert shown["ok"] is False
    assert scene.asked == 1
    assert workshop.time.pauses == []


async def test_a_far_side_that_stays_down_is_given_up_after_three_attempts(scene: Scene, workshop: Workshop) -> None:
    scene.plays(DOWN)
    shown = await workshop.call(workshop.bind(scene.tool))
    assert shown == {"ok": False, "error": "look_up_order cannot be reached right now: go on without it."}
    assert scene.asked == 3
    assert workshop.last.outcome is Outcome.FAR_SIDE


async def test_an_address_where_nobody_listens_is_tried_again_too(scene: Scene, workshop: Workshop) -> None:
    nobody = workshop.bind(OrderLookUp("http://127.0.0.1:1"))
    assert (await workshop.call(nobody))["ok"] is False
    assert workshop.last.attempts == 3


@pytest.mark.parametrize("failure", [DOWN, Answer(status=429), Cut()], ids=str)
async def test_a_call_with_effects_is_not_repeated_without_a_key(
    failure: Step, scene: Scene, workshop: Workshop
) -> None:
    scene.plays(failure, SENT)
    shown = await workshop.call(workshop.bind(scene.refund))
    assert scene.asked == 1
    assert "not known whether it took effect" in shown["error"]


async def test_a_call_with_effects_is_repeated_under_its_key(scene: Scene, workshop: Workshop) -> None:
    scene.plays(DOWN, SENT)
    shown = await workshop.call(workshop.bind(scene.refund), order_id="7", idempotency_key="key-1")
    assert shown["ok"] is True
    assert scene.asked == 2


async def test_an_empty_key_is_no_key(scene: Scene, workshop: Workshop) -> None:
    scene.plays(DOWN, SENT)
    assert (await workshop.call(workshop.bind(scene.refund), order_id="7", idempotency_key=""))["ok"] is False
    assert scene.asked == 1


async def test_the_pause_that_the_far_side_asks_for_is_kept(scene: Scene, workshop: Workshop) -> None:
    scene.plays(Answer(status=429, headers={"retry-after": "3"}), SENT)
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is True
    assert workshop.time.pauses == [3.0]


async def test_a_far_side_that_asks_for_a_long_pause_is_left_alone(scene: Scene, workshop: Workshop) -> None:
    scene.plays(Answer(status=503, headers={"retry-after": "3600"}), SENT)
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is False
    assert scene.asked == 1


async def test_a_far_side_that_hangs_is_cut_off_and_not_asked_again(scene: Scene, workshop: Workshop) -> None:
    scene.plays(Hang())
    shown = await workshop.call(workshop.bind(scene.tool, seconds=0.2))
    assert shown == {"ok": False, "error": "look_up_order took longer than 0.2 s: go on without it."}
    assert workshop.last.attempts == 1
    assert workshop.last.outcome is Outcome.TIMED_OUT


async def test_an_answer_that_is_no_json_ends_in_a_result(scene: Scene, workshop: Workshop) -> None:
    scene.plays(Raw())
    shown = await workshop.call(workshop.bind(scene.tool))
    assert shown == {"ok": False, "error": "look_up_order failed: go on without it."}
    assert scene.asked == 1


async def test_nothing_of_the_far_sides_answer_or_address_is_told_or_logged(
    scene: Scene, workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.plays(DOWN)
    shown = await workshop.call(workshop.bind(scene.tool))
    logged = capsys.readouterr().out
    assert "stack trace" not in str(shown) + logged
    assert PATH not in str(shown) + logged
    assert "503" in logged


async def test_the_breaker_opens_probes_and_closes_again(scene: Scene) -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=2, open_seconds=30))
    circuit = Circuit(tenant_id="ten_1", tool="look_up_order")
    scene.plays(DOWN)
    for _ in range(2):
        await workshop.call(workshop.bind(scene.tool))
    assert workshop.breakers.state(circuit) is BreakerState.OPEN
    before = scene.asked

    shown = await workshop.call(workshop.bind(scene.tool))
    assert shown["error"].startswith("look_up_order is not available right now")
    assert workshop.last.outcome is Outcome.UNAVAILABLE
    assert scene.asked == before

    workshop.time.passed += 30
    assert workshop.breakers.state(circuit) is BreakerState.HALF_OPEN
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is False
    assert workshop.breakers.state(circuit) is BreakerState.OPEN

    scene.plays(SENT)
    workshop.time.passed += 30
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is True
    assert workshop.breakers.state(circuit) is BreakerState.CLOSED


async def test_one_tenants_breaker_leaves_the_other_tenant_and_the_other_tool_alone(scene: Scene) -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1))
    scene.plays(DOWN)
    await workshop.call(workshop.bind(scene.tool))
    scene.plays(SENT)
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is False
    assert (await workshop.call(workshop.bind(scene.tool, turn=a_turn("ten_2"))))["ok"] is True
    assert (await workshop.call(workshop.bind(scene.refund)))["ok"] is True


@pytest.mark.parametrize("harmless", [Answer(status=404), Answer(status=422), Raw()], ids=str)
async def test_a_far_side_that_answers_is_not_held_responsible(harmless: Step, scene: Scene) -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1))
    scene.plays(harmless, SENT)
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is False
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is True


async def test_arguments_that_do_not_fit_never_reach_the_far_side(scene: Scene) -> None:
    workshop = a_workshop(breaker=BreakerPolicy(failures=1))
    wrong: dict[str, Any] = {"order_id": 7}
    assert (await workshop.call(workshop.bind(scene.tool), **wrong))["ok"] is False
    assert scene.asked == 0
    assert (await workshop.call(workshop.bind(scene.tool)))["ok"] is True
