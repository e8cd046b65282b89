"""A provider's breaker: it opens after failures in a row, rests longer each time, and lets one request try again."""

from types import SimpleNamespace
from typing import Any

import pytest
from agent_framework.exceptions import ChatClientException
from hypothesis import given
from hypothesis import strategies as st
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

from deskhand.llm.circuit import (
    FAILURES_IN_A_ROW,
    LONGEST_REST_SECONDS,
    PROBE_SECONDS,
    REST_SECONDS,
    Circuit,
    CircuitState,
)
from deskhand.llm.failures import down_because
from deskhand.llm.model import PATIENT_SECONDS, ChatModel, WhyDown


class Seconds:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def circuit(seconds: Seconds) -> Circuit:
    return Circuit(seconds=seconds)


def open_it(circuit: Circuit) -> None:
    for _ in range(FAILURES_IN_A_ROW):
        assert circuit.lets_through()
        circuit.failed()


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not(circuit: Circuit) -> None:
    for _ in range(5):
        circuit.failed()
        circuit.failed()
        circuit.succeeded()
    assert circuit.state is CircuitState.CLOSED
    open_it(circuit)
    assert (circuit.state, circuit.lets_through()) == (CircuitState.OPEN, False)


def test_after_a_rest_one_request_tries_it(circuit: Circuit, seconds: Seconds) -> None:
    open_it(circuit)
    seconds.now += REST_SECONDS
    assert circuit.state is CircuitState.HALF_OPEN
    assert [circuit.lets_through() for _ in range(3)] == [True, False, False]
    circuit.succeeded()
    assert (circuit.state, circuit.lets_through()) == (CircuitState.CLOSED, True)


def test_a_probe_that_fails_makes_the_rest_longer_up_to_a_limit(circuit: Circuit, seconds: Seconds) -> None:
    open_it(circuit)
    rests = []
    for _ in range(8):
        before = seconds.now
        while not circuit.lets_through():
            seconds.now += 1.0
        rests.append(seconds.now - before)
        circuit.failed()
    assert rests[:3] == [REST_SECONDS, 2 * REST_SECONDS, 4 * REST_SECONDS]
    assert rests[-1] == LONGEST_REST_SECONDS


def test_a_probe_that_was_given_up_or_forgotten_makes_way_for_another(circuit: Circuit, seconds: Seconds) -> None:
    open_it(circuit)
    seconds.now += REST_SECONDS
    assert circuit.lets_through()
    circuit.let_go()
    assert circuit.lets_through()
    seconds.now += PROBE_SECONDS
    assert circuit.lets_through()


def test_a_failure_that_was_under_way_when_it_opened_does_not_prolong_the_rest(
    circuit: Circuit, seconds: Seconds
) -> None:
    open_it(circuit)
    seconds.now += REST_SECONDS - 1
    circuit.failed()
    seconds.now += 1
    assert circuit.lets_through()


@given(st.lists(st.sampled_from(["ask", "fail", "succeed", "wait"]), max_size=60))
def test_whatever_happens_it_lets_somebody_through_in_the_end(steps: list[str]) -> None:
    seconds = Seconds()
    circuit = Circuit(seconds=seconds)
    for step in steps:
        match step:
            case "ask":
                circuit.lets_through()
            case "fail":
                circuit.failed()
            case "succeed":
                circuit.succeeded()
            case _:
                seconds.now += 5
    seconds.now += LONGEST_REST_SECONDS + PROBE_SECONDS
    assert circuit.lets_through()


def model(circuit: Circuit, timeout_seconds: float = 30.0) -> ChatModel:
    return ChatModel(
        name="m",
        client=None,  # type: ignore[arg-type]  # it is not asked
        is_offline=False,
        timeout_seconds=timeout_seconds,
        circuit=circuit,
    )


@pytest.mark.parametrize("why", [WhyDown.REFUSED, WhyDown.EMPTY, WhyDown.BUDGET, WhyDown.RESTING])
def test_what_says_nothing_about_the_provider_does_not_open_it(why: WhyDown, circuit: Circuit) -> None:
    for _ in range(9):
        model(circuit).went_down(why)
    assert circuit.state is CircuitState.CLOSED


def test_a_contract_that_allows_little_time_cannot_open_it_for_others(circuit: Circuit) -> None:
    for _ in range(9):
        model(circuit, PATIENT_SECONDS / 2).went_down(WhyDown.TIMED_OUT)
    assert circuit.lets_through()
    for _ in range(FAILURES_IN_A_ROW):
        model(circuit, PATIENT_SECONDS).went_down(WhyDown.TIMED_OUT)
    assert circuit.state is CircuitState.OPEN


REQUEST: Any = SimpleNamespace()


def of_status(status: int) -> APIStatusError:
    response: Any = SimpleNamespace(status_code=status, headers={}, request=REQUEST)
    return APIStatusError("secret text", response=response, body=None)


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (of_status(429), WhyDown.RATE_LIMITED),
        (of_status(500), WhyDown.SERVER_ERROR),
        (of_status(503), WhyDown.SERVER_ERROR),
        (of_status(401), WhyDown.NOT_LET_IN),
        (of_status(408), WhyDown.TIMED_OUT),
        (of_status(404), WhyDown.REFUSED),
        (APITimeoutError(request=REQUEST), WhyDown.TIMED_OUT),
        (APIConnectionError(request=REQUEST), WhyDown.UNREACHABLE),
        (OpenAIError("odd"), WhyDown.BROKE_OFF),
        (ValueError("not JSON"), WhyDown.BROKE_OFF),
    ],
)
def test_each_failure_has_its_reason_and_none_repeats_what_the_provider_said(cause: Exception, why: WhyDown) -> None:
    error = ChatClientException("secret text", inner_exception=cause)
    error.__cause__ = cause
    down = down_because(error)
    assert down.why is why
    assert "secret" not in down.detail
